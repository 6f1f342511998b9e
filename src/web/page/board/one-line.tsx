import { useComputed } from '@preact/signals';
import type { SnapshotEntry } from '../../../contract/snapshot.ts';
import type { Row } from '../../../report/rows.ts';
import { PAUSED, STATE_WORD, waitsOn, waitsUntil } from '../messages.ts';
import { StateIcon } from '../parts/icons.tsx';
import { shareOf } from '../parts/share.ts';
import { clock, now } from '../store/app.ts';
import type { Held } from '../store/board-store.ts';
import { wordsOf } from './row-words.ts';

/** An entry in one line: its state, id, title, and what is most worth knowing of it. */
export function OneLine({ held, id }: { held: Held; id: string }) {
  const entry = held.entry.value;
  const share = useComputed(() => shareOf(held.entry.value.run, now.value));
  const detail = useComputed(() => detailOf(held.entry.value, wordsOf(held.entry.value)));
  const { text, kind } = detail.value;
  const word = entry.run === null ? STATE_WORD[entry.state] : wordsOf(entry).doing;
  return (
    <>
      <StateIcon state={entry.run === null ? entry.state : 'running'} share={share.value} />
      <span class="id">{id}</span>
      {text !== word && <span class="unseen">{word}</span>}
      <span class="title" title={entry.why === '' ? entry.title : `${entry.title}\n${entry.why}`}>
        {entry.title}
      </span>
      {text !== '' && <span class={`detail ${kind}`}>{text}</span>}
    </>
  );
}

interface Detail {
  readonly text: string;
  /** How it is painted. */
  readonly kind: string;
}

/** The first of these that there is: what its run has used or waits for, who has to act, what it waits for, its priority. */
function detailOf(entry: SnapshotEntry, row: Row): Detail {
  if (entry.run !== null)
    return row.mood === 'works' && row.time !== ''
      ? { text: row.time, kind: 'time' }
      : { text: row.text, kind: 'state' };
  const { state, on, until, priority, tags } = entry;
  const word: Detail = { text: STATE_WORD[state], kind: 'state' };
  if (state === 'needs-person' || state === 'held' || state === 'lands') return word;
  if (on.length > 0) return { text: waitsOn(on), kind: '' };
  if (until !== null) return { text: waitsUntil(clock(until)), kind: '' };
  if (tags.includes('PAUSED')) return { text: PAUSED, kind: '' };
  if (priority !== 2) return { text: `P${priority}`, kind: `prio p${priority}` };
  return state === 'ready' || state === 'parked' ? { text: '', kind: '' } : word;
}
