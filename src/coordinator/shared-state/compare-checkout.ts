import { dirname, join } from 'node:path';
import type { Brief } from '../../contract/brief.ts';
import type { RunResult } from '../../contract/result.ts';
import { checkoutOf } from '../../git/checkout.ts';
import { git, type Repository } from '../../git/git.ts';
import { readCommit, resolve } from '../../git/objects/objects.ts';
import { lstatOrNone } from '../../system/plain-file.ts';
import type { EndedRunTrace } from './compare-shared.ts';
import { checkoutsOf, hiddenIn, newlyHidden } from './hidden-files.ts';
import { indexHas } from './index-content.ts';
import * as messages from './messages.ts';
import { readText } from './reflogs.ts';
import { WrittenRefs } from './ref-writers.ts';
import type { SharedStateBefore } from './shared-state.ts';

/** A file of the user's checkout that changed while a run was active. */
export interface ChangedFile {
  readonly path: string;
  /** When it changed, epoch ms. */
  readonly stamp: number;
}

/** The main worktree's HEAD: by its reflog, or a command that writes none. */
export async function compareHead(
  repo: Repository,
  before: SharedStateBefore,
  { brief: { identity }, commands }: Pick<EndedRunTrace, 'brief' | 'commands'>,
): Promise<string[]> {
  const now = readText(join(repo.gitDir, 'HEAD')).trim();
  if (now === before.head || before.head === '') return [];
  const last =
    readText(join(repo.gitDir, 'logs', 'HEAD'))
      .trimEnd()
      .split('\n')
      .at(-1) ?? '';
  const isIts = last.includes(`<${identity.email}>`) || new WrittenRefs(commands).has('HEAD');
  if (!isIts) return [];
  return [messages.switchedCheckout(repo.root, { before: before.head, now, back: await wayBack(repo, before.head) })];
}

/** By which command HEAD comes back, whatever the checkout holds: it is to work when it is copied. */
async function wayBack(repo: Repository, before: string): Promise<messages.WayBack> {
  const target = await resolve(repo, `${before.replace(/^ref: /, '')}^{commit}`);
  const head = await resolve(repo, 'main-worktree/HEAD^{commit}');
  // Between equal trees git changes no file.
  if (target === null || (await isSameTree(repo, target, head))) return 'switch';
  if (await indexHas(repo, { path: repo.root, gitDir: repo.gitDir }, target, head)) return 'head';
  const args = ['read-tree', '--dry-run', '-m', '-u', ...(head === null ? [] : [head]), target];
  const { code } = await git(args, { cwd: repo.root, okExit: [0, 1, 128] });
  return code === 0 ? 'switch' : 'stash';
}

const isSameTree = async (repo: Repository, a: string, b: string | null): Promise<boolean> =>
  b !== null && (await readCommit(repo, a))?.tree === (await readCommit(repo, b))?.tree;

/**
 * Files of the user's checkouts whose changes git no longer shows: work could be left out of commits and checks. The index is
 * the user's, so it stays as it is.
 */
export function compareHidden(
  repo: Repository,
  before: SharedStateBefore,
  { brief, commands }: Pick<EndedRunTrace, 'brief' | 'commands'>,
): { readonly faults: readonly string[]; readonly notes: readonly string[] } {
  const { hidden: now } = hiddenIn(repo, checkoutsOf(repo, brief.base));
  const files = now === undefined || before.hidden === undefined ? [] : newlyHidden(before.hidden, now);
  if (files.length === 0) return { faults: [], notes: [] };
  const text = messages.filesHidden(files);
  const isIts = commands.some((argv) => HIDES.some((word) => argv.includes(word)));
  return isIts ? { faults: [text], notes: [] } : { faults: [], notes: [text] };
}

const HIDES = ['--assume-unchanged', '--skip-worktree', 'sparse-checkout'];

/**
 * Files of the user's checkouts, that of base first, that differ from HEAD and changed while the run was active. One
 * `git status` each. kanban cannot find out whether the user or the run wrote them.
 */
export async function changedFiles(
  repo: Repository,
  { brief, result }: Pick<EndedRunTrace, 'brief' | 'result'>,
): Promise<readonly ChangedFile[]> {
  const base = checkoutOf(repo, brief.base)?.path ?? repo.root;
  const inBase = await changedIn(base, base, brief, result);
  return base === repo.root ? inBase : [...inBase, ...(await changedIn(repo.root, base, brief, result))];
}

/** @param near paths in other folders are absolute */
async function changedIn(
  folder: string,
  near: string,
  { board, worktree }: Brief,
  { startedAt, endedAt }: RunResult,
): Promise<ChangedFile[]> {
  const args = ['status', '--porcelain', '-z', '--untracked-files=normal', '--no-renames', '--ignore-submodules=dirty'];
  const { code, stdout } = await git(args, { cwd: folder, okExit: [0, 128] });
  if (code !== 0) return [];
  return (
    stdout
      .split('\0')
      .filter(Boolean)
      .map((line) => line.slice(3))
      .filter((path) => !path.startsWith(`${board}/`))
      .map((path) => ({ path, stamp: changedAt(join(folder, path)) }))
      .filter(({ stamp }) => stamp >= startedAt - COARSE && stamp <= endedAt + COARSE)
      .map(({ path, stamp }) => ({ path: folder === near ? path : join(folder, path), stamp }))
      // A worktree that stands in another one without being ignored there.
      .filter(({ path }) => ![worktree, near].includes(path.replace(/\/$/, '')))
  );
}

/** File systems date changes by the kernel's tick, ms. */
const COARSE = 10;

/** Of a file that is gone: when its folder changed. */
function changedAt(path: string): number {
  return (lstatOrNone(path) ?? lstatOrNone(dirname(path)))?.ctimeMs ?? 0;
}
