import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import { Person } from './rig/person.ts';
import { MOVE, queue, QueueRig, WAITS_FOR_ONE, type Tested } from './rig/queue-rig.ts';
import { until } from './rig/until.ts';

const tasks = (count: number): Tested[] => Array.from({ length: count }, (_, index) => ({ id: `T-${index + 1}` }));
const idsOf = (some: readonly Tested[]): string[] => some.map(({ id }) => id);

/** The first one touches a file that the user has changed. */
const IN_THE_WAY: readonly Tested[] = [{ id: 'T-1', files: { 'mine.txt': 'theirs\n' } }, { id: 'T-2' }, { id: 'T-3' }];

describe('landings that are held by what the user has changed (I7)', () => {
  it.concurrent('later batches are built and checked on top of them; all land with one move once the way is free (I5)', async ({
    made,
  }) => {
    const held: readonly Tested[] = [
      { id: 'T-1', files: { 'base.txt': 'work\n' } },
      ...tasks(7).slice(1),
      { id: 'T-8', files: { 'base.txt': 'clash\n' } },
    ];
    const rig = new QueueRig(made({ todo: WAITS_FOR_ONE, settings: queue('batch', 'max_batch: 3') }), held);
    const { kanban } = rig;
    kanban.write('base.txt', 'mine\n');
    kanban.plan('T-8.tester', 'git merge -q main || { echo both > base.txt; commit "merge main"; }; report passed');
    const coordinator = kanban.start();
    const hold = await coordinator.event('hold-changed', ({ what }) => what === 'landings');
    expect(hold.why).toBe('you have changed base.txt');
    await until(
      () => rig.tasksChecked.at(-1)?.includes('T-7'),
      () => `a check of all\n${kanban.story()}`,
    );
    expect(rig.tasksChecked, rig.story()).toEqual([
      'T-1,T-2,T-3',
      'T-1,T-2,T-3,T-4,T-5,T-6',
      'T-1,T-2,T-3,T-4,T-5,T-6,T-7',
    ]);
    await kanban.shows('queue', /T-7 .*passed|T-7.*held/);
    await kanban.shows('queue', 'you have changed base.txt');
    await kanban.shows('queue', 'conflicts in base.txt with a landing before it');
    expect(kanban.landings()).toEqual([]);
    expect(kanban.read('base.txt')).toBe('mine\n');
    // Tried again and again, and base moves: nothing is built anew for that.
    expect(rig.writtenDuringMoves(5)).toBeLessThanOrEqual(5 * MOVE);
    kanban.git('checkout', '-q', '--', 'base.txt');
    for (const { id } of held) await coordinator.landed(id);
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await rig.expectLanded(idsOf(held));
    expect(rig.moves().map(({ ids }) => ids)).toEqual([idsOf(held).slice(0, 7), ['T-8']]);
    expect(rig.checks, rig.story()).toHaveLength(4);
  });

  it.concurrent('base changes under what is green and held: checked anew before it lands (I5)', async ({ made }) => {
    const rig = new QueueRig(
      made({ todo: '', settings: queue('batch', 'max_batch: 2'), files: { 'mine.txt': 'mine\n' } }),
      IN_THE_WAY,
      '! has worse.txt',
    );
    const { kanban } = rig;
    kanban.write('mine.txt', 'mine, changed\n');
    const coordinator = kanban.start();
    await coordinator.event('hold-changed', ({ what }) => what === 'landings');
    await until(
      () => rig.tasksChecked.at(-1) === 'T-1,T-2,T-3',
      () => rig.story(),
    );
    // With this the check is red; that it was green without says nothing any more.
    kanban.write('worse.txt', 'worse\n');
    kanban.git('add', 'worse.txt');
    kanban.git('commit', '-q', '-m', 'worse', '--', 'worse.txt');
    kanban.git('checkout', '-q', '--', 'mine.txt');
    await coordinator.event('hold-changed', ({ what }) => what === 'base');
    expect(kanban.landings()).toEqual([]);
    kanban.git('rm', '-q', 'worse.txt');
    kanban.git('commit', '-q', '-m', 'better');
    for (const { id } of IN_THE_WAY) await coordinator.landed(id);
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await rig.expectLanded(idsOf(IN_THE_WAY));
    expect(coordinator.all('check-blamed')).toEqual([]);
  });

  it.concurrent('one that is green and held is paused: what stood on it is checked without it (I5)', async ({
    made,
  }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch'), files: { 'mine.txt': 'mine\n' } }), IN_THE_WAY);
    const { kanban } = rig;
    kanban.write('mine.txt', 'mine, changed\n');
    const coordinator = kanban.start();
    await coordinator.event('hold-changed', ({ what }) => what === 'landings');
    await new Person(kanban, 'plain').edit('TESTING', (text) => text.replace('## T-1:', '## [PAUSED] T-1:'));
    await coordinator.landed('T-3');
    rig.expectSound();
    expect(kanban.landings()).toEqual(['T-2', 'T-3']);
    expect(rig.tasksChecked, rig.story()).toEqual(['T-1,T-2,T-3', 'T-2,T-3']);
    expect(kanban.read('mine.txt')).toBe('mine, changed\n');
    coordinator.signal('SIGINT');
    await coordinator.ended;
  });

  it.concurrent('what the check needs is down while green ones are held: nobody on top of them is blamed (I5, I9)', async ({
    made,
  }) => {
    const rig = new QueueRig(
      made({ todo: '', settings: queue('serial'), files: { 'mine.txt': 'mine\n' } }),
      IN_THE_WAY,
      '[ $n = 1 ] || [ -e "$STEER/up" ]',
    );
    const { kanban } = rig;
    kanban.write('mine.txt', 'mine, changed\n');
    const coordinator = kanban.start();
    const hold = await coordinator.event('hold-changed', ({ what }) => what === 'base');
    expect(hold.why).toContain('fails on main with T-1, which passed');
    rig.mark('up');
    expect(kanban.kanban('resume').code).toBe(0);
    await until(
      () => rig.tasksChecked.at(-1) === 'T-1,T-2,T-3',
      () => rig.story(),
    );
    kanban.git('checkout', '-q', '--', 'mine.txt');
    for (const { id } of IN_THE_WAY) await coordinator.landed(id);
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await rig.expectLanded(idsOf(IN_THE_WAY));
    expect(coordinator.all('check-blamed')).toEqual([]);
  });

  it.concurrent('without a check: only what it would touch waits, the rest lands at once (I4)', async ({ made }) => {
    const rig = new QueueRig(
      made({ todo: '', settings: 'merge_queue: { mode: batch }\n', files: { 'mine.txt': 'mine\n' } }),
      IN_THE_WAY,
    );
    const { kanban } = rig;
    kanban.write('mine.txt', 'mine, changed\n');
    const coordinator = kanban.start();
    await coordinator.landed('T-3');
    expect(rig.moves().map(({ ids }) => ids)).toEqual([['T-2', 'T-3']]);
    const hold = await coordinator.event('hold-changed', ({ what }) => what === 'landing of T-1');
    expect(hold.why).toBe('you have changed mine.txt');
    await kanban.shows('status', 'you have changed mine.txt');
    kanban.git('checkout', '-q', '--', 'mine.txt');
    await coordinator.landed('T-1');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    expect(kanban.landings()).toEqual(['T-2', 'T-3', 'T-1']);
    await kanban.expectQuiet();
  });

  it.concurrent('TESTING.md staged otherwise than it stands there: said with the way out, and left alone', async ({
    made,
  }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(2));
    const { kanban } = rig;
    const text = kanban.column('TESTING');
    kanban.write('board/TESTING.md', `${text}\nStaged.\n`);
    kanban.git('add', 'board/TESTING.md');
    kanban.write('board/TESTING.md', text);
    const coordinator = kanban.start();
    const hold = await coordinator.event('hold-changed', ({ what, why }) => what === 'landings' && why !== null);
    expect(hold.why).toContain('git restore --staged board/TESTING.md');
    expect(kanban.git('diff', '--cached', '--stat')).toContain('TESTING.md');
    kanban.git('restore', '--staged', 'board/TESTING.md');
    for (const { id } of tasks(2)) await coordinator.landed(id);
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await rig.expectLanded(['T-1', 'T-2']);
  });
});

