import { closest, distance } from 'fastest-levenshtein';
import { agentNames } from './agent-settings.ts';
import { branchRules } from './branch-rules.ts';
import { isRefName } from './ref-name.ts';
import { ROLES, type EnvSetting, type Settings } from './settings.ts';

/** A setting that can't stand beside the others. */
export interface Breach {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
  readonly fix?: string;
}

export type Rule = (settings: Settings) => readonly Breach[];

/** Rules over several keys, and those that a type can't say. Each is asked, whatever the others found. */
export const rules: readonly Rule[] = [
  ...branchRules,
  foldersStandWhereTheyMay,
  idsArePrefixes,
  branchNamesTheTask,
  rolesNameKnownAgents,
  mendNamesARole,
  agentsCanBeStarted,
  agentPlaceholdersAreKnown,
  modelsArePassedOn,
  commitPlaceholdersAreKnown,
  authorIsAnIdentity,
  environmentIsOurs,
];

function foldersStandWhereTheyMay({ board, prompts, changelog, worktrees }: Settings): Breach[] {
  const code = 'path-not-allowed';
  const inside: readonly (readonly [string, string])[] = [
    ['board', board],
    ['prompts', prompts],
    ...(changelog === null ? [] : [['changelog', changelog] as const]),
  ];
  const found: Breach[] = inside
    .filter(
      ([, path]) =>
        isAbsolute(path) ||
        /(^|\/)\.\.(\/|$)/.test(path) ||
        path === '.' ||
        within(path, '.git') ||
        within(path, '.kanban') ||
        within(path, worktrees),
    )
    .map(([key, path]) => ({
      path: [key],
      code,
      message: `\`${key}: ${path}\` must stand in the repository, in a folder of its own.`,
    }));
  const reserved =
    ['.git', '.kanban', board, prompts].some((taken) => within(worktrees, taken)) ||
    /(^|\/)\.git(\/|$)/.test(worktrees);
  if (reserved || worktrees === '.') {
    found.push({
      path: ['worktrees'],
      code,
      message: `Worktrees can't stand in \`${worktrees}\`.`,
      fix: 'write `worktrees: .worktrees`, or a folder outside the repository',
    });
  }
  return found;
}

function idsArePrefixes({ ids }: Settings): Breach[] {
  const wrong = ids.filter((id) => !/^[A-Za-z][A-Za-z0-9_]*$/.test(id));
  const twice = ids.filter((id, index) => ids.findIndex((other) => other.toUpperCase() === id.toUpperCase()) < index);
  return [
    ...wrong.map((id) => ({
      path: ['ids'],
      code: 'id-not-a-prefix',
      message: `\`${id}\` can't be a prefix of ids: a letter, then letters, digits or _.`,
      fix: 'write `ids: T`; the dash and the number are added',
    })),
    ...twice.map((id) => ({ path: ['ids'], code: 'id-twice', message: `The prefix \`${id}\` is written twice.` })),
  ];
}

function branchNamesTheTask({ branch, base, ids }: Settings): Breach[] {
  const breach = (message: string, fix?: string): Breach[] => [
    { path: ['branch'], code: 'branch-not-a-branch', message, ...(fix ? { fix } : {}) },
  ];
  if (!branch.includes('{id}'))
    return breach(
      `\`branch: ${branch}\` must contain \`{id}\`, or all tasks would share one branch.`,
      'write `branch: "{id}"`',
    );
  const example = branch.replaceAll('{id}', `${ids[0] ?? 'T'}-1`);
  if (!isRefName(example))
    return breach(`\`${branch}\` can't be the name of a branch.`, 'use `{id}`, letters, digits, `-`, `_` and `/`');
  // git keeps no branch "main/T-1" beside a branch "main".
  return example.startsWith(`${base}/`) ? breach(`git can't have \`${example}\` beside the branch \`${base}\`.`) : [];
}

function rolesNameKnownAgents(settings: Settings): Breach[] {
  const { roles } = settings;
  const known = agentNames(settings);
  return ROLES.filter((role) => !known.includes(roles[role].agent)).map((role) => {
    const { agent } = roles[role];
    const message = `\`roles.${role}.agent\` is \`${agent}\`, but no agent of that name stands under \`agents\`.`;
    return {
      path: ['roles', role, 'agent'],
      code: 'unknown-agent',
      message,
      fix: nearest(agent, known) ?? `add it under \`agents\`, or write one of: ${known.join(', ')}`,
    };
  });
}

function mendNamesARole({ roles }: Settings): Breach[] {
  const { fix } = roles.tester;
  if ((ROLES as readonly string[]).includes(fix)) return [];
  return [
    {
      path: ['roles', 'tester', 'fix'],
      code: 'unknown-role',
      message: `\`fix\` names a role, and \`${fix}\` is none.`,
      fix: nearest(fix, ROLES) ?? `write one of: ${ROLES.join(', ')}`,
    },
  ];
}

