import { describe, expect, it } from 'vitest';
import { fits, haystackOf, parseQuery, withChoice } from '../../../src/report/search/search-query.ts';
import { entry, run, sample } from './board.ts';

const found = (text: string, entries = sample().entries): string[] => {
  const query = parseQuery(text);
  return entries.flatMap((one) => (fits(query, one, haystackOf(one)) ? [one.id ?? ''] : []));
};

describe('a query for entries', () => {
  it.each([
    ['login', ['T-14', 'T-12']],
    ['LOGIN empty', ['T-12']],
    ['"the login"', ['T-14']],
    ['state:held', ['T-11']],
    ['state:needs-you', ['T-9']],
    ['col:rev agent:codex', ['T-12']],
    ['column:in-progress', ['T-14']],
    ['role:reviewer', ['T-12', 'T-9']],
    ['role:task state:running', ['T-14']],
    ['tag:esc', ['T-9']],
    ['is:blocked', ['T-30', 'T-31']],
    ['is:running', ['T-14', 'T-12']],
    ['is:parked', []],
    ['is:note', []],
    ['is:nonsense', []],
    ['col:todo -blocked -state:ready', ['T-40']],
    ['prio:p1', []],
    ['priority:2 id', []],
    ['nonsense:x', []],
    ['http://x', []],
  ])('%s', (text, ids) => {
    expect(found(text)).toEqual(ids);
  });

  it('leaves nothing out while a value is typed', () => {
    expect(found('- ""').length).toBe(sample().entries.length);
  });

  it('finds an entry by the agent that its field names, and by its run', () => {
    const entries = [entry({ id: 'T-1', agent: 'pi' }), entry({ id: 'T-2', run: run({ role: 'tester' }) })];
    expect(found('agent:pi', entries)).toEqual(['T-1']);
    expect(found('role:tester', entries)).toEqual(['T-2']);
    expect(found('role:task', [entry({ column: 'TODO' })])).toEqual(['T-14']);
  });

  it('gets another choice for a key, and loses it again', () => {
    expect(withChoice('login state:ready', 'state', 'held')).toBe('login state:held');
    expect(withChoice('login State:held', 'state', '')).toBe('login');
  });
});
