import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { git, GitError } from '../git/git.ts';
import type { Repository } from '../git/git.ts';
import { readRefs, updateRefs } from '../git/refs.ts';

/** A worktree's folder, and how git is told of it. */
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
  readonly changes: readonly { readonly path: string; readonly deleted: boolean }[];
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
  /** The folder as it stands, ignored files left out. */
  readonly tree: string;
  /** What was staged; null where something is unmerged. */
  readonly staged: string | null;
  /** Repositories inside it, of which git keeps no content. */
  readonly embedded: readonly string[];
}

/** The folder's content as a tree, by an index of its own: neither folder nor index change. */
export async function snapshot({ repo, path, gitDir, branchRef }: WorkFolder, head: string | null): Promise<Snapshot> {
  const index = join(gitDir ?? repo.commonDir, `kanban-index-${process.pid}-${randomBytes(4).toString('hex')}`);
  const options = { cwd: path, env: { GIT_INDEX_FILE: index } };
  const place = gitDir === null ? [`--git-dir=${repo.commonDir}`, `--work-tree=${path}`] : [];
  const run = [...place, '-c', 'core.safecrlf=false'];
  try {
    if (gitDir !== null && existsSync(join(gitDir, 'index'))) copyFileSync(join(gitDir, 'index'), index);
    else await git([...run, 'read-tree', head ?? branchRef], options);
    const staged = await git([...run, 'write-tree'], { ...options, okExit: [0, 128] });
    const added = await git([...run, 'add', '-A', '--sparse', '--', '.'], options);
    const tree = await git([...run, 'write-tree'], options);
    const embedded = [...added.stderr.matchAll(/adding embedded git repository: (.+)/g)].map((match) => match[1] ?? '');
    return { tree: tree.stdout.trim(), staged: staged.code === 0 ? staged.stdout.trim() : null, embedded };
  } finally {
    for (const file of [index, `${index}.lock`]) rmSync(file, { force: true });
  }
}

export type Rescued =
  /** `ref` is null when there was nothing to keep. `notKept`: repositories inside it; they stay where they are. */
  | { readonly ok: true; readonly ref: string | null; readonly notKept: readonly string[] }
  | { readonly ok: false; readonly why: string };

/**
 * Keeps everything uncommitted in a worktree, new files too (ignored ones not), as a commit on top of its HEAD under
 * `refs/kanban/rescue/<id>/<n>`. What was staged and isn't in the folder is kept as its second parent. A HEAD that no ref
 * leads to is kept in the same way. The worktree doesn't change.
 */
export async function rescue(folder: WorkFolder, id: string): Promise<Rescued> {
  try {
    const state = await workState(folder);
    if (state.changes.length === 0) {
      const ref =
        state.head === null || (await isReachable(folder, state)) ? null : await pin(folder.repo, id, state.head);
      return { ok: true, ref, notKept: [] };
    }
    const { tree, staged, embedded } = await snapshot(folder, state.head);
    const headTree = state.head === null ? null : await resolve(folder.repo, `${state.head}^{tree}`);
    const parents = state.head === null ? [] : [state.head];
    if (staged !== null && staged !== headTree && staged !== tree)
      parents.push(await commit(folder.repo, staged, parents, `${id}: what was staged`));
    if (tree === headTree && parents.length < 2 && (await isReachable(folder, state)))
      return { ok: true, ref: null, notKept: state.changes.map(({ path }) => path) };
    const kept = await commit(folder.repo, tree, parents, `${id}: uncommitted work, kept`);
    return { ok: true, ref: await pin(folder.repo, id, kept), notKept: embedded };
  } catch (error) {
    if (error instanceof GitError) return { ok: false, why: error.stderr.trim() || error.message };
    throw error;
  }
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

/**
 * A folder whose git dir is gone: what differs from its branch. Missing files are no work of anybody's: either they were
 * being removed, or they are still on the branch.
 */
async function orphanState(folder: WorkFolder): Promise<WorkState> {
  const head = await resolve(folder.repo, folder.branchRef);
  const { tree } = await snapshot(folder, head);
  const { stdout } = await git(
    ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--diff-filter=d', head, tree],
    { cwd: folder.repo.root },
  );
  const changes = stdout
    .split('\0')
    .filter((path) => path !== '')
    .map((path) => ({ path, deleted: false }));
  return { head, branch: folder.branchRef.replace(/^refs\/heads\//, ''), changes };
}
