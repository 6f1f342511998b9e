import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';

import { git, GitError } from '../git/git.ts';
import type { Repository } from '../git/git.ts';
import { updateRefs } from '../git/refs.ts';
import type { Problem } from '../problem.ts';
import { commandOf, directoryOf, listProcesses } from '../system/process-table.ts';
import type { ProcessRow } from '../system/process-table.ts';
import { rescue } from './rescue.ts';
import type { Rescued } from './rescue.ts';
import { copyIncluded } from './worktree-include.ts';
import { gitFileOf, inspectPlace, lockedFor } from './worktree-place.ts';
import type { Place } from './worktree-place.ts';
import { folderOf, relink, removeIfKept, takeAway } from './worktree-removal.ts';
import type { RemovedWorktree, TaskWorktree } from './worktree-removal.ts';
import * as messages from './messages.ts';
import { shellPath } from '../shell-word.ts';

export type { RemovedWorktree, TaskWorktree };

export interface WantedWorktree extends TaskWorktree {
  /** The commit of base that a new branch starts from; unused if `branchExists`. */
  readonly startSha: string;
  readonly branchExists: boolean;
}

export type EnsuredWorktree =
  /** `notCopied`: files of `.worktreeinclude` that could not be copied, with the reason. */
  | { readonly ok: true; readonly gitDir: string; readonly created: boolean; readonly notCopied: readonly string[] }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Makes sure that a task has its worktree, with its branch checked out. One that is ready (READY_MARK) is taken as it is,
 * without starting git. One that never got ready has never seen an agent: it is removed and made again.
 *
 * A new branch is made in one ref transaction with `refs/kanban/start/<id>`, which says that it is ours.
 * Problems: `worktree-path-taken`, `worktree-branch-taken`, `worktree-not-made`. Nothing of the user's is touched.
 */
export async function ensureWorktree(wanted: WantedWorktree): Promise<EnsuredWorktree> {
  wanting += 1;
  try {
    return await inTurn(wanted.repo, () => guarded(wanted, () => ensure(wanted)));
  } finally {
    wanting -= 1;
    if (wanting === 0) for (const go of yielding.splice(0)) go();
  }
}

/**
 * Removes a task's worktree, whole or half-deleted. Refuses if it holds anything uncommitted, unless `rescued` names a
 * rescue ref with exactly that. The branch stays. before_remove is the caller's to run.
 */
export async function removeWorktree(worktree: TaskWorktree, rescued: string | null = null): Promise<RemovedWorktree> {
  // Somebody waits for a worktree to be made; nobody waits for one to be gone, or not for long.
  if (wanting > 0)
    await Promise.race([new Promise<void>((go) => yielding.push(go)), sleep(MOST_YIELDED, undefined, { ref: false })]);
  return inTurn(worktree.repo, async () => {
    try {
      return await removeIfKept(worktree, rescued);
    } catch (error) {
      return { ok: false, why: reasonOf(error) };
    }
  });
}

/** Keeps everything uncommitted in a task's worktree under `refs/kanban/rescue/<id>/<n>`, without touching it. */
export function rescueWorktree({ repo, id, branchRef, path }: TaskWorktree): Promise<Rescued> {
  return inTurn(repo, async () => {
    const place = inspectPlace(repo, path, id);
    if (place.kind === 'orphan') return await rescue({ repo, path, gitDir: null, branchRef }, id);
    if (place.kind !== 'registered' || !place.folder) return { ok: true, ref: null, isNew: false, notKept: [] };
    relink(path, place);
    return await rescue({ repo, path, gitDir: place.gitDir, branchRef }, id);
  });
}

/** One worktree as git lists it. */
export interface ListedWorktree {
  readonly path: string;
  /** HEAD's commit; null in a bare repository. */
  readonly head: string | null;
  /** Full ref; null when detached. */
  readonly branch: string | null;
  /** The reason ('' if none was given); null when it isn't locked. */
  readonly locked: string | null;
  /** Its folder is gone. */
  readonly prunable: boolean;
}

/** All worktrees of a repository, the main one first. One git process. */
export async function listWorktrees(repo: Repository): Promise<ListedWorktree[]> {
  const { stdout } = await git(['worktree', 'list', '--porcelain', '-z'], { cwd: repo.root });
  return stdout
    .split('\0\0')
    .filter((block) => block !== '')
    .map((block) => {
      const fields = new Map(
        block.split('\0').map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)] as const),
      );
      const locked = fields.get('locked');
      return {
        path: fields.get('worktree') ?? '',
        head: fields.get('HEAD') ?? null,
        branch: fields.get('branch') ?? null,
        locked: locked === undefined ? null : locked === 'locked' ? '' : locked,
        prunable: fields.has('prunable'),
      };
    });
}

/** Worktrees are made and removed one at a time: git's own bookkeeping of them knows no locks. */
const oneByOne = pLimit(1);

/**
 * git runs in a process group of its own and outlives a coordinator that is killed: what it was making or removing then is
 * waited for, once, before anything else.
 */
export const inTurn = <T>(repo: Repository, work: () => Promise<T>): Promise<T> =>
  oneByOne(async () => {
    if (!waitedFor.has(repo.commonDir)) await othersAtWork(repo.root);
    waitedFor.add(repo.commonDir);
    return await work();
  });

