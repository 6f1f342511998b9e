import { git, type Repository } from '../../git/git.ts';
import { readHistory } from '../../git/history/trailers.ts';
import { logMoves, type LogMove } from '../../report/log-moves.ts';

export interface LogQuery {
  readonly id: string | null;
  readonly limit: number | null;
  /** Epoch ms; null = from the beginning. */
  readonly since: number | null;
}

/** So many commits are enough for most questions, and take 30 ms. */
const FIRST_LOOK = 2000;

/** What moved on base, newest first. @param base SHA */
export async function readLog(repo: Repository, base: string, query: LogQuery): Promise<LogMove[]> {
  const newest = await readHistory(repo, null, base, { limit: FIRST_LOOK });
  const some = select(logMoves(newest, query.id), query);
  const beyond = query.since !== null && (newest.at(-1)?.at ?? 0) < query.since;
  const enough = newest.length < FIRST_LOOK || beyond || (query.limit !== null && some.length >= query.limit);
  return enough ? some : select(logMoves(await readHistory(repo, null, base), query.id), query);
}

function select(moves: readonly LogMove[], { limit, since }: LogQuery): LogMove[] {
  const newer = since === null ? moves : moves.filter(({ at }) => at >= since);
  return newer.slice(0, limit ?? undefined);
}

/** The same moves with the reports that their commits hold. */
export async function withReports(repo: Repository, moves: readonly LogMove[]): Promise<LogMove[]> {
  if (moves.length === 0) return [];
  const shas = [...new Set(moves.map(({ commit }) => commit))];
  const { stdout } = await git(
    ['log', '--no-walk=unsorted', '-z', '--no-color', '--no-show-signature', '--format=%H%x00%b', '--stdin'],
    { cwd: repo.root, input: `${shas.join('\n')}\n` },
  );
  const fields = stdout.split('\0');
  const bodies = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) bodies.set(fields[i] ?? '', fields[i + 1] ?? '');
  return moves.map((move) => ({ ...move, report: reportIn(bodies.get(move.commit) ?? '') }));
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
