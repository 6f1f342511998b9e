import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import type { RunningCoordinator } from './rig/coordinator.ts';
import { Person } from './rig/person.ts';
import { MOVE, queue, QueueRig, WAITS_FOR_ONE, type Tested } from './rig/queue-rig.ts';
import { until } from './rig/until.ts';

const tasks = (count: number): Tested[] => Array.from({ length: count }, (_, index) => ({ id: `T-${index + 1}` }));
const idsOf = (some: readonly Tested[]): string[] => some.map(({ id }) => id);

/** The first call waits until the test says so. */
const FIRST_WAITS = '[ $n = 1 ] && pause first; exit 0';

describe('while a check is on', () => {
  it.concurrent.for([
    [
      'paused',
      (person: Person) => person.edit('TESTING', (text) => text.replace('## T-2:', '## [PAUSED] T-2:')),
      'TESTING',
    ],
    ['moved back', (person: Person) => person.move('T-2', 'TESTING', 'REVIEW'), null],
    [
      'deleted',
      (person: Person, coordinator: RunningCoordinator) =>
        person.delete('T-2', 'TESTING', () =>
          coordinator.event('old-buffer-read', ({ restored }) => restored.includes('T-2')),
        ),
      null,
    ],
  ] as const)(
    'a task of its batch is %s: the others are checked without it and land (I5)',
    async ([, act, column], { made }) => {
      const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(3), FIRST_WAITS);
      const { kanban } = rig;
      kanban.plan('reviewer', 'pause reviewing; report ready');
      const coordinator = kanban.start();
      await kanban.at('first');
      await act(new Person(kanban, 'rename'), coordinator);
      await coordinator.landed('T-1');
      await coordinator.landed('T-3');
      rig.expectSound();
      expect(kanban.landings()).toEqual(['T-1', 'T-3']);
      expect(rig.tasksChecked, rig.story()).toEqual(['T-1,T-2,T-3', 'T-1,T-3']);
      expect(rig.checks[0]?.code).not.toBe(0);
      if (column !== null) expect(kanban.headings(column)).toEqual(['[PAUSED] T-2: Task T-2']);
      kanban.go('reviewing');
      coordinator.signal('SIGTERM');
      await coordinator.ended;
    },
  );

  it.concurrent('a branch of its batch moves on: tested again, checked as it is then (I5)', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(2), FIRST_WAITS);
    const { kanban } = rig;
    const coordinator = kanban.start('--until-done');
    await kanban.at('first');
    const tip = rig.commitOn('T-2', 'T-2', { 'more.txt': 'more\n' });
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    await rig.expectLanded(['T-1', 'T-2']);
    expect(kanban.times('T-2', 'tester')).toBe(1);
    expect(kanban.git('log', '--format=%(trailers:key=Kanban-Tested,valueonly)', 'main')).toContain(`T-2 ${tip}`);
    expect(kanban.read('more.txt')).toBe('more\n');
  });

  it.concurrent('the user commits to base: built and checked anew on top of that (I5)', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(3), FIRST_WAITS);
    const { kanban } = rig;
    const coordinator = kanban.start('--until-done');
    await kanban.at('first');
    kanban.write('base.txt', 'theirs\n');
    kanban.git('commit', '-q', '-am', 'theirs');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    await rig.expectLanded(idsOf(tasks(3)));
    expect(rig.tasksChecked, rig.story()).toEqual(['T-1,T-2,T-3', 'T-1,T-2,T-3']);
    expect(kanban.git('show', `${rig.checks[1]?.commit}:base.txt`)).toBe('theirs');
  });

  it.concurrent('the user commits to base in the middle of a search: it begins anew, and ends the same (I5, I9)', async ({
    made,
  }) => {
    const bad = tasks(4).map((task) => (task.id === 'T-3' ? { ...task, files: { 'bad.txt': 'bad\n' } } : task));
    const rig = new QueueRig(
      made({ todo: '', settings: queue('batch') }),
      bad,
      '[ $n = 6 ] && pause search; ! has bad.txt',
    );
    const { kanban } = rig;
    kanban.plan('T-3.tester', 'git rm -q bad.txt && save fixed.txt fixed; commit; report passed');
    const coordinator = kanban.start('--until-done');
    await kanban.at('search');
    kanban.write('base.txt', 'theirs\n');
    kanban.git('commit', '-q', '-am', 'theirs');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    await rig.expectLanded(idsOf(bad));
    expect(coordinator.all('check-blamed').map(({ id }) => id)).toEqual(['T-3']);
  });

  it.concurrent('moves of the board change nothing: no other check, nothing built anew (I5)', async ({ made }) => {
    const rig = new QueueRig(made({ todo: WAITS_FOR_ONE, settings: queue('batch') }), tasks(4), FIRST_WAITS);
    const { kanban } = rig;
    const coordinator = kanban.start('--until-done');
    await kanban.at('first');
    expect(rig.writtenDuringMoves(5)).toBeLessThanOrEqual(5 * MOVE);
    kanban.go('first');
    expect((await coordinator.ended).code, rig.story()).toBe(4);
    rig.expectSound();
    expect(kanban.landings()).toEqual(idsOf(tasks(4)));
    expect(rig.checks, rig.story()).toHaveLength(1);
  });

  it.concurrent('the user rewords entries of the batch: that is committed, and what was checked lands (I1, I5)', async ({
    made,
  }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(2), FIRST_WAITS);
    const { kanban } = rig;
    const coordinator = kanban.start('--until-done');
    await kanban.at('first');
    await new Person(kanban, 'vim').edit('TESTING', (text) =>
      text.replace('## T-2: Task T-2', '## T-2: Reworded').replace(/^# TESTING$/m, '# TESTING\n\nA note of mine.'),
    );
    kanban.go('first');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    await rig.expectLanded(['T-1', 'T-2']);
    expect(rig.checks, rig.story()).toHaveLength(1);
    expect(kanban.column('TESTING')).toContain('A note of mine.');
    expect(kanban.read('CHANGELOG.md')).toContain('- Reworded (T-2)');
    expect(kanban.git('log', '--format=%s %an', 'main')).toContain('kanban: board edited by hand Ada');
  });

  it.concurrent('the check is changed: what is on is ended, what will land is checked by the new one (I5)', async ({
    made,
  }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(2), FIRST_WAITS);
    const { kanban } = rig;
    const coordinator = kanban.start('--until-done');
    await kanban.at('first');
    kanban.write('WORKFLOW.md', kanban.workflow(queue('batch', 'check_timeout: 7m')));
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    await until(() => kanban.landings().length === 2, 'both landings');
    expect(rig.tasksChecked, rig.story()).toEqual(['T-1,T-2', 'T-1,T-2']);
    expect(rig.checks.map(({ code }) => code === 0)).toEqual([false, true]);
  });

  it.concurrent('the check is taken out: what is on is ended, and all lands without', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(3), FIRST_WAITS);
    const { kanban } = rig;
    const coordinator = kanban.start('--until-done');
    await kanban.at('first');
    kanban.write('WORKFLOW.md', kanban.workflow('merge_queue: { mode: batch }\n'));
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    expect(kanban.landings().toSorted()).toEqual(idsOf(tasks(3)));
    expect(rig.checks.map(({ code }) => code)).not.toContain(0);
    await kanban.expectQuiet();
  });

  it.concurrent('serial instead of batch: what is on continues, then one by one (I5)', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch', 'max_batch: 2') }), tasks(4), FIRST_WAITS);
    const { kanban } = rig;
    const coordinator = kanban.start('--until-done');
    await kanban.at('first');
    kanban.write('WORKFLOW.md', kanban.workflow(queue('serial')));
    kanban.git('commit', '-q', '-m', 'serial', '--', 'WORKFLOW.md');
    kanban.go('first');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    await rig.expectLanded(idsOf(tasks(4)));
    expect(rig.moves().map(({ ids }) => ids.length)).toEqual([2, 1, 1]);
  });
});

