import { describe, expect, it } from 'vitest';
import { checkedRed, conflicted, refused } from '../../../../src/pipeline/results/apply-result.ts';
import { decide } from '../../../../src/pipeline/decide.ts';
import {
  acts,
  branch,
  ended,
  entry,
  facts,
  history,
  moveOf,
  noteOf,
  NOW,
  picks,
  run,
  said,
  settings,
  starts,
  types,
  world,
} from '../build-world.ts';

const todo = (number: number, change: Parameters<typeof entry>[2] = {}) => facts(entry(`T-${number}`, 'TODO', change));
const many = (count: number) => Array.from({ length: count }, (_, index) => todo(index + 1));
const lively = (count: number) =>
  Array.from({ length: count }, (_, index) => facts(entry(`T-${90 + index}`, 'REVIEW')));
const livelyRuns = (count: number) =>
  lively(count).map(({ entry: { id } }) => run(id!, { role: 'reviewer', agent: 'other' }));

describe('capacity and wip (I3)', () => {
  it('picks no more than the pool has places and IN_PROGRESS has room', () => {
    expect(picks(world(many(9)))).toHaveLength(6);
    expect(picks(world(many(9), { settings: settings({ capacity: 2 }) }))).toEqual(['T-1', 'T-2']);
    expect(
      picks(world(many(9), { settings: settings({ wip: { in_progress: 3, review: null, testing: null } }) })),
    ).toHaveLength(3);
    expect(picks(world([...many(9), ...lively(4)], { runs: livelyRuns(4) }))).toHaveLength(2);
    expect(acts(world([...many(9), ...lively(6)], { runs: livelyRuns(6) }))).toEqual([]);
  });

  it('runs alive count whatever their state; ended ones do not', () => {
    const on = [facts(entry('T-1', 'IN_PROGRESS')), facts(entry('T-2', 'REVIEW'))];
    const small = settings({ capacity: 1 });
    for (const state of ['starting', 'alive', 'foreign'] as const)
      expect(starts(world(on, { settings: small, runs: [run('T-2', { role: 'reviewer', state })] }))).toEqual([]);
    expect(
      starts(world(on, { settings: small, runs: [ended('T-2', {}, said('ready'), { role: 'reviewer' })] })),
    ).toMatchObject([{ id: 'T-1' }]);
  });

  it('an entry says whether its run starts, or what it waits for', () => {
    const on = [facts(entry('T-1', 'IN_PROGRESS')), facts(entry('T-2', 'REVIEW')), facts(entry('T-3', 'REVIEW'))];
    const reasons = (change: Parameters<typeof settings>[0], entries = on) =>
      entries.map((one) => noteOf(world(entries, { settings: settings(change) }), one.entry.id ?? '')?.reason);
    expect(reasons({})).toEqual([{ code: 'ready' }, { code: 'ready' }, { code: 'ready' }]);
    expect(reasons({ capacity: 1 })).toEqual([{ code: 'no-free-place' }, { code: 'ready' }, { code: 'no-free-place' }]);
    expect(reasons({ wip: { in_progress: 6, review: 2, testing: null } })[0]).toEqual({
      code: 'column-full',
      column: 'REVIEW',
    });
    const tested = facts(entry('T-4', 'TESTING'));
    expect(reasons({ wip: { in_progress: 6, review: null, testing: 1 } }, [...on, tested])[1]).toEqual({
      code: 'column-full',
      column: 'TESTING',
    });
  });

  it('an entry of TODO that has no place says so, numbered or not', () => {
    const notes = (change: Parameters<typeof settings>[0], more: Parameters<typeof world>[0] = []) => {
      const on = [todo(1), todo(2), facts(entry(null, 'TODO', { key: 'TODO?1', title: 'a note' })), ...more];
      return decide(world(on, { settings: settings(change) }))
        .notes.slice(0, 3)
        .map(({ state, reason }) => [state, reason]);
    };
    const ready = ['ready', { code: 'ready' }];
    const full = (column: string) => ['ready', { code: 'column-full', column }];
    expect(notes({})).toEqual([ready, ready, ready]);
    // A note is read above the entries.
    expect(notes({ capacity: 2 })).toEqual([ready, ['ready', { code: 'no-free-place' }], ready]);
    expect(notes({ wip: { in_progress: 1, review: null, testing: null } })).toEqual([
      full('IN_PROGRESS'),
      full('IN_PROGRESS'),
      ready,
    ]);
    const review = facts(entry('T-9', 'REVIEW'));
    expect(notes({ wip: { in_progress: 6, review: 1, testing: null } }, [review])).toEqual([
      full('REVIEW'),
      full('REVIEW'),
      full('REVIEW'),
    ]);
  });

  it('an entry that `kanban run T-1` does not name says so, wherever it stands', () => {
    const on = [
      todo(1),
      todo(2),
      facts(entry('T-8', 'REVIEW')),
      facts(entry('T-3', 'TESTING', { reviewed: 'tip1', tested: 'tip1' })),
      facts(entry('T-5', 'TODO', { tags: ['PAUSED'] })),
    ];
    const ours = history({ reviewed: new Set(['T-3 tip1']) });
    const reasons = decide(world(on, { only: new Set(['T-1']), history: ours })).notes.map(({ reason }) => reason.code);
    expect(reasons).toEqual(['ready', 'not-chosen', 'not-chosen', 'not-chosen', 'paused']);
  });

  it('escalated, paused and waiting entries, and those that a problem holds, take no place', () => {
    const six = (change: Parameters<typeof entry>[2], problems: string[] = []) =>
      Array.from({ length: 6 }, (_, index) => facts(entry(`T-${50 + index}`, 'IN_PROGRESS', change), { problems }));
    for (const tag of ['ESCALATED', 'PAUSED', 'APPROVE'] as const)
      expect(picks(world([todo(1), ...six({ tags: [tag] })]))).toEqual(['T-1']);
    expect(picks(world([todo(1), ...six({}, ['unreadable field'])]))).toEqual(['T-1']);
    expect(picks(world([todo(1), ...six({})]))).toEqual([]);
  });

  it('finishing beats starting: TESTING, then REVIEW, then IN_PROGRESS, then picks; a landing before all', () => {
    const on = [
      todo(1),
      facts(entry('T-4', 'IN_PROGRESS')),
      facts(entry('T-5', 'REVIEW')),
      facts(entry('T-6', 'TESTING', { reviewed: 'r' })),
      facts(entry('T-3', 'TESTING', { reviewed: 'tip1', tested: 'tip1' })),
    ];
    const ours = history({ reviewed: new Set(['T-6 r', 'T-3 tip1']) });
    const told = (capacity: number) =>
      acts(world(on, { history: ours, settings: settings({ capacity }) })).map((action) =>
        action.type === 'start-run'
          ? action.id
          : action.type === 'land-entries'
            ? action.entries.map(({ id }) => id).join()
            : action.type,
      );
    expect(told(6)).toEqual(['T-3', 'T-6', 'T-5', 'T-4', 'pick-entries']);
    expect(told(2)).toEqual(['T-3', 'T-6', 'T-5']);
    expect(told(1)).toEqual(['T-3', 'T-6']);
  });

  it('back-pressure: a full REVIEW holds picks and task runs, a full TESTING holds reviewers', () => {
    const wip = { in_progress: 6, review: 1, testing: 1 };
    const on = [todo(1), facts(entry('T-2', 'IN_PROGRESS')), facts(entry('T-3', 'REVIEW'))];
    expect(acts(world(on, { settings: settings({ wip }) }))).toMatchObject([{ type: 'start-run', id: 'T-3' }]);
    const full = [facts(entry('T-3', 'REVIEW')), facts(entry('T-2', 'TESTING', { reviewed: 'tip1' }))];
    expect(starts(world(full, { settings: settings({ wip }) }))).toMatchObject([{ id: 'T-2', role: 'tester' }]);
  });

  it('a fixing run is not held by a full REVIEW: the two would wait for each other for ever (I10)', () => {
    const wip = { in_progress: 6, review: 1, testing: 1 };
    const on = [
      facts(entry('T-3', 'REVIEW')),
      facts(entry('T-2', 'TESTING', { reviewed: 'tip1', tags: ['RETRY'], feedback: 'red', attempts: { tester: 1 } })),
    ];
    expect(starts(world(on, { settings: settings({ wip }) }))).toMatchObject([
      { id: 'T-2', role: 'task', purpose: 'mend' },
    ]);
  });
});

