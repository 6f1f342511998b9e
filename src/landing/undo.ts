import { isUtf8 } from 'node:buffer';
import type { Repository } from '../git/git.ts';
import type { Identity } from '../git/config/identity.ts';
import { editTree, entryAt, readBlob, readCommit, writeCommit, type TreeEdit } from '../git/objects/objects.ts';
import { diffTrees, type TreeChange } from '../git/objects/tree-diff.ts';
import { advanceBase, type AdvanceBase } from './advance-base.ts';
import { insertChangelogLine } from './changelog/changelog.ts';
import { takeOutBullets, type TakenOut } from './changelog/undo.ts';
import { encoded } from './landing-tree.ts';
import { mergeOnto } from './merge-onto.ts';
import { baseObstacle, held, heldByDisk, type Refused, type Step } from './move.ts';
import { inTheWay, heldByFiles } from './files-in-the-way.ts';
import { unfinished } from './recovery/recover.ts';
import { watchedFiles } from './write-ahead.ts';
import * as messages from './messages.ts';

/** Which landing is to be taken back, and on what. */
export interface UndoOf {
  /** The commit that it is taken back on: base's tip. */
  readonly base: string;
  /** The landing's commit. */
  readonly landing: string;
  /** Board folder, relative. */
  readonly board: string;
  /** Board files as base is to have them, by path: with the entry back in TODO.md. */
  readonly boardFiles: ReadonlyMap<string, Uint8Array>;
  /** Path of CHANGELOG.md; null when another tool writes it. */
  readonly changelog: string | null;
  /** Bullet for Unreleased (without `- `) where a release holds the landing's own line by now. */
  readonly releasedLine: string;
}

export type PlannedUndo =
  | {
      readonly ok: true;
      readonly tree: string;
      /** Differences from base. */
      readonly changes: readonly TreeChange[];
      /** What of the landing's bullets was not simply taken out. */
      readonly changelog: Pick<TakenOut, 'released' | 'changed'>;
    }
  /** Later changes of these files meet the landing's. */
  | { readonly ok: false; readonly why: 'conflict'; readonly files: readonly string[] }
  | { readonly ok: false; readonly why: 'impossible'; readonly reason: string };

/**
 * The tree of base with a landing taken back, in the object store: its code as `git revert -m 1` would take it back
 * (git-revert(1): the difference from its first parent, reversed, by a three-way merge whose base is the landing);
 * `board/` as base has it, but for the files given; its bullets out of CHANGELOG.md (`takeOutBullets`).
 * git 2.39 has no `merge-tree --merge-base`, so a commit with the tree of the first parent is put on top of the landing:
 * merged with base, their merge base is the landing.
 */
export async function planUndo(repo: Repository, undo: UndoOf): Promise<PlannedUndo> {
  const commits = await commitsOf(repo, undo);
  if ('ok' in commits) return commits;
  const { base, landing, parent } = commits;
  const message = messages.undoSubject(landing.sha);
  const back = await writeCommit(repo, { tree: parent.tree, parents: [landing.sha], message, sign: false });
  if (!back.ok) return impossible(back.error.map((problem) => problem.message).join('; '));
  const merged = await mergeOnto(repo, base.sha, back.value, undo);
  if (!merged.ok && merged.why === 'conflict') return merged;
  if (!merged.ok || merged.mergeBases.join() !== landing.sha) return impossible(messages.NO_LONGER_IN_BASE);
  const edits = new Map<string, TreeEdit>([[undo.board, await entryAt(repo, base.sha, undo.board)]]);
  for (const [path, bytes] of undo.boardFiles) edits.set(path, bytes);
  const changelog = undo.changelog === null ? null : await changelogOf(repo, undo, undo.changelog, parent.sha);
  if (undo.changelog !== null && changelog !== null) edits.set(undo.changelog, changelog.bytes);
  const tree = await editTree(repo, merged.tree, edits);
  const changes = await diffTrees(repo, base.tree, tree);
  return { ok: true, tree, changes, changelog: changelog?.taken ?? { released: [], changed: [] } };
}

