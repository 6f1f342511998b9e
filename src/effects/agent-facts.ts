import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import which from 'which';
import { KNOWN_COMMANDS } from '../agents/known-commands.ts';
import type { AgentFact } from '../preflight/facts.ts';
import { ROLES, type AgentSettings, type Settings } from '../workflow/settings.ts';
import { agentEnvironment } from './environment.ts';
import { runCommand } from './processes.ts';

/** Every agent of the settings: its program, whether it is there, and the version of those that we know. */
export function readAgents(settings: Settings, root: string): Promise<readonly AgentFact[]> {
  return Promise.all(Object.entries(settings.agents).map(([name, agent]) => readAgent(name, agent, settings, root)));
}

async function readAgent(name: string, agent: AgentSettings, settings: Settings, root: string): Promise<AgentFact> {
  const [program = '', ...first] = agent.command;
  const roles = ROLES.filter((role) => settings.roles[role].agent === name);
  const fact = { name, kind: agent.kind, roles, program, args: [...first, ...agent.args] };
  if (agent.kind === 'shell') return { ...fact, found: null, version: null };
  const path = agent.env.set['PATH'] ?? settings.env.set['PATH'] ?? process.env['PATH'] ?? '';
  const found = await findProgram(program, root, path);
  const known =
    found !== null && roles.length > 0 && Object.values(KNOWN_COMMANDS).some(({ program: ours }) => ours === program);
  return { ...fact, found, version: known ? await readVersion(found, root) : null };
}

/** A program with a slash stands in the repository; any other is looked up as a shell would. */
export async function findProgram(program: string, root: string, path: string): Promise<string | null> {
  if (program === '') return null;
  if (!program.includes('/')) return which(program, { path, nothrow: true });
  const file = resolve(root, program);
  return existsSync(file) ? file : null;
}

/** Only programs that are known to answer it: any other might begin to work. */
async function readVersion(file: string, root: string): Promise<string | null> {
  const run = {
    program: 'hook',
    root,
    worktree: null,
    taskId: null,
    role: null,
    runId: null,
    attempt: null,
    branch: null,
    base: '',
    report: null,
    changedFiles: null,
    findings: null,
    tmp: null,
    slot: null,
    identity: null,
  } as const;
  const env = agentEnvironment({
    inherited: process.env,
    settings: { pass: [], set: {} },
    agent: null,
    role: null,
    adapterEnv: {},
    run,
  });
  const { code, tail } = await runCommand({
    command: `"$AGENT_PROGRAM" --version`,
    cwd: root,
    env: { ...env, AGENT_PROGRAM: file },
    timeout: 10_000,
  });
  return code === 0
    ? (tail
        .split('\n')
        .find((line) => line.trim() !== '')
        ?.trim() ?? null)
    : null;
}