describe('order', () => {
  it("the `priority` field first, then the file's order; landings too", () => {
    const on = [todo(1), todo(2, { priority: 4 }), todo(3, { priority: 0 }), todo(4)];
    expect(picks(world(on))).toEqual(['T-3', 'T-1', 'T-4', 'T-2']);
    const tested = { reviewed: 'tip1', tested: 'tip1' };
    const both = [facts(entry('T-1', 'TESTING', tested)), facts(entry('T-2', 'TESTING', { ...tested, priority: 0 }))];
    expect(acts(world(both))).toMatchObject([{ type: 'land-entries', entries: [{ id: 'T-2' }, { id: 'T-1' }] }]);
  });

  it('all that may land go to the queue; none while they are held, or while being stopped', () => {
    const on = facts(entry('T-1', 'TESTING', { reviewed: 'tip1', tested: 'tip1' }));
    expect(acts(world([on]))).toEqual([{ type: 'land-entries', entries: [{ key: 'T-1', id: 'T-1', tip: 'tip1' }] }]);
    expect(acts(world([on], { mode: 'finish' }))).toHaveLength(1);
    expect(acts(world([on], { mode: 'stop' }))).toEqual([]);
    expect(acts(world([on], { landingsHeld: 'no push' }))).toEqual([]);
    expect(noteOf(world([on], { landingsHeld: 'no push' }), 'T-1')).toMatchObject({ state: 'held', why: 'no push' });
  });
});

