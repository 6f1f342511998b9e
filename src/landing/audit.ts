import { git, type Repository } from '../git/git.ts';
import { readCommit } from '../git/objects/objects.ts';
import { diffTrees, type TreeChange } from '../git/objects/tree-diff.ts';
import { fromBytes, type TreeEntry } from '../git/objects/tree.ts';
import type { Built } from './chain.ts';
import type { OwnFiles } from './merge-onto.ts';
import { contains } from './recovery/recover-move.ts';
import * as messages from './messages.ts';

export interface Audited {
  readonly baseRef: string;
  /** In landing order. */
  readonly landings: readonly Built[];
  readonly board: string;
  /** Path of CHANGELOG.md; null when another tool writes it. */
  readonly changelog: string | null;
}

/**
 * Checks landings after the fact, in what they say in git: base is at the last one, the parents of each are right, nothing
 * changed but what its branch changed, and of that nothing is missing. @returns what is wrong, one sentence each.
 */
export async function audit(repo: Repository, landed: Audited): Promise<string[]> {
  const found: string[] = [];
  const last = landed.landings.at(-1)?.sha ?? '';
  if (!(await contains(repo, landed.baseRef, last))) found.push(messages.landingMissing(landed.baseRef, last));
  for (const landing of landed.landings) found.push(...(await auditOne(repo, landing, landed)));
  return found;
}

async function auditOne(repo: Repository, landing: Built, own: OwnFiles): Promise<string[]> {
  const found: string[] = [];
  const commit = await readCommit(repo, landing.sha);
  if (commit?.tree !== landing.tree) found.push(messages.otherTree(landing.sha));
  const parents = commit?.parents.join(' ');
  if (parents !== `${landing.parent} ${landing.tip}`) found.push(messages.otherParents(landing.sha, parents));
  if (landing.mergeBase !== null) found.push(...(await paths(repo, landing, own, landing.mergeBase)));
  return found;
}

async function paths(repo: Repository, landing: Built, own: OwnFiles, mergeBase: string): Promise<string[]> {
  const [from, to, old] = await Promise.all(
    [mergeBase, landing.tip, landing.parent].map((sha) => readCommit(repo, sha)),
  );
  const ours = ({ path }: TreeChange) => path !== own.changelog && !path.startsWith(`${own.board}/`);
  const branch = (await diffTrees(repo, from?.tree ?? null, to?.tree ?? null)).filter(ours);
  const landed = landing.changes.filter(ours);
  const branchPaths = new Set(branch.map((change) => change.path));
  const landedPaths = new Map(landed.map((change) => [change.path, change]));
  const extra = landed.filter((change) => !branchPaths.has(change.path)).map((change) => change.path);
  const upstream = new Set((await diffTrees(repo, from?.tree ?? null, old?.tree ?? null)).map((change) => change.path));
  const missing = branch
    .filter((change) => !upstream.has(change.path) && !equal(landedPaths.get(change.path)?.after, change.after))
    .map((change) => change.path);
  if (extra.length + missing.length === 0) return [];
  const explained = await renames(repo, mergeBase, landing.parent, landing.tip);
  return [
    ...extra.filter((path) => !explained(path)).map((path) => messages.changedWithoutBranch(path)),
    ...missing.filter((path) => !explained(path)).map((path) => messages.branchChangeMissing(path)),
  ];
}

const equal = (a: TreeEntry | null | undefined, b: TreeEntry | null): boolean =>
  a ? b !== null && a.sha === b.sha && a.mode === b.mode : b === null;

/** Paths that git's merge may have moved, for one side renamed a file or the folder that they are in. */
async function renames(
  repo: Repository,
  mergeBase: string,
  ...sides: readonly string[]
): Promise<(path: string) => boolean> {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const side of sides) {
    // As many renames as a merge looks for; a diff stops at 1,000.
    const args = ['diff-tree', '-r', '-z', '-M', '-l7000', '--diff-filter=R', '--name-status', mergeBase, side];
    const { stdout } = await git(args, { cwd: repo.root, encoding: 'buffer' });
    const fields = stdout.toString('latin1').split('\0').filter(Boolean).map(fromBytes);
    for (let i = 0; i + 2 < fields.length; i += 3) {
      for (const path of [fields[i + 1]!, fields[i + 2]!]) {
        files.add(path);
        folders.add(path.slice(0, path.lastIndexOf('/') + 1));
      }
    }
  }
  return (path) => files.has(path) || folders.has(path.slice(0, path.lastIndexOf('/') + 1));
}
