/** Tokens and US dollars; what the agent did not tell is absent, never 0. */
export interface Usage {
  /** Input tokens, those read from a cache among them. */
  readonly input?: number;
  readonly output?: number;
  /** Input tokens that came from a cache. */
  readonly cached?: number;
  readonly costUsd?: number;
}

/** Phases of a run in which no agent works: a hook runs, or the run waits until the `after_create` of another one is done. */
export const HOOK_PHASES = ['submodules', 'after_create', 'before_run', 'after_run', 'hook-queue'] as const;
export type HookPhase = (typeof HOOK_PHASES)[number];

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
