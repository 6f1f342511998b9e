import { git, type Repository } from '../../git/git.ts';
import { diffFiles, type DiffFile } from '../../report/diff-files.ts';
import type { RunFiles } from '../../report/show.ts';
import type { RunRecord } from '../../runs/list-runs.ts';

/** Of a run that changes more, the others are counted only. */
const MAX_FILES = 200;
/** Older runs are shown without their files: each takes a git process. */
const MAX_RUNS = 30;
const MAX_COMMITS = 500;

/** By the commits that a run began and ended with: they tell the same for ever. */
const known = new Map<string, RunFiles>();
const MAX_KNOWN = 1_000;

/**
 * The files that runs changed in their own commits: what came from base, by a merge, a
 * fast-forward or a rebase, is left out. @param base its commit @returns by run id; a run is missing that
 * is on, whose commits are gone, or that is not among the newest.
 */
export async function filesOfRuns(
  repo: Repository,
  runs: readonly RunRecord[],
  base: string,
): Promise<ReadonlyMap<string, RunFiles>> {
  const found = new Map<string, RunFiles>();
  for (const { runId, brief, result } of runs.slice(-MAX_RUNS)) {
    const files = result === null ? null : await filesBetween(repo, { from: brief.tip, to: result.tip, base });
    if (files !== null) found.set(runId, files);
  }
  return found;
}

async function filesBetween(
  repo: Repository,
  { from, to, base }: { readonly from: string; readonly to: string; readonly base: string },
): Promise<RunFiles | null> {
  if (from === to) return NONE;
  const key = `${from} ${to}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const [own, line] = await Promise.all([to, base].map((tip) => firstParents(repo, tip, from)));
  const onBase = new Set(line);
  const joined = own?.find((sha) => onBase.has(sha));
  const range = [`--max-count=${MAX_COMMITS}`, to, `^${from}`, ...(joined === undefined ? [] : [`^${joined}`]), '--'];
  const { code, stdout } = await git(
    ['log', '--first-parent', '--no-merges', '--no-show-signature', '--format=', '--numstat', '-z', '-M', ...range],
    { cwd: repo.root, okExit: [0, 128] },
  );
  if (code !== 0) return null;
  const files = filesOf(diffFiles(stdout));
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, files);
  return files;
}

/** The commits of a line, newest first: a branch that lands is on base's line with its merge only. */
async function firstParents(repo: Repository, tip: string, from: string): Promise<readonly string[]> {
  const args = ['rev-list', '--first-parent', tip, `^${from}`, '--'];
  return (await git(args, { cwd: repo.root, okExit: [0, 128] })).stdout.split('\n').filter((sha) => sha !== '');
}

const NONE: RunFiles = { list: [], more: 0, added: 0, removed: 0 };

/** Several commits of a run may change the same file. */
function filesOf(changes: readonly DiffFile[]): RunFiles {
  const byPath = new Map<string, DiffFile>();
  for (const change of changes) {
    const before = byPath.get(change.path);
    byPath.set(change.path, before === undefined ? change : summed(before, change));
  }
  const all = [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const sum = (of: 'added' | 'removed'): number => all.reduce((total, file) => total + (file[of] ?? 0), 0);
  return {
    list: all.slice(0, MAX_FILES),
    more: Math.max(0, all.length - MAX_FILES),
    added: sum('added'),
    removed: sum('removed'),
  };
}

const summed = (one: DiffFile, other: DiffFile): DiffFile => ({
  path: one.path,
  from: one.from ?? other.from,
  added: one.added === null || other.added === null ? null : one.added + other.added,
  removed: one.removed === null || other.removed === null ? null : one.removed + other.removed,
});
