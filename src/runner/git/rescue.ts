import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Brief } from '../../contract/brief.ts';
import type { Rescue } from '../../contract/result.ts';
import { git, mustGit } from './runner-git.ts';
import * as messages from './messages.ts';

/**
 * Keeps paths of the worktree, as they stand on disk, under `refs/kanban/rescue/<id>/<n>`. Neither index nor files are
 * touched; what is kept already is not kept twice.
 * @param all paths to take in; of a folder (a repository of its own) every file but its `.git`.
 * @param head the commit on whose tree they are laid; null = they alone, so that files which stay on disk for many
 * runs are found to be kept.
 */
export async function rescuePaths(
  brief: Brief,
  all: readonly string[],
  why: string,
  head: string | null,
): Promise<Rescue> {
  return withIndex(brief, async (env) => {
    await mustGit(brief, head === null ? ['read-tree', '--empty'] : ['read-tree', head], { env });
    const lines: string[] = [];
    const files: { path: string; mode: string }[] = [];
    for (const path of all.flatMap((one) => filesOf(brief.worktree, one))) {
      const stat = statOf(join(brief.worktree, path));
      if (stat?.isSymbolicLink()) lines.push(`120000 ${await linkBlob(brief, path)}\t${path}`);
      else if (stat?.isFile()) files.push({ path, mode: (stat.mode & 0o111) === 0 ? '100644' : '100755' });
      else if (stat === null) lines.push(`0 ${'0'.repeat(head?.length ?? 40)}\t${path}`);
    }
    const blobs = await blobsOf(
      brief,
      files.map((file) => file.path),
    );
    files.forEach((file, n) => lines.push(`${file.mode} ${blobs[n] ?? ''}\t${file.path}`));
    await mustGit(brief, ['update-index', '-z', '--add', '--remove', '--index-info'], {
      env,
      input: lines.map((line) => `${line}\0`).join(''),
    });
    const tree = (await mustGit(brief, ['write-tree'], { env })).trim();
    const ref = await keep(brief, { tree, parent: head, why });
    return { ref, why, paths: all };
  });
}

/** Keeps a commit that would otherwise be reachable from nowhere. */
export async function rescueCommit(brief: Brief, commit: string, why: string): Promise<Rescue> {
  const kept = await keptSoFar(brief);
  const ref = kept.find((one) => one.commit === commit)?.ref ?? (await nextRef(brief, commit, kept.length));
  return { ref, why, paths: [] };
}

/** Removes files that have been rescued from the worktree. */
export function removePaths(brief: Brief, paths: readonly string[]): void {
  for (const path of paths) rmSync(join(brief.worktree, path), { recursive: true, force: true });
}

/** Environment of the run's own git identity, for commits made in its name. */
export function identityOf(brief: Brief): Record<string, string> {
  const { name, email } = brief.identity;
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}

async function keep(
  brief: Brief,
  { tree, parent, why }: { tree: string; parent: string | null; why: string },
): Promise<string> {
  const kept = await keptSoFar(brief);
  const before = kept.find((one) => one.tree === tree && one.parent === (parent ?? ''));
  if (before) return before.ref;
  const args = [
    'commit-tree',
    tree,
    ...(parent === null ? [] : ['-p', parent]),
    '-m',
    messages.rescueCommitMessage(brief.taskId, why, brief.runId),
  ];
  const commit = (await mustGit(brief, args, { env: identityOf(brief) })).trim();
  return nextRef(brief, commit, kept.length);
}

async function keptSoFar(brief: Brief): Promise<{ ref: string; commit: string; tree: string; parent: string }[]> {
  const args = [
    'for-each-ref',
    '--format=%(refname) %(objectname) %(tree) %(parent)',
    `refs/kanban/rescue/${brief.taskId}/`,
  ];
  const text = await mustGit(brief, args);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [ref = '', commit = '', tree = '', parent = ''] = line.split(' ');
      return { ref, commit, tree, parent };
    });
}

async function nextRef(brief: Brief, commit: string, count: number): Promise<string> {
  for (let n = count + 1; n < count + 1000; n += 1) {
    const ref = `refs/kanban/rescue/${brief.taskId}/${n}`;
    // '' as the old value: only if there is none yet.
    const end = await git(brief, ['update-ref', '--no-deref', ref, commit, '']);
    if (end.code === 0) return ref;
    const isAlias = (await git(brief, ['symbolic-ref', '-q', ref])).code === 0;
    if (!isAlias && (await git(brief, ['rev-parse', '-q', '--verify', ref])).code !== 0)
      throw new Error(`git update-ref ${ref}: ${end.stderr}`);
  }
  throw new Error(messages.noFreeRef(brief.taskId));
}

async function withIndex<T>(brief: Brief, work: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const path = join(brief.gitDir, `kanban-rescue-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    return await work({ GIT_INDEX_FILE: path });
  } finally {
    rmSync(path, { force: true });
    rmSync(`${path}.lock`, { force: true });
  }
}

/** Raw bytes, without clean filters: a filter that fails must not cost the work. */
async function blobsOf(brief: Brief, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const odd = paths.filter((path) => path.includes('\n') || path.startsWith('"'));
  if (odd.length > 0) {
    const blobs: string[] = [];
    for (const path of paths)
      blobs.push((await mustGit(brief, ['hash-object', '-w', '--no-filters', '--', path])).trim());
    return blobs;
  }
  const input = paths.map((path) => `${path}\n`).join('');
  return (await mustGit(brief, ['hash-object', '-w', '--no-filters', '--stdin-paths'], { input })).trim().split('\n');
}

async function linkBlob(brief: Brief, path: string): Promise<string> {
  return (
    await mustGit(brief, ['hash-object', '-w', '--stdin'], { input: readlinkSync(join(brief.worktree, path)) })
  ).trim();
}

function filesOf(worktree: string, path: string): string[] {
  const clean = path.replace(/\/$/, '');
  if (!statOf(join(worktree, clean))?.isDirectory()) return [clean];
  return readdirSync(join(worktree, clean))
    .filter((name) => name !== '.git')
    .flatMap((name) => filesOf(worktree, `${clean}/${name}`));
}

function statOf(path: string) {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}