describe('what an entry in TODO waits for', () => {
  const landed = (...ids: string[]) => history({ landed: new Map(ids.map((id) => [id, 'commit'])) });

  it('dependencies: all of them landed, and off the board', () => {
    const on = todo(5, { depends: ['T-1', 'T-2'] });
    expect(noteOf(world([on]), 'T-5')).toMatchObject({ state: 'waits', on: ['T-1', 'T-2'] });
    expect(noteOf(world([on], { history: landed('T-1') }), 'T-5')).toMatchObject({ on: ['T-2'] });
    expect(picks(world([on], { history: landed('T-1', 'T-2') }))).toEqual(['T-5']);
    expect(noteOf(world([on, facts(entry('T-2', 'REVIEW'))], { history: landed('T-1', 'T-2') }), 'T-5')).toMatchObject({
      on: ['T-2'],
    });
  });

  it('being edited, parked, a problem', () => {
    const edited = world([facts(entry('T-1', 'TODO'), { settlesAt: NOW + 3000 })]);
    expect([acts(edited), noteOf(edited, 'T-1'), decide(edited).wakeAt]).toMatchObject([
      [],
      { state: 'being-edited', until: NOW + 3000 },
      NOW + 3000,
    ]);
    expect(picks(world([facts(entry('T-1', 'TODO'), { settlesAt: NOW })]))).toEqual(['T-1']);
    expect(acts(world([facts(entry('T-1', 'TODO'), { problems: ['unknown dependency'] })]))).toEqual([]);
  });

  it('quick notes are picked with a number of their own', () => {
    const on = [
      facts(entry(null, 'TODO', { kind: 'note', title: 'x' })),
      facts(entry(null, 'TODO', { kind: 'note', title: 'y' })),
    ];
    expect(picks(world(on, { usedIds: new Set(['T-41']) }))).toEqual(['T-42', 'T-43']);
  });
});

