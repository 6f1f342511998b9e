import { ROLES } from '../workflow/roles.ts';
import { CAUSES } from './result.ts';
import type { AgentEvent, Usage } from './agent-event.ts';
import type { Brief } from './brief.ts';
import type { Claim, Taken } from './run-files.ts';
import type { RunResult } from './result.ts';
import { amount, flag, guard, list, nullOr, number, object, oneOf, optional, pid, sha, text, time } from './shape.ts';

/** Bytes that the files of a run folder may have: what is longer was not written by a runner or a coordinator. */
export const MOST_RECORD = 16 * 1024 * 1024;
export const MOST_SMALL_RECORD = 1024 * 1024;

const usage = object({
  input: optional(amount),
  output: optional(amount),
  cached: optional(amount),
  costUsd: optional(amount),
});
const line = text(64 * 1024);
const process = object({ pid, command: text() });

export const isBrief = guard<Brief>(
  object({
    version: oneOf(1),
    runId: text(300),
    taskId: text(4096),
    title: text(),
    role: oneOf(...ROLES),
    purpose: oneOf('work', 'mend'),
    attempt: number,
    agent: text(300),
    adapter: text(300),
    createdAt: time,
    slot: optional(amount),
    root: line,
    gitCommonDir: line,
    gitDir: line,
    worktree: line,
    branch: line,
    base: line,
    baseSha: sha,
    startSha: sha,
    tip: sha,
    mustDiffer: nullOr(sha),
    board: line,
    command: nullOr(object({ file: line, args: list(text()), stdin: oneOf('prompt', 'argument', 'none', 'dialogue') })),
    shell: nullOr(
      object({
        ...{ script: nullOr(text()), check: nullOr(object({})), mergeBase: flag, run: text() },
        tests: optional(list(object({ glob: text(), command: text() }))),
      }),
    ),
    check: optional(object({ command: text(), commit: sha, key: text(), entries: list(text(300)) })),
    identity: object({ name: line, email: line }),
    model: nullOr(line),
    session: nullOr(object({ id: line, resume: flag })),
    sessionUsage: nullOr(usage),
    messages: line,
    patience: amount,
    bwrap: nullOr(line),
    allowance: nullOr(object({ costUsd: nullOr(number), tokens: nullOr(number), why: line })),
    report: line,
    timeout: amount,
    stall: object({ after: amount, repeat: amount, kill: flag }),
    grace: amount,
    maxOutput: amount,
    hooks: object({ afterCreate: text(), beforeRun: text(), afterRun: text(), timeout: amount }),
  }),
);

export const isClaim = guard<Claim>(
  object({
    pid,
    startTime: line,
    bootId: line,
    host: line,
    pidNamespace: line,
    claimedAt: time,
    lost: optional(flag),
  }),
);

export const isResult = guard<RunResult>(
  object({
    version: oneOf(1),
    runId: text(300),
    cause: oneOf(...CAUSES),
    detail: text(),
    startedAt: time,
    endedAt: time,
    awake: amount,
    waited: optional(amount),
    exit: nullOr(object({ code: nullOr(number), signal: nullOr(line) })),
    tip: sha,
    ahead: amount,
    changed: list(text()),
    leftovers: nullOr(sha),
    rescued: list(object({ ref: line, why: text(), paths: list(text()) })),
    boardRestored: list(text()),
    unhidden: optional(list(text())),
    faults: list(text()),
    strays: optional(list(object({ sha, subject: text(), files: list(text()), isMerge: flag, on: line }))),
    reported: flag,
    output: amount,
    tail: text(),
    survivors: list(process),
    swept: list(process),
    providerUntil: optional(time),
    session: optional(line),
    usage: optional(usage),
    sessionUsage: optional(usage),
    denied: optional(list(text())),
    login: optional(flag),
    noSession: optional(flag),
    capped: optional(flag),
    room: optional(amount),
  }),
);

export const isTaken = guard<Taken>(object({ at: time, commit: nullOr(text(64)), why: text() }));

/** `agent.json` */
export interface AgentProcess {
  readonly pid: number;
  readonly startTime: string;
  /** Start time of the run's first program. */
  readonly since: string;
  /** The run's TMPDIR. */
  readonly tmp?: string;
}
export const isAgentProcess = guard<AgentProcess>(object({ pid, startTime: line, since: line, tmp: optional(line) }));

/** `usage.json` */
export const isUsageFile = guard<{ readonly run?: Usage; readonly thread?: Usage }>(
  object({ run: optional(usage), thread: optional(usage) }),
);

const EVENTS: Readonly<Record<AgentEvent['type'], (value: unknown) => boolean>> = {
  text: object({ text: text() }),
  tool: object({ name: text(), summary: text() }),
  denied: object({ name: text(), summary: text() }),
  usage: object({ scope: oneOf('step', 'run', 'thread') }),
  error: object({ what: oneOf('provider', 'login', 'session', 'other'), why: text(), until: optional(number) }),
  told: object({ text: text(), by: text() }),
  session: object({ id: line }),
  waiting: object({ why: text(), until: optional(number) }),
  phase: object({ name: text() }),
  stalled: object({ since: time, why: optional(text()) }),
  awake: object({ since: time }),
};

/** One line of events.jsonl, if it is one. */
export function eventOf(printed: string): AgentEvent | null {
  try {
    const value = JSON.parse(printed) as { readonly type?: unknown; readonly at?: unknown } | null;
    const type = value?.type;
    if (typeof type !== 'string' || !Object.hasOwn(EVENTS, type) || !time(value?.at)) return null;
    return EVENTS[type as AgentEvent['type']](value) && usage(value) ? (value as AgentEvent) : null;
  } catch {
    return null;
  }
}
