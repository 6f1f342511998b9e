import { closeSync, openSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { plainOutput } from '../plain-text.ts';
import { tellingLine } from '../telling-line.ts';
import * as messages from './messages.ts';

export interface CommandRun {
  /** For `sh -c`. */
  readonly command: string;
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
  /** Milliseconds between SIGTERM and SIGKILL; 2 s by default. */
  readonly grace?: number;
  /** For stdin; it is at its end at once otherwise. */
  readonly input?: string;
  /** A file that the output is appended to, at most 1 MiB a command. */
  readonly log?: string;
}

export interface CommandResult {
  /** Null: ended by a signal, or never started. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** The last lines of stdout and stderr: at most 20 lines and 4 KiB. For a command that couldn't be started, why. */
  readonly tail: string;
  /** The line of the output (of its last 64 KiB) that tells most about a failure; '' = it printed nothing. */
  readonly telling: string;
}

/**
 * Runs one of the user's commands for the coordinator (before_remove, notify, preflight) in a process group of its own,
 * so that Ctrl-C on the coordinator doesn't reach it and a deadline ends all of it. Memory is bounded whatever it prints.
 * Comes back when the command itself has ended, also if something it left behind holds its output open.
 */
export async function runCommand(run: CommandRun): Promise<CommandResult> {
  const { execa } = await import('execa');
  const child = execa('sh', ['-c', run.command], {
    cwd: run.cwd,
    env: { ...run.env },
    extendEnv: false,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    ...(run.input === undefined ? { stdin: 'ignore' as const } : { input: run.input }),
  });
  const tail = createTail(run.log);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => tail.add(chunk));
  const deadline = startDeadline(child.pid, run);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const settled = child.then((result) => result);
  await Promise.race([exited, settled]);
  await deadline.clear();
  await drained([child.stdout, child.stderr]);
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  const result = await settled;
  const text = tail.end();
  const started = child.pid !== undefined;
  return {
    code: started ? (child.exitCode ?? null) : null,
    signal: child.signalCode ?? null,
    timedOut: deadline.passed(),
    ...(started ? text : both(messages.couldNotBeStarted(result.originalMessage ?? 'unknown error'))),
  };
}

const KEPT_BYTES = 64 * 1024;
const TAIL_BYTES = 4096;
const TAIL_LINES = 20;
const LOG_BYTES = 1024 * 1024;

/** The cut may have gone through a character: what is left of it is no text. */
const textOf = (end: Buffer): string => end.toString('utf8').replace(/^\uFFFD+/, '');

function createTail(log: string | undefined): {
  add(chunk: Buffer): void;
  end(): Pick<CommandResult, 'tail' | 'telling'>;
} {
  const file = log === undefined ? null : openSync(log, 'a', 0o600);
  let logged = 0;
  let parts: Buffer[] = [];
  let bytes = 0;
  const joined = (): Buffer => {
    const kept = Buffer.from(Buffer.concat(parts).subarray(-KEPT_BYTES));
    parts = [kept];
    bytes = kept.length;
    return kept;
  };
  return {
    add(chunk) {
      const last = chunk.length > KEPT_BYTES ? chunk.subarray(-KEPT_BYTES) : chunk;
      parts.push(last);
      bytes += last.length;
      if (bytes > 4 * KEPT_BYTES) joined();
      if (file === null || logged >= LOG_BYTES) return;
      logged += writeSync(file, chunk.subarray(0, LOG_BYTES - logged));
    },
    end() {
      if (file !== null) closeSync(file);
      const end = joined();
      const lines = plainOutput(textOf(end.subarray(-TAIL_BYTES)))
        .trimEnd()
        .split('\n');
      return { tail: lines.slice(-TAIL_LINES).join('\n'), telling: tellingLine(textOf(end)) };
    },
  };
}

const both = (text: string): Pick<CommandResult, 'tail' | 'telling'> => ({ tail: text, telling: text });

interface Deadline {
  /** After the command's end: if its time was up, the rest of its group gets the same grace, and is then killed. */
  clear(): Promise<void>;
  passed(): boolean;
}

function startDeadline(pid: number | undefined, { timeout, grace = 2000 }: CommandRun): Deadline {
  let killAt: number | null = null;
  let kill: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    killAt = performance.now() + grace;
    signalGroup(pid, 'SIGTERM');
    kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), grace);
  }, timeout);
  return {
    async clear() {
      clearTimeout(timer);
      while (killAt !== null && performance.now() < killAt && signalGroup(pid, 0)) await sleep(20);
      clearTimeout(kill);
      if (killAt !== null) signalGroup(pid, 'SIGKILL');
    },
    passed: () => killAt !== null,
  };
}

/** Returns whether anything of the group was there. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // macOS says EPERM of a group of which only zombies are left.
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    return false;
  }
}

/** Until both streams are at their end, or silent for 100 ms, or for 1 s: a left-over may hold them open for ever. */
async function drained(streams: readonly Readable[]): Promise<void> {
  const giveUp = performance.now() + 1000;
  let last = performance.now();
  for (const stream of streams) stream.on('data', () => (last = performance.now()));
  const atEnd = (stream: Readable): boolean => stream.readableEnded || stream.destroyed;
  while (!streams.every(atEnd) && performance.now() < giveUp && performance.now() - last < 100) await sleep(5);
}
