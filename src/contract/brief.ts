import type { Role } from '../workflow/roles.ts';
import type { Usage } from './agent-event.ts';

/** What the embedded `shell` agent does in this run; the runner plays it itself. */
export interface ShellPlan {
  /** Task role: the entry's block. */
  readonly script: string | null;
  /** Reviewer role: check the branch's changes by program. `files` are the entry's globs; empty = any file. */
  readonly check: { readonly files: readonly string[] } | null;
  /** Tester role: merge base into the branch first. */
  readonly mergeBase: boolean;
  /** Reviewer and tester: the role's command; '' = none. */
  readonly run: string;
  /** Tester role: commands for changed files, before the role's own; absent: none. */
  readonly tests?: readonly TestCommand[];
}

/** A command that is run where a changed file matches the glob. */
export interface TestCommand {
  readonly glob: string;
  readonly command: string;
}

/** What the merge queue wants to know: is this very commit good? */
export interface CheckPlan {
  /** For `sh -c`, in the worktree. */
  readonly command: string;
  /** What the worktree has checked out. */
  readonly commit: string;
  /** Under which the result is remembered (coordinator/merge-queue/check-key.ts). */
  readonly key: string;
  /** Task ids whose landings the commit holds over base. */
  readonly entries: readonly string[];
}

/** `brief.json`: all that the runner needs, but for the environment, which is handed over in memory (it may hold keys). */
export interface Brief {
  readonly version: 1;
  /** `<task id>-<n>-<role>-<8 hex>` */
  readonly runId: string;
  readonly taskId: string;
  readonly title: string;
  readonly role: Role;
  /** `mend`: a tester's or landing's failure is to be fixed by this run. */
  readonly purpose: 'work' | 'mend';
  /** How many runs of this role the entry had before, plus one. */
  readonly attempt: number;
  readonly agent: string;
  /** Name of the adapter (`shell`, `command`). */
  readonly adapter: string;
  readonly createdAt: number;
  /** Its place in the pool, from 0: it has ports of its own. */
  readonly slot?: number;
  /** The user's checkout (main worktree), absolute. */
  readonly root: string;
  readonly gitCommonDir: string;
  /** Git dir of the task's worktree, absolute; the runner writes `kanban-ready` into it. */
  readonly gitDir: string;
  readonly worktree: string;
  /** Full ref: `refs/heads/T-12`. */
  readonly branch: string;
  /** Full ref of base. */
  readonly base: string;
  /** Base's tip when the run was briefed. */
  readonly baseSha: string;
  /** The commit of base that the branch starts from (`refs/kanban/start/T-12`). */
  readonly startSha: string;
  /** The branch's tip when the run was briefed. */
  readonly tip: string;
  /** The tip that a reviewer sent back: `done` with this very tip is a failure. */
  readonly mustDiffer: string | null;
  /** Board folder, relative: what the run changes there is put back. */
  readonly board: string;
  /** Null for `shell`. */
  readonly command: AgentCommand | null;
  readonly shell: ShellPlan | null;
  /** The run is no agent's but the merge queue's check: its folder is `.kanban/checks/<run id>/`, and it commits nothing. */
  readonly check?: CheckPlan;
  readonly identity: { readonly name: string; readonly email: string };
  /** The model that the agent was asked to use; null = its own choice. */
  readonly model: string | null;
  /** The agent's own session: chosen up front, or one of an earlier run that it continues with. */
  readonly session: { readonly id: string; readonly resume: boolean } | null;
  /** What the resumed session had used before; totals of a whole thread are counted from there. */
  readonly sessionUsage: Usage | null;
  /** Folder of the messages for this entry (runs/message-store.ts), absolute. */
  readonly messages: string;
  /** Milliseconds that it may wait for its provider before the run ends as `provider`. */
  readonly patience: number;
  /** bwrap's absolute path, where the processes are to be held in a PID namespace of their own. */
  readonly bwrap: string | null;
  /** What the run may still use up before a cap ends it; null = no cap. */
  readonly allowance: Allowance | null;
  /** Absolute path in the worktree where the agent is to write its report. */
  readonly report: string;
  /** Milliseconds of awake, monotonic time for the agent. */
  readonly timeout: number;
  readonly stall: { readonly after: number; readonly repeat: number; readonly kill: boolean };
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly grace: number;
  /** Bytes of output after which the agent is ended (`timed-out` is wrong for it: cause `no-report` with the detail). */
  readonly maxOutput: number;
  readonly hooks: {
    readonly afterCreate: string;
    readonly beforeRun: string;
    readonly afterRun: string;
    readonly timeout: number;
  };
}

/**
 * How an agent program is started. `dialogue`: lines over stdin, by the adapter's conversation. `argument`: the prompt takes
 * the place of `{prompt}` in `args`, and stdin is closed.
 */
export interface AgentCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly stdin: 'prompt' | 'argument' | 'none' | 'dialogue';
}

/** What is left of the caps for a run, and which cap that is, as text. */
export interface Allowance {
  readonly costUsd: number | null;
  readonly tokens: number | null;
  readonly why: string;
}

/**
 * How a message reaches a run: at once; by ending it and resuming its session; by ending it and starting afresh in the
 * same worktree; not at all (it reads no prompt).
 */
export type Inject = 'live' | 'resume' | 'restart' | 'none';
