import { OTHER, type Held, type HoldReason } from '../contract/hold.ts';
import type { LockProof } from '../system/lock.ts';
import { join } from 'node:path';
import { checkoutState, openOperation, type Worktree } from '../git/checkout.ts';
import type { Repository } from '../git/git.ts';
import type { Identity } from '../git/config/identity.ts';
import { setIndexEntries } from '../git/index/edit-index.ts';
import { objectName } from '../git/objects/loose.ts';
import { editTree, entryAt, readCommit, resolve, writeBlob, writeCommit } from '../git/objects/objects.ts';
import { readyRefs, refProcess, updateRefs, type RefUpdate } from '../git/refs.ts';
import { TREE_MODE } from '../git/objects/tree.ts';
import { linkBelow } from '../system/link-below.ts';
import { checkWritable, placeDraft, readDisk, removeFile, writeDraft } from './disk-file.ts';
import {
  draftFolder,
  markProcess,
  removeJournal,
  writeJournal,
  type JournalFile,
  type MoveJournal,
} from './journal.ts';
import { unfinished } from './recovery/recover.ts';
import { syncCheckoutFiles, write } from './sync-checkout-files.ts';
import * as messages from './messages.ts';

/** A file of a move. Bytes; null = no such file. */
export interface MoveFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** What was read from disk. Without a checkout it means nothing. */
  readonly from: Uint8Array | null;
  /** What the old base has. */
  readonly committed: Uint8Array | null;
  /** What it becomes, in base and on disk. Equal to `from`: the user's hand edit is committed, nothing is written. */
  readonly to: Uint8Array | null;
  /** git turns the CRLF of this file into LF as it takes it in. */
  readonly crlf?: boolean;
  /** The checkout leaves the file out (sparse checkout): index and base change, the disk does not. */
  readonly skipped?: boolean;
}

/** A ref that moves with base, in the same transaction. */
export interface FollowingRef {
  readonly ref: string;
  /** undefined = to the new base; null = deleted. */
  readonly to?: string | null;
  /** What it must be now; null = must not exist; undefined = whatever it is. */
  readonly from?: string | null;
}

export interface Move {
  /** Base is moved only by the holder of the repository's lock. */
  readonly lock: LockProof;
  /** In full: `refs/heads/main`. */
  readonly baseRef: string;
  readonly oldBase: string;
  readonly extraRefs: readonly FollowingRef[];
  /** The worktree that has base checked out; null = none has. */
  readonly checkout: Worktree | null;
  readonly files: readonly MoveFile[];
  readonly message: string;
  readonly author?: Identity | undefined;
  /** Whose commit it is; left out: kanban's, for the user. */
  readonly by?: 'kanban' | 'user';
}

/**
 * `held`: somebody else is at it, or it can't be written; as text. `stale`: base, or a file on disk, is not what the
 * move was decided on. Both leave everything as it was.
 */
export type Refused =
  | { readonly ok: false; readonly held: string; readonly reason: HoldReason }
  | { readonly ok: false; readonly stale: 'base' | 'file'; readonly path?: string };

export type MoveResult =
  | {
      readonly ok: true;
      readonly sha: string;
      /** Files that the user saved in the very moment: base has moved, their file was left; read it as a hand edit. */
      readonly kept: readonly string[];
    }
  | Refused;

/** For tests: called where a kill leaves another state behind. */
export type Step = (name: string) => void;

/**
 * Commits board files to base and brings the checkout of base along, so that a kill at any instant loses nothing:
 * journal, index entries, base by compare-and-swap, files by rename, journal gone. No git process of
 * its own is started on the way. `recover` finishes or takes back what a kill left.
 */
export async function commitMove(repo: Repository, move: Move, step: Step = () => {}): Promise<MoveResult> {
  const refused = (await unfinished(repo)) ?? (await obstacle(repo, move));
  if (refused) return refused;
  const files = move.files.map((file) => ({ ...file, blob: blobBytes(file) }));
  const base = await readCommit(repo, move.oldBase);
  if (!base) throw new Error(messages.notACommit(move.oldBase));
  try {
    const tree = await editTree(repo, base.tree, new Map(files.map((file) => [file.path, file.blob])));
    const { message, author, by = 'kanban' } = move;
    const commit = await writeCommit(repo, { tree, parents: [move.oldBase], message, author, by });
    if (!commit.ok) return held(messages.problemsWithFixes(commit.error));
    step('objects');
    if (!move.checkout) return await moveBase(repo, move, commit.value);
    return await inCheckout(repo, { move, checkout: move.checkout, files, sha: commit.value, step });
  } catch (error) {
    return heldByDisk(error);
  }
}

