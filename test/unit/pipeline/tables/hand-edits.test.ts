import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/pipeline/decide.ts';
import { HistoryFold } from '../../../../src/pipeline/history.ts';
import {
  acts,
  branch,
  ended,
  entry,
  facts,
  history,
  HOUR,
  MINUTE,
  moveOf,
  noteOf,
  NOW,
  orphan,
  past,
  picks,
  run,
  said,
  starts,
  types,
  world,
} from '../build-world.ts';

const CLEANED = { attempts: null, reviewed: null, tested: null };
const worn = {
  tags: ['RETRY', 'ESCALATED'],
  attempts: { task: 1, tester: 2 },
  reviewed: 'tip1',
  tested: 'tip1',
  feedback: 'red',
} as const;

describe('moved to TODO by hand', () => {
  it('its run is stopped, discarded; tags, counts and verdicts cleared (feedback stays), worktree removed, picked again', () => {
    const on = facts(entry('T-1', 'TODO', { ...worn }), { branch: branch() });
    expect(acts(world([on], { runs: [run('T-1')] }))).toEqual([
      { type: 'stop-run', run: 'T-1-1-task-00000001', detail: 'the entry was moved to TODO' },
    ]);
    expect(acts(world([on], { runs: [run('T-1', { stopping: true })] }))).toEqual([]);
    expect(acts(world([on], { runs: [ended('T-1', { cause: 'stopped' })] }))).toMatchObject([{ type: 'put-aside' }]);
    expect(moveOf(world([on]))).toMatchObject({
      to: 'TODO -> TODO',
      remove: ['RETRY', 'ESCALATED', 'APPROVE'],
      fields: CLEANED,
    });
    const clean = entry('T-1', 'TODO', { feedback: 'red' });
    expect(acts(world([facts(clean, { branch: branch() })]))).toEqual([{ type: 'remove-worktree', id: 'T-1' }]);
    expect(picks(world([facts(clean, { branch: branch({ worktree: 'none' }) })]))).toEqual(['T-1']);
  });

  it('a result that came meanwhile counts for nothing, however good', () => {
    expect(types(world([facts(entry('T-1', 'TODO'))], { runs: [ended('T-1', {}, said('done'))] }))).toEqual([
      'put-aside',
    ]);
  });

  it('[APPROVE] of the start stays; [APPROVE] of a landing goes', () => {
    expect(acts(world([facts(entry('T-1', 'TODO', { tags: ['APPROVE'] }))]))).toEqual([]);
    expect(moveOf(world([facts(entry('T-1', 'TODO', { tags: ['APPROVE', 'RETRY'] }))])).remove).not.toContain(
      'APPROVE',
    );
    expect(
      moveOf(world([facts(entry('T-1', 'TODO', { tags: ['APPROVE'], reviewed: 'tip1', tested: 'tip1' }))])).remove,
    ).toContain('APPROVE');
  });
});

