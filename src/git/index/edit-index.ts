import type { Worktree } from '../checkout.ts';
import { git, GitError, type Repository } from '../git.ts';
import { editIndexFile, readIndexFile, type IndexResult } from './index-file.ts';
import type { IndexEdit, RawEntry } from './index-format.ts';
import { fromBytes, isUtf8Path, toBytes } from '../objects/tree.ts';

/** An entry of the index, with git's note of the file's state where it could be read. */
export type StagedEntry = Pick<RawEntry, 'mode' | 'sha' | 'stage' | 'special'> & {
  readonly stat: RawEntry['stat'] | null;
};

/**
 * Changes entries in a checkout's index where they are what they may be, and nothing else in it. In this process where
 * the index allows it; by git for a split, sparse or compressed index.
 */
export async function setIndexEntries(
  repo: Repository,
  checkout: Worktree,
  edits: readonly IndexEdit[],
  step?: (name: string) => void,
): Promise<Exclude<IndexResult, { readonly why: 'unsupported' }>> {
  if (edits.length === 0) return { ok: true };
  const result = editIndexFile(checkout.gitDir, repo.objectFormat, edits, step);
  if (result.ok || result.why !== 'unsupported') return result;
  const now = await listed(
    checkout,
    edits.map((edit) => edit.path),
  );
  for (const { path, allowed } of edits) {
    const entry = now.get(path);
    if (!allowed.includes(entry ? (entry.stage === 0 ? entry.sha : '-') : null))
      return { ok: false, why: 'other', path };
  }
  const skipped = await skippedAmong(checkout, edits);
  const none = '0'.repeat(repo.objectFormat === 'sha1' ? 40 : 64);
  // What goes first makes room: a file for a folder, or the other way round.
  const order = edits.toSorted((a, b) => Number(a.to !== null) - Number(b.to !== null));
  const input = order.map(({ path, to }) => `${to ? `${to.mode} ${to.sha}` : `0 ${none}`}\t${path}\0`).join('');
  try {
    await git(['update-index', '-z', '--index-info'], {
      cwd: checkout.path,
      input: Buffer.from(toBytes(input), 'latin1'),
    });
    if (skipped.length > 0) await git(['update-index', '--skip-worktree', '--', ...skipped], { cwd: checkout.path });
    return { ok: true };
  } catch (error) {
    if (error instanceof GitError && /index\.lock': File exists/.test(error.stderr))
      return { ok: false, why: 'locked' };
    throw error;
  }
}

/** Paths that a sparse checkout leaves out: `update-index --index-info` forgets that of them. */
async function skippedAmong(checkout: Worktree, edits: readonly IndexEdit[]): Promise<string[]> {
  const paths = edits.filter(({ to, path }) => to !== null && isUtf8Path(path)).map(({ path }) => path);
  if (paths.length === 0) return [];
  const { stdout } = await git(['--literal-pathspecs', 'ls-files', '-t', '-z', '--', ...paths], { cwd: checkout.path });
  return stdout.split('\0').flatMap((record) => (record.startsWith('S ') ? [record.slice(2)] : []));
}

/** The index entries of these paths, by path. */
export async function stagedEntries(
  repo: Repository,
  checkout: Worktree,
  paths: readonly string[],
): Promise<Map<string, StagedEntry>> {
  return readIndexFile(checkout.gitDir, repo.objectFormat, new Set(paths)) ?? (await listed(checkout, paths));
}

async function listed(checkout: Worktree, paths: readonly string[]): Promise<Map<string, StagedEntry>> {
  const found = new Map<string, StagedEntry>();
  if (paths.length === 0) return found;
  // Arguments are UTF-8: where a path is not, all are asked for.
  const asked = paths.every(isUtf8Path) ? paths : [];
  const args = ['--literal-pathspecs', 'ls-files', '-s', '-z', '--', ...asked];
  const { stdout } = await git(args, { cwd: checkout.path, encoding: 'buffer' });
  const wanted = new Set(paths);
  for (const record of stdout.toString('latin1').split('\0')) {
    const [, mode, sha, stage, name] = /^(\d+) ([0-9a-f]+) (\d)\t([\s\S]*)$/.exec(record) ?? [];
    const path = name && fromBytes(name);
    if (!mode || !sha || !path || !wanted.has(path)) continue;
    found.set(path, { mode, sha, stage: Number(stage), special: false, stat: null });
  }
  return found;
}
