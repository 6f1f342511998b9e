import { git, type Repository } from '../git/git.ts';
import { readHistory, type HistoryCommit } from '../git/history/trailers.ts';
import { entryBefore } from '../coordinator/perform/entry-before.ts';
import type { Settings } from '../workflow/settings.ts';
import { logMoves, standingLandings, withReverts, type LogMove, type Revert } from '../report/log-moves.ts';

export interface LogQuery {
  readonly id: string | null;
  readonly limit: number | null;
  /** Epoch ms; null = from the beginning. */
  readonly since: number | null;
  /** Only landings that were not undone. */
  readonly landed?: boolean;
}

/** So many commits are enough for most questions, and take 30 ms. */
const FIRST_LOOK = 2000;

/** What moved on base, newest first. @param base SHA */
export async function readLog(repo: Repository, base: string, query: LogQuery): Promise<LogMove[]> {
  const newest = await readHistory(repo, null, base, { limit: FIRST_LOOK });
  const some = select(await movesIn(repo, newest, query.id), query);
  const beyond = query.since !== null && (newest.at(-1)?.at ?? 0) < query.since;
  const enough = newest.length < FIRST_LOOK || beyond || (query.limit !== null && some.length >= query.limit);
  return enough ? some : select(await movesIn(repo, await readHistory(repo, null, base), query.id), query);
}

async function movesIn(repo: Repository, commits: readonly HistoryCommit[], id: string | null): Promise<LogMove[]> {
  return withReverts(commits, logMoves(commits, id), await revertsIn(repo, commits));
}

/** Only commits with the subject that `git revert` gives are looked at, and none of kanban's own. */
async function revertsIn(repo: Repository, commits: readonly HistoryCommit[]): Promise<Revert[]> {
  const candidates = commits.filter(
    ({ subject, trailers }) => subject.startsWith('Revert "') && !trailers.some(({ key }) => key === 'Kanban-Move'),
  );
  const bodies = await bodiesOf(
    repo,
    candidates.map(({ sha }) => sha),
  );
  return candidates.flatMap((commit) =>
    [...(bodies.get(commit.sha) ?? '').matchAll(/^This reverts commit ([0-9a-f]{40,64})\b/gm)].map(
      ([, reverted = '']) => ({ commit, reverted }),
    ),
  );
}

function select(moves: readonly LogMove[], { limit, since, landed = false }: LogQuery): LogMove[] {
  const asked = landed ? standingLandings(moves) : moves;
  const newer = since === null ? asked : asked.filter(({ at }) => at >= since);
  return newer.slice(0, limit ?? undefined);
}

/** The same moves with the reports that their commits hold. */
export async function withReports(repo: Repository, moves: readonly LogMove[]): Promise<LogMove[]> {
  const bodies = await bodiesOf(repo, [...new Set(moves.map(({ commit }) => commit))]);
  return moves.map((move) => ({ ...move, report: reportIn(bodies.get(move.commit) ?? '') }));
}

/** The same moves; those with which an entry left the board have its title, as it stood there last. */
export async function withTitles(
  repo: Repository,
  settings: Pick<Settings, 'board' | 'ids'>,
  moves: readonly LogMove[],
): Promise<LogMove[]> {
  const titled: LogMove[] = [];
  for (const move of moves) {
    const left = move.to === 'CHANGELOG' || move.to === 'ABANDONED';
    const entry = left ? await entryBefore(repo, settings, move.commit, move.id) : null;
    titled.push(left ? { ...move, title: entry?.title ?? move.subject.replace(`${move.id}: `, '') } : move);
  }
  return titled;
}

/** What stands below the subjects of commits, by SHA. */
async function bodiesOf(repo: Repository, shas: readonly string[]): Promise<Map<string, string>> {
  if (shas.length === 0) return new Map();
  const { stdout } = await git(
    ['log', '--no-walk=unsorted', '-z', '--no-color', '--no-show-signature', '--format=%H%x00%b', '--stdin'],
    { cwd: repo.root, input: `${shas.join('\n')}\n` },
  );
  const fields = stdout.split('\0');
  const bodies = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) bodies.set(fields[i] ?? '', fields[i + 1] ?? '');
  return bodies;
}

/** Reports stand indented in our commits (git/history/trailers.ts); all else is trailers. */
function reportIn(body: string): string | null {
  const lines = body.split('\n').filter((line) => line === '' || line.startsWith('    '));
  const text = lines
    .map((line) => line.slice(4))
    .join('\n')
    .trim();
  return text === '' ? null : text;
}