describe('moved to the other columns by hand', () => {
  it('IN_PROGRESS: a task run on that branch, the verdicts struck first', () => {
    expect(moveOf(world([facts(entry('T-1', 'IN_PROGRESS', { reviewed: 'tip1' }))]))).toMatchObject({
      to: 'IN_PROGRESS -> IN_PROGRESS',
      fields: { reviewed: null, tested: null },
    });
    expect(starts(world([facts(entry('T-1', 'IN_PROGRESS'))]))).toMatchObject([
      { id: 'T-1', role: 'task', purpose: 'work', agent: 'coder' },
    ]);
    expect(starts(world([facts(entry('T-1', 'IN_PROGRESS'), { branch: null })]))).toHaveLength(1);
  });

  it('REVIEW: a reviewer; nothing over base is a problem', () => {
    expect(starts(world([facts(entry('T-1', 'REVIEW'))]))).toMatchObject([{ role: 'reviewer' }]);
    for (const none of [null, branch({ tip: 'start' })]) {
      const of = world([facts(entry('T-1', 'REVIEW'), { branch: none })]);
      expect(acts(of)).toEqual([]);
      expect(noteOf(of, 'T-1')).toMatchObject({ state: 'held', why: expect.stringContaining('nothing to review') });
    }
  });

  it('TESTING: the move is the review', () => {
    const move = moveOf(world([facts(entry('T-1', 'TESTING'))]));
    expect(move).toMatchObject({ to: 'TESTING -> TESTING', fields: { reviewed: 'tip1', tested: null } });
    expect(move.trailers).toContain('Kanban-Reviewed: T-1 tip1');
    expect(noteOf(world([facts(entry('T-1', 'TESTING'), { branch: null })]), 'T-1')).toMatchObject({ state: 'held' });
  });

  it('an escalated entry that is moved, tag and all, is freed', () => {
    const moved = history({ movedSinceEscalated: new Set(['T-1']) });
    for (const column of ['IN_PROGRESS', 'REVIEW', 'TESTING'] as const) {
      const on = facts(entry('T-1', column, { tags: ['ESCALATED'], attempts: { task: 2 } }));
      expect(acts(world([on]))).toEqual([]);
      expect(moveOf(world([on], { history: moved }))).toMatchObject({
        to: `${column} -> ${column}`,
        remove: ['RETRY', 'ESCALATED'],
        fields: { attempts: null },
        trailers: ['Kanban-Freed: T-1 by hand'],
      });
    }
  });

  it('that it was moved since it was escalated is read from the trailers', () => {
    const fold = new HistoryFold();
    const add = (...values: readonly (readonly [string, string])[]): void =>
      fold.add({ sha: 'x', at: 1, committerEmail: 'a@b', trailers: values.map(([name, value]) => ({ name, value })) });
    add(['Kanban-Move', 'T-1 TODO -> IN_PROGRESS']);
    expect(fold.movedSinceEscalated.has('T-1')).toBe(false);
    add(['Kanban-Move', 'T-1 TESTING -> REVIEW'], ['Kanban-Escalated', 'T-1 tests failed']);
    expect(fold.movedSinceEscalated.has('T-1')).toBe(false);
    add(['Kanban-Move', 'T-1 REVIEW -> TESTING']);
    expect(fold.movedSinceEscalated.has('T-1')).toBe(true);
    add(['Kanban-Escalated', 'T-1 again']);
    expect(fold.movedSinceEscalated.has('T-1')).toBe(false);
    for (const over of [
      [['Kanban-Freed', 'T-1 by hand']],
      [['Kanban-Move', 'T-1 REVIEW -> TODO']],
      [
        ['Kanban-Move', 'T-1 REVIEW -> TESTING'],
        ['Kanban-Run', 'T-1 r'],
      ],
    ] as const) {
      add(['Kanban-Escalated', 'T-1 once more']);
      add(...over);
      add(['Kanban-Move', 'T-1 TODO -> IN_PROGRESS']);
      expect(fold.movedSinceEscalated.has('T-1')).toBe(false);
    }
  });
});

describe('tags', () => {
  it('[ESCALATED] deleted: a fresh budget at that stage, then its run', () => {
    for (const column of ['IN_PROGRESS', 'REVIEW'] as const) {
      expect(moveOf(world([facts(entry('T-1', column, { attempts: { task: 2 } }))]))).toMatchObject({
        to: `${column} -> ${column}`,
        fields: CLEANED,
      });
    }
    expect(
      moveOf(world([facts(entry('T-1', 'TESTING', { attempts: { tester: 2 }, reviewed: 'tip1' }))])).fields,
    ).toEqual({ attempts: null, tested: null });
    expect(starts(world([facts(entry('T-1', 'IN_PROGRESS', { feedback: 'red' }))]))).toHaveLength(1);
  });

  it('[ESCALATED] waits for the user and takes no place', () => {
    const of = world([
      facts(entry('T-1', 'REVIEW', { tags: ['ESCALATED'], attempts: { reviewer: 2 }, feedback: 'no' })),
    ]);
    expect(acts(of)).toEqual([]);
    expect(noteOf(of, 'T-1')).toMatchObject({ state: 'needs-person', why: 'no' });
  });

  it('[PAUSED]: no pick, no run, no landing; a run that is on continues, its result waits', () => {
    for (const on of [
      entry('T-1', 'TODO'),
      entry('T-1', 'IN_PROGRESS'),
      entry('T-1', 'REVIEW'),
      entry('T-1', 'TESTING', { reviewed: 'tip1', tested: 'tip1' }),
    ]) {
      expect(acts(world([facts({ ...on, tags: ['PAUSED'] })]))).toEqual([]);
      expect(acts(world([facts(on)]))).not.toEqual([]);
    }
    const paused = facts(entry('T-1', 'IN_PROGRESS', { tags: ['PAUSED'] }));
    expect(acts(world([paused], { runs: [run('T-1')] }))).toEqual([]);
    expect(acts(world([paused], { runs: [ended('T-1', {}, said('done'))] }))).toEqual([]);
    expect(moveOf(world([facts(entry('T-1', 'IN_PROGRESS'))], { runs: [ended('T-1', {}, said('done'))] })).to).toBe(
      'IN_PROGRESS -> REVIEW',
    );
  });

  it('[APPROVE] deleted: continues', () => {
    const approvals = history({ approvals: new Set(['T-1 land tip1', 'T-2 start']) });
    const tested = entry('T-1', 'TESTING', { reviewed: 'tip1', tested: 'tip1', approve: 'land' });
    const waiting = entry('T-2', 'TODO', { approve: 'start' });
    expect(
      acts(
        world([facts({ ...tested, tags: ['APPROVE'] }), facts({ ...waiting, tags: ['APPROVE'] })], {
          history: approvals,
        }),
      ),
    ).toEqual([]);
    expect(types(world([facts(tested), facts(waiting)], { history: approvals }))).toEqual([
      'land-entries',
      'pick-entries',
    ]);
  });
});

