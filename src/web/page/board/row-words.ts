import type { SnapshotEntry } from '../../../contract/snapshot.ts';
import { rowOf, type Row } from '../../../report/rows.ts';
import { NO_PLACE, PAUSED, STATE_WORD, waitsOn } from '../messages.ts';
import { clock, now } from '../store/app.ts';

/** The row of an entry as `kanban status` words it. What shows the time wakes by itself. */
export const wordsOf = (entry: SnapshotEntry): Row =>
  rowOf(entry, {
    get now() {
      return now.value;
    },
    clock,
    time: 'spent',
  });

/** The line above TODO says which place. */
const NO_PLACE_CODES: ReadonlySet<string | undefined> = new Set(['column-full', 'no-free-place']);

/** In TODO, why it stands there, where its state does not say it already. */
export function reasonOf(entry: SnapshotEntry, row: Row): string {
  if (entry.on.length > 0) return waitsOn(entry.on);
  if (entry.tags.includes('PAUSED')) return PAUSED;
  if (NO_PLACE_CODES.has(entry.reason?.code)) return NO_PLACE;
  const said = `${STATE_WORD[entry.state]} `;
  return row.text.startsWith(said) ? row.text.slice(said.length) : row.text;
}
