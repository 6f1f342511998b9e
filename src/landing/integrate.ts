import { isUtf8 } from 'node:buffer';
import { COLUMNS, type BoardTexts } from '../board/entry.ts';
import { mergeBoards, type Unclear } from '../board/merge/merge-boards.ts';
import { columnPath, type BoardOptions } from '../board/parse.ts';
import { git, type Repository } from '../git/git.ts';
import { editTree, entryAt, readBlob, readCommit, type TreeEdit } from '../git/objects/objects.ts';
import { readBaseHistory } from '../git/history/base-history.ts';
import { diffTrees, type TreeChange } from '../git/objects/tree-diff.ts';
import { HistoryFold } from '../pipeline/history.ts';
import { mergeChangelogs } from './changelog/merge-changelogs.ts';
import { mergeTrees } from './merge-tree.ts';

/** Two branches of base that are to become one. */
export interface Integration {
  /** Base's tip, and what it is brought up to: full SHAs of commits. */
  readonly ours: string;
  readonly theirs: string;
  /** `remote`: the same base, elsewhere. `upstream`: another branch; its board is not ours. */
  readonly kind: 'remote' | 'upstream';
  /** Short name of base: merges of it that the user made by `git pull` are known by it. */
  readonly base: string;
  /** Board folder, relative. */
  readonly board: string;
  /** Path of CHANGELOG.md; null when another tool writes it. */
  readonly changelog: string | null;
  readonly boardOptions: BoardOptions;
}

/** What a merge is to hold. No ref names any of it yet. */
export interface IntegrationMerge {
  readonly kind: 'merge';
  readonly tree: string;
  /** Column files that differ from ours, by path; null = no such file. */
  readonly boardFiles: ReadonlyMap<string, Uint8Array | null>;
  readonly texts: BoardTexts;
  readonly parents: readonly [ours: string, theirs: string];
  /** Differences from ours. */
  readonly changes: readonly TreeChange[];
  /** Sentences for an event. */
  readonly notes: readonly string[];
  readonly unclear: readonly Unclear[];
}

export type IntegrationPlan =
  /** Ours contains theirs. */
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'fast-forward';
      readonly to: string;
      readonly changes: readonly TreeChange[];
      readonly texts: BoardTexts;
    }
  | IntegrationMerge
  | { readonly kind: 'conflict'; readonly files: readonly string[] }
  /** No common history. */
  | { readonly kind: 'unrelated' };

/**
 * Plans how base is brought up to another tip, in the object store only (DESIGN.md section 8): git merges the files; the board
 * goes entry by entry, with what landed or was abandoned on either side gone from it; CHANGELOG.md goes by section. From
 * upstream no board is taken.
 */
export async function planIntegration(repo: Repository, plan: Integration): Promise<IntegrationPlan> {
  const { ours, theirs } = plan;
  if (ours === theirs) return { kind: 'nothing' };
  const bases = await mergeBases(repo, ours, theirs);
  const [mergeBase] = bases;
  if (mergeBase === undefined) return { kind: 'unrelated' };
  if (mergeBase === theirs) return { kind: 'nothing' };
  const [mine, other] = await Promise.all([readCommit(repo, ours), readCommit(repo, theirs)]);
  if (!mine || !other) throw new Error(`${mine ? theirs : ours} is no commit of this repository`);
  if (mergeBase === ours && (plan.kind === 'remote' || (await isSameBoard(repo, plan)))) {
    const changes = await diffTrees(repo, mine.tree, other.tree);
    return { kind: 'fast-forward', to: theirs, changes, texts: await textsAt(repo, theirs, plan.boardOptions) };
  }
  const [merge] = await mergeTrees(repo, ours, [theirs]);
  if (!merge || merge.tree === null) return { kind: 'unrelated' };
  const edits = new Map<string, TreeEdit>();
  const conflicts = merge.clean ? [] : merge.files.filter((path) => !isOwn(path, plan));
  const board = await boardOf(repo, plan, mergeBase);
  if (Array.isArray(board)) return { kind: 'conflict', files: [...new Set([...conflicts, ...board])] };
  if (plan.kind === 'upstream') edits.set(plan.board, await entryAt(repo, ours, plan.board));
  for (const [path, edit] of board.edits) edits.set(path, edit);
  const clean = merge.clean || !merge.files.some((path) => path === plan.changelog) ? merge.tree : null;
  const changelog = await changelogEdit(repo, plan, mergeBase, clean);
  if (changelog === 'conflict') conflicts.push(plan.changelog ?? '');
  else if (changelog !== null && plan.changelog !== null) edits.set(plan.changelog, changelog.edit);
  if (conflicts.length > 0) return { kind: 'conflict', files: [...new Set(conflicts)] };
  const tree = await editTree(repo, merge.tree, edits);
  const changes = await diffTrees(repo, mine.tree, tree);
  const { boardFiles, texts, unclear } = board;
  const left = changelog === null || changelog === 'conflict' ? [] : changelog.left;
  const notes = [
    ...board.notes,
    ...(left.length === 0 ? [] : [`some changes to ${plan.changelog} are not in the merge (${left.join('; ')})`]),
  ];
  return { kind: 'merge', tree, boardFiles, texts, parents: [ours, theirs], changes, notes, unclear };
}

async function mergeBases(repo: Repository, a: string, b: string): Promise<string[]> {
  const { stdout } = await git(['merge-base', '--all', a, b], { cwd: repo.root, okExit: [0, 1] });
  return stdout.split('\n').filter(Boolean);
}

