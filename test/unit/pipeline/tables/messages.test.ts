import { describe, expect, it } from 'vitest';
import {
  acts,
  ended,
  entry,
  facts,
  MINUTE,
  noteOf,
  NOW,
  past,
  request,
  run,
  said,
  settings,
  starts,
  types,
  world,
} from '../build-world.ts';

const one = [facts(entry('T-1', 'IN_PROGRESS'))];
const waiting = new Map([['T-1', 1]]);

describe('a message for a run that is on', () => {
  it.each([
    ['resume', /its session continues/],
    ['restart', /starts again/],
  ] as const)('that can only be told by %s ends it, uncounted, so that the next one has it in front', (inject, why) => {
    const of = world(one, { runs: [run('T-1', { inject })], messages: waiting });
    expect(acts(of)).toMatchObject([
      { type: 'stop-run', run: 'T-1-1-task-00000001', detail: expect.stringMatching(why) },
    ]);
  });

  it.each(['live', 'none'] as const)('leaves one alone that takes messages by itself, or never (%s)', (inject) => {
    expect(types(world(one, { runs: [run('T-1', { inject })], messages: waiting }))).toEqual([]);
  });

  it('leaves the runs of other entries alone', () => {
    expect(types(world(one, { runs: [run('T-1')], messages: new Map([['T-2', 1]]) }))).toEqual([]);
  });

  it('is asked once', () => {
    expect(types(world(one, { runs: [run('T-1', { stopping: true })], messages: waiting }))).toEqual([]);
  });
});

describe('a message that comes when no run is left to hear it', () => {
  const tested = facts(entry('T-1', 'TESTING', { reviewed: 'tip1', tested: 'tip1' }));

  it('has the entry tested again, with it in front, instead of landed', () => {
    expect(types(world([tested]))).toEqual(['land-entries']);
    expect(acts(world([tested], { messages: waiting }))).toMatchObject([
      { type: 'move-entry', to: 'TESTING', change: { setFields: { tested: null } } },
    ]);
    expect(types(world([tested], { messages: new Map([['T-2', 1]]) }))).toEqual(['land-entries']);
  });

  it('keeps a result that is recorded from landing with it', () => {
    const on = [facts(entry('T-1', 'TESTING', { reviewed: 'tip1' }))];
    const runs = [ended('T-1', {}, said('passed'), { role: 'tester' })];
    expect(acts(world(on, { runs }))).toMatchObject([{ type: 'land-tested', candidate: { tip: 'tip1' } }]);
    expect(acts(world(on, { runs, messages: waiting }))[0]).not.toHaveProperty('lands');
  });

  it('changes nothing for a tester that reads no prompt', () => {
    const { roles, ...others } = settings({});
    const shell = { ...others, roles: { ...roles, tester: { ...roles.tester, agent: 'shell' } } };
    expect(types(world([tested], { messages: waiting, settings: shell }))).toEqual(['land-entries']);
  });
});

describe('kanban pause', () => {
  it('of everything ends all runs and starts nothing', () => {
    const entries = [...one, facts(entry('T-2', 'TODO')), facts(entry('T-3', 'REVIEW'))];
    const paused = 'paused by Ada: kanban resume continues';
    const of = world(entries, { runs: [run('T-1')], paused, stops: [paused] });
    expect(acts(of)).toMatchObject([{ type: 'stop-run', detail: 'kanban pause' }]);
    expect(noteOf(of, 'T-2')).toMatchObject({ state: 'held', why: paused });
  });

  it('of one entry ends its run first, then tags it', () => {
    const asked = [request('pause', 'T-1')];
    expect(types(world(one, { runs: [run('T-1')], requests: asked }))).toEqual(['stop-run']);
    expect(acts(world(one, { requests: asked }))).toMatchObject([
      { type: 'move-entry', change: { addTags: ['PAUSED'] }, request: 'r1' },
    ]);
  });

  it('resume takes the tag off; an entry without it is refused', () => {
    const tagged = [facts(entry('T-1', 'IN_PROGRESS', { tags: ['PAUSED'] }))];
    const asked = [request('resume', 'T-1')];
    expect(acts(world(tagged, { requests: asked }))).toMatchObject([
      { type: 'move-entry', change: { removeTags: ['PAUSED'] } },
    ]);
    expect(acts(world(one, { requests: asked }))).toMatchObject([
      { type: 'answer-request', reply: { ok: false, message: 'T-1 is not paused' } },
    ]);
  });
});

describe('an agent that needs a login', () => {
  const entries = [...one, facts(entry('T-2', 'IN_PROGRESS'))];
  const login = past('T-1', 'not-started', NOW - 1_000, { login: true, detail: 'run `claude` and log in' });

  it('is held at its first refusal, for every entry, and no entry is escalated for it (I9)', () => {
    const of = world(entries, { past: [login] });
    expect(acts(of)).toEqual([]);
    for (const id of ['T-1', 'T-2'])
      expect(noteOf(of, id)).toMatchObject({
        state: 'held',
        why: expect.stringContaining('log in'),
        until: NOW + 29_000,
      });
    const often = Array.from({ length: 9 }, (_, n) => ({ ...login, endedAt: NOW - (9 - n) * 4 * MINUTE }));
    expect(types(world(one, { past: often }))).toEqual([]);
  });

  it('is tried by one run first once its time is over', () => {
    expect(starts(world(entries, { past: [{ ...login, endedAt: NOW - MINUTE }] }))).toHaveLength(1);
  });
});