describe('approval', () => {
  it("to start: asked once, then waits, then continues; the entry's own `approve` has the last word", () => {
    const asks = settings({ approve: 'start' });
    const move = moveOf(world([todo(1)], { settings: asks }));
    expect(move).toMatchObject({
      to: 'TODO -> TODO',
      add: ['APPROVE'],
      needsPerson: true,
      trailers: ['Kanban-Approval: T-1 start'],
    });
    const asked = history({ approvals: new Set(['T-1 start']) });
    expect(acts(world([todo(1, { tags: ['APPROVE'] })], { settings: asks, history: asked }))).toEqual([]);
    expect(picks(world([todo(1)], { settings: asks, history: asked }))).toEqual(['T-1']);
    expect(picks(world([todo(1, { approve: 'never' })], { settings: asks }))).toEqual(['T-1']);
    expect(moveOf(world([todo(1, { approve: 'start' })])).add).toEqual(['APPROVE']);
    expect(acts(world([todo(1, { approve: 'start', depends: ['T-9'] })]))).toEqual([]);
  });

  it('to start, without a number: numbered first', () => {
    expect(acts(world([facts(entry(null, 'TODO'))], { settings: settings({ approve: 'start' }) }))).toMatchObject([
      { type: 'number-entry', column: 'TODO', id: 'T-1' },
    ]);
  });

  it('to land: bound to the tip that was tested', () => {
    const tested = facts(entry('T-1', 'TESTING', { reviewed: 'tip1', tested: 'tip1', approve: 'land' }));
    expect(moveOf(world([tested])).trailers).toEqual(['Kanban-Approval: T-1 land tip1']);
    expect(types(world([tested], { history: history({ approvals: new Set(['T-1 land tip1']) }) }))).toEqual([
      'land-entries',
    ]);
    expect(
      moveOf(world([tested], { history: history({ approvals: new Set(['T-1 land tip0', 'T-1 start']) }) })).add,
    ).toEqual(['APPROVE']);
  });
});

describe('mode, only, stops', () => {
  const on = [todo(1), facts(entry('T-2', 'REVIEW')), facts(entry('T-3', 'IN_PROGRESS'))];

  it('finish: nothing new is started, what ends is taken in', () => {
    expect(acts(world(on, { mode: 'finish', runs: [run('T-3')] }))).toEqual([]);
    expect(types(world(on, { mode: 'finish', runs: [ended('T-3', {}, said('done'))] }))).toEqual(['move-entry']);
  });

  it('stop: runs are asked to end once', () => {
    expect(acts(world(on, { mode: 'stop', runs: [run('T-3')] }))).toMatchObject([
      { type: 'stop-run', detail: 'kanban stop' },
    ]);
    expect(acts(world(on, { mode: 'stop', stoppedBy: 'Ctrl-C', runs: [run('T-3')] }))).toMatchObject([
      { type: 'stop-run', detail: 'Ctrl-C' },
    ]);
    expect(acts(world(on, { mode: 'stop', runs: [run('T-3', { stopping: true })] }))).toEqual([]);
    const dead = world(on, { runs: [run('T-3', { stopping: true, lost: true })] });
    expect(decide(dead).notes.find(({ id }) => id === 'T-3')).toMatchObject({ reason: { code: 'run-lost' } });
    expect(types(world(on, { mode: 'stop', runs: [ended('T-3', { cause: 'stopped' })] }))).toEqual(['put-aside']);
  });

  it('only: no other entry is picked or started; what another reported is taken in', () => {
    expect(picks(world(on, { only: new Set(['T-1']) }))).toEqual(['T-1']);
    expect(starts(world(on, { only: new Set(['T-3']) }))).toMatchObject([{ id: 'T-3' }]);
    expect(types(world(on, { only: new Set(['T-1']), runs: [ended('T-3', {}, said('done'))] }))).toEqual([
      'move-entry',
      'pick-entries',
    ]);
  });

  it('only: no other entry lands', () => {
    const tested = [1, 2].map((n) => facts(entry(`T-${n}`, 'TESTING', { reviewed: 'a', tested: 'tip1' })));
    const vouched = history({ reviewed: new Set(['T-1 a', 'T-2 a']), tested: new Set(['T-1 tip1', 'T-2 tip1']) });
    const landed = (only: ReadonlySet<string> | null) => acts(world(tested, { only, history: vouched }));
    expect(landed(null)).toMatchObject([{ type: 'land-entries', entries: [{ id: 'T-1' }, { id: 'T-2' }] }]);
    expect(landed(new Set(['T-2']))).toMatchObject([{ type: 'land-entries', entries: [{ id: 'T-2' }] }]);
    expect(landed(new Set(['T-9']))).toEqual([]);
  });

  it('stops: no pick, start or landing; what is on continues', () => {
    const stopped = world([...on, facts(entry('T-4', 'TESTING', { reviewed: 'a', tested: 'tip1' }))], {
      stops: ['disk full'],
      runs: [ended('T-3', {}, said('done'))],
      history: history({ reviewed: new Set(['T-4 a']), tested: new Set(['T-4 tip1']) }),
    });
    expect(types(stopped)).toEqual(['move-entry']);
    for (const key of ['T-1', 'T-2', 'T-4'])
      expect(noteOf(stopped, key)).toMatchObject({ state: 'held', why: 'disk full' });
  });

  it('a run of another machine holds its entry, and nothing is asked of it', () => {
    const of = world([facts(entry('T-3', 'IN_PROGRESS'))], { runs: [run('T-3', { state: 'foreign' })], mode: 'stop' });
    expect([acts(of), noteOf(of, 'T-3')]).toMatchObject([[], { state: 'held' }]);
    const moved = world([facts(entry('T-3', 'TODO'))], { runs: [run('T-3', { state: 'foreign' })] });
    expect([acts(moved), noteOf(moved, 'T-3')]).toMatchObject([[], { state: 'held' }]);
  });
});

