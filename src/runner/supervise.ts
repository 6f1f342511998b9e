import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { MonotonicClock } from './monotonic-clock.ts';
import { contained, exitInside, isWrapper, notThere, wrapperFailure } from '../system/contain.ts';
import { killTree } from './kill-tree.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import type { Cause } from '../contract/result.ts';
import type { LiveRun } from './live-run.ts';
import { openPlain } from '../system/plain-file.ts';
import { traced } from './git/git-trace.ts';
import { listProcesses, readProcess, startedSince } from '../system/process-table.ts';
import { fingerprint, StallWatch } from './stall.ts';
import type { AgentProcess } from '../contract/records.ts';
import { descendants, sweepRun } from './sweep.ts';
import type { Swept } from './sweep.ts';
import { writeWhole } from '../system/write-once.ts';
import * as messages from './messages.ts';

/** One program that is part of a run: the agent, a hook, a role's command. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /** File that becomes its stdin; null = closed. */
  readonly stdin: string | null;
  /** For a program that is spoken to: given its stdin, a pipe, once it has been started. */
  readonly onStdin?: (stdin: Writable) => void;
  /** It has done its work and should be gone: ended after a moment, without a cause. */
  readonly isOver?: () => boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Awake ms that it may take. */
  readonly timeout: number;
  /** What the run ends with when that is over; null: only this program is ended, and the run's own end doesn't touch it. */
  readonly late: (() => { readonly cause: Cause; readonly detail: string } | null) | null;
  /** The agent itself: its time counts, and it is watched for stalls. */
  readonly isAgent: boolean;
  /** Called about every 250 ms, to follow the output. */
  readonly onTick?: () => void;
}

/** How a program ended. `spawnError`: it never ran. */
export interface ProgramEnd {
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null;
  readonly spawnError: string | null;
}

const TICK = 250;
const STOP_LOOK = 1_000;
/** How long leftovers of a program that ended by itself have between SIGTERM and SIGKILL. */
const GENTLE = 1_500;
/** An agent that has said its last word, and whose stdin is closed, may take so long to leave. */
const LINGER = 5_000;
/** After this a process that can't be ended is a survivor. */
const SWEEP_LIMIT = 60_000;

/**
 * Runs one program of a run in its own process group (and PID namespace, where the brief has bwrap), its output going
 * straight to output.log, until nothing of the run is alive. Deadline, output limit, stop.json and (if set so) a stall
 * end it; each is written to cause.json before the first signal.
 */
export async function supervise(run: LiveRun, program: Program): Promise<ProgramEnd> {
  run.lookForStop();
  if (run.ended && program.late) return { exit: null, spawnError: null };
  const before = run.outputSize();
  const child = launch(run, program);
  if ('spawnError' in child) return { exit: null, spawnError: child.spawnError };
  let exit: ProgramEnd | null = null;
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      exit ??= { exit: null, spawnError: error.message };
      resolve();
    });
    child.once('exit', (code, signal) => {
      exit ??= { exit: { code, signal }, spawnError: null };
      resolve();
    });
  });
  note(run, child);
  let ended = false;
  let stopWatching = (): void => {};
  const ending = new Promise<void>((resolve) => {
    const end = (): void => {
      ended = true;
      resolve();
    };
    stopWatching = watch(run, program, child, end);
    if (program.late) run.whenEnding(end);
  });
  await Promise.race([exited, ending]);
  if (ended) {
    treeCpu(run, child.pid);
    await killTree(run, child, exited);
  }
  stopWatching();
  const { swept, survivors } = await sweepRun(
    run.sweepTarget(),
    ended ? 0 : Math.min(GENTLE, run.brief.grace),
    SWEEP_LIMIT,
  );
  for (const found of swept) if (!isOurs(run, child, found)) run.swept.set(found.pid, found);
  run.survivors = survivors;
  return unwrapped(run, exit ?? { exit: null, spawnError: null }, before);
}

/** The program itself, or the bwrap around it. */
function isOurs({ brief }: LiveRun, child: ChildProcess, { pid, command }: Swept): boolean {
  return pid === child.pid || (brief.bwrap !== null && isWrapper(brief.bwrap, command));
}

/** The program's own end, where bwrap stood in between. */
function unwrapped({ brief, outputPath }: LiveRun, end: ProgramEnd, before: number): ProgramEnd {
  if (brief.bwrap === null || end.exit === null) return end;
  const { code, signal } = end.exit;
  const failure = wrapperFailure(code, outputPath, before);
  return failure === null ? { exit: exitInside(code, signal), spawnError: null } : { exit: null, spawnError: failure };
}