describe('deleted, doubled, parked, pasted back', () => {
  it('deleted: the run is stopped, discarded, the branch abandoned after 10 minutes, or when the coordinator ends', () => {
    const gone = orphan('T-1', { missedSince: NOW - MINUTE });
    expect(types(world([], { runs: [run('T-1')], orphans: [gone] }))).toEqual(['stop-run']);
    expect(types(world([], { runs: [ended('T-1')], orphans: [gone] }))).toEqual(['put-aside']);
    expect(types(world([], { runs: [run('T-1')], orphans: [orphan('T-1')] }))).toEqual(['stop-run']);
    expect(acts(world([], { orphans: [gone] }))).toEqual([]);
    expect(decide(world([], { orphans: [gone] })).wakeAt).toBe(NOW + 9 * MINUTE);
    const abandoned = [{ type: 'retire-branch', id: 'T-1', how: 'abandoned' }];
    expect(acts(world([], { orphans: [orphan('T-1', { missedSince: NOW - 10 * MINUTE })] }))).toEqual(abandoned);
    expect(acts(world([], { orphans: [gone], mode: 'finish' }))).toEqual(abandoned);
    expect(acts(world([], { orphans: [orphan('T-1')] }))).toEqual(abandoned);
    expect(acts(world([], { orphans: [gone], history: history({ abandoned: new Set(['T-1']) }) }))).toEqual(abandoned);
  });

  it('landed and empty branches go at once and when due', () => {
    expect(acts(world([], { orphans: [orphan('T-1', { inBase: true, missedSince: NOW })] }))).toEqual([
      { type: 'retire-branch', id: 'T-1', how: 'landed' },
    ]);
    expect(acts(world([], { orphans: [orphan('T-1', { hasCommits: false })] }))).toEqual([
      { type: 'retire-branch', id: 'T-1', how: 'empty' },
    ]);
  });

  it("nothing is stopped or abandoned while it can't be told whether the entry is gone (I6)", () => {
    expect(acts(world([], { runs: [run('T-1')], orphans: [orphan('T-1')], unsure: new Set(['T-1']) }))).toEqual([]);
    expect(acts(world([], { orphans: [orphan('T-1')], unsure: new Set(['T-1']), mode: 'stop' }))).toEqual([]);
    expect(
      acts(
        world([], { orphans: [orphan('T-1'), orphan('T-2', { inBase: true })], stops: ['the board cannot be read'] }),
      ),
    ).toEqual([{ type: 'retire-branch', id: 'T-2', how: 'landed' }]);
  });

  it('in two files: held until one copy is gone; no result is lost and no run is stopped meanwhile', () => {
    const problems = ['T-1 is written twice'];
    const copies = [facts(entry('T-1', 'TODO'), { problems }), facts(entry('T-1', 'IN_PROGRESS'), { problems })];
    expect(acts(world(copies, { runs: [run('T-1')] }))).toEqual([]);
    expect(acts(world(copies, { runs: [ended('T-1', {}, said('done'))] }))).toEqual([]);
    expect(acts(world(copies))).toEqual([]);
  });

  it('parked: nothing starts; parked in another column is moved, so its run is stopped', () => {
    expect(acts(world([facts(entry('T-1', 'TODO', { parked: true }))]))).toEqual([]);
    expect(types(world([facts(entry('T-1', 'TODO', { parked: true }))], { runs: [run('T-1')] }))).toEqual(['stop-run']);
    expect(acts(world([facts(entry('T-1', 'IN_PROGRESS', { parked: true }))], { runs: [run('T-1')] }))).toEqual([]);
    expect(
      acts(world([facts(entry('T-1', 'IN_PROGRESS', { parked: true }))], { runs: [ended('T-1', {}, said('done'))] })),
    ).toEqual([]);
  });

  it('comes back: its kept branch comes back before anything starts', () => {
    const on = facts(entry('T-1', 'REVIEW'), {
      branch: null,
      kept: { ref: 'refs/kanban/abandoned/T-1/1', tip: 'tip1' },
    });
    expect(acts(world([on]))).toEqual([
      { type: 'restore-branch', id: 'T-1', ref: 'refs/kanban/abandoned/T-1/1', tip: 'tip1' },
    ]);
  });

  it('moved away while some of its run could not be ended: escalated, nothing starts beside it (I3)', () => {
    const left = ended('T-1', { cause: 'stopped', survivors: [{ pid: 9, command: 'node' }] });
    expect(moveOf(world([facts(entry('T-1', 'REVIEW'))], { runs: [left] }))).toMatchObject({
      to: 'REVIEW -> REVIEW',
      add: ['ESCALATED'],
      takes: left.id,
    });
  });
});

