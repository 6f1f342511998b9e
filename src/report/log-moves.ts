import { isSameNumber } from '../board/nearest.ts';
import { readUsage } from '../contract/usage.ts';
import type { Usage } from '../contract/agent-event.ts';

/** A commit of base with its trailers, as the git layer reads it. */
export interface LogCommit {
  readonly sha: string;
  /** Epoch ms. */
  readonly at: number;
  readonly author: { readonly name: string };
  readonly committer: { readonly email: string };
  readonly subject: string;
  readonly trailers: readonly { readonly key: string; readonly value: string }[];
}

/** What one commit of base did to one entry. Stable JSON: `kanban log --json`. */
export interface LogMove {
  readonly commit: string;
  readonly at: number;
  /** The commit's author: `Ada (kanban)` for what kanban did by itself. */
  readonly by: string;
  readonly id: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly run: string | null;
  readonly verdict: string | null;
  /** `work passed`, `fix failed`: whether the run's result was accepted, whatever it reported; null: no run, or an older commit. */
  readonly outcome: string | null;
  readonly agent: string | null;
  readonly asked: string | null;
  readonly escalated: string | null;
  /** The landing that this commit took back. */
  readonly undone: string | null;
  /** The column that the entry was deleted from by hand. */
  readonly deleted: string | null;
  /** What runs used whose results this commit took in, and, in a landing, the total; figures that no agent reported are absent. */
  readonly usage: readonly LogUsage[];
  readonly subject: string;
  /** Of an entry that leaves the board, where it was asked for. */
  readonly title: string | null;
  readonly report: string | null;
}

/** `run`: a run's id, or `total` for all runs of a landed entry. */
export interface LogUsage extends Usage {
  readonly run: string;
}

/**
 * What commits did to entries, in the commits' order; a commit that names several entries gives one for each. What runs
 * committed themselves is left out: their trailers are not believed.
 * @param only a task id, or its number: nothing else. Its case does not matter.
 */
export function logMoves(commits: readonly LogCommit[], only: string | null): LogMove[] {
  const wanted = only?.toLowerCase() ?? null;
  const isNamed = (id: string): boolean => id.toLowerCase() === wanted || isSameNumber(id, wanted ?? '');
  return commits
    .filter(({ committer }) => !committer.email.endsWith('@kanban.invalid'))
    .flatMap((commit) => {
      const byId = new Map<string, Map<string, string>>();
      for (const { key, value } of commit.trailers) {
        const [, id, rest] = /^(\S+-\d+)(?:\s+(.*))?$/s.exec(value.trim()) ?? [];
        if (id === undefined || !MEANS.has(key) || (wanted !== null && !isNamed(id))) continue;
        byId.set(id, (byId.get(id) ?? new Map<string, string>()).set(key, joined(byId.get(id)?.get(key), rest ?? '')));
      }
      return [...byId].map(([id, trailers]) => moveOf(commit, id, trailers));
    });
}

/** A commit of `git revert`: what it says it reverts. */
export interface Revert {
  readonly commit: LogCommit;
  /** SHA. */
  readonly reverted: string;
}

/** The moves, and in the commits' order those of reverts that took a landing back: the board is as it was before it. */
export function withReverts(
  commits: readonly LogCommit[],
  moves: readonly LogMove[],
  reverts: readonly Revert[],
): LogMove[] {
  const added = reverts.flatMap(({ commit, reverted }): LogMove[] =>
    moves
      .filter((move) => move.to === 'CHANGELOG' && move.commit === reverted)
      .map(({ id, from }) => ({ ...moveOf(commit, id, new Map()), from: 'CHANGELOG', to: from, undone: reverted })),
  );
  if (added.length === 0) return [...moves];
  const places = new Map(commits.map(({ sha }, place) => [sha, place]));
  const placeOf = ({ commit }: LogMove): number => places.get(commit) ?? 0;
  return [...added, ...moves].sort((a, b) => placeOf(a) - placeOf(b));
}

/** Landings that no later commit took back. @param moves newest first */
export function standingLandings(moves: readonly LogMove[]): LogMove[] {
  const undone = new Map<string, number>();
  return moves.filter(({ id, from, to }) => {
    const open = undone.get(id) ?? 0;
    if (from === 'CHANGELOG') undone.set(id, open + 1);
    if (to !== 'CHANGELOG') return false;
    undone.set(id, Math.max(0, open - 1));
    return open === 0;
  });
}

const MEANS = new Set([
  'Kanban-Move',
  'Kanban-Run',
  'Kanban-Verdict',
  'Kanban-Outcome',
  'Kanban-Agent',
  'Kanban-By',
  'Kanban-Escalated',
  'Kanban-Undone',
  'Kanban-Deleted',
  'Kanban-Approval',
  'Kanban-Reviewed',
  'Kanban-Tested',
  'Kanban-Rejected',
  'Kanban-Usage',
]);

/** A landing names several agents and the usage of several runs. */
const joined = (before: string | undefined, now: string): string => (before === undefined ? now : `${before} ${now}`);

/** `T-1-1-task-0a1b2c3d input=5 … total runs=3 input=9 …` */
function usagesIn(words: readonly string[]): LogUsage[] {
  const starts = words.flatMap((word, at) => (word === 'total' || /-[0-9a-f]{8}$/.test(word) ? [at] : []));
  return starts.map((at, n) => ({ run: words[at] ?? '', ...readUsage(words.slice(at + 1, starts[n + 1])) }));
}

function moveOf(commit: LogCommit, id: string, trailers: ReadonlyMap<string, string>): LogMove {
  const [from = null, to = null] = trailers.get('Kanban-Move')?.split(/\s*->\s*/) ?? [];
  return {
    commit: commit.sha,
    at: commit.at,
    by: commit.author.name,
    id,
    from,
    to,
    run: trailers.get('Kanban-Run') ?? null,
    verdict: trailers.get('Kanban-Verdict') ?? null,
    outcome: trailers.get('Kanban-Outcome') ?? null,
    agent: trailers.get('Kanban-Agent') ?? null,
    asked: trailers.get('Kanban-By') ?? null,
    escalated: trailers.get('Kanban-Escalated') ?? null,
    undone: trailers.get('Kanban-Undone') ?? null,
    deleted: trailers.get('Kanban-Deleted') ?? null,
    usage: usagesIn(trailers.get('Kanban-Usage')?.split(/\s+/) ?? []),
    subject: commit.subject,
    title: null,
    report: null,
  };
}
