import type { Snapshot } from '../../../src/contract/snapshot.ts';
import { startState, type TuiState } from '../../../src/tui/state.ts';
import { withBoard } from '../../../src/tui/update/data.ts';
import type { Effect } from '../../../src/tui/update/step.ts';
import { keyPress } from '../../../src/tui/update/update.ts';
import type { Drawing } from '../../../src/tui/view/drawing.ts';
import { frameOf } from '../../../src/tui/view/frame.ts';
import { paletteOf } from '../../../src/tui/view/palette.ts';
import { clock, NOW, sample } from '../report/board.ts';

export const boardOf = (snapshot: Snapshot = sample(), columns = 100, rows = 30): TuiState =>
  withBoard(startState({ size: { columns, rows }, isReadOnly: false, home: 'shell' }), { snapshot, problems: [] });

export const drawing = (state: TuiState, fields: Partial<Drawing> = {}): Drawing => ({
  state,
  now: NOW,
  clock,
  date: clock,
  palette: paletteOf(false),
  hasUnicode: true,
  ...fields,
});

/** The screen as text, without spaces at the ends of its lines. */
export const shown = (state: TuiState, fields: Partial<Drawing> = {}): string =>
  frameOf(drawing(state, fields))
    .map((line) => line.trimEnd())
    .join('\n');

/** What a user types: a word of letters is typed letter by letter, a name such as `enter` in angle brackets is one key. */
export function press(
  state: TuiState,
  keys: string,
): { readonly state: TuiState; readonly effects: readonly Effect[] } {
  let now = state;
  const effects: Effect[] = [];
  for (const [part, name] of keys.matchAll(/<([^>]+)>|[^]/gu)) {
    const key = name ?? (part === ' ' ? 'space' : part);
    const step = keyPress(now, { key, text: name === undefined ? part : '' }, 100);
    now = step.state;
    effects.push(...step.effects);
  }
  return { state: now, effects };
}
