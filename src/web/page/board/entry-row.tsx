import { useComputed } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { STATE_WORD } from '../messages.ts';
import { Icon, StateIcon } from '../parts/icons.tsx';
import { shareOf } from '../parts/share.ts';
import { board, isReadOnly, now, picked } from '../store/app.ts';
import type { Held } from '../store/board-store.ts';
import { hrefTo, openEntry, route } from '../store/route.ts';
import { withDragAndDrop } from './drag-and-drop.ts';
import { OneLine } from './one-line.tsx';
import { reasonOf, wordsOf } from './row-words.ts';
import { takesFocus } from './wanted-focus.ts';

/** ms: how long an entry that has just moved is shown as such. */
const ARRIVAL_MS = 1_600;

/** One in a compact board; else two, and a third one where work is on. */
export type RowLines = 1 | 2 | 3;
const LOOK: Readonly<Record<RowLines, string>> = { 1: ' line', 2: '', 3: ' tall' };

/** An entry in its column. */
export function EntryRow({ held, lines }: { held: Held; lines: RowLines }) {
  const ref = useRef<HTMLAnchorElement>(null);
  const { name, entry: source } = held;
  const entry = source.value;
  const isPicked = useComputed(() => picked.value === name);
  const isOpen = useComputed(() => entry.id !== null && route.value.entry?.id === entry.id);
  useDrag(ref, held);
  useLayoutEffect(() => {
    if (isPicked.value && takesFocus(name)) ref.current?.focus({ preventScroll: true });
  }, [isPicked.value]);
  const hasArrived = Date.now() - (board.arrived.get(name) ?? 0) < ARRIVAL_MS;
  const id = entry.id ?? 'T-?';
  return (
    <a
      ref={ref}
      href={hrefTo(entry.id === null ? {} : { entry: { id: entry.id, tab: 'text' } })}
      class={`entry s-${entry.state}${LOOK[lines]}${isOpen.value ? ' open' : ''}${hasArrived ? ' arrived' : ''}`}
      data-name={name}
      tabIndex={isPicked.value ? 0 : -1}
      aria-current={isOpen.value ? 'true' : undefined}
      onFocus={() => (picked.value = name)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        if (entry.id !== null) openEntry(entry.id);
      }}
    >
      {lines === 1 ? <OneLine held={held} id={id} /> : <Lines held={held} id={id} tall={lines === 3} />}
      {entry.run !== null && <Spent held={held} />}
    </a>
  );
}

const Lines = ({ held, id, tall }: { held: Held; id: string; tall: boolean }) => (
  <>
    <span class="title" title={held.entry.value.title}>
      {held.entry.value.title}
    </span>
    <Meta held={held} id={id} tall={tall} />
    {tall && <Says held={held} />}
  </>
);

function Meta({ held, id, tall }: { held: Held; id: string; tall: boolean }) {
  const entry = held.entry.value;
  const time = useComputed(() => wordsOf(held.entry.value).time);
  const share = useComputed(() => shareOf(held.entry.value.run, now.value));
  const row = wordsOf(entry);
  const doing = entry.run === null ? STATE_WORD[entry.state] : row.doing;
  const rest = tall ? row.agent : reasonOf(entry, row);
  const open = entry.depends.filter(({ state }) => state !== 'landed').length;
  return (
    <span class="meta">
      <StateIcon state={entry.run === null ? entry.state : 'running'} share={share.value} />
      <span class="id">{id}</span>
      <span class="state">{doing}</span>
      {rest !== '' && (
        <span class="rest" title={tall ? undefined : row.text}>
          {rest}
        </span>
      )}
      <span class="facts">
        {open > 0 && (
          <span class="fact" title={entry.depends.map(({ id: on, state }) => `${on} ${state}`).join(', ')}>
            <Icon name="link" />
            {open}
          </span>
        )}
        {entry.messages > 0 && (
          <span class="fact">
            <Icon name="message" />
            {entry.messages}
          </span>
        )}
        {entry.criteria.all > 0 && (
          <span class="fact">
            <Icon name="check" />
            {entry.criteria.done}/{entry.criteria.all}
          </span>
        )}
        {entry.priority !== 2 && <span class={`prio p${entry.priority}`}>P{entry.priority}</span>}
        {entry.run !== null && <span class="time">{time}</span>}
      </span>
    </span>
  );
}

/** What its run does, or why nothing does. */
function Says({ held }: { held: Held }) {
  const text = useComputed(() => wordsOf(held.entry.value).text);
  return (
    <span class="says" title={text}>
      {text}
    </span>
  );
}

/** How much of the run's time is used. */
function Spent({ held }: { held: Held }) {
  const width = useComputed(() => `${Math.round(shareOf(held.entry.value.run, now.value) * 100)}%`);
  return <span class="spent" style={{ width: width.value }} />;
}

function useDrag(ref: { readonly current: HTMLAnchorElement | null }, held: Held): void {
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    return withDragAndDrop(({ draggable }) =>
      draggable({
        element,
        canDrag: () => !isReadOnly.peek() && held.entry.peek().id !== null && held.entry.peek().state !== 'parked',
        getInitialData: () => ({ id: held.entry.peek().id, name: held.name, column: held.entry.peek().column }),
        onDragStart: () => element.classList.add('dragged'),
        onDrop: () => element.classList.remove('dragged'),
      }),
    );
  }, [held]);
}
