import { useComputed } from '@preact/signals';
import { headline } from '../../../report/status.ts';
import { keyName, KEYS, type KeyCommand } from '../keys/key-table.ts';
import { board, isReadOnly, now } from '../store/app.ts';

/** The line that `kanban status` begins with, and the keys that are used most. */
export function Footer() {
  const line = useComputed(() => {
    const head = board.head.value;
    return head === null
      ? ''
      : headline({ ...head, entries: board.version.value >= 0 ? board.entries : [] }, now.value);
  });
  return (
    <footer class="foot">
      <span class="headline">{line}</span>
      <span class="hints" aria-hidden="true">
        {HINTS.filter(({ changes }) => !(changes === true && isReadOnly.value)).map(({ command, keys, what }) => (
          <span key={command}>
            <kbd>{keyName(keys[0] ?? '')}</kbd> {what}
          </span>
        ))}
      </span>
    </footer>
  );
}

const SHOWN: readonly KeyCommand[] = ['open', 'move', 'filter', 'help'];
const HINTS = SHOWN.flatMap((command) => KEYS.find((row) => row.command === command) ?? []);
