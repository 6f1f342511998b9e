import { expect, it } from 'vitest';
import { holdOf } from '../../../src/coordinator/inspect/what-holds.ts';
import * as messages from '../../../src/coordinator/publish/messages.ts';
import { entry, run, snapshot } from '../report/board.ts';

const ADD = { id: '0179-a', taskId: null };
const STAGED = 'you have staged a change of board/TODO.md: commit or unstage it';
const holdWith = (warnings: readonly string[], posted: Parameters<typeof holdOf>[1] = ADD): string | null =>
  holdOf({ ...snapshot(), warnings }, posted);

it.each([messages.baseOpen('a merge of main is open'), messages.INDEX_LOCKED])(
  'names what keeps the coordinator from writing: %s',
  (warning) => expect(holdWith(['TODO.md:1:1: a problem', warning])).toBe(warning),
);

it('names why this very request was not carried out', () => {
  expect(holdWith([`request ${ADD.id}: ${STAGED}`])).toBe(STAGED);
  expect(holdWith([`request another: ${STAGED}`])).toBeNull();
});

it('names why a command about an entry was not carried out, and nothing else that holds the entry', () => {
  const failed = { code: 'action-failed', text: STAGED, fix: null } as const;
  const entries = [
    entry({ id: 'T-1', why: STAGED, reason: failed }),
    entry({ id: 'T-4', run: run({ stopping: true }) }),
    entry({ id: 'T-2', why: 'paused', reason: { code: 'paused', result: false } }),
  ];
  const holdOn = (taskId: string): string | null => holdOf({ warnings: [], entries }, { id: '0179-b', taskId });
  expect(holdOn('t-1')).toBe(STAGED);
  expect(holdOn('T-4')).toBe('its run is being stopped');
  expect(holdOn('T-2')).toBeNull();
  expect(holdOn('T-3')).toBeNull();
});

it('takes nothing for a hold that only tells where the board is read', () => {
  expect(holdWith([messages.notCheckedOut('main'), 'TODO.md:1:1: a problem'])).toBeNull();
});
