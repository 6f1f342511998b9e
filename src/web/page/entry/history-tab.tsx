import { moveText } from '../../../report/log.ts';
import type { Entry } from '../../api-types.ts';
import { ENTRY } from '../messages.ts';
import { clock } from '../store/app.ts';

/** Every commit of base that did something to it, newest first. */
export function HistoryTab({ entry }: { entry: Entry }) {
  if (entry.history.length === 0) return <p class="hint">{ENTRY.noHistory}</p>;
  return (
    <ol class="history">
      {entry.history.toReversed().map((move) => (
        <li key={move.commit} class={move.escalated === null ? '' : 's-needs-person'}>
          <span class="at">{clock(move.at)}</span>
          <span class="sha">{move.commit.slice(0, 7)}</span>
          <span class="what">{moveText(move)}</span>
        </li>
      ))}
    </ol>
  );
}
