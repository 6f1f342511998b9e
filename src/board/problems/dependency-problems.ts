import { closest, distance } from 'fastest-levenshtein';

import type { Problem } from '../../problem.ts';
import { type Board, COLUMNS, type ColumnText, type Entry } from '../entry.ts';
import { dependsPlace, entriesById } from '../entry-places.ts';
import * as messages from './messages.ts';

/** What the history knows of ids that are no longer on the board. */
export interface KnownIds {
  readonly landed: ReadonlySet<string>;
  readonly abandoned: ReadonlySet<string>;
}

/**
 * Problems of `depends` that need the history: `unknown-dependency` (neither on the board nor landed) and
 * `abandoned-dependency`. Cycles are among the board's own problems and not repeated here.
 */
export function dependencyProblems(board: Board, known: KnownIds): Problem[] {
  const columns = COLUMNS.map((column) => board.columns[column]);
  const onBoard = entriesById(columns);
  const problems: Problem[] = [];
  for (const column of columns) {
    for (const entry of column.entries) {
      for (const id of entry.depends) {
        if (onBoard.has(id) || known.landed.has(id)) continue;
        problems.push(
          known.abandoned.has(id)
            ? abandoned(column, entry, id)
            : unknown(column, entry, id, [...onBoard.keys(), ...known.landed]),
        );
      }
    }
  }
  return problems;
}

function abandoned(column: ColumnText, entry: Entry, id: string): Problem {
  return {
    code: 'abandoned-dependency',
    message: messages.abandonedDependency(entry, id),
    where: dependsPlace(column, entry, id),
    fix: messages.removeOrReopenDependency(id),
    holds: [entry.key],
  };
}

function unknown(column: ColumnText, entry: Entry, id: string, ids: readonly string[]): Problem {
  const others = ids.filter((one) => one !== entry.id);
  const nearest = others.length > 0 ? closest(id, others) : undefined;
  const guess = nearest !== undefined && distance(id, nearest) <= 2 ? nearest : null;
  return {
    code: 'unknown-dependency',
    message: messages.unknownDependency(entry, id, guess),
    where: dependsPlace(column, entry, id),
    fix: messages.correctDependency(id, guess),
    holds: [entry.key],
  };
}