/** Files that are not left to git's merge. */
function isOwn(path: string, { kind, board, changelog, boardOptions }: Integration): boolean {
  if (path === changelog) return true;
  return kind === 'upstream'
    ? path.startsWith(`${board}/`)
    : COLUMNS.some((column) => columnPath(column, boardOptions) === path);
}

async function isSameBoard(repo: Repository, { ours, theirs, board }: Integration): Promise<boolean> {
  const [mine, other] = await Promise.all([entryAt(repo, ours, board), entryAt(repo, theirs, board)]);
  return mine?.sha === other?.sha && mine?.mode === other?.mode;
}

interface MergedBoard {
  readonly edits: ReadonlyMap<string, TreeEdit>;
  readonly boardFiles: IntegrationMerge['boardFiles'];
  readonly texts: BoardTexts;
  readonly notes: readonly string[];
  readonly unclear: readonly Unclear[];
}

/** @returns paths: column files that can't be merged. */
async function boardOf(repo: Repository, plan: Integration, mergeBase: string): Promise<MergedBoard | string[]> {
  const { ours, theirs, boardOptions } = plan;
  const boardFiles = new Map<string, Uint8Array | null>();
  const mine = await textsAt(repo, ours, boardOptions);
  if (plan.kind === 'upstream') return { edits: new Map(), boardFiles, texts: mine, notes: [], unclear: [] };
  const paths = COLUMNS.map((column) => columnPath(column, boardOptions));
  const unreadable: string[] = [];
  for (const path of paths) if (!(await areTexts(repo, [mergeBase, ours, theirs], path))) unreadable.push(path);
  if (unreadable.length > 0) return unreadable;
  const merged = mergeBoards(
    {
      base: await textsAt(repo, mergeBase, boardOptions),
      ours: mine,
      theirs: await textsAt(repo, theirs, boardOptions),
      goneOurs: await goneOn(repo, mergeBase, ours, plan.base),
      goneTheirs: await goneOn(repo, mergeBase, theirs, plan.base),
    },
    boardOptions,
  );
  if (!merged.ok) return merged.columns.map((column) => columnPath(column, boardOptions));
  const edits = new Map<string, TreeEdit>();
  for (const column of COLUMNS) {
    const path = columnPath(column, boardOptions);
    const text = merged.texts[column];
    edits.set(path, text === null ? null : Buffer.from(text));
    if (text !== mine[column]) boardFiles.set(path, text === null ? null : Buffer.from(text));
  }
  return { edits, boardFiles, texts: merged.texts, notes: merged.notes, unclear: merged.unclear };
}

/** Plain UTF-8 files, or none: a symbolic link, a folder or other bytes are nothing to merge by entries. */
async function areTexts(repo: Repository, commits: readonly string[], path: string): Promise<boolean> {
  for (const commit of commits) {
    const entry = await entryAt(repo, commit, path);
    if (entry === null) continue;
    if (!entry.mode.startsWith('100') || !isUtf8((await readBlob(repo, commit, path)) ?? Buffer.from(''))) return false;
  }
  return true;
}

async function textsAt(repo: Repository, commit: string, options: BoardOptions): Promise<BoardTexts> {
  const texts: Record<(typeof COLUMNS)[number], string | null> = {
    TODO: null,
    IN_PROGRESS: null,
    REVIEW: null,
    TESTING: null,
  };
  for (const column of COLUMNS)
    texts[column] = (await readBlob(repo, commit, columnPath(column, options)))?.toString() ?? null;
  return texts;
}

/** Ids that landed or were abandoned on one side since the merge base. */
async function goneOn(repo: Repository, mergeBase: string, side: string, base: string): Promise<ReadonlySet<string>> {
  const fold = new HistoryFold();
  for (const { sha, at, committer, trailers } of (
    await readBaseHistory(repo, { from: mergeBase, to: side, base })
  ).toReversed())
    fold.add({
      sha,
      at,
      committerEmail: committer.email,
      trailers: trailers.map(({ key, value }) => ({ name: key, value })),
    });
  return fold.gone;
}

/** @param clean tree in which git has merged the file without a conflict. @returns null: it is not ours to write. */
async function changelogEdit(
  repo: Repository,
  { changelog, ours, theirs }: Integration,
  mergeBase: string,
  clean: string | null,
): Promise<{ readonly edit: TreeEdit; readonly left: readonly string[] } | 'conflict' | null> {
  if (changelog === null) return null;
  const [before, mine, other] = await Promise.all(
    [mergeBase, ours, theirs].map((sha) => entryAt(repo, sha, changelog)),
  );
  const isSame = (a: typeof mine, b: typeof mine): boolean => a?.sha === b?.sha && a?.mode === b?.mode;
  // Of one side's doing: as that side has it, whatever it is.
  if (isSame(mine, other) || isSame(other, before)) return { edit: mine ?? null, left: [] };
  if (isSame(mine, before)) return { edit: other ?? null, left: [] };
  if (!(await areTexts(repo, [mergeBase, ours, theirs], changelog))) return 'conflict';
  const read = async (treeish: string): Promise<string | null> =>
    (await readBlob(repo, treeish, changelog))?.toString() ?? null;
  const merged = mergeChangelogs({
    base: await read(mergeBase),
    ours: await read(ours),
    theirs: await read(theirs),
    byLines: clean === null ? null : await read(clean),
  });
  if (merged === 'conflict') return 'conflict';
  return { edit: merged.text === null ? null : Buffer.from(merged.text), left: merged.left };
}
