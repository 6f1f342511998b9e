import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Repository } from '../../git/git.ts';
import { readCommit, writeCommit, writeTree } from '../../git/objects/objects.ts';
import { plainTextOf } from '../../system/plain-file.ts';
import { writeWhole } from '../../system/write-once.ts';
import { kanbanDir } from '../observe/git-state.ts';
import * as messages from './messages.ts';

/** Who holds the lock on the remote: what stands, as JSON, in the message of the lock's commit. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  /** Names the clone, so that a coordinator knows its own lock after a crash. */
  readonly clone: string;
  /** Taken; epoch ms by the holder's clock. */
  readonly since: number;
}

/**
 * Writes the commit of a lock of this process's: an empty tree, no parents, never signed.
 * @param since when it was taken, @param at now: no two are the same commit. Epoch ms.
 */
export async function writeHolder(repo: Repository, since: number, at: number): Promise<string> {
  const holder: Holder = { host: hostname(), pid: process.pid, clone: cloneToken(repo), since };
  const message = `${JSON.stringify({ ...holder, at, n: randomBytes(4).toString('hex') })}\n`;
  const commit = { tree: writeTree(repo, []), parents: [], message, sign: false };
  const written = await writeCommit(repo, commit);
  if (written.ok) return written.value;
  const other = await writeCommit(repo, { ...commit, author: NOBODY, committer: NOBODY });
  if (!other.ok) throw new Error(`a lock could not be written: ${other.error[0]?.message ?? ''}`);
  return other.value;
}

/** @returns null when the holder is unknown: the lock is another program's, or a newer version's. */
export async function readHolder(repo: Repository, sha: string): Promise<Holder | null> {
  const text = (await readCommit(repo, sha))?.message ?? '';
  try {
    const value = JSON.parse(text) as Record<keyof Holder, unknown> | null;
    const { host, pid, clone, since } = value ?? {};
    if (typeof host !== 'string' || typeof pid !== 'number' || typeof clone !== 'string') return null;
    const name = host.replace(/[^\w.-]/g, '').slice(0, 100);
    return { host: name || messages.UNNAMED_HOST, pid, clone, since: typeof since === 'number' ? since : 0 };
  } catch {
    return null;
  }
}

export function describeHolder(holder: Holder | null): string {
  if (holder === null) return messages.UNKNOWN_HOLDER;
  const since = new Date(Math.min(Math.max(0, holder.since), 4e12)).toISOString();
  return messages.holder(holder, since);
}

/**
 * The name of this clone, kept in `<git common dir>/kanban/`; made if there is none. It holds for this place only: a
 * copy of the folder is another clone.
 */
export function cloneToken(repo: Repository): string {
  const known = knownToken(repo);
  if (known !== null) return known;
  const token = randomBytes(16).toString('hex');
  writeWhole(tokenFile(repo), `${JSON.stringify({ token, place: repo.commonDir })}\n`);
  return token;
}

/** The same, without making one. */
export function knownToken(repo: Repository): string | null {
  try {
    const known = JSON.parse(plainTextOf(tokenFile(repo), 64 * 1024) ?? '') as {
      token?: unknown;
      place?: unknown;
    } | null;
    return typeof known?.token === 'string' && known.place === repo.commonDir ? known.token : null;
  } catch {
    // Not there yet, or torn: a lock that was ours runs out.
    return null;
  }
}

const tokenFile = (repo: Repository): string => join(kanbanDir(repo), 'clone.json');

/** Where git knows no identity: it is no person's work. */
const NOBODY = { name: 'kanban', email: 'coordinator@kanban.invalid' };
