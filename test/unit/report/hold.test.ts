import { describe, expect, it } from 'vitest';
import { nameOfKey, type HoldKey } from '../../../src/contract/hold.ts';
import { holdText } from '../../../src/report/hold.ts';

const NAMED: [HoldKey, string][] = [
  [{ on: 'landings' }, 'landings'],
  [{ on: 'check' }, 'the check'],
  [{ on: 'remote' }, 'the remote'],
  [{ on: 'landing', id: 'T-1' }, 'landing of T-1'],
  [{ on: 'action', what: 'move of T-1' }, 'move of T-1'],
];

describe('what is held', () => {
  it.each(NAMED)('%j is named: %s', (key, text) => {
    expect(holdText(key)).toBe(text);
  });

  it('has a name of its own for each key, equal for equal keys', () => {
    const names = NAMED.map(([key]) => nameOfKey(key));
    expect(new Set(names).size).toBe(names.length);
    expect(nameOfKey({ on: 'action', what: 'base' })).not.toBe(nameOfKey({ on: 'base' }));
    expect(NAMED.map(([key]) => nameOfKey({ ...key }))).toEqual(names);
  });
});