/**
 * Writes files of the checkout that differ from base, by rename, where base is not moved: each has its old or its new bytes at
 * any moment. A file that the user saves meanwhile is left as it is.
 */
export async function writeFiles(
  repo: Repository,
  move: Pick<Move, 'baseRef' | 'oldBase' | 'files'> & { readonly checkout: Worktree },
): Promise<{ readonly ok: true } | Refused> {
  const refused = (await unfinished(repo)) ?? (await obstacle(repo, move));
  if (refused) return refused;
  try {
    for (const { path, from, to } of move.files) {
      if (to === null || same(from, to)) continue;
      const place = join(move.checkout.path, path);
      const draft = writeDraft(place, to, draftFolder(repo));
      if (!same(readDisk(place), from)) {
        removeFile(draft);
        return { ok: false, stale: 'file', path };
      }
      placeDraft(draft, place);
    }
    return { ok: true };
  } catch (error) {
    return heldByDisk(error);
  }
}

/** What keeps base from being moved at all just now; null if nothing does. No process. */
export async function baseObstacle(
  repo: Repository,
  { baseRef, oldBase, checkout }: Pick<Move, 'baseRef' | 'oldBase' | 'checkout'>,
): Promise<Refused | null> {
  const open = openOperation(repo, baseRef);
  if (open) return held(messages.operationOpen(open.operation, open.path));
  if (checkout) {
    const state = checkoutState(checkout.gitDir);
    if (state.branch !== baseRef) return { ok: false, stale: 'base' };
    if (state.operation) return held(messages.operationOpen(state.operation, checkout.path));
    if (state.indexLocked) return heldByGit(messages.indexLocked(checkout));
  }
  return (await resolve(repo, baseRef)) === oldBase ? null : { ok: false, stale: 'base' };
}

export const held = (why: string, reason: HoldReason = OTHER): Refused => ({ ok: false, held: why, reason });

export const heldBy = ({ why, reason }: Held): Refused => held(why, reason);

/** Another git process is at work there. */
export const heldByGit = (why: string): Refused => held(why, { code: 'git-locked' });

/** Errors of the file system before base has moved: said, nothing is half-done. All others are bugs. */
export function heldByDisk(error: unknown): Refused {
  const { code, path } = error as NodeJS.ErrnoException;
  const at = path ?? messages.THE_REPOSITORY;
  if (code === 'ENOSPC' || code === 'EDQUOT') return held(messages.diskFull(at), { code: 'disk-full' });
  if (code === 'EFBIG') return held(messages.fileTooLarge(at));
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return held(messages.notWritable(at));
  if (code === 'EISDIR' || code === 'ENOTDIR' || code === 'ELOOP') return held(messages.notAFile(at));
  throw error;
}

async function obstacle(
  repo: Repository,
  move: Pick<Move, 'baseRef' | 'oldBase' | 'checkout' | 'files'>,
): Promise<Refused | null> {
  const blocked = await baseObstacle(repo, move);
  if (blocked) return blocked;
  for (const { path, from } of move.files) {
    const linked = await symlinkIn(repo, move.oldBase, path);
    if (linked) return held(messages.linkInRepository(linked));
    if (!move.checkout) continue;
    const link = linkBelow(move.checkout.path, path);
    if (link !== null) return held(messages.linkInCheckout(link));
    try {
      if (!same(readDisk(join(move.checkout.path, path)), from)) return { ok: false, stale: 'file', path };
      checkWritable(join(move.checkout.path, path));
    } catch (error) {
      return heldByDisk(error);
    }
  }
  return null;
}

/** The part of the path that base has as something else than a file in folders. */
async function symlinkIn(repo: Repository, base: string, path: string): Promise<string | null> {
  const entry = await entryAt(repo, base, path);
  if (entry) return entry.mode.startsWith('100') ? null : path;
  for (let i = path.lastIndexOf('/'); i > 0; i = path.lastIndexOf('/', i - 1)) {
    const above = await entryAt(repo, base, path.slice(0, i));
    if (above && above.mode !== TREE_MODE) return path.slice(0, i);
  }
  return null;
}

