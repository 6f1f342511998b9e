import type { TuiState } from '../state.ts';
import { browseKey } from './browse.ts';
import { inputKey, type KeyPress } from './input-key.ts';
import { step, type Step } from './step.ts';

/** What a key does. @param pageLines of the page that is shown */
export function keyPress(state: TuiState, press: KeyPress, pageLines: number): Step {
  const { input } = state;
  // These do the same everywhere.
  if (press.key === 'ctrl-z') return step(state, { type: 'suspend' });
  if (press.key === 'ctrl-l') return step(state, { type: 'redraw' });
  if (press.key === 'ctrl-c' && input?.kind !== 'ask' && input?.kind !== 'carry')
    return step(state, { type: 'interrupt' });
  return input === null ? browseKey(state, press.key, pageLines) : inputKey(state, input, press);
}

/** Text that was pasted: it is typed where something is typed, and does nothing elsewhere. */
export function pasted(state: TuiState, text: string): Step {
  const { input } = state;
  if (input?.kind !== 'ask' && input?.kind !== 'filter') return step(state);
  return inputKey(state, input, { key: '', text });
}
