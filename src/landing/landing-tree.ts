import { isUtf8 } from 'node:buffer';
import type { Repository } from '../git/git.ts';
import { editTree, entryAt, readBlob, type TreeEdit } from '../git/objects/objects.ts';
import { TREE_MODE } from '../git/objects/tree.ts';
import { carryOver, type CarriedOver } from './changelog/carry.ts';
import { releasesOf } from './changelog/outline.ts';
import { mergeChangelogs } from './changelog/merge-changelogs.ts';
import { mergeTrees } from './merge-tree.ts';
import * as messages from './messages.ts';

export interface LandingTree {
  /** What git merged. */
  readonly merged: string;
  readonly oldBase: string;
  readonly tip: string;
  /** Several where the histories cross. */
  readonly mergeBases: readonly string[];
  /** Board folder, relative. */
  readonly board: string;
  readonly boardFiles: ReadonlyMap<string, Uint8Array>;
  readonly changelog: {
    readonly path: string;
    /** Adds the landing's line to the file. */
    readonly insert: (text: string | null) => string;
  } | null;
}

/**
 * The tree of a landing: what git merged, but `board/` exactly as base has it, with the entry taken out; and
 * CHANGELOG.md as base has it, with the branch's own changes carried over and the landing's line.
 * @returns `left`: what the branch changed in CHANGELOG.md and the landing does not have, in sentences
 */
export async function landingTree(
  repo: Repository,
  landing: LandingTree,
): Promise<{ readonly tree: string; readonly left: readonly string[] }> {
  const edits = new Map<string, TreeEdit>();
  edits.set(landing.board, await entryAt(repo, landing.oldBase, landing.board));
  for (const [path, bytes] of landing.boardFiles) edits.set(path, bytes);
  let left: readonly string[] = [];
  if (landing.changelog) {
    const file = await changelogFile(repo, landing, landing.changelog);
    edits.set(landing.changelog.path, file.bytes);
    left = file.left;
  }
  return { tree: await editTree(repo, landing.merged, edits), left };
}

/** What stands in a commit where the changelog's file would: `CHANGELOG.md is a folder`; null: a file, or nothing. */
export async function noChangelogFile(repo: Repository, sha: string, path: string): Promise<string | null> {
  const names = path.split('/');
  for (const count of names.keys()) {
    const one = names.slice(0, count + 1).join('/');
    const entry = await entryAt(repo, sha, one);
    if (entry === null) return null;
    const isFile = entry.mode.startsWith('100');
    if (count < names.length - 1 ? entry.mode !== TREE_MODE : !isFile) return messages.kindOf(one, entry.mode);
  }
  return null;
}

async function changelogFile(
  repo: Repository,
  { oldBase, tip, mergeBases }: LandingTree,
  { path, insert }: NonNullable<LandingTree['changelog']>,
): Promise<{ readonly bytes: Uint8Array; readonly left: readonly string[] }> {
  const base = await readBlob(repo, oldBase, path);
  const before = await Promise.all(mergeBases.map((sha) => readBlob(repo, sha, path)));
  const branch = await readBlob(repo, tip, path);
  // Latin-1 keeps any bytes; the line that comes in is then the only one in UTF-8.
  const encoding = [base, ...before, branch].every((bytes) => !bytes || isUtf8(bytes)) ? 'utf8' : 'latin1';
  const text = (bytes: Buffer | null) => (bytes ? bytes.toString(encoding) : null);
  const isEdited = !before.some((bytes) =>
    bytes === null ? branch === null : branch !== null && bytes.equals(branch),
  );
  if (!isEdited) return { bytes: inserted(text(base), insert, encoding), left: [] };
  if (branch === null) return { bytes: inserted(text(base), insert, encoding), left: [messages.FILE_NOT_REMOVED] };
  const isMerged = base !== null && before.every((bytes) => bytes === null || !bytes.equals(base));
  const byLines = isMerged ? text(await mergedByGit(repo, { oldBase, tip }, path)) : null;
  const known = before.flatMap((bytes) => text(bytes) ?? []);
  const carried = withEditsOf({ base: text(base), before: known, branch: text(branch) ?? '', byLines });
  return { bytes: inserted(carried.text, insert, encoding), left: carried.left };
}

/** The file as git's merge of the two commits has it; null: in conflict. */
async function mergedByGit(
  repo: Repository,
  { oldBase, tip }: Pick<LandingTree, 'oldBase' | 'tip'>,
  path: string,
): Promise<Buffer | null> {
  const [merge] = await mergeTrees(repo, oldBase, [tip]);
  if (!merge || merge.tree === null || (!merge.clean && merge.files.includes(path))) return null;
  return readBlob(repo, merge.tree, path);
}

const inserted = (
  text: string | null,
  insert: (text: string | null) => string,
  encoding: 'utf8' | 'latin1',
): Uint8Array => encoded(insert(text), encoding);

/** A text as bytes; in Latin-1, which keeps any bytes of the file, what it can't write becomes UTF-8. */
export function encoded(text: string, encoding: 'utf8' | 'latin1'): Uint8Array {
  if (encoding === 'utf8') return Buffer.from(text);
  return Buffer.from(
    text.replace(/[^\x00-\xff]/gu, (c) => Buffer.from(c).toString('latin1')),
    'latin1',
  );
}

/** A branch that cut a release cut it for all that base had until then; else its changes come over one by one. */
function withEditsOf({ base, before, branch, byLines }: Parameters<typeof carryOver>[0]): CarriedOver {
  const [only] = before;
  const old = before.flatMap(releasesOf);
  if (base !== null && only !== undefined && releasesOf(branch).some((name) => !old.includes(name))) {
    const merged = mergeChangelogs({ base: only, ours: base, theirs: branch, byLines: null });
    if (merged !== 'conflict') return merged;
  }
  return carryOver({ base, before, branch, byLines });
}