function agentsCanBeStarted({ agents }: Settings): Breach[] {
  return Object.entries(agents).flatMap(([name, { kind, command }]): Breach[] => {
    if ((kind === 'command' || kind === 'acp') && command.length === 0)
      return [
        {
          path: ['agents', name],
          code: 'agent-without-command',
          message: `The agent \`${name}\` has no \`command\`.`,
          fix: 'write `command: [program]`',
        },
      ];
    if (name === 'shell' && kind !== 'shell')
      return [
        {
          path: ['agents', name, 'kind'],
          code: 'shell-is-built-in',
          message: '`shell` is the built-in agent; another needs another name.',
        },
      ];
    return [];
  });
}

const AGENT_PLACEHOLDERS = [
  'prompt_file',
  'worktree',
  'report',
  'git_dir',
  'git_common_dir',
  'model',
  'run_id',
] as const;

/** Only what looks like a misspelt placeholder: braces may be an argument of their own. */
function agentPlaceholdersAreKnown({ agents }: Settings): Breach[] {
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
                  message: `\`{${word}}\` is no placeholder.`,
                  fix: near,
                },
              ]
            : [];
        }),
    ),
  );
}

/** A model that no argument names would be ignored without a word. */
function modelsArePassedOn({ roles, agents }: Settings): Breach[] {
  const takes = (name: string): boolean => {
    const agent = agents[name];
    return (
      agent === undefined ||
      agent.kind !== 'command' ||
      [...agent.command, ...agent.args].some((arg) => arg.includes('{model}'))
    );
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
      message: `The agent \`${name}\` would never hear of the model \`${model}\`.`,
      fix: `add \`{model}\` to \`agents.${name}.args\`, e.g. [--model, "{model}"]`,
    }));
}

function commitPlaceholdersAreKnown({ commits }: Settings): Breach[] {
  const known = { landing: ['id', 'title'], move: ['id', 'from', 'to'] } as const;
  return (['landing', 'move'] as const).flatMap((key): Breach[] => {
    const path = ['commits', key];
    const names: readonly string[] = known[key];
    const list = names.map((word) => `{${word}}`).join(' ');
    const unknown = placeholders(commits[key]).filter((word) => !names.includes(word));
    const found: Breach[] = unknown.map((word) => ({
      path,
      code: 'unknown-placeholder',
      message: `\`{${word}}\` is no placeholder of \`commits.${key}\`.`,
      fix: `known: ${list}`,
    }));
    if (!commits[key].includes('{id}'))
      found.push({
        path,
        code: 'commit-without-id',
        message: `\`commits.${key}\` must contain \`{id}\`.`,
        fix: `known: ${list}`,
      });
    if (/[\r\n]/.test(commits[key]))
      found.push({ path, code: 'commit-not-a-line', message: `\`commits.${key}\` is the subject: one line.` });
    return found;
  });
}

function authorIsAnIdentity({ commits }: Settings): Breach[] {
  if (commits.author === '' || /^[^<>\r\n]*[^<>\s][^<>\r\n]* <[^<>\s]+>$/.test(commits.author)) return [];
  return [
    {
      path: ['commits', 'author'],
      code: 'author-not-an-identity',
      message: `\`${commits.author}\` is not of the form \`Name <email>\`.`,
    },
  ];
}

/** These are how a run is told apart, swept and kept in its worktree. */
function environmentIsOurs({ env, roles, agents }: Settings): Breach[] {
  const all: readonly (readonly [readonly string[], EnvSetting])[] = [
    [['env'], env],
    ...ROLES.map((role) => [['roles', role, 'env'], roles[role].env] as const),
    ...Object.entries(agents).map(([name, agent]) => [['agents', name, 'env'], agent.env] as const),
  ];
  return all.flatMap(([path, { pass, set }]) =>
    [...pass, ...Object.keys(set)]
      .filter(
        (name) => name.startsWith('KANBAN_') || ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'TMPDIR'].includes(name),
      )
      .map((name) => ({
        path,
        code: 'reserved-variable',
        message: `\`${name}\` is set for each run by the coordinator.`,
        fix: 'take it out',
      })),
  );
}

const placeholders = (template: string): readonly string[] =>
  [...template.matchAll(/\{([a-z_]+)\}/gi)].map((match) => match[1] ?? '');

function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const near = closest(word, known);
  return distance(word, near) <= Math.max(1, Math.floor(near.length / 3)) ? `write \`${near}\`` : undefined;
}

const isAbsolute = (path: string): boolean => path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.startsWith('~');
const within = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