const waitedFor = new Set<string>();

/** Worktrees that are being asked for, and removals that let them go first. */
let wanting = 0;
const yielding: (() => void)[] = [];
const MOST_YIELDED = 500;

async function othersAtWork(root: string): Promise<void> {
  const giveUp = performance.now() + 60_000;
  const isAtWork = (row: ProcessRow): boolean =>
    row.name === 'git' && / worktree (add|remove) /.test(commandOf(row)) && [root, null].includes(directoryOf(row.pid));
  while (listProcesses().some(isAtWork) && performance.now() < giveUp) await sleep(20);
}

async function ensure(wanted: WantedWorktree): Promise<EnsuredWorktree> {
  const { repo, id, path } = wanted;
  const place = inspectPlace(repo, path, id);
  if (place.kind === 'foreign') return taken(path, place.what);
  if (place.kind === 'registered') {
    if (!place.ours) return taken(path, messages.FOREIGN_WORKTREE);
    if (place.folder && place.ready && !place.removing) {
      relink(path, place);
      return { ok: true, gitDir: place.gitDir, created: false, notCopied: [] };
    }
  }
  const cleared = await clear(wanted, place);
  if (!cleared.ok) return notMade(path, cleared.why);
  const branch = await makeBranch(wanted);
  if (branch !== null) return { ok: false, problem: branch };
  // No --no-track: with a branch that exists, git writes no upstream (and refuses the switch).
  const short = wanted.branchRef.replace(/^refs\/heads\//, '');
  await git(['worktree', 'add', '--quiet', '--lock', '--reason', lockedFor(id), path, short], {
    cwd: repo.root,
  });
  const gitDir = gitFileOf(path);
  if (gitDir === null) return notMade(path, messages.NO_GIT_FILE);
  return { ok: true, gitDir, created: true, notCopied: await copyIncluded(repo, path) };
}

/** Makes the place free: of what never got ready, what was half removed, what the user deleted by hand. */
async function clear(wanted: WantedWorktree, place: Place): Promise<RemovedWorktree> {
  if (place.kind !== 'registered' && place.kind !== 'orphan') return { ok: true };
  if (place.kind === 'registered' && !place.ready) return await takeAway(wanted, place);
  const there = { ...wanted, branchRef: wanted.branchExists ? wanted.branchRef : wanted.startSha };
  const first = await removeIfKept(there);
  if (first.ok) return first;
  // Something was written into it while it was being removed: kept, then away with it.
  const kept = await rescue(folderOf(there, place), wanted.id);
  if (!kept.ok || kept.ref === null) return kept.ok ? first : kept;
  return await removeIfKept(there, kept.ref);
}

async function makeBranch({ repo, id, branchRef, startSha, branchExists }: WantedWorktree): Promise<Problem | null> {
  if (branchExists) return null;
  const made = await updateRefs(repo, [
    { ref: branchRef, to: startSha, from: null },
    { ref: `refs/kanban/start/${id}`, to: startSha, from: null },
  ]);
  if (made.ok) return null;
  const short = branchRef.replace(/^refs\/heads\//, '');
  const message = messages.branchNotCreated(short, made.message);
  if (made.why === 'locked') {
    const lock = /'([^']+\.lock)'/.exec(made.message)?.[1];
    const fix = lock === undefined ? {} : { fix: messages.removeLock(lock) };
    return { code: 'worktree-not-made', message, ...fix };
  }
  const inTheWay = /'refs\/heads\/([^']+)' exists; cannot create/.exec(made.message)?.[1];
  if (inTheWay !== undefined)
    return { code: 'worktree-branch-taken', message, fix: `git branch -m ${inTheWay} <another name>` };
  return {
    code: 'worktree-branch-taken',
    message,
    fix: messages.renameBranch(short),
  };
}

async function guarded(wanted: WantedWorktree, work: () => Promise<EnsuredWorktree>): Promise<EnsuredWorktree> {
  try {
    return await work();
  } catch (error) {
    const reason = reasonOf(error);
    if (!/is already (checked out|used by worktree) at/.test(reason)) return notMade(wanted.path, reason);
    const short = wanted.branchRef.replace(/^refs\/heads\//, '');
    const fix = messages.freeBranch(short);
    return {
      ok: false,
      problem: { code: 'worktree-branch-taken', message: messages.branchInUse(short, reason), fix },
    };
  }
}

/** @throws what is no failure of git or the disk: a bug. */
function reasonOf(error: unknown): string {
  if (error instanceof GitError) return error.stderr.trim().replace(/^fatal: /, '') || error.message;
  if (typeof (error as NodeJS.ErrnoException | null)?.code === 'string') return (error as Error).message;
  throw error;
}

const notMade = (path: string, why: string): EnsuredWorktree => ({
  ok: false,
  problem: {
    code: 'worktree-not-made',
    message: messages.worktreeNotCreated(path, why),
    fix: 'git worktree list    # and: df -h .',
  },
});

const taken = (path: string, what: string): EnsuredWorktree => ({
  ok: false,
  problem: {
    code: 'worktree-path-taken',
    message: messages.placeTaken(path, what),
    fix: `mv ${shellPath(path)} ${shellPath(`${path}.mine`)}`,
  },
});
