import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import which from 'which';
import { agentSettings } from '../../workflow/agent-settings.ts';
import type { Adapter } from '../../agents/agent.ts';
import { commandLine } from '../../agents/command-line.ts';
import { ADAPTERS, adapterNamed } from '../../agents/adapters.ts';
import type { AgentFact } from '../facts.ts';
import { ROLES } from '../../workflow/roles.ts';
import { type AgentSettings, type Settings } from '../../workflow/settings.ts';
import { hookEnvironment } from '../../system/environment.ts';
import { git } from '../../git/git.ts';
import { loginOf } from './login.ts';
import { runCommand } from '../../system/processes.ts';

/**
 * Every agent of the settings: its program, whether it is there, its version, login and switches, as far as its kind is
 * known.
 * @param scope `all`: also the CLIs that are installed and that no setting names, and versions of agents that play no role;
 *   `no-versions`: no program is started
 */
export async function readAgents(
  settings: Settings,
  root: string,
  scope: Scope = 'roles',
): Promise<readonly AgentFact[]> {
  const written = Object.entries(settings.agents);
  const others =
    scope === 'all' ? ADAPTERS.filter(({ name, cli }) => cli !== null && !Object.hasOwn(settings.agents, name)) : [];
  const builtIn = others.flatMap(({ name }) => {
    const agent = agentSettings(settings, name);
    return agent === null ? [] : [[name, agent] as const];
  });
  const read = await Promise.all(
    [...written, ...builtIn].map(([name, agent]) => readAgent({ name, agent, settings }, root, scope)),
  );
  return read.filter(({ name, found }) => found !== null || Object.hasOwn(settings.agents, name));
}

type Scope = 'roles' | 'all' | 'no-versions';

const ASKS_VERSION: Readonly<Record<Scope, (hasRole: boolean) => boolean>> = {
  roles: (hasRole) => hasRole,
  all: () => true,
  'no-versions': () => false,
};

async function readAgent(
  { name, agent, settings }: { readonly name: string; readonly agent: AgentSettings; readonly settings: Settings },
  root: string,
  scope: Scope,
): Promise<AgentFact> {
  const adapter = adapterNamed(agent.kind);
  const roles = ROLES.filter((role) => settings.roles[role].agent === name);
  const models = roles.map((role) => ({ role, model: settings.roles[role].model ?? agent.model }));
  const words = commandLine(adapter, { ...agent, model: shownModel(models, agent) }, process.getuid?.() === 0);
  const [program = '', ...args] = words;
  const fact = {
    name,
    kind: agent.kind,
    roles,
    models,
    canFix: canFix(adapter),
    program,
    args,
    permissions: agent.permissions,
  };
  if (adapter === null || agent.kind === 'shell')
    return { ...fact, found: null, uncommitted: false, version: null, ...NO_CLI };
  const path = agent.env.set['PATH'] ?? settings.env.set['PATH'] ?? process.env['PATH'] ?? '';
  const found = await findProgram(program, root, path);
  const { cli } = adapter;
  const wanted = (cli !== null || KNOWN_BY_NAME.has(program)) && ASKS_VERSION[scope](roles.length > 0);
  const named = [settings.env, agent.env, ...roles.map((role) => settings.roles[role].env)];
  const version = wanted && found !== null ? await readVersion(found, root, settings) : null;
  const uncommitted = found !== null && (await isUncommitted(program, settings.base, root));
  if (cli === null) return { ...fact, found, uncommitted, version, ...NO_CLI };
  const login = loginOf(cli, process.env, named);
  return {
    ...fact,
    found,
    uncommitted,
    version,
    opens: opens(cli.permissions, agent.permissions),
    login: login.by,
    loginHint: cli.login,
    unnamedKeys: login.unnamed,
    needsNode: cli.node ?? null,
    measured: cli.measured,
  };
}

const canFix = (adapter: Adapter | null): boolean => adapter?.canFix ?? false;

/** For a command line: where roles have different models, these stand beside it. */
function shownModel(models: AgentFact['models'], agent: AgentSettings): string | null {
  const [first = agent.model, ...others] = new Set(models.map(({ model }) => model));
  return others.length > 0 ? '{model}' : first;
}

/** What is known of a program that is no agent CLI. */
const NO_CLI = { opens: null, login: null, loginHint: '', unnamedKeys: [], needsNode: null, measured: [] } as const;

/** `command` agents of these names answer `--version` too. */
const KNOWN_BY_NAME: ReadonlySet<string> = new Set(ADAPTERS.flatMap(({ cli }) => cli?.program ?? []));

const opens = ({ narrow, full }: { narrow: string | null; full: string }, asked: 'narrow' | 'full'): string =>
  asked === 'full' || narrow === null ? full : narrow;

/** A program with a slash stands in the repository; any other is looked up as a shell would. */
export async function findProgram(program: string, root: string, path: string): Promise<string | null> {
  if (program === '') return null;
  if (!program.includes('/')) return which(program, { path, nothrow: true });
  const file = resolve(root, program);
  return existsSync(file) ? file : null;
}

/** A program that is named by a path in the repository is looked up in the worktree, which has what base has. */
async function isUncommitted(program: string, base: string, root: string): Promise<boolean> {
  if (!program.includes('/') || isAbsolute(program)) return false;
  const path = relative(root, resolve(root, program));
  if (path.startsWith('..')) return false;
  const { stdout } = await git(['ls-tree', '--full-tree', '--name-only', '-z', `refs/heads/${base}`, '--', path], {
    cwd: root,
    okExit: [0, 128],
  });
  return stdout === '';
}

/** Only of programs that are known to answer it: any other might begin to work. null: it said nothing. */
async function readVersion(file: string, root: string, settings: Settings): Promise<string | null> {
  const { code, tail } = await runCommand({
    command: `"$AGENT_PROGRAM" --version`,
    cwd: root,
    env: { ...hookEnvironment(settings.env, { root, base: '' }), AGENT_PROGRAM: file },
    timeout: 20_000,
  });
  if (code !== 0) return null;
  return (
    tail
      .split('\n')
      .find((line) => /\d+\.\d+/.test(line))
      ?.trim() ?? null
  );
}