type Commit = NonNullable<Awaited<ReturnType<typeof readCommit>>>;

async function commitsOf(
  repo: Repository,
  undo: UndoOf,
): Promise<{ readonly base: Commit; readonly landing: Commit; readonly parent: Commit } | PlannedUndo> {
  const [base, landing] = await Promise.all([readCommit(repo, undo.base), readCommit(repo, undo.landing)]);
  if (base === null || landing === null) return impossible(messages.LANDING_UNKNOWN);
  const [first] = landing.parents;
  const parent = first === undefined ? null : await readCommit(repo, first);
  if (parent === null) return impossible(messages.HISTORY_TOO_SHORT);
  return { base, landing, parent };
}

const impossible = (reason: string): PlannedUndo => ({ ok: false, why: 'impossible', reason });

async function changelogOf(
  repo: Repository,
  { base, landing, releasedLine }: UndoOf,
  path: string,
  parent: string,
): Promise<{ readonly bytes: Uint8Array | null; readonly taken: TakenOut }> {
  const files = await Promise.all([base, parent, landing].map((sha) => readBlob(repo, sha, path)));
  // Latin-1 keeps any bytes.
  const encoding = files.every((bytes) => bytes === null || isUtf8(bytes)) ? 'utf8' : 'latin1';
  const [now = null, before = null, landed = null] = files.map((bytes) => bytes?.toString(encoding) ?? null);
  const taken = takeOutBullets(now, before, landed);
  const added = { section: 'Removed', line: releasedLine } as const;
  const text = taken.released.length === 0 ? taken.text : insertChangelogLine(taken.text, added);
  return { bytes: text === null ? null : encoded(text, encoding), taken };
}

export interface Undo extends Omit<UndoOf, 'base'>, Omit<AdvanceBase, 'sha'> {
  readonly message: string;
  readonly author?: Identity | undefined;
}

export type UndoResult =
  | {
      readonly ok: true;
      readonly sha: string;
      /** Files outside the board and CHANGELOG.md that it changed; none: the code had been taken back before. */
      readonly files: readonly string[];
      readonly changelog: Pick<TakenOut, 'released' | 'changed'>;
    }
  | Exclude<PlannedUndo, { readonly ok: true }>
  /** Files of the user's that it would have to touch, as text. */
  | { readonly ok: false; readonly why: 'in-the-way'; readonly reason: string }
  | Refused;

/**
 * Takes a landing back by one commit on base; base and its checkout follow in one step. A kill at any instant leaves
 * either nothing or a journal for `recover`.
 */
export async function undoLanding(repo: Repository, undo: Undo, step: Step = () => {}): Promise<UndoResult> {
  const refused = (await unfinished(repo)) ?? (await baseObstacle(repo, undo));
  if (refused) return refused;
  const { oldBase, message, author, board } = undo;
  try {
    const planned = await planUndo(repo, { ...undo, base: oldBase });
    if (!planned.ok) return planned;
    step('tree');
    const found = undo.checkout === null ? [] : await inTheWay(repo, undo.checkout, planned.changes);
    const theirs = found.filter(({ path }) => !path.startsWith(`${board}/`));
    if (theirs.length > 0) return { ok: false, why: 'in-the-way', reason: heldByFiles(theirs).why };
    // A board file in the way is a hand edit that has not been recorded yet.
    if (found[0]) return { ok: false, stale: 'file', path: found[0].path };
    const commit = await writeCommit(repo, { tree: planned.tree, parents: [oldBase], message, author, by: 'kanban' });
    if (!commit.ok) return held(commit.error.map((problem) => problem.message).join('; '));
    step('commit');
    const moved = await advanceBase(
      repo,
      { ...undo, sha: commit.value, watched: watchedFiles(board, undo.changelog) },
      step,
    );
    if (!moved.ok) return moved;
    const files = planned.changes
      .map(({ path }) => path)
      .filter((path) => path !== undo.changelog && !path.startsWith(`${board}/`));
    return { ok: true, sha: commit.value, files, changelog: planned.changelog };
  } catch (error) {
    return heldByDisk(error);
  }
}