describe('tasks that do not go together', () => {
  it.concurrent('one conflicts with another of its batch: its turn comes after it, it is fixed, tested, checked and lands (I5, I9)', async ({
    made,
  }) => {
    const clash: readonly Tested[] = [
      { id: 'T-1', files: { 'base.txt': 'one\n' } },
      { id: 'T-2', files: { 'base.txt': 'two\n' } },
      { id: 'T-3' },
    ];
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), clash);
    const { kanban } = rig;
    kanban.plan('T-2.tester', 'git merge -q main || { echo both > base.txt; commit "merge main"; }; report passed');
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await rig.expectLanded(idsOf(clash));
    expect(rig.tasksChecked, rig.story()).toEqual(['T-1,T-3', 'T-2']);
    expect(kanban.read('base.txt')).toBe('both\n');
    expect(kanban.times('T-2', 'tester')).toBe(1);
  });

  it.concurrent('one stands on the branch of another: both land, each once (I4, I5)', async ({ made }) => {
    const stacked: readonly Tested[] = [{ id: 'T-1' }, { id: 'T-2', on: 'T-1' }, { id: 'T-3' }];
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), stacked);
    const { code, err } = await rig.kanban.untilDone();
    expect(code, err + rig.kanban.story()).toBe(0);
    await rig.expectLanded(idsOf(stacked));
    expect(rig.checks, rig.story()).toHaveLength(1);
  });

  it.concurrent("one's branch is part of another's that lands before it: it is closed as merged, and the rest lands", async ({
    made,
  }) => {
    // On the board the one that contains it stands first.
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), [
      { id: 'T-2' },
      { id: 'T-1', on: 'T-2' },
      { id: 'T-3' },
    ]);
    const { kanban } = rig;
    const [two = '', one = '', three = ''] = kanban
      .column('TESTING')
      .split(/^(?=## )/m)
      .slice(1);
    kanban.write('board/TESTING.md', `# TESTING\n\n${one}${two}${three}`);
    kanban.git('commit', '-q', '-am', 'the other way round');
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    rig.expectSound();
    expect(kanban.landings().toSorted()).toEqual(['T-1', 'T-2', 'T-3']);
    for (const column of ['TESTING', 'REVIEW'] as const) expect(kanban.headings(column)).toEqual([]);
  });
});
