import { COLUMNS, type Column } from '../../../board/entry.ts';
import { itemsOf } from '../board/column.tsx';
import { wantFocus } from '../board/wanted-focus.ts';
import { actionsFor, type EntryAction } from '../entry/actions.ts';
import { board, current, dialog, isReadOnly, picked } from '../store/app.ts';
import type { Held } from '../store/board-store.ts';
import { toggleDensity } from '../store/density.ts';
import { VIEWS, type Tab } from '../store/address.ts';
import { closeEntry, go, openEntry, route } from '../store/route.ts';
import { commandFor, type KeyCommand, type KeyPlace } from './key-table.ts';

/** What a view does by itself with a key, before the page; true = it did. */
export type OwnKeys = (command: KeyCommand) => boolean;
let ownKeys: { readonly place: KeyPlace; readonly handle: OwnKeys } | null = null;

/** A view with keys of its own, such as the diff. @returns takes them away */
export function withKeys(place: KeyPlace, handle: OwnKeys): () => void {
  const mine = { place, handle };
  ownKeys = mine;
  return () => {
    if (ownKeys === mine) ownKeys = null;
  };
}

export function handleKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || dialog.value !== null) return;
    const target = event.target as HTMLElement;
    const isTyping = target.matches('input, textarea, select');
    if (isTyping && event.key !== 'Escape') return;
    if (isTyping) {
      target.blur();
      if (target.id !== 'search') return;
    }
    const command = commandFor(event.key, placesNow(), isReadOnly.value);
    if (command === null || !isMine(event, target, command)) return;
    if (act(command)) event.preventDefault();
  });
}

/** From the most special. */
function placesNow(): readonly KeyPlace[] {
  const { view, entry } = route.value;
  const own = ownKeys === null ? [] : [ownKeys.place];
  if (entry !== null) return [...own, 'entry', 'board', 'anywhere'];
  return view === 'board' ? ['board', 'entry', 'anywhere'] : [...own, 'anywhere'];
}

/** Enter and the arrows belong to buttons, links and tabs that have the focus. */
function isMine({ key }: KeyboardEvent, target: HTMLElement, command: KeyCommand): boolean {
  if (command === 'open') return target === document.body || target.matches('main');
  if (!key.startsWith('Arrow') && key !== 'Home' && key !== 'End') return true;
  return (
    target === document.body ||
    target.closest('.column, .diff, main.view') === target ||
    target.matches('.entry, .diff-rows, main')
  );
}

function act(command: KeyCommand): boolean {
  if (ownKeys?.handle(command) === true) return true;
  switch (command) {
    case 'down':
    case 'up':
      return step(command === 'down' ? 1 : -1);
    case 'first':
    case 'last':
      return step(command === 'first' ? -Infinity : Infinity);
    case 'left':
    case 'right':
      return sideways(command === 'left' ? -1 : 1);
    case 'open':
      return open();
    case 'back':
      return back();
    case 'filter':
    case 'note':
      return focusOn(command === 'filter' ? 'search' : 'note');
    case 'density':
      toggleDensity();
      return true;
    case 'help':
    case 'add':
      dialog.value = { kind: command };
      return true;
    default:
      return VIEWS.some((view) => view === command) ? show(command) : ofEntry(command);
  }
}

function show(command: KeyCommand): boolean {
  const view = VIEWS.find((name) => name === command);
  if (view === undefined) return false;
  go({ view, entry: null, show: '' });
  return true;
}

const DIALOGS: Readonly<Partial<Record<KeyCommand, 'move' | 'link' | 'message' | 'edit'>>> = {
  move: 'move',
  link: 'link',
  comment: 'message',
  edit: 'edit',
};

const ACTIONS: Readonly<Partial<Record<KeyCommand, readonly EntryAction['name'][]>>> = {
  approve: ['approve'],
  retry: ['retry'],
  rescope: ['rescope'],
  deprioritize: ['deprioritize'],
  abandon: ['abandon'],
  pause: ['resume', 'pause'],
};

/** About the entry that is open or picked. */
function ofEntry(command: KeyCommand): boolean {
  const entry = current();
  const { id } = entry ?? { id: null };
  if (entry === null || id === null) return false;
  if (command.startsWith('tab-')) {
    openEntry(id, command.slice(4) as Tab);
    return true;
  }
  const kind = DIALOGS[command];
  if (kind !== undefined) {
    dialog.value = { kind, id };
    return true;
  }
  const names = ACTIONS[command] ?? [];
  const action = actionsFor(entry).find(({ name }) => names.includes(name));
  if (action === undefined) return false;
  dialog.value = { kind: 'act', id, action };
  return true;
}

const entriesOf = (column: Column): readonly Held[] =>
  itemsOf(board.columns[column].value).flatMap((item) => (item.kind === 'entry' ? [item.held] : []));

/** Where the picked entry stands; the first entry of the board where none is. */
function place(): { readonly column: Column; readonly index: number } {
  const name = picked.value;
  for (const column of COLUMNS) {
    const index = entriesOf(column).findIndex((held) => held.name === name);
    if (index >= 0) return { column, index };
  }
  return { column: COLUMNS.find((column) => entriesOf(column).length > 0) ?? 'TODO', index: -1 };
}

function step(by: number): boolean {
  const { column, index } = place();
  const entries = entriesOf(column);
  return pick(entries[Math.max(0, Math.min(entries.length - 1, index + by))]);
}

/** To the next column that has entries, at about the same height. */
function sideways(by: 1 | -1): boolean {
  const { column, index } = place();
  for (let at = COLUMNS.indexOf(column) + by; at >= 0 && at < COLUMNS.length; at += by) {
    const entries = entriesOf(COLUMNS[at]!);
    if (entries.length > 0) return pick(entries[Math.max(0, Math.min(index, entries.length - 1))]);
  }
  return false;
}

function pick(held: Held | undefined): boolean {
  if (held === undefined) return false;
  const { entry } = route.value;
  if (entry === null) wantFocus(held.name);
  picked.value = held.name;
  const { id } = held.entry.peek();
  if (entry !== null && id !== null) go({ entry: { ...entry, id } }, 'replace');
  return true;
}

const rowOf = (name: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`.entry[data-name="${CSS.escape(name)}"]`);

function open(): boolean {
  const id = current()?.id ?? null;
  if (id === null) return false;
  openEntry(id);
  return true;
}

function back(): boolean {
  const { entry, q } = route.value;
  if (entry !== null) {
    closeEntry();
    requestAnimationFrame(() => picked.value !== null && rowOf(picked.value)?.focus({ preventScroll: true }));
  } else if (q !== '') go({ q: '' }, 'replace');
  else return false;
  return true;
}

function focusOn(id: string): boolean {
  const field = document.getElementById(id) as HTMLInputElement | null;
  field?.focus();
  field?.select();
  return field !== null;
}
