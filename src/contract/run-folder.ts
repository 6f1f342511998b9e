/**
 * The run folder `.kanban/runs/<run id>/`: the contract between the coordinator, which writes `brief.json` and
 * `prompt.md`, and the runner, which writes all else, `result.json` last. Types and names only: the runner is to
 * start fast, so nothing is imported here.
 *
 * | file | written by | when |
 * |---|---|---|
 * | brief.json, prompt.md | coordinator | before the runner hears of the run (the folder is renamed into place whole) |
 * | run.json | runner (coordinator, for a run that never started) | the claim: `link()`ed, so the first one wins |
 * | stop.json | coordinator | asks the runner to end the run, with the cause; written before any signal |
 * | cause.json | runner | why the run ends, `link()`ed before any signal is sent: the first cause wins. A run that ends by itself needs none: result.json says it |
 * | agent.json | runner | the process that the agent (or a hook) was started as, so that a later sweep knows its group |
 * | output.log | agent | its stdout and stderr, straight to the file; none where no program ran |
 * | events.jsonl | runner | one AgentEvent a line; none where no program ran |
 * | usage.json | runner | what the agent has used so far: `{ run, thread }`, each a Usage; none where it tells nothing |
 * | report.md | runner | the agent's report, copied out of the worktree |
 * | result.json | runner | last, by write-then-rename: the run has ended and nothing of it is alive |
 * | taken.json | coordinator | the result was recorded (by which commit) or discarded (why) |
 */
export const RUN_FILES = {
  brief: 'brief.json',
  prompt: 'prompt.md',
  claim: 'run.json',
  stop: 'stop.json',
  cause: 'cause.json',
  agent: 'agent.json',
  output: 'output.log',
  events: 'events.jsonl',
  report: 'report.md',
  usage: 'usage.json',
  result: 'result.json',
  taken: 'taken.json',
} as const;

/** How a run ended (DESIGN.md section 5). */
export const CAUSES = [
  'reported',
  'no-report',
  'timed-out',
  'stalled',
  'provider',
  'not-started',
  'stopped',
  'lost',
] as const;
export type Cause = (typeof CAUSES)[number];

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
  readonly role: 'task' | 'reviewer' | 'tester';
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

/** How an agent program is started. `dialogue`: lines over stdin, by the adapter's conversation. */
export interface AgentCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly stdin: 'prompt' | 'none' | 'dialogue';
}

/** Tokens and US dollars; what the agent did not tell is absent, never 0. */
export interface Usage {
  /** Input tokens, those read from a cache among them. */
  readonly input?: number;
  readonly output?: number;
  /** Input tokens that came from a cache. */
  readonly cached?: number;
  readonly costUsd?: number;
}

/** What is left of the caps for a run, and which cap that is, in words. */
export interface Allowance {
  readonly costUsd: number | null;
  readonly tokens: number | null;
  readonly why: string;
}

/** `run.json`: who runs it. A pid counts only together with its start time and boot. */
export interface Claim {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat (clock ticks since boot), or `ps -o lstart=` where there is no /proc. */
  readonly startTime: string;
  readonly bootId: string;
  readonly host: string;
  /** Target of /proc/self/ns/pid; '' where there is none. */
  readonly pidNamespace: string;
  /** Milliseconds since the epoch. */
  readonly claimedAt: number;
  /** True: linked by a coordinator for a run that no runner ever claimed. */
  readonly lost?: boolean;
}

/** `stop.json` and `cause.json`. */
export interface EndCause {
  readonly cause: Cause;
  /** In words, for the log: "the user stopped it", "no output for 5m". */
  readonly detail: string;
  readonly at: number;
}

/** Work kept under `refs/kanban/rescue/<id>/<n>` instead of being committed on the branch. */
export interface Rescue {
  readonly ref: string;
  readonly why: string;
  readonly paths: readonly string[];
}

