import { useEffect, useState } from 'preact/hooks';
import type { Move } from '../../../report/ways/moves.ts';
import { COLUMN_TITLE } from '../board/column.tsx';
import { ENTRY, MOVE } from '../messages.ts';
import { api } from '../store/api.ts';
import { board, carryOut, sayError } from '../store/app.ts';
import { closeDialog, Modal } from './modal.tsx';

/** Where an entry may be moved, and what that means: the same moves as by dragging. */
export function MoveDialog({ id }: { id: string }) {
  const [moves, setMoves] = useState<readonly Move[] | null>(null);
  useEffect(() => {
    api.moves(id).then((found) => setMoves(found.moves), sayError);
  }, [id]);
  const here = board.byId(id)?.entry.value;
  const isParked = here?.state === 'parked';
  const move = (to: string, position?: 'top' | 'bottom'): void => {
    closeDialog();
    void carryOut(() =>
      api.request({ command: 'move', taskId: id, why: '', to, ...(position === undefined ? {} : { position }) }),
    );
  };
  // Within its column it is put on top or at the bottom.
  const elsewhere = moves?.filter(({ to }) => isParked || to !== here?.column) ?? [];
  return (
    <Modal title={MOVE.title(id)}>
      {moves === null ? (
        <p>{ENTRY.loading}</p>
      ) : (
        <ul class="choices" onKeyDown={walk}>
          {elsewhere.map(({ to, words }, index) => (
            <li key={to}>
              <button type="button" data-first={index === 0 ? '' : undefined} onClick={() => move(to)}>
                <b>{COLUMN_TITLE[to]}</b>
                <span>{words}</span>
              </button>
            </li>
          ))}
          {here !== undefined && !isParked && (
            <>
              <li>
                <button type="button" onClick={() => move(here.column, 'top')}>
                  <b>Top</b>
                  <span>{`of ${COLUMN_TITLE[here.column]}`}</span>
                </button>
              </li>
              <li>
                <button type="button" onClick={() => move(here.column, 'bottom')}>
                  <b>Bottom</b>
                  <span>{`of ${COLUMN_TITLE[here.column]}`}</span>
                </button>
              </li>
            </>
          )}
          {elsewhere.length === 0 && <li class="hint">{MOVE.none}</li>}
        </ul>
      )}
    </Modal>
  );
}

/** Arrows and j k go from choice to choice. */
export function walk(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const by = event.key === 'ArrowDown' || event.key === 'j' ? 1 : event.key === 'ArrowUp' || event.key === 'k' ? -1 : 0;
  if (by === 0 || (event.target as HTMLElement).matches('input')) return;
  const choices = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
  const at = choices.indexOf(document.activeElement as HTMLElement);
  choices[Math.max(0, Math.min(choices.length - 1, at + by))]?.focus();
  event.preventDefault();
}
