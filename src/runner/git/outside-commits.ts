import { headOf } from '../../git/checkout.ts';
import { diverge } from '../../git/history/ancestry.ts';
import type { CommitNode } from '../../git/history/ancestry.ts';
import { resolve } from '../../git/objects/objects.ts';
import { orNull } from './branch-facts.ts';
import type { Standing } from './branch-facts.ts';
import type { Brief } from '../../contract/brief.ts';
import type { OutsideCommit } from '../../contract/result.ts';
import { git, zeroSplit } from './runner-git.ts';

const MOST_STRAYS = 20;
const MOST_FILES = 20;
const MAIN_HEAD = 'main-worktree/HEAD';
/** The domain of the identities that runs commit under; as in pipeline/history.ts. */
const RUN_IDENTITY = '@kanban.invalid';

/**
 * Commits by the run's identity where it has no business, made since it was briefed: on base or in the user's checkout,
 * whatever that has checked out; newest first. Commits of its own branch count where base's reflog says that the run
 * itself brought them there; where the user merged them, they don't.
 */
export async function outsideCommits(standing: Standing): Promise<readonly OutsideCommit[]> {
  const found = (await orNull(straysInProcess(standing))) ?? (await straysByGit(standing));
  const strays = await details(standing, found.slice(0, MOST_STRAYS));
  // With the merge undone, what it brought is gone too.
  if (strays.some(({ isMerge }) => isMerge)) return strays;
  const known = new Set(found);
  const brought = (await broughtToBase(standing)).filter((sha) => !known.has(sha));
  return [...strays, ...(await details(standing, brought))].slice(0, MOST_STRAYS);
}

async function straysInProcess({ brief, repo, base, split }: Standing): Promise<string[] | null> {
  if (split === null || base === null) return null;
  const head = await resolve(repo, `${MAIN_HEAD}^{commit}`);
  const since = async (sha: string) =>
    sha === brief.baseSha ? NOTHING : ((await diverge(repo, sha, brief.baseSha))?.left ?? null);
  const onBase = await since(base);
  const inCheckout = head === null || head === base ? NOTHING : await since(head);
  if (onBase === null || inCheckout === null) return null;
  // What the branch contains too is its own, brought there by somebody who merged it; what an earlier run of the same
  // name left on a branch of the user's is older.
  const stray = ({ sha, date }: CommitNode): boolean =>
    onBase.has(sha) ? split.left.has(sha) : !split.right.has(sha) && date >= Math.floor(brief.createdAt / 1_000);
  const found = [...new Map([...onBase, ...inCheckout]).values()].filter(
    (node) => node.committerEmail === brief.identity.email && stray(node),
  );
  return found.sort((a, b) => b.date - a.date).map(({ sha }) => sha);
}

const NOTHING: ReadonlyMap<string, CommitNode> = new Map();

async function straysByGit({ brief, where, tip }: Standing): Promise<string[]> {
  const args = [
    'rev-list',
    `--max-count=${MOST_STRAYS}`,
    '--ignore-missing',
    committedBy(brief),
    brief.base,
    MAIN_HEAD,
    `^${tip}`,
    `^${brief.baseSha}`,
  ];
  return lines((await git(where, args)).stdout);
}

const committedBy = ({ identity }: Brief): string =>
  `--committer=<${identity.email.replace(/[\\.*[\]^$+?(){}|]/g, '\\$&')}>`;

/** A merge that was only a fast-forward makes no commit; whose it was, base's reflog knows. */
async function broughtToBase({ brief, where, base, split }: Standing): Promise<string[]> {
  if (base === null || base === brief.baseSha) return [];
  // Else base holds nothing of a task branch that is not landed.
  if (split !== null && !split.mergeBase.committerEmail.endsWith(RUN_IDENTITY)) return [];
  const log = await git(where, ['log', '-g', '--max-count=100', '--format=%H %ge', brief.base, '--']);
  const to = lines(log.stdout).find((line) => line.endsWith(` ${brief.identity.email}`));
  if (to === undefined) return [];
  const own = ['rev-list', `--max-count=${MOST_STRAYS}`, '--no-merges', committedBy(brief)];
  return lines((await git(where, [...own, to.split(' ')[0] ?? '', `^${brief.startSha}`])).stdout);
}

/** What the user needs to judge them. One process of git for all, and one for each to tell where it lies. */
async function details({ brief, where }: Standing, shas: readonly string[]): Promise<OutsideCommit[]> {
  if (shas.length === 0) return [];
  const args = ['log', '--no-walk=unsorted', '--first-parent', '-m', '--name-only', '--no-renames', '-z'];
  const { stdout } = await git(where, [...args, '--format=%x01%H%x00%P%x00%s', ...shas, '--']);
  const checkedOut = headOf(brief.gitCommonDir) ?? '';
  const staged = await differsFromHead(brief);
  const strays: OutsideCommit[] = [];
  for (const part of stdout.split('\u0001').slice(1)) {
    const [sha = '', parents = '', subject = '', ...files] = part.split('\0');
    const { code } = await git(where, ['merge-base', '--is-ancestor', sha, brief.base]);
    const on = code === 0 ? brief.base : checkedOut;
    const names = files.map((file) => file.replace(/^\n/, '')).filter((file) => file !== '');
    strays.push({
      ...(on === checkedOut && names.length > 0 && names.every((file) => staged.has(file)) ? { onlyRef: true } : {}),
      sha,
      subject,
      files: names.slice(0, MOST_FILES),
      isMerge: parents.includes(' '),
      on: on.replace(/^refs\/heads\//, ''),
    });
  }
  return strays;
}

/** Files that the index of the user's checkout has differently from HEAD, which was moved without them. */
async function differsFromHead({ root, gitCommonDir }: Brief): Promise<ReadonlySet<string>> {
  const checkout = { worktree: root, gitDir: gitCommonDir };
  return new Set(zeroSplit((await git(checkout, ['diff', '--cached', '--name-only', '-z', '--no-renames'])).stdout));
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
