import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, lstatSync, readdirSync, rmSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

import { git, GitError } from '../git/git.ts';
import type { Repository } from '../git/git.ts';
import { readRefs, updateRefs } from '../git/refs.ts';
import * as messages from './messages.ts';

/** A worktree's folder, and how git is given it. */
export interface WorkFolder {
  readonly repo: Repository;
  readonly path: string;
  /** Its git dir; null if it has lost it: then `branchRef` stands for its HEAD. */
  readonly gitDir: string | null;
  /** Full ref. */
  readonly branchRef: string;
}

export interface WorkState {
  /** HEAD's commit; null when there is none yet. */
  readonly head: string | null;
  /** Short name of the branch; null when HEAD is detached. */
  readonly branch: string | null;
  /** Paths that differ from HEAD, new ones included, ignored ones not; `deleted`: only missing in the folder. */
  readonly changes: readonly Change[];
}

interface Change {
  readonly path: string;
  readonly deleted: boolean;
}

/** One `git status`. Settings that hide new files or submodules don't count. */
export async function workState(folder: WorkFolder): Promise<WorkState> {
  if (folder.gitDir === null) return await orphanState(folder);
  const args = [
    'status',
    '--porcelain=v2',
    '--branch',
    '-z',
    '--untracked-files=normal',
    '--ignore-submodules=none',
    '--no-renames',
  ];
  const { stdout } = await git(args, { cwd: folder.path });
  let head: string | null = null;
  let branch: string | null = null;
  const changes: { path: string; deleted: boolean }[] = [];
  for (const line of stdout.split('\0')) {
    if (line.startsWith('# branch.oid ')) head = /^[0-9a-f]+$/.test(line.slice(13)) ? line.slice(13) : null;
    else if (line.startsWith('# branch.head ')) branch = line.slice(14) === '(detached)' ? null : line.slice(14);
    else if (line.startsWith('? ')) changes.push({ path: line.slice(2), deleted: false });
    else if (/^[1u] /.test(line))
      changes.push({
        path: line
          .split(' ')
          .slice(line.startsWith('1') ? 8 : 10)
          .join(' '),
        deleted: line.startsWith('1 .D'),
      });
  }
  return { head, branch, changes };
}

export interface Snapshot {
  /** The folder as it is, without ignored files and without repositories inside it. */
  readonly tree: string;
  /** What was staged; null where something is unmerged. */
  readonly staged: string | null;
}

/**
 * Repositories and worktrees inside the folder that git does not track: git would keep a commit id of them and no
 * content. Relative to the folder. Folders without changes are not searched.
 */
export function nestedIn({ path }: Pick<WorkFolder, 'path'>, changes: readonly Change[]): string[] {
  const found: string[] = [];
  const search = (name: string): void => {
    const entries = entriesIn(join(path, name));
    if (entries.some((entry) => entry.name === '.git')) found.push(name);
    else for (const entry of entries) if (entry.isDirectory()) search(`${name}/${entry.name}`);
  };
  for (const change of changes) {
    const name = change.path.replace(/\/$/, '');
    if (!change.deleted && isFolder(join(path, name))) search(name);
  }
  return found;
}

/** The folder's content as a tree, by an index of its own: neither folder nor index change. @param nested left out */
export async function snapshot(
  { repo, path, gitDir, branchRef }: WorkFolder,
  head: string | null,
  nested: readonly string[] = [],
): Promise<Snapshot> {
  const index = join(gitDir ?? repo.commonDir, `kanban-index-${process.pid}-${randomBytes(4).toString('hex')}`);
  const options = { cwd: path, env: { GIT_INDEX_FILE: index } };
  const place = gitDir === null ? [`--git-dir=${repo.commonDir}`, `--work-tree=${path}`] : [];
  const run = [...place, '-c', 'core.safecrlf=false'];
  try {
    if (gitDir !== null && existsSync(join(gitDir, 'index'))) copyFileSync(join(gitDir, 'index'), index);
    else await git([...run, 'read-tree', head ?? branchRef], options);
    const staged = await git([...run, 'write-tree'], { ...options, okExit: [0, 128] });
    const without = nested.map((name) => `:(exclude,top,literal)${name}`);
    await git([...run, 'add', '-A', '--sparse', '--', '.', ...without], options);
    const tree = await git([...run, 'write-tree'], options);
    return { tree: tree.stdout.trim(), staged: staged.code === 0 ? staged.stdout.trim() : null };
  } finally {
    for (const file of [index, `${index}.lock`]) rmSync(file, { force: true });
  }
}

export type Rescued =
  /**
   * `ref` is null when there was nothing to keep. `isNew`: it was kept just now, not earlier. `notKept`: repositories
   * inside it; they stay where they are.
   */
  | { readonly ok: true; readonly ref: string | null; readonly isNew: boolean; readonly notKept: readonly string[] }
  | { readonly ok: false; readonly why: string };

/**
 * Keeps everything uncommitted in a worktree, new files too (ignored ones not), as a commit on top of its HEAD under
 * `refs/kanban/rescue/<id>/<n>`. What was staged and isn't in the folder is kept as its second parent. A HEAD that no ref
 * leads to is kept in the same way. The worktree doesn't change. The same content is kept once: another call returns the
 * same ref.
 */
