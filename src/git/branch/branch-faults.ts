import { GitError, type Repository } from '../git.ts';
import { diverge, type Divergence } from '../history/ancestry.ts';
import { readCommit } from '../objects/objects.ts';
import { contentFaults, mergeBaseByGit } from './content-faults.ts';
import type { JudgedBranch } from './judged-branch.ts';
import { MAX_REMEMBERED, memoryOf } from './judged-merges.ts';
import { mergeFaults, mergesByGit, mergesIn } from './merge-faults.ts';
import { isReplanted, takenBack } from './taken-back.ts';
import * as messages from './messages.ts';

/**
 * What keeps a branch from landing, whatever its runs reported: a merge in start..tip that drops what git merges clean
 * (`-s ours`, `checkout --ours .`) and that no later commit repaired; conflict markers in the added lines of base...tip.
 * A passed test and a landing both ask this. Merges that base contains are base's own.
 * @returns one text per fault, each with the commands that fix it. Without merges and markers no git process is started.
 */
export async function branchFaults(repo: Repository, branch: JudgedBranch): Promise<string[]> {
  const { base, tip, start } = branch;
  const memory = memoryOf(repo);
  const key = [base, tip, start].join(' ');
  const known = memory.branches.get(key);
  if (known !== undefined) return [...known];
  const faults: string[] = [];
  try {
    const split = await diverge(repo, base, tip);
    const merges = split === null ? await mergesByGit(repo, branch) : mergesIn([...split.right.values()]);
    for (const merge of merges) faults.push(...(await mergeFaults(repo, branch, merge)));
    faults.push(...(await contentFaults(repo, branch, split?.mergeBase ?? null)));
    if (await isReplanted(repo, branch, split)) faults.push(...(await takenBackFaults(repo, branch, split)));
    if (memory.branches.size >= MAX_REMEMBERED) memory.branches.clear();
    memory.branches.set(key, faults);
  } catch (error) {
    // An object that an agent removed, say. What can't be examined doesn't land.
    if (!(error instanceof GitError) || error.code !== BROKEN) throw error;
    const reason = error.stderr.trim().split('\n').at(0) ?? '';
    return [...faults, messages.cannotExamine(reason)];
  }
  return [...faults];
}

/** git's exit code where it cannot continue. */
const BROKEN = 128;

/** A history that was replaced: what landed since the task began has to be in it as base has it. */
async function takenBackFaults(
  repo: Repository,
  { id, base, tip, start, board }: JudgedBranch,
  split: Divergence | null,
): Promise<string[]> {
  const begun = await readCommit(repo, start);
  const tree = (await readCommit(repo, tip))?.tree;
  const landed = split?.mergeBase ?? (await mergeBaseByGit(repo, base, tip));
  if (begun === null || tree === undefined || landed === null) return [];
  const trees = { from: begun.tree, landed: landed.tree, tree };
  const paths = await takenBack(repo, trees, (path) => !path.startsWith(`${board}/`));
  if (paths.length === 0) return [];
  const [from, to] = [begun.tree.slice(0, 10), landed.tree.slice(0, 10)];
  return [messages.takesBackLanded(id, paths, { from, to })];
}
