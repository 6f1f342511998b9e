import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { git, GitError, type Repository } from '../../git/git.ts';
import { OUR_GIT } from '../../git/config/harmless.ts';
import { readCommit, readTree } from '../../git/objects/objects.ts';
import { fromBytes, TREE_MODE } from '../../git/objects/tree.ts';
import { lstatOrNone, plainTextOf } from '../../system/plain-file.ts';
import type { Problem } from '../../problem.ts';
import { commandOf, directoryOf, listProcesses } from '../../system/process-table.ts';
import type { Settings } from '../../workflow/settings.ts';
import { FOREIGN_WORKTREE, PLAIN_FOLDER } from '../../worktrees/messages.ts';
import { rescue } from '../../worktrees/rescue.ts';
import { copyIncluded } from '../../worktrees/worktree-include.ts';
import { gitFileOf, inspectPlace, lockedFor, READY_MARK, type Place } from '../../worktrees/worktree-place.ts';
import { folderOf, relink, removeIfKept, takeAway } from '../../worktrees/worktree-removal.ts';
import { inTurn } from '../../worktrees/worktrees.ts';
import * as messages from './messages.ts';
import { shellPath } from '../../shell-word.ts';

/** In whose name the worktree is locked (`kanban check`) and kept; no task id looks like this. */
const NAME = 'check';

/** The worktree that all checks run in, absolute. */
const checkPath = (repo: Pick<Repository, 'root'>, settings: Pick<Settings, 'worktrees'>): string =>
  join(resolve(repo.root, settings.worktrees), '.check');

export type CheckWorktree =
  /** `notCopied`: files of `.worktreeinclude` that could not be copied, with the reason. */
  | { readonly ok: true; readonly path: string; readonly gitDir: string; readonly notCopied: readonly string[] }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Brings the worktree of the checks to a commit: every tracked file as the commit has it, no untracked one, ignored files
 * (node_modules and other things that cost time) as they are. It is made where it is missing, and made again where git
 * can't work in it. A lock file in the root, or an `after_create`, that is not what it was when `after_create` ran last
 * takes the ready mark away, so that it runs again.
 *
 * Only to be called while nothing of an earlier check is alive. No hook runs, and git gets both folders by name: should
 * the `.git` file go meanwhile, it would else look further up and find the user's checkout.
 *
 * Problems: `check-path-taken` (a folder or worktree of that name is not ours: it is not touched), `check-place-not-made`.
 * @param commit full SHA
 */
export async function bringCheckPlace(
  repo: Repository,
  settings: Pick<Settings, 'worktrees' | 'hooks'>,
  commit: string,
): Promise<CheckWorktree> {
  const path = checkPath(repo, settings);
  try {
    const place = await inTurn(repo, () => placeFor(repo, path, commit));
    if (place.ok) await markSetUp(repo, place.gitDir, commit, settings.hooks.after_create);
    return place;
  } catch (error) {
    return notMade(path, wordsOf(error));
  }
}

async function placeFor(repo: Repository, path: string, commit: string): Promise<CheckWorktree> {
  const place = inspectPlace(repo, path, NAME);
  if (place.kind === 'foreign') return taken(path, place.what);
  if (place.kind === 'registered' && !place.ours) return taken(path, FOREIGN_WORKTREE);
  if (place.kind === 'registered' && !place.removing) {
    const strange = inPlaceOf(path, place);
    if (strange !== null) return taken(path, strange);
    if (place.folder && existsSync(join(path, '.git'))) {
      const { gitDir } = place;
      const busy = (await leftByGit(path, gitDir)) ?? (await keepOnBranch(repo, path, gitDir));
      if (busy !== null) return notMade(path, busy);
      const notCopied = await copyIncluded(repo, path, true);
      const why = await reset(path, gitDir, commit);
      if (why === null) return { ok: true, path, gitDir, notCopied };
      // To make it again would take more room still, and all that was installed in it.
      if (freeBytes(path) < LEAST_ROOM) return notMade(path, why);
    }
  }
  const why = await clear(repo, path, place, commit);
  return why === null ? await make(repo, path, commit) : notMade(path, why);
}

/** With less the disk counts as full: a check that is red then does not count against the commit. */
export const LEAST_ROOM = 64 * 1024 * 1024;

/**
 * Our worktree was pulled away, and something else put where it stood? In words; null = no. One whose `.git` file alone is
 * gone (a test may remove it) is fixed.
 */
function inPlaceOf(path: string, place: Extract<Place, { kind: 'registered' }>): string | null {
  if (place.linked) return null;
  if (!place.folder) return lstatOrNone(path) === undefined ? null : 'a file';
  if (readdirSync(path).length === 0) return null;
  const file = join(place.gitDir, FOLDER_FILE);
  if (plainTextOf(file, MAX_SMALL_FILE_BYTES) !== folderMark(path)) return PLAIN_FOLDER;
  relink(path, place);
  return null;
}

/** Bytes of the small files in a worktree's git dir. */
const MAX_SMALL_FILE_BYTES = 64 * 1024;

/** Which folder was made for the worktree, in its git dir. */
const FOLDER_FILE = 'kanban-folder';

/** Inode numbers are given out again; not with the same time of birth. */
function folderMark(path: string): string {
  const { ino, birthtimeMs } = lstatSync(path);
  return `${ino} ${birthtimeMs}`;
}

/** Checks run on no branch: with one checked out, the user may have worked here. Their commits are safe; the rest is kept. */
async function keepOnBranch(repo: Repository, path: string, gitDir: string): Promise<string | null> {
  const head = join(gitDir, 'HEAD');
  const branchRef = /^ref: (.+?)\s*$/.exec(plainTextOf(head, MAX_SMALL_FILE_BYTES) ?? '')?.[1];
  if (branchRef === undefined) return null;
  const kept = await rescue({ repo, path, gitDir, branchRef }, NAME);
  return kept.ok ? null : kept.why;
}