interface Work {
  readonly move: Move;
  readonly checkout: Worktree;
  readonly files: readonly (MoveFile & { readonly blob: Uint8Array | null })[];
  readonly sha: string;
  readonly step: Step;
}

async function inCheckout(repo: Repository, work: Work): Promise<MoveResult> {
  const { move, step } = work;
  const journal = await prepare(repo, work);
  step('journal');
  const staged = await setIndexEntries(repo, work.checkout, journal.files.map(toEdit), step);
  if (!staged.ok) {
    drop(repo, journal);
    if (staged.why !== 'other') return heldByGit(messages.indexLocked(work.checkout));
    const files = [{ path: staged.path, what: 'staged' }] as const;
    return held(messages.stagedByUser(staged.path), { code: 'files-in-the-way', files });
  }
  step('index');
  const moved = await moveBase(repo, move, work.sha);
  step('base');
  if (!moved.ok) {
    const { locked } = await syncCheckoutFiles(repo, journal);
    if (!locked) drop(repo, journal);
    return moved;
  }
  const kept: string[] = [];
  for (const file of journal.files) {
    if (!(await write(repo, journal, file))) kept.push(file.path);
    step(`file ${file.path}`);
  }
  drop(repo, journal);
  step('done');
  return { ok: true, sha: work.sha, kept };
}

/** Writes drafts and journal; a draft that the journal does not name yet is swept at the next start. */
async function prepare(repo: Repository, { move, checkout, files, sha }: Work): Promise<MoveJournal> {
  const name = (bytes: Uint8Array | null) => bytes && objectName(repo, 'blob', bytes);
  const entries: JournalFile[] = [];
  for (const { path, from, committed, to: content, blob, skipped } of files) {
    const to = skipped === true ? from : content;
    const writes = to !== null && !same(from, to);
    entries.push({
      path,
      mode: (await entryAt(repo, move.oldBase, path))?.mode ?? '100644',
      committed: name(committed),
      blob: name(blob),
      from: name(from),
      // A blob of its own, should git convert line ends, so that recovery has the bytes.
      to: to && writeBlob(repo, to),
      draft: writes ? writeDraft(join(checkout.path, path), to, draftFolder(repo)) : null,
    });
  }
  readyRefs(repo);
  const pid = refProcess(repo);
  const { baseRef, oldBase } = move;
  const process = pid === null ? null : markProcess(pid);
  const journal: MoveJournal = {
    version: 1,
    kind: 'move',
    baseRef,
    oldBase,
    newBase: sha,
    checkout,
    files: entries,
    process,
  };
  writeJournal(repo, journal);
  return journal;
}

async function moveBase(repo: Repository, move: Move, sha: string): Promise<MoveResult> {
  const updates: RefUpdate[] = [{ ref: move.baseRef, to: sha, from: move.oldBase }];
  for (const { ref, to, from } of move.extraRefs) updates.push({ ref, to: to === undefined ? sha : to, from });
  const result = await updateRefs(repo, updates);
  if (result.ok) return { ok: true, sha, kept: [] };
  if (result.why === 'stale') return { ok: false, stale: 'base' };
  return heldByGit(messages.refLocked(result.message));
}

const toEdit = ({ path, committed, blob, mode }: JournalFile) => ({
  path,
  allowed: [committed, blob],
  to: blob === null ? null : { mode, sha: blob },
});

function drop(repo: Repository, journal: MoveJournal): void {
  for (const { draft } of journal.files) if (draft) removeFile(draft);
  removeJournal(repo, 'move');
}

/**
 * Where git converts line ends (`core.autocrlf`, `eol=crlf`), the disk has CRLF and base LF. A file that differs from
 * base in nothing else is committed as LF again.
 */
function blobBytes({ from, committed, to, crlf }: MoveFile): Uint8Array | null {
  if (crlf === true) return to && withoutCr(to);
  if (!from || !committed || !to || same(from, committed)) return to;
  return same(withoutCr(from), committed) ? withoutCr(to) : to;
}

const withoutCr = (bytes: Uint8Array): Uint8Array =>
  Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n'), 'latin1');

const same = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
