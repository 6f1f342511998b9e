import { expect, it } from 'vitest';
import type { SnapshotEntry } from '../../../src/contract/snapshot.ts';
import { todoLine } from '../../../src/report/todo-line.ts';

const todo = (change: Partial<SnapshotEntry>): SnapshotEntry =>
  ({ column: 'TODO', state: 'ready', why: 'ready', on: [], until: null, ...change }) as SnapshotEntry;
const line = (...entries: readonly SnapshotEntry[]): string => todoLine(entries, (at) => `at ${at}`);

it('TODO in one line says what most of those that are ready wait for', () => {
  const [ready, pool, column] = [
    todo({}),
    todo({ why: 'waits for a place in the pool (`capacity`)' }),
    todo({ why: 'waits for a place in REVIEW (`wip.review`)' }),
  ];
  expect(line(ready, ready)).toBe('2 ready');
  expect(line(ready, pool)).toBe('2 ready, 1 of which waits for a place in the pool (`capacity`)');
  expect(line(pool)).toBe('1 ready, which waits for a place in the pool (`capacity`)');
  expect(line(pool, pool)).toBe('2 ready, all of which wait for a place in the pool (`capacity`)');
  expect(line(pool, column, column)).toBe('3 ready, 2 of which wait for a place in REVIEW (`wip.review`)');
  expect(line(ready, todo({ state: 'waits', why: 'waits for T-9', on: ['T-9'] }))).toBe('1 ready · 1 waits for T-9');
});
