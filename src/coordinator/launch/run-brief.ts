import { agentEnvironment, runIdentity } from '../../system/environment.ts';
import { messagesOf } from '../../runs/message-store.ts';
import type { Repository } from '../../git/git.ts';
import type { Brief } from '../../contract/brief.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { AgentCommandPlan } from './agent-command.ts';

/** Bytes of output after which an agent is ended: no work needs them, and the disk is the user's. */
const MAX_OUTPUT = 4 * 1024 ** 3;
const KILL_GRACE_MS = 5_000;
/** An agent that waits for its provider longer than this gives its place to others. */
const PROVIDER_WAIT_MS = 60_000;

/** What is known of one run; the rest of its brief follows from the settings and the plan. */
export type RunAbout = Pick<
  Brief,
  | 'runId'
  | 'taskId'
  | 'title'
  | 'role'
  | 'purpose'
  | 'attempt'
  | 'agent'
  | 'gitDir'
  | 'worktree'
  | 'branch'
  | 'base'
  | 'baseSha'
  | 'startSha'
  | 'tip'
  | 'mustDiffer'
  | 'session'
  | 'sessionUsage'
  | 'bwrap'
  | 'allowance'
  | 'timeout'
  | 'hooks'
> &
  Partial<Pick<Brief, 'slot'>>;

/** A run's brief. */
export function briefOf(repo: Repository, settings: Settings, planned: AgentCommandPlan, about: RunAbout): Brief {
  const { adapter, plan, report, model } = planned;
  return {
    ...about,
    version: 1,
    adapter: adapter.name,
    createdAt: Date.now(),
    root: repo.root,
    gitCommonDir: repo.commonDir,
    board: settings.board,
    command: plan.command,
    shell: plan.shell,
    identity: runIdentity(about.agent, about.taskId, about.role),
    model,
    messages: messagesOf(repo.root, about.taskId),
    patience: PROVIDER_WAIT_MS,
    report,
    stall: settings.stall,
    grace: KILL_GRACE_MS,
    maxOutput: MAX_OUTPUT,
  };
}

/** The environment of a run. @param files paths of the files that a run gets besides its prompt; null = none */
export function environmentOf(
  settings: Settings,
  { adapter, settings: agent, plan }: AgentCommandPlan,
  brief: Brief,
  files: { readonly changed: string | null; readonly findings: string | null },
): Record<string, string> {
  const { root, worktree, taskId, role, runId, attempt, branch, base, report, identity } = brief;
  return agentEnvironment({
    inherited: process.env,
    settings: settings.env,
    agent: agent.env,
    role: settings.roles[role].env,
    passes: adapter.cli?.passes ?? [],
    adapterEnv: plan.env,
    run: {
      program: adapter.name === 'shell' || adapter.name === 'command' ? adapter.name : 'agent',
      root,
      worktree,
      taskId,
      role,
      runId,
      attempt,
      branch,
      base,
      report,
      changedFiles: files.changed,
      findings: files.findings,
      tmp: null,
      slot: brief.slot ?? null,
      identity,
    },
  });
}
