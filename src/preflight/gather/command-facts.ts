import { readdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import which from 'which';
import { plainTextOf, statOrNone } from '../../system/plain-file.ts';
import type { MissingCommand, PreflightFacts } from '../facts.ts';
import { firstProgram } from '../command-line/first-program.ts';
import { ROLES } from '../../workflow/roles.ts';
import { type Settings } from '../../workflow/settings.ts';
import { hookEnvironment } from '../../system/environment.ts';
import { isInherited } from '../../system/inherited.ts';

/** Every command line that the settings hold, by the name of its setting. `needed`: nothing gets on without it. */
function commandsOf({ hooks, roles, agents, merge_queue, preflight, notify, tests }: Settings): readonly {
  readonly setting: string;
  readonly command: string;
  readonly needed: boolean;
}[] {
  // A role or agent with a PATH of its own is not looked at.
  const hasOwnPath = ({ agent, env }: Settings['roles']['task']): boolean =>
    env.set['PATH'] !== undefined || agents[agent]?.env.set['PATH'] !== undefined;
  const ofRoles = ROLES.filter(
    (role) => role !== 'task' && agents[roles[role].agent]?.kind === 'shell' && !hasOwnPath(roles[role]),
  ).map((role) => ({ setting: `roles.${role}.run`, command: roles[role].run, needed: true }));
  const ofTests =
    agents[roles.tester.agent]?.kind === 'shell' && !hasOwnPath(roles.tester)
      ? Object.entries(tests).map(([glob, command]) => ({ setting: `tests (${glob})`, command, needed: true }))
      : [];
  return [
    { setting: 'hooks.after_create', command: hooks.after_create, needed: true },
    { setting: 'hooks.before_run', command: hooks.before_run, needed: true },
    ...ofRoles,
    ...ofTests,
    { setting: 'merge_queue.check', command: merge_queue.check, needed: true },
    { setting: 'hooks.after_run', command: hooks.after_run, needed: false },
    { setting: 'hooks.before_remove', command: hooks.before_remove, needed: false },
    ...notify.map(({ run }, index) => ({
      setting: notify.length === 1 ? 'notify' : `notify[${index}].run`,
      command: run,
      needed: false,
    })),
    ...preflight.map(({ name, run }) => ({ setting: `preflight (${name})`, command: run, needed: false })),
  ].filter(({ command }) => command.trim() !== '');
}

/** Commands whose first program is not on the PATH that runs get. */
export async function readMissingCommands(settings: Settings, root: string): Promise<readonly MissingCommand[]> {
  const path = hookEnvironment(settings.env, { root, base: settings.base })['PATH'] ?? '/usr/bin:/bin';
  // A relative part of the PATH (node_modules/.bin) means another folder in each worktree.
  const isOpen = path.split(delimiter).some((folder) => folder !== '' && resolve(folder) !== folder);
  if (isOpen) return [];
  const found = await Promise.all(
    commandsOf(settings).map(async ({ setting, command, needed }) => {
      const first = firstProgram(command);
      if (first === null) return [];
      const program = first.name;
      const at = program.startsWith('/') ? statOrNone(program) : await which(program, { path, nothrow: true });
      return at === undefined || at === null ? [{ setting, program, needed: needed && first.isVital }] : [];
    }),
  );
  return found.flat();
}

/** Files that name variables which commands or package managers read. */
const NAMING = /^\.(?:npmrc|yarnrc\.yml|env\.(?:example|sample|template|dist)|envrc)$/;
/** Set-ups of tools that change what they do. */
const TELLING =
  /^(?:SSH_AUTH_SOCK|NODE_OPTIONS|NODE_PATH|NPM_TOKEN|NODE_AUTH_TOKEN|PYTHONPATH|RUBYOPT|JAVA_TOOL_OPTIONS|MAVEN_OPTS|GRADLE_OPTS|RUSTFLAGS|CARGO_BUILD_TARGET|DYLD_LIBRARY_PATH|KUBECONFIG|DATABASE_URL|REDIS_URL|PIP_INDEX_URL|UV_INDEX_URL|npm_config_registry|NPM_CONFIG_REGISTRY|YARN_NPM_AUTH_TOKEN|GOPROXY|CGO_\w+)$/;

/** Names of variables that are set here, that runs don't get, and that a command or a file of the project names. */
export function readWithheld(
  settings: Settings,
  root: string,
  inherited: Readonly<Record<string, string | undefined>> = process.env,
): readonly string[] {
  const texts = [...commandsOf(settings).map(({ command }) => command), ...namingFiles(root)];
  const named = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/\$\{?([A-Za-z_]\w*)|^\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)=/gm)].map(
        ([, used, set]) => used ?? set ?? '',
      ),
    ),
  );
  const passed = new Set(
    [
      settings.env,
      ...Object.values(settings.agents).map(({ env }) => env),
      ...ROLES.map((role) => settings.roles[role].env),
      ...settings.notify.map(({ env }) => env),
    ].flatMap(({ pass, set }) => [...pass, ...Object.keys(set)]),
  );
  return Object.entries(inherited)
    .filter(([name, value]) => value !== undefined && value !== '' && !isInherited(name, value) && !passed.has(name))
    .map(([name]) => name)
    .filter((name) => !/^(?:KANBAN_|GIT_)|^(?:PWD|OLDPWD|SHLVL|_|TMPDIR|TMP|TEMP|EDITOR|VISUAL|PAGER)$/.test(name))
    .filter((name) => named.has(name) || TELLING.test(name))
    .toSorted();
}

/** Variables with an address, key or token of `notify` that are not set. */
export function readUnsetVariables(
  { notify }: Settings,
  inherited: Readonly<Record<string, string | undefined>> = process.env,
): PreflightFacts['unsetVariables'] {
  return notify.flatMap((target, index) =>
    (['url', 'secret', 'token'] as const).flatMap((key) => {
      const name = target[key];
      return name === null || (inherited[name] ?? '') !== '' ? [] : [{ setting: `notify[${index}].${key}`, name }];
    }),
  );
}

function namingFiles(root: string): string[] {
  try {
    const names = readdirSync(root).filter((name) => NAMING.test(name));
    return names.map((name) => plainTextOf(join(root, name), 256 * 1024) ?? '');
  } catch {
    return [];
  }
}
