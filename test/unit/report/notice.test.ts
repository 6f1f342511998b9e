import { expect, it } from 'vitest';
import type { KanbanEvent } from '../../../src/contract/event.ts';
import { digestOf, noticeOf, type Notice } from '../../../src/report/notices/notice.ts';

const commit = '3f2a9c1d00000000000000000000000000000000';
const title = 'Drop lodash';

it.each<[KanbanEvent, Notice | null]>([
  [
    { type: 'person-needed', id: 'T-9', title, column: 'REVIEW', why: 'a\nb\u001B[31m', ways: ['kanban show T-9'] },
    { kind: 'needs-person', title: 'T-9 needs you', text: 'Drop lodash: a b', commands: ['kanban show T-9'] },
  ],
  [
    { type: 'hold-changed', on: 'base', what: 'base', why: 'the check fails on main' },
    { kind: 'needs-person', title: 'base: waits', text: 'the check fails on main', commands: ['kanban status'] },
  ],
  [{ type: 'hold-changed', on: 'base', what: 'base', why: null }, null],
  [
    { type: 'entry-landed', id: 'T-9', title, commit, line: '', byHand: false },
    { kind: 'landed', title: 'T-9 landed', text: title, commands: [] },
  ],
  [
    { type: 'entry-moved', id: 'T-9', title, from: 'TODO', to: 'IN_PROGRESS', why: '', commit },
    { kind: 'moved', title: 'T-9 TODO → IN_PROGRESS', text: title, commands: [] },
  ],
  [
    { type: 'entry-moved', id: 'T-9', title, from: 'REVIEW', to: 'TESTING', why: 'ready', commit },
    { kind: 'moved', title: 'T-9 REVIEW → TESTING', text: 'Drop lodash (ready)', commands: [] },
  ],
  [
    { type: 'coordinator-ended', why: 'all is done', runsLeft: 0 },
    { kind: 'ended', title: 'kanban run has ended', text: 'all is done', commands: ['kanban summary'] },
  ],
  [
    { type: 'alert', alert: 'stalled', value: 1, limit: 0, within: null, why: '1 run does nothing' },
    { kind: 'alert', title: 'alert: stalled', text: '1 run does nothing', commands: ['kanban alerts'] },
  ],
  [{ type: 'settings-changed' }, null],
])('%j', (event, notice) => {
  expect(noticeOf(event)).toEqual(notice);
});

it('a digest has a line for each of the first twenty', () => {
  const one = (number: number): Notice => ({ kind: 'landed', title: `T-${number} landed`, text: 'x', commands: [] });
  expect(digestOf([one(1), one(2)])).toEqual({
    kind: 'landed',
    title: '2 notices',
    text: 'T-1 landed: x\nT-2 landed: x',
    commands: ['kanban status'],
  });
  const many = digestOf(Array.from({ length: 23 }, (_, index) => one(index)));
  expect(many.text.split('\n')).toHaveLength(21);
  expect(many.text).toMatch(/and 3 more$/);
});