/** `result.json`: facts, not judgement; the pipeline judges. */
export interface RunResult {
  readonly version: 1;
  readonly runId: string;
  readonly cause: Cause;
  readonly detail: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Milliseconds of awake time that the agent had. */
  readonly awake: number;
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null;
  /** The branch's tip after everything below. */
  readonly tip: string;
  /** Commits over base on the branch: `git rev-list --count base..tip`, against base as it is now. */
  readonly ahead: number;
  /** Files that differ between merge base and tip, without renames. */
  readonly changed: readonly string[];
  /** Commit that holds what the agent left uncommitted; null if nothing. */
  readonly leftovers: string | null;
  readonly rescued: readonly Rescue[];
  /** Board files that the branch had changed and that were put back. */
  readonly boardRestored: readonly string[];
  /** Facts that fail the run whatever its report says ("HEAD was left on another branch"). */
  readonly faults: readonly string[];
  /** Why its worktree was not touched, with what the user can do: the entry is escalated. */
  readonly refused?: string;
  /** Commits by the run's identity on base or in the user's checkout, newest first; absent where the runner was an older one. */
  readonly strays?: readonly OutsideCommit[];
  /** A report was found and copied. */
  readonly reported: boolean;
  /** Bytes of output. */
  readonly output: number;
  /** Last lines of the output (at most 20 lines, 4 KiB), for findings. */
  readonly tail: string;
  /** Processes that could not be ended in 60 s. */
  readonly survivors: readonly { readonly pid: number; readonly command: string }[];
  /** Names of processes that the sweep ended after the agent was gone. */
  readonly swept: readonly { readonly pid: number; readonly command: string }[];
  /** For cause `provider`: when it may be asked again (epoch ms), if it said so. */
  readonly providerUntil?: number;
  /** The agent's own session, if it named one. */
  readonly session?: string;
  /** What this run used, as far as the agent told. */
  readonly usage?: Usage;
  /** Total of the agent's whole session, where it tells no other figure: the next run of that session counts from here. */
  readonly sessionUsage?: Usage;
  /** Tool calls that were refused for want of permission, in words; at most 10. */
  readonly denied?: readonly string[];
  /** For cause `not-started`: the agent needs a login or a key; no retry helps before the user has seen to it. */
  readonly login?: boolean;
  /** For cause `not-started`: the session that was to continue is gone; the next run begins a new one. */
  readonly noSession?: boolean;
  /** For cause `stopped`: a cap was reached. */
  readonly capped?: boolean;
  /** Of a check: the fewest bytes that were free on the disks of its worktree and its TMPDIR while it ran. */
  readonly room?: number;
}

/** A commit that a run made where it had no business. */
export interface OutsideCommit {
  readonly sha: string;
  readonly subject: string;
  /** At most 20 files that it changed (against its first parent). */
  readonly files: readonly string[];
  readonly isMerge: boolean;
  /** Short name of the branch that it lies on; '' = the detached HEAD of the user's checkout. */
  readonly on: string;
  /** Only the branch was moved: index and files of the checkout are still as before. */
  readonly onlyRef?: boolean;
}

/** `taken.json` */
export interface Taken {
  readonly at: number;
  /** The commit that took it in; null when it was discarded. */
  readonly commit: string | null;
  readonly why: string;
}

/** One line of `events.jsonl`: what the agent does, in one form for all adapters. */
export type AgentEvent =
  | { readonly at: number; readonly type: 'text'; readonly text: string }
  /** `input`: the call's whole input as text, to tell repeated calls; not written to the file. */
  | {
      readonly at: number;
      readonly type: 'tool';
      readonly name: string;
      readonly summary: string;
      readonly input?: string;
    }
  /** A tool call that was refused for want of permission. */
  | { readonly at: number; readonly type: 'denied'; readonly name: string; readonly summary: string }
  /** `step`: since the last such event; `run`: since the agent was started; `thread`: since its session began. */
  | ({ readonly at: number; readonly type: 'usage'; readonly scope: 'step' | 'run' | 'thread' } & Usage)
  /** What the agent says went wrong with its provider; it may continue all the same. */
  | {
      readonly at: number;
      readonly type: 'error';
      readonly what: 'provider' | 'login' | 'session' | 'other';
      readonly why: string;
      readonly until?: number;
    }
  /** A message that was given to the agent while it worked, and from whom. */
  | { readonly at: number; readonly type: 'told'; readonly text: string; readonly by: string }
  | { readonly at: number; readonly type: 'session'; readonly id: string }
  | { readonly at: number; readonly type: 'waiting'; readonly until?: number; readonly why: string }
  | { readonly at: number; readonly type: 'phase'; readonly name: string }
  /** `why`: the same tool call over and over; without it nothing moved at all. */
  | { readonly at: number; readonly type: 'stalled'; readonly since: number; readonly why?: string }
  | { readonly at: number; readonly type: 'awake'; readonly since: number };

/**
 * Lines on the runner's stdin, as JSON: the coordinator hands over runs; at end of file the runner finishes the run
 * that it has and leaves. Lines on its stdout: `{"ended": "<run id>"}`.
 */
export interface RunnerOrder {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * How a message reaches a run: at once; by ending it and resuming its session; by ending it and starting afresh in the
 * same worktree; not at all (it reads no prompt).
 */
export type Inject = 'live' | 'resume' | 'restart' | 'none';
