import { join } from 'node:path';
import { COLUMNS } from '../board/entry.ts';
import type { Worktree } from '../git/checkout.ts';
import type { Repository } from '../git/git.ts';
import { setIndexEntries } from '../git/index/edit-index.ts';
import { entryAt, readBytes } from '../git/objects/objects.ts';
import type { TreeEntry } from '../git/objects/tree.ts';
import { placeDraft, readDisk, removeFile, writeDraft } from './disk-file.ts';
import { draftFolder } from './journal.ts';
import { inspectPath } from './files-in-the-way.ts';

/** A file that was written before git brings the rest of the checkout along. */
export interface WrittenAhead {
  readonly path: string;
  readonly mode: string;
  /** Blobs in the old and in the new base; null: not there. */
  readonly before: string | null;
  readonly after: string;
  /** Bytes on disk, before and now. */
  readonly from: Uint8Array | null;
  readonly to: Uint8Array;
}

/** The files that people and programs read at any time: column files and the changelog. */
export const watchedFiles = (board: string, changelog: string | null): string[] => [
  ...COLUMNS.map((column) => (board === '' || board === '.' ? `${column}.md` : `${board}/${column}.md`)),
  ...(changelog === null ? [] : [changelog]),
];

/**
 * Writes the watched files of a landing by rename, with their index entries, before `git merge` runs: git removes a file and
 * writes it anew, so that a reader may find it missing or empty (I11). git leaves alone what the index already has as it is
 * to become. A file that is not exactly as the old base has it is left to git, which then declines.
 * @returns what was written, for `takeBackAhead`
 */
export async function writeAhead(
  repo: Repository,
  { oldBase, sha, checkout }: { readonly oldBase: string; readonly sha: string; readonly checkout: Worktree },
  paths: readonly string[],
): Promise<readonly WrittenAhead[]> {
  const files: WrittenAhead[] = [];
  for (const path of paths) {
    const file = await planned(repo, join(checkout.path, path), { oldBase, sha, path });
    if (file !== null) files.push(file);
  }
  if (files.length === 0) return files;
  const edits = files.map(({ path, mode, before, after: to }) => ({ path, allowed: [before], to: { mode, sha: to } }));
  const staged = await setIndexEntries(repo, checkout, edits);
  if (!staged.ok) return [];
  for (const { path, from, to } of files) replaceFile(repo, join(checkout.path, path), from, to);
  return files;
}

/**
 * Undoes `writeAhead` after git has declined the landing. What the user has saved or staged since stays. Should a commit of
 * theirs have the new text, the old text on disk counts as an edit of the board and is committed again.
 * @returns false if the index is locked; then nothing has changed
 */
export async function takeBackAhead(
  repo: Repository,
  checkout: Worktree,
  files: readonly WrittenAhead[],
): Promise<boolean> {
  for (const { path, mode, before, after, from, to } of files) {
    const entry = before === null ? null : { mode, sha: before };
    const staged = await setIndexEntries(repo, checkout, [{ path, allowed: [after], to: entry }]);
    if (!staged.ok && staged.why === 'locked') return false;
    const place = join(checkout.path, path);
    if (from !== null) replaceFile(repo, place, to, from);
    else if (isSame(readDisk(place), to)) removeFile(place);
  }
  return true;
}

async function planned(
  repo: Repository,
  place: string,
  { oldBase, sha, path }: { readonly oldBase: string; readonly sha: string; readonly path: string },
): Promise<WrittenAhead | null> {
  const [old, landed] = [await entryAt(repo, oldBase, path), await entryAt(repo, sha, path)];
  if (landed === null || !isRewritten(old, landed)) return null;
  const stat = inspectPath(place);
  if (stat !== null && !stat.isFile()) return null;
  const [before, after, from] = [
    old && (await readBytes(repo, old.sha)),
    await readBytes(repo, landed.sha),
    readDisk(place),
  ];
  if (after === null) return null;
  const file = { path, mode: landed.mode, before: old?.sha ?? null, after: landed.sha, from };
  if (isSame(from, before)) return { ...file, to: after };
  // Where git writes CRLF, so do we.
  const isCrlf = before !== null && !before.includes(13) && !after.includes(13) && isSame(from, withCr(before));
  return isCrlf ? { ...file, to: withCr(after) } : null;
}

/** Is it a plain file with other bytes and the same mode, or a new one? */
const isRewritten = (old: TreeEntry | null, landed: TreeEntry): boolean =>
  landed.sha !== old?.sha && landed.mode.startsWith('100') && (old === null || old.mode === landed.mode);

/** Gives a file other bytes by rename, if it has the expected ones right before. @returns whether it had */
export function replaceFile(repo: Repository, place: string, from: Uint8Array | null, to: Uint8Array): boolean {
  const draft = writeDraft(place, to, draftFolder(repo));
  const isExpected = isSame(readDisk(place), from);
  if (isExpected) placeDraft(draft, place);
  else removeFile(draft);
  return isExpected;
}

const withCr = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');

const isSame = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
