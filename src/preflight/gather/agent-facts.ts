import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import which from 'which';
import { agentSettings } from '../../workflow/agent-settings.ts';
import { commandLine } from '../../agents/command-line.ts';
import { ADAPTERS, adapterNamed } from '../../agents/adapters.ts';
import type { AgentFact } from '../facts.ts';
import { ROLES } from '../../workflow/roles.ts';
import { type AgentSettings, type Settings } from '../../workflow/settings.ts';
import { hookEnvironment } from '../../system/environment.ts';
import { loginOf } from './login.ts';
import { runCommand } from '../../system/processes.ts';

/**
 * Every agent of the settings: its program, whether it is there, its version, login and switches, as far as its kind is
 * known.
 * @param all also the CLIs that are installed and that no setting names, and versions of agents that play no role
 */
export async function readAgents(settings: Settings, root: string, all = false): Promise<readonly AgentFact[]> {
  const written = Object.entries(settings.agents);
  const others = all ? ADAPTERS.filter(({ name, cli }) => cli !== null && !Object.hasOwn(settings.agents, name)) : [];
  const builtIn = others.flatMap(({ name }) => {
    const agent = agentSettings(settings, name);
    return agent === null ? [] : [[name, agent] as const];
  });
  const read = await Promise.all(
    [...written, ...builtIn].map(([name, agent]) => readAgent({ name, agent, settings }, root, all)),
  );
  return read.filter(({ name, found }) => found !== null || Object.hasOwn(settings.agents, name));
}

async function readAgent(
  { name, agent, settings }: { readonly name: string; readonly agent: AgentSettings; readonly settings: Settings },
  root: string,
  all: boolean,
): Promise<AgentFact> {
  const adapter = adapterNamed(agent.kind);
  const roles = ROLES.filter((role) => settings.roles[role].agent === name);
  const words = commandLine(adapter, agent, process.getuid?.() === 0);
  const [program = '', ...args] = words;
  const fact = { name, kind: agent.kind, roles, program, args, permissions: agent.permissions };
  if (adapter === null || agent.kind === 'shell') return { ...fact, found: null, version: null, ...NO_CLI };
  const path = agent.env.set['PATH'] ?? settings.env.set['PATH'] ?? process.env['PATH'] ?? '';
  const found = await findProgram(program, root, path);
  const { cli } = adapter;
  const wanted = found !== null && (all || roles.length > 0) && (cli !== null || KNOWN_BY_NAME.has(program));
  const named = [settings.env, agent.env, ...roles.map((role) => settings.roles[role].env)];
  const version = wanted ? await readVersion(found, root, settings) : null;
  if (cli === null) return { ...fact, found, version, ...NO_CLI };
  const login = loginOf(cli, process.env, named);
  return {
    ...fact,
    found,
    version,
    opens: opens(cli.permissions, agent.permissions),
    login: login.by,
    loginHint: cli.login,
    unnamedKeys: login.unnamed,
    needsNode: cli.node ?? null,
    measured: cli.measured,
  };
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
