import type { HoldKey } from '../contract/hold.ts';

/** What is held, as text: `the check`, `landing of T-1`. */
export function holdText(key: HoldKey): string {
  if (key.on === 'landing') return `landing of ${key.id}`;
  return key.on === 'action' ? key.what : NAMES[key.on];
}

const NAMES: Readonly<Record<Exclude<HoldKey['on'], 'landing' | 'action'>, string>> = {
  landings: 'landings',
  pushes: 'pushes',
  check: 'the check',
  base: 'base',
  board: 'the board',
  remote: 'the remote',
  everything: 'everything',
};
