import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { lstatOrNone, NotPlain, readPlain, statOrNone } from './plain-file.ts';
import type { Problem } from '../problem.ts';
import { isAlive, processIdentity } from './claim.ts';
import type { Claim } from '../contract/run-files.ts';
import { isClaim } from '../contract/records.ts';
import { writeOnce, writeWhole } from './write-once.ts';
import { problemOfWriting } from './disk-problem.ts';
import { isRunning } from './temporary-files.ts';
import * as messages from './messages.ts';

declare const brand: unique symbol;

/** Whoever has one holds the lock: functions that may only run under it require it. */
export interface LockProof {
  readonly [brand]: true;
  readonly path: string;
  readonly nonce: string;
}

/** What stands in a lock file. */
export interface Holder extends Claim {
  /** Made anew each time, never used twice. */
  readonly nonce: string;
  /** A command that has it for a moment (`kanban undo`); absent: a coordinator. */
  readonly command?: string | undefined;
}

export type TakenLock = {
  readonly ok: true;
  readonly lock: LockProof;
  /** Gives it back; does nothing when it is another's by now. */
  release(): void;
  /** Reads the file: is it still ours? To be asked at every tick, since the user may have removed it. */
  stillHeld(): boolean;
};

export type TakeLock =
  | TakenLock
  /** `foreign`: another host or pid namespace, which can't be looked into from here. */
  | {
      readonly ok: false;
      readonly held: { readonly holder: Holder | null; readonly state: 'alive' | 'foreign' };
      readonly problem: Problem;
    }
  | { readonly ok: false; readonly held: null; readonly problem: Problem };

export interface LockOptions {
  /** File name in `dir`: `lock` (one coordinator per repository) by default. */
  readonly name?: string;
  /** Milliseconds to wait for a living holder; 0 by default. */
  readonly wait?: number;
  /** The command that takes it for a moment (`kanban undo`), for the messages of others; a coordinator by default. */
  readonly command?: string;
}

/**
 * Takes a lock: a file that names its holder by pid, start time, boot and host. The lock of a dead holder is taken over
 * at once; it can't be stolen from one that is busy or stopped, as locks with a time limit can.
 *
 * Taking over: whoever wants to replace the lock with nonce N must first win `<name>.takeover.<N>`, which is a lock of
 * the same kind (its winner may die too), and then still find N in the lock. A nonce never comes back, so exactly one of
 * many starters gets to replace it.
 * @param dir `<git common dir>/kanban`; made if it isn't there.
 */
export async function takeLock(dir: string, { name = 'lock', wait = 0, command }: LockOptions = {}): Promise<TakeLock> {
  const path = join(dir, name);
  const until = performance.now() + wait;
  // Long enough for any takeover on a busy machine; beyond it, its winner has been stopped in the middle of it.
  const busyUntil = Math.max(until, performance.now() + 5000);
  try {
    mkdirSync(dir, { recursive: true });
    for (;;) {
      const nonce = randomBytes(12).toString('hex');
      const found = tryTake(path, nonce, command);
      if (found === 'taken') {
        sweepDead(dir, name);
        return taken(path, nonce);
      }
      if (found !== 'busy' && performance.now() >= until) return refused(path, found);
      if (found === 'busy' && performance.now() >= busyUntil) return refused(path, { holder: null, state: 'alive' });
      // Busy: somebody takes it over this moment; soon it will have a living holder.
      await sleep(found === 'busy' ? 2 : 20);
    }
  } catch (error) {
    return { ok: false, held: null, problem: problemOfWriting(path, error) };
  }
}

/** Who holds the lock, for `status`; null if nobody who lives does. */
export function lockHolder(
  dir: string,
  name = 'lock',
): { readonly holder: Holder | null; readonly state: 'alive' | 'foreign' } | null {
  const found = inspectLock(join(dir, name));
  return found === null || found.state === 'dead' ? null : { holder: found.holder, state: found.state };
}

interface Found {
  readonly holder: Holder | null;
  readonly nonce: string;
  readonly state: 'alive' | 'foreign' | 'dead';
}

