import { agentNames, takesModel } from './agent-settings.ts';
import { type Breach, nearest, placeholders } from './rule.ts';
import { ROLES } from './roles.ts';
import { type Settings } from './settings.ts';
import * as messages from './messages-rules.ts';

export function rolesNameKnownAgents(settings: Settings): Breach[] {
  const { roles } = settings;
  const known = agentNames(settings);
  return ROLES.filter((role) => !known.includes(roles[role].agent)).map((role) => {
    const { agent } = roles[role];
    return {
      path: ['roles', role, 'agent'],
      code: 'unknown-agent',
      message: messages.agentOfRoleUnknown(role, agent),
      fix: nearest(agent, known) ?? messages.addAgent(known),
    };
  });
}

export function fixNamesARole({ roles }: Settings): Breach[] {
  const { fix } = roles.tester;
  if ((ROLES as readonly string[]).includes(fix)) return [];
  return [
    {
      path: ['roles', 'tester', 'fix'],
      code: 'unknown-role',
      message: messages.notARole(fix),
      fix: nearest(fix, ROLES) ?? messages.writeOneOf(ROLES),
    },
  ];
}

export function agentsCanBeStarted({ agents }: Settings): Breach[] {
  return Object.entries(agents).flatMap(([name, { kind, command }]): Breach[] => {
    if ((kind === 'command' || kind === 'acp') && command.length === 0)
      return [
        {
          path: ['agents', name],
          code: 'agent-without-command',
          message: messages.agentWithoutCommand(name),
          fix: messages.WRITE_COMMAND,
        },
      ];
    if (name === 'shell' && kind !== 'shell')
      return [
        {
          path: ['agents', name, 'kind'],
          code: 'shell-is-built-in',
          message: messages.SHELL_IS_BUILT_IN,
        },
      ];
    return [];
  });
}

const AGENT_PLACEHOLDERS = [
  'prompt',
  'prompt_file',
  'worktree',
  'report',
  'git_dir',
  'git_common_dir',
  'model',
  'run_id',
] as const;

/** Only what looks like a misspelt placeholder: braces may be an argument of their own. */
export function agentPlaceholdersAreKnown({ agents }: Settings): Breach[] {
  return Object.entries(agents).flatMap(([name, { command, args }]) =>
    [...command, ...args].flatMap((arg) =>
      placeholders(arg)
        .filter((word) => !(AGENT_PLACEHOLDERS as readonly string[]).includes(word))
        .flatMap((word) => {
          const near = nearest(word, AGENT_PLACEHOLDERS);
          return near
            ? [
                {
                  path: ['agents', name, 'args'],
                  code: 'unknown-placeholder',
                  message: messages.unknownAgentPlaceholder(word),
                  fix: near,
                },
              ]
            : [];
        }),
    ),
  );
}

/** Programs that would run an argument as a program of their own; of a shell whatever stands between. */
const SHELLS = /^(?:(?:ba|da|z|k|fi)?sh|npx)$/;
const INTERPRETERS = /^(?:python[\d.]*|node|perl|ruby|deno|bun)$/;
const SCRIPT_OPTION = /^(?:-[a-z]*[cep]|--eval|--print|--command|--call)$/;

/** The prompt is text that agents and entries have written: it is an argument of its own, and never part of a script. */
export function promptIsAnArgument({ agents }: Settings): Breach[] {
  return Object.entries(agents).flatMap(([name, { kind, command, args }]) => {
    const words = [...command, ...args];
    if (kind !== 'command') return [];
    return words.flatMap((word, n): Breach[] => {
      if (!word.includes('{prompt}')) return [];
      const path = ['agents', name, n < command.length ? 'command' : 'args'];
      const fix = messages.PROMPT_BEHIND_SCRIPT;
      if (n === 0 || isScript(words.slice(0, n)))
        return [{ path, code: 'prompt-runs', message: messages.promptRuns(name), fix }];
      if (/^(?:--?[\w-]+=)?\{prompt\}$/.test(word)) return [];
      return [{ path, code: 'prompt-in-text', message: messages.promptInText(name), fix }];
    });
  });
}

/** Whether the word behind these would be run. */
function isScript(before: readonly string[]): boolean {
  if (!SCRIPT_OPTION.test(before.at(-1) ?? '')) return false;
  const names = before.map((word) => word.slice(word.lastIndexOf('/') + 1));
  const interpreter = names.findLastIndex((name) => INTERPRETERS.test(name));
  const isFirst = interpreter >= 0 && before.slice(interpreter + 1).every((word) => word.startsWith('-'));
  return isFirst || names.some((name) => SHELLS.test(name));
}

/** A model that no argument names would be ignored without a word. */
export function modelsArePassedOn({ roles, agents }: Settings): Breach[] {
  const takes = (name: string): boolean => {
    const agent = agents[name];
    return agent === undefined || takesModel(agent);
  };
  const named: readonly (readonly [readonly string[], string, string | null])[] = [
    ...ROLES.map((role) => [['roles', role, 'model'], roles[role].agent, roles[role].model] as const),
    ...Object.entries(agents).map(([name, { model }]) => [['agents', name, 'model'], name, model] as const),
  ];
  return named
    .filter(([, name, model]) => model !== null && !takes(name))
    .map(([path, name, model]) => ({
      path,
      code: 'model-not-passed-on',
      message: messages.modelNotPassedOn(name, model),
      fix: messages.passModelOn(name),
    }));
}