describe('what is landed and said', () => {
  it.concurrent('`kanban run T-2` lands T-2 and no other', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(3));
    const { code, err } = await rig.kanban.untilDone('T-2');
    expect(code, err + rig.story()).toBe(0);
    expect(rig.kanban.landings()).toEqual(['T-2']);
    expect(rig.tasksChecked).toEqual(['T-2']);
    expect((await rig.kanban.untilDone()).code).toBe(0);
    await rig.expectLanded(idsOf(tasks(3)));
  });

  it.concurrent('each task says where it stands: under check, waiting, suspected, fixed', async ({ made }) => {
    const bad = tasks(5).map((task) => (task.id === 'T-1' ? { ...task, files: { 'bad.txt': 'bad\n' } } : task));
    const rig = new QueueRig(
      made({ todo: '', settings: queue('batch', 'max_batch: 3') }),
      bad,
      'pause "$n"; ! has bad.txt',
    );
    const { kanban } = rig;
    kanban.plan('T-1.tester', 'git rm -q bad.txt && save fixed.txt fixed; commit; report passed');
    const coordinator = kanban.start('--until-done');
    const says = async (check: number, id: string, words: string): Promise<void> => {
      await kanban.at(`${check}`);
      await until(
        () => whyOf(rig, id) === words,
        () => `${id} to say "${words}", not "${whyOf(rig, id)}"`,
      );
    };
    await says(1, 'T-1', 'being checked with T-2, T-3');
    await says(1, 'T-4', 'waits for the batch before it');
    for (const check of ['1', '2', '3']) kanban.go(check);
    await says(4, 'T-1', 'being checked');
    await says(4, 'T-2', 'its batch failed the check: the queue searches for the culprit');
    kanban.go('4');
    kanban.go('5');
    await says(6, 'T-1', 'failed in the check: checked again before it goes back');
    await says(6, 'T-2', 'being checked with T-3');
    for (const check of ['6', '7', '8', '9', '10']) kanban.go(check);
    expect((await coordinator.ended).code, rig.story()).toBe(0);
    await rig.expectLanded(idsOf(bad));
  });
});

/** What `kanban queue` says of a task. */
function whyOf({ kanban }: QueueRig, id: string): string | undefined {
  interface Row {
    readonly id: string;
    readonly why: string;
  }
  const { batch, waiting } = JSON.parse(kanban.kanban('queue', '--json').out) as { batch: Row[]; waiting: Row[] };
  return [...batch, ...waiting].find((row) => row.id === id)?.why;
}