export async function rescue(folder: WorkFolder, id: string): Promise<Rescued> {
  try {
    const state = await workState(folder);
    return state.changes.length === 0 ? await rescueHead(folder, id, state) : await rescueChanges(folder, id, state);
  } catch (error) {
    if (error instanceof GitError) return { ok: false, why: error.stderr.trim() || error.message };
    throw error;
  }
}

/** A HEAD that no ref leads to. */
async function rescueHead(folder: WorkFolder, id: string, state: WorkState): Promise<Rescued> {
  const { head } = state;
  if (head === null || (await isReachable(folder, state))) return { ok: true, ref: null, isNew: false, notKept: [] };
  return { ok: true, ref: await pin(folder.repo, id, head), isNew: true, notKept: [] };
}

async function rescueChanges(folder: WorkFolder, id: string, state: WorkState): Promise<Rescued> {
  const nested = nestedIn(folder, state.changes);
  const { tree, staged } = await snapshot(folder, state.head, nested);
  const headTree = state.head === null ? null : await resolve(folder.repo, `${state.head}^{tree}`);
  const parents = state.head === null ? [] : [state.head];
  const index = staged === headTree || staged === tree ? null : staged;
  if (tree === headTree && index === null && (await isReachable(folder, state)))
    return { ok: true, ref: null, isNew: false, notKept: nested };
  const before = await keptAs(folder.repo, id, { tree, head: state.head, index });
  if (before !== null) return { ok: true, ref: before, isNew: false, notKept: nested };
  if (index !== null) parents.push(await commit(folder.repo, index, parents, messages.stagedSubject(id)));
  const kept = await commit(folder.repo, tree, parents, messages.rescueCommit(id, nested));
  return { ok: true, ref: await pin(folder.repo, id, kept), isNew: true, notKept: nested };
}

/** Does any ref lead to HEAD's commit? The branch that HEAD is on does. */
export async function isReachable({ repo }: WorkFolder, { head, branch }: WorkState): Promise<boolean> {
  if (branch !== null || head === null) return true;
  const { stdout } = await git(['for-each-ref', '--count=1', '--format=%(refname)', `--contains=${head}`], {
    cwd: repo.root,
  });
  return stdout.trim() !== '';
}

/** Object name of a revision. */
export async function resolve(repo: Repository, revision: string): Promise<string> {
  const { stdout } = await git(['rev-parse', '--verify', '--end-of-options', revision], { cwd: repo.root });
  return stdout.trim();
}

const IDENTITY = {
  GIT_AUTHOR_NAME: 'kanban',
  GIT_AUTHOR_EMAIL: 'kanban@kanban.invalid',
  GIT_COMMITTER_NAME: 'kanban',
  GIT_COMMITTER_EMAIL: 'kanban@kanban.invalid',
};

async function commit(repo: Repository, tree: string, parents: readonly string[], message: string): Promise<string> {
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', message];
  return (await git(args, { cwd: repo.root, env: IDENTITY })).stdout.trim();
}

/** The rescue ref that has exactly this content; null = none has. */
async function keptAs(
  repo: Repository,
  id: string,
  { tree, head, index }: { readonly tree: string; readonly head: string | null; readonly index: string | null },
): Promise<string | null> {
  const format = '--format=%(refname) %(tree) %(parent)';
  const { stdout } = await git(['for-each-ref', format, `refs/kanban/rescue/${id}/`], { cwd: repo.root });
  for (const line of stdout.split('\n')) {
    const [ref = '', itsTree, first = '', second] = line.split(' ');
    if (itsTree !== tree || first !== (head ?? '') || (second === undefined) !== (index === null)) continue;
    if (second === undefined || (await resolve(repo, `${second}^{tree}`)) === index) return ref;
  }
  return null;
}

function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

const isFolder = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

async function pin(repo: Repository, id: string, sha: string): Promise<string> {
  for (;;) {
    const prefix = `refs/kanban/rescue/${id}/`;
    const used = (await readRefs(repo, [prefix])).map(({ name }) => Number(name.slice(prefix.length)));
    const ref = `${prefix}${Math.max(0, ...used.filter(Number.isFinite)) + 1}`;
    const result = await updateRefs(repo, [{ ref, to: sha, from: null }]);
    if (result.ok) return ref;
    if (result.why === 'locked') throw new GitError(['update-ref', ref], null, result.message);
  }
}

/** Everything in it, as if all of it were new. */
const topOf = ({ path }: WorkFolder): Change[] =>
  entriesIn(path).flatMap(({ name }) => (name === '.git' ? [] : [{ path: name, deleted: false }]));

/**
 * A folder whose git dir is gone: what differs from its branch. Missing files are no work of anybody's: either they were
 * being removed, or they are still on the branch.
 */
async function orphanState(folder: WorkFolder): Promise<WorkState> {
  const head = await resolve(folder.repo, folder.branchRef);
  const nested = nestedIn(folder, topOf(folder));
  const { tree } = await snapshot(folder, head, nested);
  const { stdout } = await git(
    ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--diff-filter=d', head, tree],
    { cwd: folder.repo.root },
  );
  const changed = stdout.split('\0').filter((path) => path !== '');
  const changes = [...changed, ...nested].map((path) => ({ path, deleted: false }));
  return { head, branch: folder.branchRef.replace(/^refs\/heads\//, ''), changes };
}
