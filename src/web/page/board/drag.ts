import { signal } from '@preact/signals';
import type { Column } from '../../../board/entry.ts';
import type { Move } from '../../../report/ways/moves.ts';
import { api } from '../store/api.ts';
import { carryOut } from '../store/app.ts';
import { withDragAndDrop } from './drag-and-drop.ts';

/** What is being dragged. */
export interface Dragged {
  readonly id: string;
  readonly column: Column;
  /** Moves that have a meaning for it; null: not known yet. */
  readonly moves: readonly Move[] | null;
}

export const dragged = signal<Dragged | null>(null);

/** Asks where an entry may go as soon as it is picked up. */
export const watchDrags = (): (() => void) =>
  withDragAndDrop(({ monitorForElements }) =>
    monitorForElements({
      onDragStart: ({ source }) => {
        const { id, column } = source.data as unknown as Dragged;
        dragged.value = { id, column, moves: null };
        void api
          .moves(id)
          .then(({ moves }) => {
            if (dragged.value?.id === id) dragged.value = { id, column, moves };
          })
          .catch(() => undefined);
      },
      onDrop: () => (dragged.value = null),
    }),
  );

/** A move that has no meaning is asked for as well: the answer says why. @param before null: at the end of the column */
export async function dropEntry({ id, column }: Dragged, to: Column, before: string | null): Promise<void> {
  if (before === id) return;
  const place = before === null ? ({ position: 'bottom' } as const) : { before };
  if (to === column && before === null && isLast(id, to)) return;
  await carryOut(() => api.request({ command: 'move', taskId: id, why: '', to, ...place }));
}

const isLast = (id: string, column: Column): boolean =>
  document.querySelector(`[data-column="${column}"] .rows li:last-child .id`)?.textContent === id;
