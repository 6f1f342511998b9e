import { isUtf8 } from 'node:buffer';
import type { Repository } from '../git/git.ts';
import { editTree, entryAt, readBlob, type TreeEdit } from '../git/objects.ts';
import { carryOver, endOfUnreleased } from './changelog.ts';
import { mergeChangelogs, releasesOf } from './merge-changelogs.ts';

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
    /** Adds the landing's line to the file, or to its beginning as far as the heading behind `## [Unreleased]`. */
    readonly insert: (text: string | null) => string;
  } | null;
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
  { oldBase, tip, mergeBases }: LandingTree,
  { path, insert }: NonNullable<LandingTree['changelog']>,
): Promise<Uint8Array> {
  const base = await readBlob(repo, oldBase, path);
  const before = await Promise.all(mergeBases.map((sha) => readBlob(repo, sha, path)));
  const branch = await readBlob(repo, tip, path);
  // Latin-1 keeps any bytes; the line that comes in is then the only one in UTF-8.
  const encoding = [base, ...before, branch].every((bytes) => !bytes || isUtf8(bytes)) ? 'utf8' : 'latin1';
  const text = (bytes: Buffer | null) => (bytes ? bytes.toString(encoding) : null);
  const edited = branch !== null && !before.some((bytes) => bytes?.equals(branch));
  if (!edited && base !== null) {
    const end = endOfUnreleased(base);
    return Buffer.concat([inserted(base.toString(encoding, 0, end), insert, encoding), base.subarray(end)]);
  }
  const known = before.flatMap((bytes) => text(bytes) ?? []);
  return inserted(edited ? withEditsOf(text(base), known, text(branch) ?? '') : text(base), insert, encoding);
}

function inserted(
  text: string | null,
  insert: (text: string | null) => string,
  encoding: 'utf8' | 'latin1',
): Uint8Array {
  if (encoding === 'utf8') return Buffer.from(insert(text));
  return Buffer.from(
    insert(text).replace(/[^\x00-\xff]/gu, (c) => Buffer.from(c).toString('latin1')),
    'latin1',
  );
}

/** A branch that cut a release cut it for all that base had until then; else its bullets come over one by one. */
function withEditsOf(base: string | null, before: readonly string[], branch: string): string | null {
  const [only] = before;
  const old = before.flatMap(releasesOf);
  if (base !== null && only !== undefined && releasesOf(branch).some((name) => !old.includes(name))) {
    const merged = mergeChangelogs({ base: only, ours: base, theirs: branch, byLines: null });
    if (merged !== 'conflict') return merged.text;
  }
  return carryOver(base, before, branch).text;
}
