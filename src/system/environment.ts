import type { EnvSetting } from '../workflow/settings.ts';
import type { Role } from '../workflow/roles.ts';
import { isInherited } from './inherited.ts';

/** What differs from run to run; paths are absolute. Null: it doesn't apply (a hook without a run, a first attempt). */
export interface RunVariables {
  /** `agent`: an agent CLI. The three others are the user's own programs and get the path of the user's checkout. */
  readonly program: 'agent' | 'shell' | 'command' | 'hook';
  readonly root: string;
  readonly worktree: string | null;
  readonly taskId: string | null;
  readonly role: Role | null;
  readonly runId: string | null;
  readonly attempt: number | null;
  /** Full refs or short names; given on without `refs/heads/`. */
  readonly branch: string | null;
  readonly base: string;
  readonly report: string | null;
  /** A file with the branch's changed paths, one a line. */
  readonly changedFiles: string | null;
  /** A file with the findings of earlier runs. */
  readonly findings: string | null;
  /** The run's own TMPDIR. */
  readonly tmp: string | null;
  /** Number of the run's place in the pool, from 0; gives its ports. */
  readonly slot: number | null;
  readonly identity: { readonly name: string; readonly email: string } | null;
}

export interface EnvironmentInput {
  /** The coordinator's own environment. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** `env:`, `agents.<name>.env`, `roles.<role>.env`: each overrides the ones before. */
  readonly settings: EnvSetting;
  readonly agent: EnvSetting | null;
  readonly role: EnvSetting | null;
  /** Names of the adapter's own settings, no secrets, that are passed on. */
  readonly passes?: readonly string[];
  /** What the adapter sets. */
  readonly adapterEnv: Readonly<Record<string, string>>;
  readonly run: RunVariables;
}

/**
 * The environment of an agent, hook, check or preflight command: an allow-list, since every agent CLI hands all of its
 * environment to the model's shell. The git identity and `KANBAN_*` can't be overridden: outcomes
 * and sweeps depend on them.
 */
export function agentEnvironment({
  inherited,
  settings,
  agent,
  role,
  passes = [],
  adapterEnv,
  run,
}: EnvironmentInput): Record<string, string> {
  const env: Record<string, string> = { ...UNATTENDED };
  for (const [name, value] of Object.entries(inherited))
    if (value !== undefined && isInherited(name, value)) env[name] = value;
  apply({ pass: passes, set: {} }, inherited, env);
  Object.assign(env, adapterEnv);
  for (const setting of [settings, agent, role]) if (setting !== null) apply(setting, inherited, env);
  if (run.tmp !== null) env['TMPDIR'] = run.tmp;
  for (const name of Object.keys(env)) if (name.startsWith('KANBAN_')) delete env[name];
  return Object.assign(env, gitIdentity(run), kanbanVariables(run));
}

/** The environment of a command that runs outside a run: a hook, a team's preflight command, `notify`. */
export function hookEnvironment(
  settings: EnvSetting,
  about: Pick<RunVariables, 'root' | 'base'> & Partial<Pick<RunVariables, 'worktree' | 'taskId' | 'branch'>>,
): Record<string, string> {
  return agentEnvironment({
    inherited: process.env,
    settings,
    agent: null,
    role: null,
    adapterEnv: {},
    run: {
      program: 'hook',
      worktree: null,
      taskId: null,
      role: null,
      runId: null,
      attempt: null,
      branch: null,
      report: null,
      changedFiles: null,
      findings: null,
      tmp: null,
      slot: null,
      identity: null,
      ...about,
    },
  });
}

/** The name that tells a run's commits from everyone's. */
export function runIdentity(
  agent: string,
  taskId: string,
  role: Role,
): { readonly name: string; readonly email: string } {
  const local = [taskId, role, agent].map((part) => part.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-')).join('.');
  const name = agent.replaceAll(/[<>\n\r\0]/g, ' ').trim();
  return { name: `${name} (${taskId} ${role})`, email: `${local}@kanban.invalid` };
}

/** How many ports a run has for itself, from `KANBAN_PORT` on. */
export const PORTS_PER_RUN = 20;

/** Below the ports that Linux (32768 on) and macOS (49152 on) give out by themselves. */
export const FIRST_PORT = 21_000;

/**
 * What the user's interactive set-up would ask for has nobody to answer here: editors end at once, pagers print, nothing is
 * asked for on a terminal, and commits are not signed (the key may need the user; kanban signs its own as git is set up).
 * `env` in WORKFLOW.md overrides each of them.
 */
export const UNATTENDED: Readonly<Record<string, string>> = {
  EDITOR: 'true',
  VISUAL: 'true',
  GIT_EDITOR: 'true',
  GIT_SEQUENCE_EDITOR: 'true',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'true',
  GIT_MERGE_AUTOEDIT: 'no',
  GIT_CONFIG_COUNT: '3',
  GIT_CONFIG_KEY_0: 'commit.gpgSign',
  GIT_CONFIG_VALUE_0: 'false',
  GIT_CONFIG_KEY_1: 'tag.gpgSign',
  GIT_CONFIG_VALUE_1: 'false',
  GIT_CONFIG_KEY_2: 'push.gpgSign',
  GIT_CONFIG_VALUE_2: 'false',
};

function apply(setting: EnvSetting, inherited: EnvironmentInput['inherited'], env: Record<string, string>): void {
  for (const name of setting.pass) {
    const value = inherited[name];
    if (value !== undefined) env[name] = value;
  }
  Object.assign(env, setting.set);
}

function gitIdentity({ identity }: RunVariables): Record<string, string> {
  if (identity === null) return {};
  return {
    GIT_AUTHOR_NAME: identity.name,
    GIT_AUTHOR_EMAIL: identity.email,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
  };
}

function kanbanVariables(run: RunVariables): Record<string, string> {
  const all: Record<string, string | null> = {
    KANBAN_ROOT: run.program === 'agent' ? null : run.root,
    KANBAN_WORKTREE: run.worktree,
    KANBAN_TASK: run.taskId,
    KANBAN_ROLE: run.role,
    KANBAN_BRANCH: run.branch === null ? null : shortBranch(run.branch),
    KANBAN_BASE: shortBranch(run.base),
    KANBAN_REPORT: run.report,
    KANBAN_RUN_ID: run.runId,
    // The repository that the mark belongs to: for the sweep, and to tell requests of runs from those of the user.
    KANBAN_MARK: run.runId === null ? null : run.root,
    KANBAN_CHANGED_FILES: run.changedFiles,
    KANBAN_FINDINGS: run.findings,
    KANBAN_ATTEMPT: run.attempt === null ? null : String(run.attempt),
    KANBAN_PORT: run.slot === null ? null : String(FIRST_PORT + run.slot * PORTS_PER_RUN),
  };
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) if (value !== null) env[name] = value;
  return env;
}

const shortBranch = (ref: string): string => (ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : ref);
