import { isUtf8 } from 'node:buffer';
import type { Repository } from '../git/git.ts';
import { editTree, entryAt, readBlob, type TreeEdit } from '../git/objects.ts';
import { carryOver } from './changelog.ts';

export interface LandingTree {
  /** What git merged. */
  readonly merged: string;
  readonly oldBase: string;
  readonly tip: string;
  /** null: none, or not exactly one. */
  readonly mergeBase: string | null;
  /** Board folder, relative. */
  readonly board: string;
  readonly boardFiles: ReadonlyMap<string, Uint8Array>;
  readonly changelog: { readonly path: string; readonly insert: (text: string | null) => string } | null;
}

/**
 * The tree of a landing: what git merged, but `board/` exactly as base has it, with the entry taken out; and
 * CHANGELOG.md as base has it, with the branch's own new bullets carried over by section and the landing's line.
 */
export async function landingTree(repo: Repository, landing: LandingTree): Promise<string> {
  const edits = new Map<string, TreeEdit>();
  edits.set(landing.board, await entryAt(repo, landing.oldBase, landing.board));
  for (const [path, bytes] of landing.boardFiles) edits.set(path, bytes);
  if (landing.changelog) edits.set(landing.changelog.path, await changelogBytes(repo, landing, landing.changelog));
  return editTree(repo, landing.merged, edits);
}

async function changelogBytes(
  repo: Repository,
  { oldBase, tip, mergeBase }: LandingTree,
  { path, insert }: NonNullable<LandingTree['changelog']>,
): Promise<Uint8Array> {
  const base = await readBlob(repo, oldBase, path);
  const before = mergeBase && (await readBlob(repo, mergeBase, path));
  const branch = await readBlob(repo, tip, path);
  // Latin-1 keeps any bytes; the line that comes in is then the only one in UTF-8.
  const encoding = [base, before, branch].every((bytes) => !bytes || isUtf8(bytes)) ? 'utf8' : 'latin1';
  const text = (bytes: Buffer | null | '') => (bytes ? bytes.toString(encoding) : null);
  const edited = branch !== null && (!before || !before.equals(branch));
  const carried = edited ? carryOver(text(base), text(before), text(branch) ?? '').text : text(base);
  if (encoding === 'utf8') return Buffer.from(insert(carried));
  return Buffer.from(
    insert(carried).replace(/[^\x00-\xff]/gu, (c) => Buffer.from(c).toString('latin1')),
    'latin1',
  );
}
