import type { Cause } from './result.ts';

/**
 * The files of the run folder `.kanban/runs/<run id>/`. The coordinator writes `brief.json` and `prompt.md`; the runner
 * writes everything else, and `result.json` last. The files that describe the run folder (`brief.ts`, `result.ts`,
 * `agent-event.ts` and this one) hold types and names only, because the runner must start fast.
 *
 * | file | written by | when |
 * |---|---|---|
 * | brief.json, prompt.md | coordinator | before the runner gets the run (the whole folder is renamed into place) |
 * | run.json | runner (coordinator, for a run that never started) | the claim: `link()`ed, so the first one wins |
 * | stop.json | coordinator | asks the runner to end the run, with the cause; written before any signal |
 * | cause.json | runner | why the run ends, `link()`ed before any signal is sent: the first cause wins. A run that ends by itself needs none: result.json says it |
 * | agent.json | runner | the process that the agent (or a hook) was started as, so that a later sweep knows its group |
 * | output.log | agent | its stdout and stderr, straight to the file; none where no program ran |
 * | events.jsonl | runner | one AgentEvent a line; none where no program ran |
 * | usage.json | runner | what the agent has used so far: `{ run, thread }`, each a Usage; absent if the agent does not report it |
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

/** `taken.json` */
export interface Taken {
  readonly at: number;
  /** The commit that took it in; null when it was discarded. */
  readonly commit: string | null;
  readonly why: string;
}

/**
 * Lines on the runner's stdin, as JSON: the coordinator hands over runs; at end of file the runner finishes the run
 * that it has and leaves. Lines on its stdout: `{"ended": "<run id>"}`.
 */
export interface RunnerOrder {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}
