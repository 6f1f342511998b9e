import { signal, useComputed } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Column as ColumnName } from '../../../board/entry.ts';
import { todoLine } from '../../../report/todo-line.ts';
import { Icon } from '../parts/icons.tsx';
import { px, VirtualList } from '../parts/virtual-list.tsx';
import { board, clock, isReadOnly, picked } from '../store/app.ts';
import type { Group, Held } from '../store/board-store.ts';
import { isCompact } from '../store/density.ts';
import { route } from '../store/route.ts';
import { withDragAndDrop } from './drag-and-drop.ts';
import { dragged, dropEntry, type Dragged } from './drag.ts';
import { EntryRow, type RowLines } from './entry-row.tsx';
import { NoteField } from './note-field.tsx';

/** px, on the 4-pixel grid. */
const ROW = { TODO: 40, IN_PROGRESS: 60, REVIEW: 60, TESTING: 60 } as const;
const COMPACT_ROW = 24;

export const COLUMN_TITLE: Readonly<Record<ColumnName, string>> = {
  TODO: 'TODO',
  IN_PROGRESS: 'IN PROGRESS',
  REVIEW: 'REVIEW',
  TESTING: 'TESTING',
};

type Item =
  | { readonly kind: 'entry'; readonly held: Held }
  | { readonly kind: 'group'; readonly name: string; readonly count: number; readonly isOpen: boolean };

/** Parked groups that the user has unfolded; while searching all are. */
const unfolded = signal<ReadonlySet<string>>(new Set());

/** What a column lists, in order: its entries, then its parked groups. */
export function itemsOf(group: Group): readonly Item[] {
  const isSearching = route.value.q !== '';
  return [
    ...group.entries.map((held): Item => ({ kind: 'entry', held })),
    ...group.parked.flatMap(({ name, entries }): Item[] => {
      const isOpen = isSearching || unfolded.value.has(name);
      const rows = isOpen ? entries.map((held): Item => ({ kind: 'entry', held })) : [];
      return [{ kind: 'group', name, count: entries.length, isOpen }, ...rows];
    }),
  ];
}

export function Column({ column }: { column: ColumnName }) {
  const ref = useRef<HTMLElement>(null);
  const group = board.columns[column].value;
  const items = itemsOf(group);
  const height = isCompact.value ? COMPACT_ROW : ROW[column];
  const shown = useComputed(() => {
    const name = picked.value;
    return items.findIndex((item) => item.kind === 'entry' && item.held.name === name);
  });
  const line = useDrop(ref, column, { items, height });
  const drag = dragged.value;
  const words = drag?.moves?.find(({ to }) => to === column)?.words;
  const state =
    drag === null || drag.moves === null ? '' : words === undefined && drag.column !== column ? ' closed' : ' allowed';
  return (
    <section class={`column${state}`} data-column={column} ref={ref} aria-labelledby={`column-${column}`}>
      <header>
        <h2 id={`column-${column}`}>{COLUMN_TITLE[column]}</h2>
        <span class="count">{countText(group)}</span>
        {words === undefined && column === 'TODO' ? <TodoLine /> : <span class="about">{words}</span>}
      </header>
      <VirtualList
        items={items}
        height={height}
        label={COLUMN_TITLE[column]}
        keyOf={(item) => (item.kind === 'entry' ? item.held.name : `group ${item.name}`)}
        render={(item) =>
          item.kind === 'entry' ? <EntryRow held={item.held} lines={linesIn(height)} /> : <GroupRow {...item} />
        }
        shown={shown.value}
      >
        {line !== null && <div class="drop-line" style={{ top: px(line * height) }} />}
      </VirtualList>
      {column === 'TODO' && !isReadOnly.value && <NoteField />}
    </section>
  );
}

const linesIn = (height: number): RowLines => (height > 40 ? 3 : height === COMPACT_ROW ? 1 : 2);

/** `41`, while searching `3 of 41` */
function countText({ entries, all }: Group): string {
  return entries.length === all ? String(all) : `${entries.length} of ${all}`;
}

function TodoLine() {
  const line = board.version.value >= 0 ? todoLine(board.entries, clock) : '';
  return (
    <span class="about" title={line}>
      {line}
    </span>
  );
}

function GroupRow({ name, count, isOpen }: Extract<Item, { kind: 'group' }>) {
  const toggle = (): void => {
    const next = new Set(unfolded.value);
    if (!next.delete(name)) next.add(name);
    unfolded.value = next;
  };
  return (
    <button type="button" class={`group${isOpen ? ' open' : ''}`} aria-expanded={isOpen} onClick={toggle}>
      <Icon name="chevron" />
      <span class="title">{name}</span>
      <span class="count">{count}</span>
    </button>
  );
}

/** @returns where a dragged entry would come to stand, as a row; null: it is elsewhere */
function useDrop(
  ref: { readonly current: HTMLElement | null },
  column: ColumnName,
  rows: { readonly items: readonly Item[]; readonly height: number },
): number | null {
  const [line, setLine] = useState<number | null>(null);
  const latest = useRef(rows);
  latest.current = rows;
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const rowAt = (y: number): number => {
      const list = element.querySelector('.rows');
      const top = list?.getBoundingClientRect().top ?? 0;
      const { items, height } = latest.current;
      const entries = items.findIndex(({ kind }) => kind === 'group');
      const last = entries < 0 ? items.length : entries;
      return Math.max(0, Math.min(last, Math.round((y - top) / height)));
    };
    return withDragAndDrop(({ dropTargetForElements }) =>
      dropTargetForElements({
        element,
        getData: () => ({ column }),
        onDrag: ({ location }) => setLine(rowAt(location.current.input.clientY)),
        onDragLeave: () => setLine(null),
        onDrop: ({ source, location }) => {
          setLine(null);
          const item = latest.current.items[rowAt(location.current.input.clientY)];
          const before = item?.kind === 'entry' ? item.held.entry.peek().id : null;
          void dropEntry(source.data as unknown as Dragged, column, before);
        },
      }),
    );
  }, [column]);
  return line;
}
