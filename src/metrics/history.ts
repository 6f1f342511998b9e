import type { FoldState } from './rows.ts';

const HISTORY = 100;

/** How an entry ended, for the history. `failed`: it needed the user, and is on the board still. */
export interface Ended {
  readonly id: string;
  /** null: nothing tells it. */
  readonly title: string | null;
  readonly how: 'landed' | 'by-hand' | 'abandoned' | 'undone' | 'failed';
  /** Epoch ms. */
  readonly at: number | null;
  readonly seconds: number | null;
  readonly runs: number;
  /** null: no agent reported it. */
  readonly usd: number | null;
}

/** The last 100 entries that ended, newest first. */
export function historyOf({ entries, open, escalated }: FoldState): Ended[] {
  const stuckAt = new Map(escalated.map(({ id, at }) => [id, at]));
  const ended = entries.slice(-HISTORY).map((row): Ended => {
    const { id, at, start, undone } = row;
    const how = undone === null ? row.how : 'undone';
    return {
      id,
      title: row.title,
      how,
      at: (undone ?? at) * 1000,
      seconds: start === null ? null : at - start,
      runs: row.runs,
      usd: row.cost,
    };
  });
  const failed = Object.entries(open).flatMap(([id, { stuck, start, runs, cost }]): Ended[] => {
    if (!stuck) return [];
    const at = stuckAt.get(id) ?? null;
    const seconds = start === null || at === null ? null : at - start;
    return [{ id, title: null, how: 'failed', at: at === null ? null : at * 1000, seconds, runs, usd: cost }];
  });
  return [...ended, ...failed].sort((a, b) => (b.at ?? 0) - (a.at ?? 0)).slice(0, HISTORY);
}
