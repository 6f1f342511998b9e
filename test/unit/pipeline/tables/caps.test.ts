import { describe, expect, it } from 'vitest';
import { allowanceOf } from '../../../../src/pipeline/caps.ts';
import type { EntryUsage } from '../../../../src/pipeline/world.ts';
import type { Usage } from '../../../../src/contract/agent-event.ts';
import type { Caps } from '../../../../src/workflow/settings.ts';
import {
  acts,
  ended,
  entry,
  facts,
  HOUR,
  moveOf,
  noteOf,
  NOW,
  run,
  said,
  settings,
  starts,
  types,
  world,
} from '../build-world.ts';

const NONE: Caps = { entry_usd: null, entry_tokens: null, day_usd: null, day_tokens: null, entry_runs: null };
const one = [facts(entry('T-1', 'IN_PROGRESS'))];

const used = (usage: Usage, change: Partial<EntryUsage> = {}): EntryUsage => ({
  runs: 1,
  untold: 0,
  total: usage,
  sinceFreed: usage,
  unrecorded: [],
  ...change,
});

function spent(caps: Partial<Caps>, entryUsage: Usage, today: Usage = {}) {
  const of = settings({ caps: { ...NONE, ...caps } });
  const usage = {
    runs: new Map<string, number>(),
    entries: new Map([['T-1', used(entryUsage)]]),
    today,
    dayEnds: NOW + HOUR,
  };
  return { settings: of, usage };
}

describe('the number of runs of an entry', () => {
  const after = (runs: number, entry_runs: number | null): Parameters<typeof world>[1] => {
    const { settings: of, usage } = spent({ entry_runs }, {});
    return { settings: of, usage: { ...usage, runs: new Map([['T-1', runs]]) } };
  };

  it('has no bound unless one is set', () => {
    expect(starts(world(one, after(1000, null)))).toHaveLength(1);
  });

  it('escalates the entry once it is reached, of any agent', () => {
    expect(starts(world(one, after(7, 8)))).toHaveLength(1);
    const move = moveOf(world(one, after(8, 8)));
    expect(move).toMatchObject({ to: 'IN_PROGRESS -> IN_PROGRESS', add: ['ESCALATED'], needsPerson: true });
    expect(move.fields.feedback).toContain('it has had 8 of 8 runs');
    const found = facts(entry('T-1', 'IN_PROGRESS', { feedback: 'login.test.ts expects 400' }));
    expect(moveOf(world([found], after(8, 8))).fields.feedback).toMatch(
      /^it has had 8 of 8 runs .*\(findings before: login\.test\.ts expects 400\)$/,
    );
  });

  it('does not end a run that is active', () => {
    expect(types(world(one, { ...after(8, 8), runs: [run('T-1')] }))).toEqual([]);
  });
});

describe('the cap of an entry', () => {
  it('lets it run below the cap', () => {
    expect(starts(world(one, spent({ entry_usd: 5 }, { costUsd: 4.99 })))).toHaveLength(1);
  });

  it.each([
    ['dollars', { entry_usd: 5 }, { costUsd: 5 }, '$5.00 of $5.00'],
    ['tokens, input and output together', { entry_tokens: 1000 }, { input: 900, output: 100 }, '1k of 1k tokens'],
  ])('escalates it in place when it is reached: %s', (_, caps, usage, words) => {
    const move = moveOf(world(one, spent(caps, usage)));
    expect(move).toMatchObject({ to: 'IN_PROGRESS -> IN_PROGRESS', add: ['ESCALATED'], needsPerson: true });
    expect(move.fields.feedback).toContain(words);
    expect(move.fields.feedback).toContain('kanban retry T-1');
  });

  it('counts from when the user last freed the entry', () => {
    const of = spent({ entry_usd: 5 }, {});
    const usage = { ...of.usage, entries: new Map([['T-1', used({ costUsd: 9 }, { sinceFreed: { costUsd: 1 } })]]) };
    expect(starts(world(one, { ...of, usage }))).toHaveLength(1);
  });

  it('ends a run that is on', () => {
    const of = world(one, { ...spent({ entry_usd: 5 }, { costUsd: 6 }), runs: [run('T-1')] });
    expect(acts(of)).toMatchObject([{ type: 'stop-run', detail: expect.stringContaining('$6.00 of $5.00') }]);
  });

  it('is nothing to the shell, which asks no provider', () => {
    const shell = [facts(entry('T-1', 'IN_PROGRESS', { fields: [{ key: 'agent', value: 'shell' }] as never }))];
    expect(starts(world(shell, spent({ entry_usd: 5 }, { costUsd: 6 })))).toHaveLength(1);
  });

  it('what nobody told is not counted', () => {
    expect(starts(world(one, spent({ entry_usd: 5 }, { input: 1e9 })))).toHaveLength(1);
  });
});

describe('the cap of the day', () => {
  it('holds every agent until midnight and escalates nobody', () => {
    const of = world(one, spent({ day_usd: 20 }, { costUsd: 1 }, { costUsd: 20 }));
    expect(acts(of)).toEqual([]);
    expect(noteOf(of, 'T-1')).toMatchObject({
      state: 'held',
      until: NOW + HOUR,
      why: expect.stringContaining('$20.00 of $20.00'),
    });
  });
});

describe('what a run may still use', () => {
  it('is the least of what entry and day leave', () => {
    const of = world(
      one,
      spent({ entry_usd: 5, day_usd: 20, day_tokens: 1000 }, { costUsd: 2 }, { costUsd: 18, input: 300 }),
    );
    expect(allowanceOf(of, 'T-1', 'coder')).toMatchObject({ costUsd: 2, tokens: 700 });
  });

  it('is nothing to think of without caps', () => {
    expect(allowanceOf(world(one), 'T-1', 'coder')).toBe(null);
  });
});

it('the commit that takes a result in names what all unrecorded runs of the entry used', () => {
  const unrecorded = [
    { id: 'T-1-1-task-00000009', taskId: 'T-1', at: NOW, usage: null },
    {
      id: 'T-1-2-task-00000001',
      taskId: 'T-1',
      at: NOW,
      usage: { input: 1000, cached: 200, output: 50, costUsd: 0.0123 },
    },
  ];
  const usage = {
    runs: new Map<string, number>(),
    entries: new Map([['T-1', used({}, { unrecorded })]]),
    today: {},
    dayEnds: NOW,
  };
  const move = moveOf(world(one, { runs: [ended('T-1', {}, said('done'))], usage }));
  expect(move.trailers).toEqual(
    expect.arrayContaining([
      'Kanban-Usage: T-1 T-1-1-task-00000009 unknown',
      'Kanban-Usage: T-1 T-1-2-task-00000001 input=1000 cached=200 output=50 cost=0.0123',
    ]),
  );
});

it('so does the commit that escalates at a cap: what was used before must not count against what the user grants', () => {
  const unrecorded = [{ id: 'T-1-1-task-00000009', taskId: 'T-1', at: NOW, usage: { costUsd: 6 } }];
  const usage = {
    runs: new Map<string, number>(),
    entries: new Map([['T-1', used({ costUsd: 6 }, { unrecorded })]]),
    today: {},
    dayEnds: NOW,
  };
  const { settings } = world(one);
  const capped = { ...settings, caps: { ...settings.caps, entry_usd: 5 } };
  const move = moveOf(world(one, { usage, settings: capped }));
  expect(move).toMatchObject({ add: ['ESCALATED'] });
  expect(move.trailers).toContain('Kanban-Usage: T-1 T-1-1-task-00000009 cost=6');
});
