import { describe, expect, it } from 'vitest';
import type { SnapshotEntry } from '../../../src/contract/snapshot.ts';
import { fits, haystackOf, parseQuery } from '../../../src/report/search/search-query.ts';
import { entryOf } from './a-snapshot-entry.ts';

const found = (typed: string, change: Partial<SnapshotEntry>): boolean => {
  const entry = entryOf('T-12', change);
  return fits(parseQuery(typed), entry, haystackOf(entry));
};

describe('the search on the board', () => {
  it.each<[string, Partial<SnapshotEntry>]>([
    ['', {}],
    ['login crash', { title: 'The LOGIN will crash' }],
    ['"login crash"', { title: 'A login crash' }],
    ['t-12', {}],
    ['col:in-progress', { column: 'IN_PROGRESS' }],
    ['col:IN_PROGRESS', { column: 'IN_PROGRESS' }],
    ['col:test', { column: 'TESTING' }],
    ['state:needs-you', { state: 'needs-person' }],
    ['state:held', { state: 'held' }],
    ['prio:0', { priority: 0 }],
    ['prio:p1', { priority: 1 }],
    ['agent:claude', { agent: 'claude' }],
    ['tag:paused', { tags: ['PAUSED'] }],
    ['is:blocked', { on: ['T-1'] }],
    ['-blocked', { on: [] }],
    ['-state:held -col:todo', { column: 'REVIEW' }],
    ['https://example.com', { title: 'see https://example.com/x' }],
    ['login -', { title: 'login' }],
  ])('%s finds %j', (typed, change) => {
    expect(found(typed, change)).toBe(true);
  });

  it.each<[string, Partial<SnapshotEntry>]>([
    ['login crash', { title: 'login' }],
    ['"login crash"', { title: 'crash at login' }],
    ['col:review', { column: 'TODO' }],
    ['-blocked', { depends: [{ id: 'T-1', state: 'open' }] }],
    ['prio:0', { priority: 1 }],
    ['agent:codex', { agent: 'claude' }],
    ['-login', { title: 'login' }],
    ['is:unknown', {}],
  ])('%s does not find %j', (typed, change) => {
    expect(found(typed, change)).toBe(false);
  });
});
