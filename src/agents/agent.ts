import type { AgentSettings, Role } from '../workflow/settings.ts';
import type { AgentEvent, ShellPlan } from '../runner/folder.ts';

/** What an adapter is given to build a command from; paths are absolute. */
export interface AgentRun {
  readonly runId: string;
  readonly taskId: string;
  readonly role: Role;
  readonly purpose: 'work' | 'mend';
  readonly settings: AgentSettings;
  readonly model: string | null;
  readonly worktree: string;
  readonly promptFile: string;
  readonly report: string;
  readonly gitDir: string;
  readonly gitCommonDir: string;
  /** For `shell`: the entry's block and globs, and the role's `run`. */
  readonly script: string | null;
  readonly files: readonly string[];
  readonly roleRun: string;
  /** The agent's own session of an earlier run, to go on with, where `capabilities.resume`. */
  readonly session: string | null;
}

/** What is to be started. */
export type AgentPlan =
  | {
      readonly command: { readonly file: string; readonly args: readonly string[]; readonly stdin: 'prompt' | 'none' };
      readonly shell: null;
      readonly env: Readonly<Record<string, string>>;
    }
  | { readonly command: null; readonly shell: ShellPlan; readonly env: Readonly<Record<string, string>> };

/** How the adapter reads an ended agent, where git and the report have not already told. */
export type AgentReading =
  | { readonly kind: 'ended' }
  | { readonly kind: 'provider'; readonly until?: number; readonly detail: string }
  | { readonly kind: 'not-started'; readonly detail: string };

/** What one kind of agent looks like from outside. Pure: no clock, no disk, no processes. */
export interface Adapter {
  readonly name: string;
  /** Can it change code by judgement? `shell` cannot, so its failed tests are mended by another role's agent. */
  readonly mends: boolean;
  readonly capabilities: {
    readonly resume: boolean;
    readonly inject: 'live' | 'resume' | 'restart';
    /** Can it be given to these roles? */
    readonly roles: readonly Role[];
  };
  plan(run: AgentRun): AgentPlan;
  /** One line of output to events; unknown lines give none. `now` is epoch ms. */
  readonly parse: (line: string, now: number) => readonly AgentEvent[];
  outcome(
    exit: { readonly code: number | null; readonly signal: string | null },
    tail: string,
    events: readonly AgentEvent[],
    now: number,
  ): AgentReading;
}