describe('TESTING', () => {
  const failedOnce = { reviewed: 'tip1', tags: ['RETRY'], feedback: 'red', attempts: { tester: 1 } } as const;

  it('a failure is fixed by the tester where its agent edits code, else by `mend`, then tested again', () => {
    const on = facts(entry('T-1', 'TESTING', failedOnce));
    expect(starts(world([on], { fixes: new Set(['coder']) }))).toMatchObject([{ role: 'tester', purpose: 'work' }]);
    expect(starts(world([on]))).toMatchObject([{ role: 'task', purpose: 'mend', agent: 'coder', mustDiffer: null }]);
    expect(starts(world([facts(entry('T-1', 'TESTING', { ...failedOnce, feedback: null }))]))).toMatchObject([
      { role: 'tester', purpose: 'work' },
    ]);
  });

  it("agents: the entry's fields, then the roles", () => {
    const fields = [
      { key: 'agent', value: 'a' },
      { key: 'reviewer.agent', value: 'b' },
      { key: 'tester.agent', value: 'c' },
    ].map((field) => ({ ...field, offset: 0 }));
    const of = (column: 'IN_PROGRESS' | 'REVIEW' | 'TESTING') =>
      starts(world([facts(entry('T-1', column, { fields, reviewed: column === 'TESTING' ? 'tip1' : null }))]))[0]
        ?.agent;
    expect([of('IN_PROGRESS'), of('REVIEW'), of('TESTING')]).toEqual(['a', 'b', 'c']);
    const roles = {
      ...settings().roles,
      reviewer: { ...settings().roles.reviewer, agent: 'r' },
      tester: { ...settings().roles.tester, fix: 'reviewer' },
    };
    expect(
      starts(world([facts(entry('T-1', 'TESTING', failedOnce))], { settings: settings({ roles }) })),
    ).toMatchObject([{ agent: 'r', purpose: 'mend' }]);
  });

  it('a landing that conflicts: fixed and tested again once, then REVIEW and the user', () => {
    const tested = { reviewed: 'tip1', tested: 'tip1' };
    const first = conflicted(facts(entry('T-1', 'TESTING', tested)), ['a.ts'], settings());
    expect(first).toMatchObject({
      to: 'TESTING',
      change: {
        addTags: ['RETRY'],
        setFields: { attempts: 'landing 1', tested: null, feedback: expect.stringContaining('a.ts') },
      },
      needsPerson: false,
    });
    const second = conflicted(
      facts(entry('T-1', 'TESTING', { ...tested, attempts: { tester: 1, landing: 1 } })),
      ['a.ts'],
      settings(),
    );
    expect(second).toMatchObject({
      to: 'REVIEW',
      change: {
        addTags: ['ESCALATED'],
        removeTags: ['RETRY'],
        setFields: { attempts: 'tester 1, landing 2', reviewed: null, tested: null },
      },
      needsPerson: true,
    });
    expect(second.type === 'move-entry' && second.trailers.map(({ name }) => name)).toEqual([
      'Kanban-Move',
      'Kanban-Verdict',
      'Kanban-Escalated',
    ]);
  });

  it('a branch that may not land as a whole: the same, with every fault and its fix in the report', () => {
    const faults = ['it adds a submodule. Fix: remove it', 'it changes board/. Fix: revert that'];
    const of = facts(entry('T-1', 'TESTING', { reviewed: 'tip1', tested: 'tip1' }));
    expect(refused(of, faults, settings())).toMatchObject({
      to: 'TESTING',
      why: 'it adds a submodule',
      report: faults.join('\n\n'),
      change: { addTags: ['RETRY'], setFields: { attempts: 'landing 1', tested: null, feedback: faults[0] } },
      trailers: [{ name: 'Kanban-Verdict', value: 'T-1 landing refused' }],
    });
    expect(refused(of, faults, settings({ retries: 0 }))).toMatchObject({ to: 'REVIEW', needsPerson: true });
  });

  it('a check that is red because of it: the same, with the evidence in the report', () => {
    const of = facts(entry('T-1', 'TESTING', { reviewed: 'tip1', tested: 'tip1' }));
    expect(checkedRed(of, 'npm test: exit 1', 'the log', settings())).toMatchObject({
      to: 'TESTING',
      why: 'npm test: exit 1',
      report: 'the log',
      change: {
        setFields: {
          attempts: 'landing 1',
          feedback: "npm test: exit 1: merge base into the branch, fix it, and look at the check's output",
        },
      },
      trailers: [{ name: 'Kanban-Verdict', value: 'T-1 landing check-red' }],
    });
  });

  it('the report of a move tells what became of files that the run should not have left', () => {
    const left = {
      boardRestored: ['board/TODO.md'],
      rescued: [{ ref: 'refs/kanban/rescue/T-1/1', why: 'HEAD was detached', paths: ['a.ts', 'b.ts'] }],
      unhidden: ['c.ts'],
      leftovers: '0123456789abcdef',
    };
    const reportOf = (run: ReturnType<typeof ended>) =>
      moveOf(world([facts(entry('T-1', 'IN_PROGRESS'))], { runs: [run] }))
        .report.split('\n')
        .slice(-4);
    const notes = [
      'Board files that the run changed were restored: board/TODO.md.',
      'Changes that git was not to show (git update-index --assume-unchanged, --skip-worktree) count again: c.ts.',
      'Kept under refs/kanban/rescue/T-1/1 (HEAD was detached): a.ts, b.ts.',
    ];
    expect(reportOf(ended('T-1', left, said('done')))).toEqual(['', ...notes]);
    expect(reportOf(ended('T-1', { ...left, cause: 'timed-out' }))).toEqual([
      ...notes,
      'Uncommitted work was committed as 0123456789.',
    ]);
  });

  it('a retry after `changes-requested` must bring another commit', () => {
    expect(
      starts(
        world([facts(entry('T-1', 'IN_PROGRESS', { tags: ['RETRY'] }))], {
          history: history({ rejected: new Map([['T-1', 'tip1']]) }),
        }),
      ),
    ).toMatchObject([{ mustDiffer: 'tip1' }]);
  });

  it('nothing over base is no test', () => {
    expect(acts(world([facts(entry('T-1', 'TESTING'), { branch: branch({ tip: 'start' }) })]))).toEqual([]);
  });
});
