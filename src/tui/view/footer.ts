import { cut, displayWidth } from '../../report/width.ts';
import { actionNamed } from '../actions.ts';
import { commandOf, hasVariants, nextVariant, textOf, type Ask } from '../ask.ts';
import { carryWords, moveCommand, moveOf, type Carry } from '../carry.ts';
import { chosenEntry } from '../entries.ts';
import { rowOfCommand, type Command } from '../keys.ts';
import { aroundCursor, type Editor } from '../line-editor.ts';
import * as messages from '../messages.ts';
import type { Input } from '../state.ts';
import { boxOf } from './box.ts';
import type { Drawing } from './drawing.ts';

/** The lines at the bottom: one with hints or what was last said, or a box while something is asked. */
export function footerLines(drawing: Drawing): string[] {
  const { state } = drawing;
  const width = state.size.columns - 1;
  if (state.input !== null) return inputLines(drawing, state.input, width);
  const { notice, isBusy } = state;
  if (isBusy) return [drawing.palette.label(cut(` ${messages.WORKING}`, width))];
  if (notice !== null)
    return [(notice.isBad ? drawing.palette.needs : drawing.palette.works)(cut(` ${notice.text}`, width))];
  return [hints(drawing, width)];
}

function inputLines(drawing: Drawing, input: Input, width: number): string[] {
  switch (input.kind) {
    case 'filter': {
      const { palette } = drawing;
      const front = ` ${palette.label('/')} ${editorLine(input.editor, width - HINT_ROOM, drawing)}  `;
      return [`${front}${palette.waits(messages.FILTER_HINT)}`];
    }
    case 'filter-by':
      return [drawing.palette.label(` ${messages.FILTER_BY}`)];
    case 'choice':
      return choiceBox(drawing, input, width);
    case 'ask':
      return askBox(drawing, input.ask, width);
    case 'carry':
    default:
      return carryBox(drawing, input.carry, width);
  }
}

const HINT_ROOM = 48;

/** Keys that have a meaning now, the likeliest first, as many as fit. */
function hints(drawing: Drawing, width: number): string {
  const { state, palette } = drawing;
  const texts = commandsNow(drawing).flatMap((command) => {
    const row = rowOfCommand(command);
    if (row?.hint === undefined || (row.changes === true && state.isReadOnly)) return [];
    const isBack = command === 'quit' && state.home === 'live';
    return [[row.shown, isBack ? messages.TO_LIVE_VIEW : row.hint] as const];
  });
  let used = 0;
  const shown: string[] = [];
  for (const [key, hint] of texts) {
    used += key.length + hint.length + 3;
    if (used > width) break;
    shown.push(`${palette.strong(key)} ${palette.waits(hint)}`);
  }
  return ` ${shown.join('  ')}`;
}

function commandsNow({ state }: Drawing): readonly Command[] {
  if (state.page !== null) return ['back', 'help', 'quit'];
  const last = ['help', 'quit'] as const;
  if (state.focus !== 'board') return ['open', ...last, 'filter', 'problems'];
  const entry = chosenEntry(state);
  const tags = entry?.tags ?? [];
  const first: Command[] = [
    ...(tags.includes('ESCALATED') ? (['retry'] as const) : []),
    ...(tags.includes('APPROVE') ? (['approve'] as const) : []),
  ];
  const run: Command[] = entry?.run == null ? [] : ['attach', 'inject'];
  return [...first, 'open', ...run, ...last, 'filter', 'problems', 'carry', 'pause', 'edit', 'add'];
}

/** The line that is typed, with its cursor; of a long line the part around the cursor. */
function editorLine(editor: Editor, width: number, { palette }: Drawing): string {
  const [before, under, after] = aroundCursor(editor);
  const room = Math.max(8, width);
  const front = endOf(before, room - 2);
  const rest = cut(after, Math.max(0, room - displayWidth(front) - 2));
  // Without colours the cursor is a mark between the letters.
  return palette.hasColour ? `${front}${palette.chosen(under || ' ')}${rest}` : `${front}|${under}${rest}`;
}

/** The end of a text, with an ellipsis in front of it where it is longer. */
function endOf(text: string, columns: number): string {
  let shown = text;
  while (displayWidth(shown) > columns) shown = `…${shown.slice(2)}`;
  return shown;
}

function askBox(drawing: Drawing, ask: Ask, width: number): string[] {
  const { palette } = drawing;
  const row = actionNamed(ask.action);
  const long = ask.long === null ? null : ask.long.trim().split('\n');
  const text =
    long === null
      ? editorLine(ask.editor, width - row.asks.length - 8, drawing)
      : `${long[0] ?? ''} ${palette.waits(messages.lines(long.length))}`;
  const next = hasVariants(ask) ? ` · ${messages.variantHint(flagsOf(nextVariant(ask)))}` : '';
  const shown = textOf(ask).split('\n')[0] ?? '';
  const command =
    long === null ? commandOf(ask) : commandOf({ ...ask, long: null, editor: { text: `${shown} …`, at: 0 } });
  return boxOf([` ${palette.label(row.asks)}: ${text}`, ` ${palette.strong(cut(command, width - 4))}`], {
    width,
    height: 4,
    title: ` ${[ask.action, ask.id ?? ''].join(' ').trim()} `,
    foot: `${messages.ASK_HINT}${next}`,
    isFocused: true,
    palette,
  });
}

const flagsOf = ({ action, variant }: Ask): string => (actionNamed(action).variants[variant]?.flags ?? []).join(' ');

function carryBox({ state, palette }: Drawing, carry: Carry, width: number): string[] {
  const { snapshot } = state;
  if (snapshot === null) return [''];
  const request = moveOf(snapshot, carry);
  const words = request === null ? messages.IN_PLACE : `${carry.to}: ${carryWords(snapshot, carry)}`;
  return boxOf(
    [` ${cut(words, width - 4)}`, ` ${request === null ? '' : palette.strong(cut(moveCommand(request), width - 4))}`],
    { width, height: 4, title: ` move ${request?.taskId ?? ''} `, foot: messages.MOVE_HINT, isFocused: true, palette },
  );
}

const MAX_CHOICES = 10;

function choiceBox(drawing: Drawing, input: Input & { readonly kind: 'choice' }, width: number): string[] {
  const { palette } = drawing;
  const { values, index, key } = input;
  const top = Math.max(0, Math.min(index - MAX_CHOICES + 1, values.length - MAX_CHOICES));
  const lines = values.slice(top, top + MAX_CHOICES).map(({ value, count }, row) => {
    const isChosen = top + row === index;
    const text = `${isChosen ? '>' : ' '}${(value || messages.ALL).padEnd(20)} ${String(count).padStart(6)}`;
    return isChosen ? palette.chosen(text) : text;
  });
  const height = lines.length + 2;
  return boxOf(lines, { width, height, title: ` ${key} `, foot: messages.CHOICE_HINT, isFocused: true, palette });
}
