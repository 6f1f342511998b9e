import { parseConfig } from '../config/config-file.ts';
import { git, type Repository } from '../git.ts';
import type { CommitNode } from '../history/ancestry.ts';
import { readBlob, readCommit } from '../objects/objects.ts';
import { diffTrees, type TreeChange } from '../objects/tree-diff.ts';
import type { JudgedBranch } from './judged-branch.ts';
import { markerFaults } from './marker-faults.ts';
import * as messages from './messages.ts';

/** Faults of what the branch changes, whichever commit did it. */
export async function contentFaults(
  repo: Repository,
  branch: JudgedBranch,
  mergeBase: CommitNode | null,
): Promise<string[]> {
  const { base, tip, board } = branch;
  const tree = (await readCommit(repo, tip))?.tree;
  const from = mergeBase ?? (await mergeBaseByGit(repo, base, tip)) ?? (await readCommit(repo, branch.start));
  if (tree === undefined || from === null) return [messages.noCommonHistory(tip)];
  const changed = (await diffTrees(repo, from.tree, tree)).filter(
    ({ path, after }) => after !== null && !path.startsWith(`${board}/`),
  );
  return [...(await gitlinkFaults(repo, branch, changed)), ...(await markerFaults(repo, branch, changed))];
}

/** Repositories of their own, committed without `.gitmodules`: git keeps their commit id and not one of their files. */
async function gitlinkFaults(
  repo: Repository,
  { id, tip }: JudgedBranch,
  changed: readonly TreeChange[],
): Promise<string[]> {
  const links = changed.filter(({ after, before }) => after?.mode === GITLINK && before?.mode !== GITLINK);
  if (links.length === 0) return [];
  const modules = parseConfig((await readBlob(repo, tip, '.gitmodules'))?.toString('utf8') ?? '') ?? [];
  const known = new Set(modules.flatMap(({ name, value }) => (/^submodule\..*\.path$/s.test(name) ? [value] : [])));
  return links.filter(({ path }) => !known.has(path)).map(({ path }) => messages.nestedRepository(id, path, true));
}

const GITLINK = '160000';

export async function mergeBaseByGit(
  repo: Repository,
  base: string,
  tip: string,
): Promise<{ readonly tree: string } | null> {
  const { stdout } = await git(['merge-base', base, tip], { cwd: repo.root, okExit: [0, 1] });
  const sha = stdout.trim();
  return sha === '' ? null : readCommit(repo, sha);
}
