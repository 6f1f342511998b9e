import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { git, startGit, zeroSha, type Repository } from './git.ts';
import * as messages from './messages.ts';

export interface Ref {
  /** In full: `refs/heads/main`. */
  readonly name: string;
  readonly sha: string;
}

/** One change of a ref. */
export interface RefUpdate {
  readonly ref: string;
  /** null = delete it. */
  readonly to: string | null;
  /** What it must be now; null = must not exist; undefined = whatever it is. */
  readonly from?: string | null | undefined;
}

/** `stale`: a ref is not what it was to be. `locked`: another process holds a lock. Both change nothing. */
export type RefResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: 'stale' | 'locked'; readonly message: string };

/** One `git for-each-ref`. @param patterns prefixes (`refs/heads/`, `refs/kanban/`) or globs. */
export async function readRefs(repo: Repository, patterns: readonly string[]): Promise<Ref[]> {
  const { stdout } = await git(['for-each-ref', '--format=%(refname)%00%(objectname)', ...patterns], {
    cwd: repo.root,
  });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [name = '', sha = ''] = line.split('\0');
      return { name, sha };
    });
}

/**
 * Moves refs in one transaction: all or none, each compared with its old value.
 * @throws Error for anything but a stale or locked ref (a malformed name, an object that is missing).
 */
export async function updateRefs(repo: Repository, updates: readonly RefUpdate[]): Promise<RefResult> {
  if (updates.length === 0) return { ok: true };
  const lines = updates.map(({ ref, to, from }) => {
    const old = from === undefined ? '' : ` ${from ?? zeroSha(repo)}`;
    return to === null ? `delete ${ref}${old}` : `update ${ref} ${to}${old}`;
  });
  const input = `start\n${lines.join('\n')}\ncommit\n`;
  for (let tries = 0; ; tries++) {
    const result = await queued(repo, input);
    if (result.ok || result.why === 'stale' || tries >= LOCK_TRIES) return result;
    await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** tries));
  }
}

/** pid of the process that moves refs, if one is alive: a journal names it, for it may outlive us by a moment. */
export const refProcess = (repo: Repository): number | null => sessions.get(repo)?.child?.pid ?? null;

/** Starts the process that moves refs, if none is there, so that `refProcess` has an answer. */
export function readyRefs(repo: Repository): void {
  sessionOf(repo);
}

export function closeRefs(repo: Repository): void {
  const session = sessions.get(repo);
  session?.child?.stdin.end();
  if (session) session.child = null;
}

/** git itself waits 100 ms for a ref's lock; five more tries make about a second. */
const LOCK_TRIES = 4;
/** The process fixes the date for the reflog at its first use, so it is not kept for long. */
const KEPT_FOR = 10_000;

const LOST: RefResult = { ok: false, why: 'locked', message: messages.UPDATE_REF_ENDED };

interface Session {
  child: ChildProcessWithoutNullStreams | null;
  since: number;
  /** Transactions go one after the other. */
  last: Promise<unknown>;
}
const sessions = new WeakMap<Repository, Session>();

function sessionOf(repo: Repository): Session {
  let session = sessions.get(repo);
  if (!session) sessions.set(repo, (session = { child: null, since: 0, last: Promise.resolve() }));
  if (session.child && Date.now() - session.since > KEPT_FOR) closeRefs(repo);
  if (!session.child) {
    // A ref that somebody has made an alias is changed itself, never the branch that it names.
    const child = startGit(['update-ref', '--no-deref', '-m', 'kanban', '--stdin'], repo.root);
    const gone = () => {
      if (session.child === child) session.child = null;
    };
    child.on('error', gone).on('exit', gone);
    child.stdin.on('error', () => {});
    hold(child, false);
    session.child = child;
    session.since = Date.now();
  }
  return session;
}

function queued(repo: Repository, input: string): Promise<RefResult> {
  const session = sessionOf(repo);
  // A process that was killed while it waited (out of memory) says nothing: once more, the old values still guard.
  const result = session.last.then(
    async () => (await transaction(repo, input)) ?? (await transaction(repo, input)) ?? LOST,
  );
  session.last = result.catch(() => {});
  return result;
}

/** @returns null when the process ended without a word. */
function transaction(repo: Repository, input: string): Promise<RefResult | null> {
  const session = sessionOf(repo);
  const child = session.child!;
  hold(child, true);
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    const onOut = (chunk: Buffer) => {
      out += chunk;
      if (out.includes('commit: ok\n')) settle(() => resolve({ ok: true }));
    };
    const onErr = (chunk: Buffer) => (err += chunk);
    const onEnd = (error: unknown) => {
      if (error instanceof Error) err = error.message;
      const why = reason(err);
      const message = err.trim().split('\n')[0] ?? '';
      if (why) settle(() => resolve({ ok: false, why, message }));
      else if (message) settle(() => reject(new Error(`git update-ref: ${message}`)));
      else settle(() => resolve(null));
    };
    const settle = (finish: () => void) => {
      child.stdout.off('data', onOut);
      child.stderr.off('data', onErr);
      child.off('close', onEnd).off('error', onEnd);
      hold(child, false);
      finish();
    };
    child.stdout.on('data', onOut);
    child.stderr.on('data', onErr);
    child.on('close', onEnd).on('error', onEnd);
    child.stdin.write(input);
  });
}

/** git has one exit code for all of it, so its words decide (LC_ALL=C). */
function reason(stderr: string): 'stale' | 'locked' | null {
  if (/Unable to create '.*\.lock': File exists/.test(stderr)) return 'locked';
  if (
    /is at [0-9a-f]+ but expected|reference already exists|unable to resolve reference|is missing but expected/.test(
      stderr,
    )
  )
    return 'stale';
  if (/' exists; cannot create|reference is missing/.test(stderr)) return 'stale';
  return null;
}

function hold(child: ChildProcessWithoutNullStreams, on: boolean): void {
  for (const part of [child, child.stdin, child.stdout, child.stderr] as { ref?(): void; unref?(): void }[]) {
    if (on) part.ref?.();
    else part.unref?.();
  }
}