describe('git by hand', () => {
  it('merged by hand: out of the board in one commit, from any column; a run of it is stopped first and counts for nothing', () => {
    const merged = branch({ inBase: true });
    for (const column of ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING'] as const)
      expect(
        acts(
          world([facts(entry('T-1', column, { tags: column === 'REVIEW' ? ['ESCALATED'] : [] }), { branch: merged })]),
        ),
      ).toEqual([{ type: 'close-merged', key: 'T-1', id: 'T-1', from: column, tip: 'tip1' }]);
    const on = facts(entry('T-1', 'IN_PROGRESS'), { branch: merged });
    expect(types(world([on], { runs: [run('T-1')] }))).toEqual(['stop-run']);
    expect(types(world([on], { runs: [ended('T-1', { ahead: 0 }, said('done'))] }))).toEqual(['put-aside']);
  });

  it('reverted, or saved again, before its branch was cleared away: that goes first, and nothing counts as merged by hand', () => {
    const landed = history({ landed: new Map([['T-1', 'c']]), landedTips: new Map([['T-1', 'tip1']]) });
    const left = branch({ inBase: true });
    for (const column of ['TODO', 'TESTING'] as const) {
      const back = facts(entry('T-1', column, { reviewed: 'tip1' }), { branch: left });
      expect(acts(world([back], { history: landed }))).toEqual([{ type: 'retire-branch', id: 'T-1', how: 'landed' }]);
    }
    const fresh = facts(entry('T-1', 'TESTING', { reviewed: 'tip2' }), {
      branch: branch({ tip: 'tip2', inBase: true }),
    });
    expect(types(world([fresh], { history: landed }))).toEqual(['close-merged']);
  });

  it('a landing that was reverted: top of TODO, clean, whatever its dependents see', () => {
    const back = facts(entry('T-1', 'TESTING', { reviewed: 'tip1', tested: 'tip1', attempts: { tester: 1 } }), {
      branch: null,
      testedInBase: true,
    });
    expect(moveOf(world([back]))).toMatchObject({ to: 'TESTING -> TODO', position: 'top', fields: CLEANED });
    const dependent = facts(entry('T-2', 'TODO', { depends: ['T-1'] }));
    expect(picks(world([back, dependent], { history: history({ landed: new Map([['T-1', 'c']]) }) }))).toEqual([]);
  });

  it("verdicts can't be forged (I5): `tested` is struck, a forged `reviewed` goes back to the reviewer", () => {
    const none = history({ reviewed: new Set(['T-1 tip1']), tested: new Set() });
    expect(
      moveOf(world([facts(entry('T-1', 'TESTING', { reviewed: 'tip1', tested: 'tip1' }))], { history: none })),
    ).toMatchObject({ to: 'TESTING -> TESTING', fields: { tested: null } });
    expect(moveOf(world([facts(entry('T-1', 'TESTING', { reviewed: 'forged' }))], { history: none }))).toMatchObject({
      to: 'TESTING -> REVIEW',
      fields: { reviewed: null, tested: null },
    });
    expect(moveOf(world([facts(entry('T-1', 'REVIEW', { reviewed: 'tip1' }))]))).toMatchObject({
      fields: { reviewed: null, tested: null },
    });
  });

  it('a branch that moved since it was tested is tested again (I5)', () => {
    const on = facts(entry('T-1', 'TESTING', { reviewed: 'tip1', tested: 'tip1' }), {
      branch: branch({ tip: 'tip9' }),
    });
    expect(moveOf(world([on]))).toMatchObject({ to: 'TESTING -> TESTING', fields: { tested: null } });
  });

  it('a worktree with something else checked out is not landed', () => {
    const on = facts(entry('T-1', 'TESTING', { reviewed: 'tip1', tested: 'tip1' }), {
      branch: branch({ attached: false }),
    });
    expect(acts(world([on]))).toEqual([]);
    expect(noteOf(world([on]), 'T-1')).toMatchObject({ state: 'held' });
  });
});

describe('numbers', () => {
  it('every `T-?` outside TODO, note and pick of one tick gets a number of its own', () => {
    const of = world([
      facts(entry(null, 'TODO', { title: 'a' })),
      facts(entry(null, 'REVIEW', { title: 'b' })),
      facts(entry(null, 'TESTING', { title: 'c' })),
      facts(entry(null, 'TODO', { title: 'd', approve: 'start' })),
      facts(entry('T-7', 'TODO')),
    ]);
    const given = acts(of).flatMap((action) =>
      action.type === 'number-entry'
        ? [action.id]
        : action.type === 'pick-entries'
          ? action.picks.map(({ id }) => id)
          : [],
    );
    expect(given).toHaveLength(5);
    expect(new Set(given)).toEqual(new Set(['T-7', 'T-8', 'T-9', 'T-10', 'T-11']));
  });
});

describe('launch failures of one entry', () => {
  const failures = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      past('T-1', 'not-started', NOW - (count - index) * 5 * MINUTE, { detail: 'spawn\nfailed' }),
    );
  const on = facts(entry('T-1', 'REVIEW', { attempts: { task: 1 } }));

  it('restarts 2 s, 10 s and 50 s apart; the 4th in an hour escalates in place', () => {
    for (const [count, wait] of [
      [1, 2000],
      [2, 10_000],
      [3, 50_000],
    ] as const) {
      const runs = [...failures(count - 1), past('T-1', 'lost', NOW)];
      expect(noteOf(world([on], { past: runs }), 'T-1')).toMatchObject({ state: 'waits', until: NOW + wait });
      expect(starts(world([on], { past: runs, now: NOW + wait }))).toHaveLength(1);
    }
    const move = moveOf(world([on], { past: failures(4) }));
    expect(move).toMatchObject({
      to: 'REVIEW -> REVIEW',
      add: ['ESCALATED'],
      fields: { attempts: null, feedback: 'a run could not start: spawn' },
      needsPerson: true,
    });
    expect(move.trailers).toEqual(['Kanban-Escalated: T-1 a run could not start: spawn']);
  });

  it("slow ones too, in the long run: no more than three hours' worth without a break (I10)", () => {
    const slow = (count: number) =>
      Array.from({ length: count }, (_, index) => past('T-1', 'lost', NOW - (count - index) * 20 * MINUTE));
    expect(starts(world([on], { past: slow(9) }))).toHaveLength(1);
    expect(moveOf(world([on], { past: slow(10) })).add).toEqual(['ESCALATED']);
  });

  it('freed by the user, or after an hour, or after a run that did start: it works again', () => {
    expect(
      starts(world([on], { past: failures(4), history: history({ escalated: new Map([['T-1', NOW]]) }) })),
    ).toHaveLength(1);
    expect(starts(world([on], { past: failures(4), now: NOW + HOUR }))).toHaveLength(1);
    expect(starts(world([on], { past: [...failures(4), past('T-1', 'reported', NOW)] }))).toHaveLength(1);
  });
});