const QUIET = ['-c', 'submodule.recurse=false'];

/** @returns why git could not (the worktree was half made, its disk is full); null when it is done. */
async function reset(path: string, gitDir: string, commit: string): Promise<string | null> {
  const here = [...QUIET, `--git-dir=${gitDir}`, `--work-tree=${path}`];
  try {
    await git([...here, 'checkout', '--quiet', '--force', '--detach', commit, '--'], { cwd: path });
    await git([...here, 'clean', '-ffdq'], { cwd: path });
    return null;
  } catch (error) {
    return wordsOf(error);
  }
}

/** @returns why not; null when the path is free. */
async function clear(repo: Repository, path: string, place: Place, commit: string): Promise<string | null> {
  const worktree = { repo, id: NAME, path, branchRef: commit };
  if (place.kind === 'registered') {
    // git refuses one that was half made, and one in which others' files stand.
    await takeAway(worktree, place).catch((error: unknown) => {
      if (!(error instanceof GitError)) throw error;
    });
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    rmSync(place.gitDir, { recursive: true, force: true, maxRetries: 3 });
  }
  if (place.kind !== 'orphan') return null;
  // git has forgotten whose it was: what differs from the commit is kept before it goes.
  const first = await removeIfKept(worktree);
  if (first.ok) return null;
  const kept = await rescue(folderOf(worktree, place), NAME);
  if (!kept.ok) return kept.why;
  const second = await removeIfKept(worktree, kept.ref);
  return second.ok ? null : second.why;
}

async function make(repo: Repository, path: string, commit: string): Promise<CheckWorktree> {
  // --no-track is for new branches only; without one git writes no upstream.
  const how = ['--quiet', '--detach', '--lock', '--reason', lockedFor(NAME)];
  await git([...QUIET, 'worktree', 'add', ...how, path, commit], { cwd: repo.root });
  const gitDir = gitFileOf(path);
  if (gitDir === null) return notMade(path, messages.NO_GIT_FILE);
  writeFileSync(join(gitDir, FOLDER_FILE), folderMark(path));
  return { ok: true, path, gitDir, notCopied: await copyIncluded(repo, path) };
}

/** A coordinator that was killed may have left a git process at work here, and a killed check git's locks. */
async function leftByGit(path: string, gitDir: string): Promise<string | null> {
  const locks = ['index.lock', 'HEAD.lock'].map((name) => join(gitDir, name));
  const isLocked = (): boolean => locks.some((lock) => existsSync(lock));
  const giveUp = performance.now() + LONGEST_GIT;
  for (;;) {
    const gits = listProcesses().filter(({ name, pid }) => name === 'git' && isWithin(path, directoryOf(pid)));
    if (!gits.some((row) => isLocked() || commandOf(row).startsWith(OUR_GIT))) break;
    if (performance.now() > giveUp) return messages.GIT_IN_WORKTREE;
    await sleep(50);
  }
  for (const lock of locks) rmSync(lock, { force: true });
  return null;
}

const LONGEST_GIT = 60_000;

const isWithin = (path: string, folder: string | null): boolean =>
  folder === path || folder?.startsWith(`${path}/`) === true;

/** What `after_create` was run for last, in the worktree's git dir. */
const SET_UP_FILE = 'kanban-set-up';

/** The mark goes first: killed in between, `after_create` runs once too often. */
async function markSetUp(repo: Repository, gitDir: string, commit: string, afterCreate: string): Promise<void> {
  const wanted = await setUpOf(repo, commit, afterCreate);
  const file = join(gitDir, SET_UP_FILE);
  if (plainTextOf(file, MAX_SMALL_FILE_BYTES) === wanted) return;
  rmSync(join(gitDir, READY_MARK), { force: true });
  writeFileSync(file, wanted);
}

async function setUpOf(repo: Repository, sha: string, afterCreate: string): Promise<string> {
  const commit = await readCommit(repo, sha);
  const entries = commit === null ? [] : await readTree(repo, commit.tree);
  const locks = entries
    .filter(({ mode, name }) => mode !== TREE_MODE && isLockFile(fromBytes(name)))
    .map((entry) => `${entry.name} ${entry.sha}`);
  return createHash('sha256')
    .update([afterCreate, ...locks].join('\0'))
    .digest('hex');
}

/** Cargo.lock, package-lock.json, bun.lockb, gradle.lockfile, npm-shrinkwrap.json, go.sum, requirements-dev.txt… */
const isLockFile = (name: string): boolean =>
  /[.-]lock(b|file)?($|\.)|^npm-shrinkwrap\.json$|^go\.(sum|work\.sum)$|^requirements.*\.txt$|^Package\.resolved$/i.test(
    name,
  );

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** @throws what is no failure of git or the disk: a bug. */
function wordsOf(error: unknown): string {
  if (error instanceof GitError) return error.stderr.trim().replace(/^fatal: /, '') || error.message;
  if (typeof (error as NodeJS.ErrnoException | null)?.code === 'string') return (error as Error).message;
  throw error;
}

const notMade = (path: string, why: string): CheckWorktree => ({
  ok: false,
  problem: {
    code: 'check-place-not-made',
    message: messages.worktreeNotReady(path, why),
    fix: messages.worktreeFix(path),
  },
});

const taken = (path: string, what: string): CheckWorktree => ({
  ok: false,
  problem: {
    code: 'check-path-taken',
    message: messages.checkPathTaken(path, what),
    fix: `mv ${shellPath(path)} ${shellPath(`${path}.mine`)}`,
  },
});
