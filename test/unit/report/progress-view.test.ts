import { expect, it } from 'vitest';
import type { TimedEvent } from '../../../src/contract/event.ts';
import { withProgress } from '../../../src/report/live/progress-view.ts';
import { entry, minutes, NOW, queue, run, snapshot } from './board.ts';

it('counts what has landed and failed, and shows how things stand; before the first snapshot nothing', () => {
  const shown: TimedEvent[] = [];
  const calls: string[] = [];
  const inner = {
    event: (event: TimedEvent) => void shown.push(event),
    snapshot: () => void calls.push('snapshot'),
    close: () => void calls.push('close'),
  };
  const view = withProgress(inner, NOW - minutes(120));
  view.progress(NOW);
  expect(shown).toEqual([]);
  const ended = {
    type: 'run-ended',
    purpose: 'work',
    id: 'T-1',
    run: 'r',
    role: 'task',
    agent: 'a',
    detail: '',
    seconds: 1,
  } as const;
  const landed = { type: 'entry-landed', id: 'T-1', title: 't', commit: 'c', line: '', byHand: false } as const;
  for (const cause of ['reported', 'stopped', 'timed-out'] as const) view.event({ ...ended, cause, at: NOW });
  for (let count = 0; count < 3; count++) view.event({ ...landed, at: NOW });
  view.snapshot(
    snapshot({
      entries: [
        entry({ run: run() }),
        entry({ id: 'T-2', state: 'ready' }),
        entry({ id: 'T-3', state: 'held' }),
        entry({ id: 'T-4', state: 'waits' }),
        entry({ id: 'T-5', state: 'needs-person' }),
        entry({ id: 'T-6', state: 'parked' }),
      ],
      queue: queue({ batch: [], waiting: [] }),
      today: { costUsd: 2 },
    }),
  );
  view.progress(NOW);
  expect(shown.at(-1)).toEqual({
    ...{ at: NOW, type: 'progress', landed: 3, failed: 1, running: 1, queue: 0, ready: 1, waiting: 2, needs: 1 },
    ...{ perHour: 1.5, today: { costUsd: 2 } },
  });
  view.close();
  expect(calls).toEqual(['snapshot', 'close']);
});