function tryTake(
  path: string,
  nonce: string,
  command: string | undefined,
): 'taken' | 'busy' | { readonly holder: Holder | null; readonly state: 'alive' | 'foreign' } {
  const mine = { ...processIdentity(process.pid), claimedAt: Date.now(), nonce, command } satisfies Holder;
  if (writeOnce(path, mine)) return 'taken';
  const found = inspectLock(path);
  if (found === null) return 'busy';
  if (found.state !== 'dead') return { holder: found.holder, state: found.state };
  const right = winTakeover(path, found.nonce, mine);
  if (right === null) return 'busy';
  // Between the look and the win somebody else may have finished taking over.
  const won = inspectLock(path)?.nonce === found.nonce;
  if (won) writeWhole(path, `${JSON.stringify(mine)}\n`);
  for (const file of right.reverse()) rmSync(file, { force: true });
  return won ? 'taken' : 'busy';
}

/**
 * The right to replace the lock with this nonce; if its winner died, the right to replace the winner, and so on.
 * @returns the files won or walked over, for removal afterwards, last one first; null if somebody living has it.
 */
function winTakeover(path: string, nonce: string, mine: Holder): string[] | null {
  const files: string[] = [];
  for (let dead = nonce; ;) {
    const file = `${path}.takeover.${dead}`;
    files.push(file);
    if (writeOnce(file, mine)) return files;
    const found = inspectLock(file);
    if (found === null || found.state !== 'dead') return null;
    dead = found.nonce;
  }
}

function inspectLock(path: string): Found | null {
  if (lstatOrNone(path) === undefined) return null;
  const text = textOf(path);
  // Whoever holds it may live: what can't be read says nothing about it.
  if (text === 'unreadable') return { holder: null, nonce: 'unreadable', state: 'alive' };
  const holder = parse(text);
  if (holder !== null) return { holder, nonce: holder.nonce, state: isAlive(holder) };
  // Locks are written whole, but for file systems without hard links: there it may be in the making. Later on, it is
  // what a power cut left of one.
  const age = Date.now() - (statOrNone(path)?.mtimeMs ?? 0);
  return { holder: null, nonce: 'unreadable', state: Math.abs(age) < 5000 ? 'alive' : 'dead' };
}

const MAX_LOCK_BYTES = 64 * 1024;

/**
 * What stands in a lock file; nothing where something else stands in its place.
 * @returns `unreadable`: the disk refuses it (no permission, no file descriptor left, an I/O error)
 */
function textOf(path: string): string {
  try {
    // Throws where it can't be seen whether there is one.
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return '';
    return readPlain(path, MAX_LOCK_BYTES)?.toString('utf8') ?? '';
  } catch (error) {
    return error instanceof NotPlain || (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? '' : 'unreadable';
  }
}

function parse(text: string): Holder | null {
  try {
    const value = JSON.parse(text) as unknown;
    const sound = isClaim(value) && /^[0-9a-f]+$/.test(String((value as Partial<Holder>).nonce));
    return sound ? (value as Holder) : null;
  } catch {
    return null;
  }
}

function taken(path: string, nonce: string): TakenLock {
  const stillHeld = (): boolean => {
    const text = textOf(path);
    // Nobody takes over a lock that can't be read.
    return text === 'unreadable' || parse(text)?.nonce === nonce;
  };
  const release = (): void => {
    if (parse(textOf(path))?.nonce === nonce) rmSync(path, { force: true });
  };
  return { ok: true, lock: { path, nonce } as LockProof, release, stillHeld };
}

function refused(
  path: string,
  held: { readonly holder: Holder | null; readonly state: 'alive' | 'foreign' },
): TakeLock {
  const { holder, state } = held;
  const where = { path, isAlive: state === 'alive' };
  const problem = {
    code: 'lock-held',
    message: messages.lockHeld(path, holder),
    fix: messages.freeLock(holder, where),
  };
  return { ok: false, held, problem };
}

/** What dead starters left: temporary files and won takeovers. Under the lock, since nobody needs an old nonce any more. */
function sweepDead(dir: string, name: string): void {
  for (const file of readdirSync(dir)) {
    if (!file.startsWith(`${name}.`)) continue;
    const path = join(dir, file);
    const temporary = /\.(\d+)\.[0-9a-f]{8}$/.exec(file);
    // Written whole, it names its writer as a lock does; half written, only its age tells.
    const dead =
      inspectLock(path)?.state === 'dead'
        ? temporary !== null || file.startsWith(`${name}.takeover.`)
        : temporary !== null && isOld(path) && !isRunning(Number(temporary[1]));
    if (dead) rmSync(path, { force: true });
  }
}

/** A process of another pid namespace may be writing it this moment: its pid says nothing here. */
const isOld = (path: string): boolean => Date.now() - (statOrNone(path)?.mtimeMs ?? 0) > 60_000;