function launch(run: LiveRun, program: Program): ChildProcess | { spawnError: string } {
  if (program.file === '') return { spawnError: messages.NO_PROGRAM };
  let stdin: number | 'ignore' | 'pipe' = program.onStdin ? 'pipe' : 'ignore';
  try {
    if (program.stdin !== null) stdin = openPlain(program.stdin) ?? 'ignore';
    const output = run.outputFd();
    const { bwrap, worktree } = run.brief;
    const env = {
      ...run.environment(),
      ...program.env,
      ...(program.isAgent && !run.brief.check ? traced(run.brief) : {}),
    };
    const missing = bwrap === null ? null : notThere(program.file, worktree, env['PATH']);
    if (missing !== null) return { spawnError: missing };
    const { file, args } = bwrap === null ? program : contained(bwrap, program.file, program.args);
    const child = spawn(file, [...args], {
      cwd: worktree,
      env,
      detached: true,
      stdio: [stdin, output, output],
    });
    if (child.stdin !== null) program.onStdin?.(child.stdin);
    return child;
  } catch (error) {
    return { spawnError: (error as Error).message };
  } finally {
    if (typeof stdin === 'number') closeSync(stdin);
  }
}

/** Remembers group and start time, here and in agent.json: a coordinator may have to end it without us. */
function note(run: LiveRun, child: ChildProcess): void {
  if (child.pid === undefined) return;
  const startTime = readProcess(child.pid)?.startTime ?? '';
  if (run.since === '') run.since = startTime;
  run.groups.push(child.pid);
  if (startTime === '') return;
  run.seen.set(`${child.pid} ${startTime}`, { pid: child.pid, startTime });
  const process: AgentProcess = {
    pid: child.pid,
    startTime,
    since: run.since,
    ...(run.temporary === null ? {} : { tmp: run.temporary }),
  };
  try {
    writeWhole(join(run.folder, RUN_FILES.agent), `${JSON.stringify(process)}\n`);
  } catch {
    // A full disk, or a run folder that the agent replaced: only a sweep without us would be less sure.
  }
}

function watch(run: LiveRun, program: Program, child: ChildProcess, giveUp: () => void): () => void {
  const clock = new MonotonicClock(TICK);
  const stall = program.isAgent && run.brief.stall.after > 0 ? new StallWatch(run.brief.stall.after) : null;
  const before = run.awake;
  let nextStopLook = 0;
  let overSince: number | null = null;
  let nextTreeLook = 0;
  const lookForStop = (awake: number): void => {
    if (awake < nextStopLook) return;
    nextStopLook = awake + STOP_LOOK - TICK / 2;
    run.restoreFolder();
    run.lookForStop();
  };
  const tick = (): void => {
    const awake = clock.tick();
    if (program.isAgent) run.awake = before + awake;
    if (run.ended && program.late) return;
    program.onTick?.();
    if (program.isOver?.()) overSince ??= awake;
    if (overSince !== null && awake - overSince > LINGER) return giveUp();
    lookForStop(awake);
    const output = run.outputSize();
    if (output > run.brief.maxOutput) run.end('no-report', messages.printedMoreThan(run.brief.maxOutput));
    if (stall && awake >= nextTreeLook) {
      nextTreeLook = awake + stall.interval;
      lookForStall(run, stall, { awake, output }, child.pid);
    }
    // Its turn is over: all that is left to it is to leave, so no deadline applies any more.
    if (awake >= program.timeout && overSince === null) endLate(run, program, giveUp);
  };
  const timer = setInterval(tick, TICK);
  return () => {
    clearInterval(timer);
    const awake = clock.tick();
    if (program.isAgent) run.awake = before + awake;
  };
}

function endLate(run: LiveRun, program: Program, giveUp: () => void): void {
  const late = program.late?.();
  if (late) run.end(late.cause, late.detail);
  else giveUp();
}

function lookForStall(
  run: LiveRun,
  watch: StallWatch,
  { awake, output }: { readonly awake: number; readonly output: number },
  pid: number | undefined,
): void {
  const cpu = treeCpu(run, pid);
  // A run that waits for its provider is waiting, not stalled.
  if (run.waits !== null) return;
  const { change, since } = watch.observe(awake, { output, cpu, files: () => fingerprint(run.brief.worktree) });
  if (change === null) return;
  const at = Date.now();
  run.event({ at, type: change, since: at - Math.round(awake - since) });
  if (change === 'stalled' && run.brief.stall.kill) run.end('stalled', messages.nothingMovedFor(awake - since));
}

/** CPU of all that can be reached from the agent; remembers each of them for the sweep. */
function treeCpu(run: LiveRun, pid: number | undefined): number {
  if (pid === undefined) return 0;
  const rows = listProcesses();
  const known = rows.filter((row) => run.seen.has(`${row.pid} ${row.startTime}`)).map((row) => row.pid);
  const tree = descendants(rows, [
    pid,
    ...known,
    ...rows.filter((row) => run.groups.includes(row.pgid)).map((row) => row.pid),
  ]);
  const mine = tree.filter((row) => row.pgid === pid || startedSince(row, run.since));
  for (const row of mine) run.seen.set(`${row.pid} ${row.startTime}`, { pid: row.pid, startTime: row.startTime });
  return mine.reduce((sum, row) => sum + row.cpu, 0);
}
