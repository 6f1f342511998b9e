import { isComplete, nextVariant, priorityOf, requestOf, textOf, type Ask } from '../ask.ts';
import { carriedAcross, carriedBy, moveOf, type Carry } from '../carry.ts';
import { roleOf, withChoice } from '../../report/search/search-query.ts';
import { ROLES } from '../../workflow/roles.ts';
import { edited, editorWith, typed, type Editor } from '../line-editor.ts';
import * as messages from '../messages.ts';
import type { Choice, Input, TuiState } from '../state.ts';
import { settled } from './data.ts';
import { movedBy, paneHeight } from './scroll.ts';
import { noted, refused, step, type Step } from './step.ts';

/** What was pressed: its name, and what it types. */
export interface KeyPress {
  readonly key: string;
  /** '' where it types nothing. */
  readonly text: string;
}

/** A key while something is asked. */
export function inputKey(state: TuiState, input: Input, press: KeyPress): Step {
  switch (input.kind) {
    case 'filter':
      return filterKey(state, input, press);
    case 'filter-by':
      return filterByKey(state, press.key);
    case 'choice':
      return choiceKey(state, input, press.key);
    case 'ask':
      return askKey(state, input.ask, press);
    case 'carry':
    default:
      return carryKey(state, input.carry, press.key);
  }
}

const closed = (state: TuiState): TuiState => ({ ...state, input: null });

/** The line after a key or a paste; null: it was for something else. */
const lineAfter = (editor: Editor, { key, text }: KeyPress): Editor | null =>
  text === '' ? edited(editor, key) : typed(editor, text);

/** Letters are letters here; arrows choose an entry meanwhile. */
function filterKey(state: TuiState, input: Input & { readonly kind: 'filter' }, press: KeyPress): Step {
  const { key } = press;
  if (key === 'enter') return step(closed(state));
  if (key === 'escape') return step(settled({ ...closed(state), query: input.before }));
  if (key === 'backspace' && input.editor.text === '') return step(closed(state));
  const by = { up: -1, down: 1, pageup: -paneHeight(state, 'board'), pagedown: paneHeight(state, 'board') }[key];
  if (by !== undefined) return step(movedBy(state, 'board', by));
  const editor = lineAfter(input.editor, press);
  if (editor === null) return step(state);
  return step(settled({ ...state, input: { ...input, editor }, query: editor.text }));
}

const BY: Readonly<Record<string, string>> = { s: 'state', a: 'agent', r: 'role' };

function filterByKey(state: TuiState, key: string): Step {
  if (key === 'c') return step(settled({ ...closed(state), query: '' }));
  const by = BY[key];
  if (by === undefined) return step(closed(state));
  return step({ ...state, input: { kind: 'choice', key: by, values: choicesOf(state, by), index: 0 } });
}

/** The values that entries have, the most frequent first, below the choice of all of them. */
function choicesOf({ snapshot }: TuiState, by: string): readonly Choice[] {
  const counts = new Map<string, number>(by === 'role' ? ROLES.map((role) => [role, 0]) : []);
  for (const entry of snapshot?.entries ?? []) {
    const value = by === 'state' ? entry.state : by === 'agent' ? (entry.run?.agent ?? entry.agent) : roleOf(entry);
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const all = { value: '', count: snapshot?.entries.length ?? 0 };
  return [all, ...[...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count)];
}

function choiceKey(state: TuiState, input: Input & { readonly kind: 'choice' }, key: string): Step {
  const { values, index } = input;
  if (key === 'escape') return step(closed(state));
  if (key === 'enter') {
    const query = withChoice(state.query, input.key, values[index]?.value ?? '');
    return step(settled({ ...closed(state), query }));
  }
  const by = { up: -1, k: -1, down: 1, j: 1 }[key] ?? 0;
  return step({ ...state, input: { ...input, index: Math.max(0, Math.min(values.length - 1, index + by)) } });
}

function askKey(state: TuiState, ask: Ask, press: KeyPress): Step {
  const { key } = press;
  const withAsk = (changed: Ask): Step => step({ ...state, input: { kind: 'ask', ask: changed } });
  if (key === 'escape' || key === 'ctrl-c') return step(closed(state));
  if (key === 'enter') return carryOut(state, ask);
  if (key === 'tab') return withAsk(nextVariant(ask));
  if (key === 'ctrl-e') return step(state, { type: 'edit-text', text: textOf(ask) });
  if (ask.long !== null) {
    // A text of several lines is changed in the editor only, or taken away.
    return key === 'backspace' ? withAsk({ ...ask, long: null, editor: editorWith('') }) : step(state);
  }
  const editor = lineAfter(ask.editor, press);
  return editor === null ? step(state) : withAsk({ ...ask, editor });
}

function carryOut(state: TuiState, ask: Ask): Step {
  if (!isComplete(ask)) return refused(state, messages.TEXT_MISSING);
  const text = textOf(ask);
  const busy = { ...closed(state), isBusy: true };
  if (ask.action === 'inject' && ask.id !== null)
    return step(busy, { type: 'inject', id: ask.id, text, priority: priorityOf(ask) });
  if (ask.action === 'add') {
    const [title = '', ...body] = text.split('\n');
    return step(busy, { type: 'add', title, body: body.join('\n') });
  }
  const request = requestOf(ask);
  return request === null ? step(closed(state)) : step(busy, { type: 'request', request });
}

/** The text that the editor gave back, in the place of what was typed. */
export function withText(state: TuiState, text: string): TuiState {
  const { input } = state;
  if (input?.kind !== 'ask') return state;
  const kept = text.trim();
  const isLong = kept.includes('\n');
  const ask = { ...input.ask, editor: editorWith(isLong ? '' : kept), long: isLong ? kept : null };
  return { ...state, input: { kind: 'ask', ask } };
}

function carryKey(state: TuiState, carry: Carry, key: string): Step {
  const { snapshot } = state;
  if (snapshot === null || key === 'escape' || key === 'ctrl-c') return step(closed(state));
  if (key === 'enter') {
    const request = moveOf(snapshot, carry);
    if (request === null) return step(noted(closed(state), messages.IN_PLACE));
    return step({ ...closed(state), isBusy: true }, { type: 'request', request });
  }
  const across = { left: -1, h: -1, right: 1, l: 1 }[key];
  const along = ALONG[key];
  const moved =
    across !== undefined
      ? carriedAcross(snapshot, carry, across > 0 ? 1 : -1)
      : along !== undefined
        ? carriedBy(snapshot, carry, along)
        : carry;
  return step({ ...state, input: { kind: 'carry', carry: moved } });
}

const ALONG: Readonly<Record<string, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  pageup: -10,
  pagedown: 10,
  g: -Infinity,
  home: -Infinity,
  G: Infinity,
  end: Infinity,
};
