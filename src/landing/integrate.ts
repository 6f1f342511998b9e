import { COLUMNS } from '../board/entry.ts';
import { columnPath } from '../board/parse.ts';
import { git, type Repository } from '../git/git.ts';
import { editTree, entryAt, readBlob, readCommit, type TreeEdit } from '../git/objects/objects.ts';
import { diffTrees } from '../git/objects/tree-diff.ts';
import { mergeChangelogs } from './changelog/merge-changelogs.ts';
import type { Integration, IntegrationPlan } from './integration.ts';
import { areTexts, boardOf, textsAt } from './merge-board.ts';
import { mergeTrees } from './merge-tree.ts';
import * as messages from './messages.ts';

/**
 * Plans how base is brought up to another tip, in the object store only: git merges the files; the board
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
  if (!mine || !other) throw new Error(messages.notACommitHere(mine ? theirs : ours));
  if (mergeBase === ours && (plan.kind === 'remote' || (await isSameBoard(repo, plan)))) {
    const changes = await diffTrees(repo, mine.tree, other.tree);
    return { kind: 'fast-forward', to: theirs, changes, texts: await textsAt(repo, theirs, plan.boardOptions) };
  }
  return mergedPlan(repo, plan, mergeBase, mine.tree);
}

/** @param ourTree the tree of our side */
async function mergedPlan(
  repo: Repository,
  plan: Integration,
  mergeBase: string,
  ourTree: string,
): Promise<IntegrationPlan> {
  const { ours, theirs } = plan;
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
  const changes = await diffTrees(repo, ourTree, tree);
  const { boardFiles, texts, unclear } = board;
  const notes = [...board.notes, ...leftOutOf(plan.changelog, changelog)];
  return { kind: 'merge', tree, boardFiles, texts, parents: [ours, theirs], changes, notes, unclear };
}

function leftOutOf(path: string | null, merged: Awaited<ReturnType<typeof changelogEdit>>): string[] {
  if (merged === null || merged === 'conflict' || merged.left.length === 0) return [];
  return [messages.notInMerge(path, merged.left)];
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
