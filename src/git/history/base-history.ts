import type { Repository } from '../git.ts';
import { readHistory, type HistoryCommit } from './trailers.ts';

/** Trailer of a merge that brought base up to the same base elsewhere: the second parent, whose line is base's as well. */
export const INTEGRATED = 'Kanban-Integrated';

export interface BaseRange {
  /** Exclusive; null = from the beginning. */
  readonly from: string | null;
  /** SHA or full ref. */
  readonly to: string;
  /** Short name of base. */
  readonly base: string;
  /** Up to this number of merges, each is read by a process of its own. */
  readonly few?: number | undefined;
}

/**
 * Base's history: its first-parent line, and of every merge that brought base up to a remote's copy of it the second
 * parent's line too, right before (below) the merge. Such a merge is one of ours, by its trailer, or the user's `git pull`,
 * by the subject that git gives it. Second parents of all other merges (task branches, upstream) are never read.
 * @returns newest first. One process, and one more for each such merge; where they are many, two in all.
 */
export async function readBaseHistory(
  repo: Repository,
  { from, to, base, few = FEW }: BaseRange,
): Promise<HistoryCommit[]> {
  const line = await readHistory(repo, from, to);
  const merges = line.filter((commit) => integratedBy(commit, base) !== null).length;
  if (merges === 0) return line;
  if (merges <= few) return withIntegrated(repo, line, base, from === null ? [] : [from]);
  return pickLines(await readHistory(repo, from, to, { allParents: true }), line, base);
}

/** Up to so many such merges each are asked for by themselves. */
const FEW = 8;

/** The second parent of a merge of base with base; null: it is none. */
export function integratedBy({ parents, subject, trailers }: HistoryCommit, base: string): string | null {
  const [, second, third] = parents;
  if (second === undefined || third !== undefined) return null;
  if (trailers.some(({ key, value }) => key === INTEGRATED && value === second)) return second;
  return isPull(subject, base) ? second : null;
}

/**
 * `git pull` writes "Merge branch 'main' of <address>" (git-fmt-merge-msg(1)); `git merge origin/main`
 * "Merge remote-tracking branch 'origin/main'". Either may end in " into main".
 */
function isPull(subject: string, base: string): boolean {
  const pulled = /^Merge (?:branch '([^']+)' of \S|remote-tracking branch '[^'/]+\/([^']+)'(?: into |$))/.exec(subject);
  return (pulled?.[1] ?? pulled?.[2]) === base;
}

/** @param known commits whose ancestors are read elsewhere */
async function withIntegrated(
  repo: Repository,
  line: readonly HistoryCommit[],
  base: string,
  known: readonly string[],
): Promise<HistoryCommit[]> {
  const all: HistoryCommit[] = [];
  for (const commit of line) {
    all.push(commit);
    const second = integratedBy(commit, base);
    if (second === null) continue;
    const apart = [...known, commit.parents[0]!];
    all.push(...(await withIntegrated(repo, await readHistory(repo, apart, second), base, apart)));
  }
  return all;
}

/** The same from everything that `to` contains. One walk: what was seen once belongs to an older line. */
function pickLines(all: readonly HistoryCommit[], line: readonly HistoryCommit[], base: string): HistoryCommit[] {
  const bySha = new Map(all.map((commit) => [commit.sha, commit]));
  const reached = new Set<string>();
  const found: HistoryCommit[] = [];
  const reach = (from: readonly string[]): void => {
    const open = [...from];
    for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
      const commit = bySha.get(sha);
      if (commit === undefined || reached.has(sha)) continue;
      reached.add(sha);
      open.push(...commit.parents);
    }
  };
  const take = (newestFirst: readonly HistoryCommit[]): void => {
    for (const commit of newestFirst.toReversed()) {
      reach(commit.parents.slice(0, 1));
      const second = integratedBy(commit, base);
      if (second !== null) take(lineFrom(second));
      found.push(commit);
      reach([commit.sha]);
    }
  };
  const lineFrom = (tip: string): HistoryCommit[] => {
    const commits: HistoryCommit[] = [];
    for (let at = bySha.get(tip); at !== undefined && !reached.has(at.sha); at = bySha.get(at.parents[0] ?? ''))
      commits.push(at);
    return commits;
  };
  take(line);
  return found.reverse();
}
