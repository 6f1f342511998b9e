import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import { queue, QueueRig, type Tested } from './rig/queue-rig.ts';

const tasks = (count: number): Tested[] => Array.from({ length: count }, (_, index) => ({ id: `T-${index + 1}` }));
const idsOf = (some: readonly Tested[]): string[] => some.map(({ id }) => id);

/** Four of which the third one makes the check red. */
const ONE_BAD: readonly Tested[] = [
  { id: 'T-1' },
  { id: 'T-2' },
  { id: 'T-3', files: { 'bad.txt': 'bad\n' } },
  { id: 'T-4' },
];
const NO_BAD = 'if has bad.txt; then echo "line 7: bad.txt is bad"; exit 3; fi';

/** When the database is down, until it is marked as up again; and how many have landed by then. */
const DOWN = [
  ['from the first call on', '[ -e "$STEER/up" ]', 0],
  ['after base was green', '[ $n = 1 ] || [ -e "$STEER/up" ]', 1],
] as const;

/** A tester that fixes what it finds. */
const MENDS = 'git rm -q bad.txt && save fixed.txt fixed; commit "fix it"; report passed';

describe('batches', () => {
  it.concurrent('one check and one move for many; they grow on green (I4, I5)', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch', 'max_batch: 6') }), tasks(11));
    const { code, err } = await rig.kanban.untilDone();
    expect(code, err + rig.kanban.story()).toBe(0);
    await rig.expectLanded(idsOf(tasks(11)));
    expect(rig.moves().map(({ ids }) => ids.length)).toEqual([4, 6, 1]);
    expect(rig.checks, rig.story()).toHaveLength(3);
    expect(rig.batches).toEqual(['green 4', 'green 6', 'green 1']);
  });

  it.concurrent('serial: each is checked on top of the one before, and lands by itself (I5)', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('serial') }), tasks(3));
    const { code, err } = await rig.kanban.untilDone();
    expect(code, err + rig.kanban.story()).toBe(0);
    await rig.expectLanded(idsOf(tasks(3)));
    expect(rig.tasksChecked, rig.story()).toEqual(['T-1', 'T-2', 'T-3']);
    expect(rig.moves().map(({ ids }) => ids)).toEqual([['T-1'], ['T-2'], ['T-3']]);
  });

  it.concurrent('serial: a red one goes back, the others land (I5, I9)', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('serial') }), ONE_BAD, NO_BAD);
    rig.kanban.plan('T-3.tester', MENDS);
    const { code, err, coordinator } = await rig.kanban.untilDone();
    expect(code, err + rig.kanban.story()).toBe(0);
    await rig.expectLanded(idsOf(ONE_BAD));
    expect(coordinator.all('check-blamed').map(({ id }) => id)).toEqual(['T-3']);
  });
});

describe('a red check', () => {
  it.concurrent('is searched for the culprit, which goes back with evidence, is fixed and lands; the others land first (I5, I9)', async ({
    made,
  }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), ONE_BAD, NO_BAD);
    const { kanban } = rig;
    kanban.plan('T-3.tester', MENDS);
    const { code, err, coordinator } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await rig.expectLanded(idsOf(ONE_BAD));
    expect(coordinator.all('check-blamed').map(({ id, partner }) => [id, partner])).toEqual([['T-3', null]]);
    expect(kanban.landings().at(-1)).toBe('T-3');
    expect(kanban.times('T-3', 'tester')).toBe(1);
    // Twice the whole, base, its first half; the culprit on top of that, and on base; the rest; then the fixed one.
    const whole = 'T-1,T-2,T-3,T-4';
    expect(rig.tasksChecked, rig.story()).toEqual([whole, whole, '', 'T-1,T-2', 'T-3', 'T-3', 'T-4', 'T-3']);
    expect(rig.batches).toEqual(['red 4', 'green 1']);
    const back = kanban.git('log', '--format=%B', '--grep=Kanban-Verdict: T-3 landing check-red', 'main');
    const [, red = ''] = /failed:\s+([0-9a-f]{40})/.exec(back) ?? [];
    const [, green = ''] = /passed:\s+([0-9a-f]{40})/.exec(back) ?? [];
    expect(rig.checks.find(({ commit }) => commit === red)?.code).toBe(3);
    expect(kanban.git('ls-tree', '--name-only', red)).toContain('bad.txt');
    expect(kanban.git('ls-tree', '--name-only', green)).not.toContain('bad.txt');
    expect(back).toContain('line 7: bad.txt is bad');
    expect(back).toMatch(/output: \.kanban\/checks\/check-\d+-[0-9a-f]{8}\/output\.log/);
    const [feedback = ''] = /^- feedback: .*$/m.exec(kanban.git('log', '-p', '--format=', 'main', '--', 'board')) ?? [
      /feedback: .*/.exec(kanban.git('log', '-p', '--format=', 'main', '--', 'board'))?.[0],
    ];
    expect(feedback).toMatch(/the check fails with it \(exit 3: .*bad.txt is bad\)/);
    expect(feedback.length).toBeLessThan(200);
    expect(kanban.prompt('T-3', 'tester', 1)).toContain('bad.txt is bad');
  });

  it.concurrent('the second time the culprit goes to the user, and nothing else waits for that', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), ONE_BAD, NO_BAD);
    const { kanban } = rig;
    kanban.plan('T-3.tester', 'save more.txt "not fixed $n"; commit; report passed');
    const { code, coordinator } = await kanban.untilDone();
    expect(code, kanban.story()).toBe(4);
    rig.expectSound();
    expect(kanban.landings()).toEqual(['T-1', 'T-2', 'T-4']);
    expect(kanban.headings('REVIEW')).toEqual(['[ESCALATED] T-3: Task T-3']);
    expect(coordinator.all('check-blamed').map(({ id }) => id)).toEqual(['T-3', 'T-3']);
  });

  it.concurrent('red again on the very commit that went back before: looked at anew, not blamed unseen (I9)', async ({
    made,
  }) => {
    const bad: readonly Tested[] = [{ id: 'T-1', files: { 'bad.txt': 'bad\n' } }];
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), bad, NO_BAD);
    const { kanban } = rig;
    kanban.plan('T-1.tester', 'pause there; report passed');
    const coordinator = kanban.start('--until-done');
    await kanban.at('there');
    const before = rig.checks.length;
    // What made it red is fixed outside.
    rig.plan('exit 0');
    kanban.go('there');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    await rig.expectLanded(['T-1']);
    expect(rig.checks.length).toBe(before + 1);
    expect(coordinator.all('check-blamed')).toHaveLength(1);
  });

  it.concurrent('names the two tasks that are green alone and red together (I5)', async ({ made }) => {
    const rig = new QueueRig(
      made({ todo: '', settings: queue('batch') }),
      tasks(4),
      'if has T-2.txt && has T-4.txt; then exit 1; fi',
    );
    const { kanban } = rig;
    kanban.plan('T-4.tester', 'git rm -q T-4.txt && save four.txt "$n"; commit; report passed');
    const { code, err, coordinator } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await rig.expectLanded(idsOf(tasks(4)));
    expect(coordinator.all('check-blamed').map(({ id, partner }) => [id, partner])).toEqual([['T-4', 'T-2']]);
    const back = kanban.git('log', '--format=%B', '--grep=T-4 landing check-red', 'main');
    expect(back).toContain('fails with T-4 and T-2 together');
  });

  it.concurrent('that is green on the same commit is a flake: counted, shown, and all lands (I9)', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(3), 'exit $((n == 1))');
    const { kanban } = rig;
    const { code, err, coordinator } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await rig.expectLanded(idsOf(tasks(3)));
    expect(coordinator.all('check-flaked').map(({ entries }) => entries)).toEqual([['T-1', 'T-2', 'T-3']]);
    expect(rig.tasksChecked, rig.story()).toEqual(['T-1,T-2,T-3', 'T-1,T-2,T-3']);
    expect(JSON.parse(kanban.kanban('queue', '--json').out)).toMatchObject({ checks: 2, flakes: 1 });
    expect(kanban.git('log', '-p', 'main', '--', 'board')).not.toContain('attempts');
  });

  it.concurrent('too late is red: all that it started is ended, and the next look decides', async ({ made }) => {
    const plan = 'if [ $n = 1 ]; then sleep 1000 & echo $! > "$here/pid"; wait; fi';
    const rig = new QueueRig(made({ todo: '', settings: queue('batch', 'check_timeout: 5s') }), tasks(2), plan);
    const { code, err, coordinator } = await rig.kanban.untilDone();
    expect(code, err + rig.kanban.story()).toBe(0);
    expect(coordinator.all('check-ended').map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ['red', expect.stringContaining('not done after 5 s')],
      ['green', ''],
    ]);
    await rig.expectLanded(['T-1', 'T-2']);
  });
});

describe('nobody is to blame', () => {
  it.concurrent('what the check needs is down, and back in the middle of the search (I5, I9)', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(8), 'exit $((1 < n && n < 7))');
    const { kanban } = rig;
    const { code, err, coordinator } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    expect(rig.tasksChecked, rig.story()).toEqual([
      'T-1,T-2,T-3,T-4',
      'T-5,T-6,T-7,T-8',
      'T-5,T-6,T-7,T-8',
      'T-5,T-6',
      'T-5',
      'T-6,T-7,T-8',
      'T-6,T-7,T-8',
      'T-5',
      'T-5',
    ]);
    expect(coordinator.all('check-blamed')).toEqual([]);
    expect(kanban.git('log', '-p', 'main', '--', 'board')).not.toContain('attempts');
    await rig.expectLanded(idsOf(tasks(8)));
  });

  it.concurrent('base is red: said, nothing lands, nobody goes back; a commit that fixes it is all it takes (I5, I9)', async ({
    made,
  }) => {
    const rig = new QueueRig(
      made({ todo: '', settings: queue('batch'), files: { 'broken.txt': 'broken\n' } }),
      tasks(3),
      '! has broken.txt',
    );
    const { kanban } = rig;
    const coordinator = kanban.start();
    const hold = await coordinator.event('hold-changed', ({ what }) => what === 'base');
    expect(hold.why).toMatch(
      /^the check fails on main itself \([0-9a-f]{10}\), without any other task: exit 1; see \.kanban\//,
    );
    await kanban.shows('status', 'fails on main itself');
    expect(kanban.landings()).toEqual([]);
    const before = rig.checks.length;
    kanban.git('rm', '-q', 'broken.txt');
    kanban.git('commit', '-q', '-m', 'fix base');
    for (const { id } of tasks(3)) await coordinator.landed(id);
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await rig.expectLanded(idsOf(tasks(3)));
    expect(rig.checks.length).toBe(before + 1);
    expect(coordinator.all('check-blamed')).toEqual([]);
    expect(
      coordinator
        .all('hold-changed')
        .filter(({ what }) => what === 'base')
        .map(({ why }) => why === null),
    ).toEqual([false, true]);
  });

  it.concurrent('base is red: --until-done ends with 4 and says so', async ({ made }) => {
    const rig = new QueueRig(
      made({ todo: '', settings: queue('serial'), files: { 'broken.txt': 'broken\n' } }),
      tasks(2),
      '! has broken.txt',
    );
    const { code, err } = await rig.kanban.untilDone();
    expect(code).toBe(4);
    expect(err).toContain('the check fails on main itself');
    // Two looks at what is to land, and two at base.
    expect(rig.tasksChecked, rig.story()).toEqual(['T-1', 'T-1', '', '']);
    expect(rig.kanban.git('log', '-p', 'main', '--', 'board')).not.toContain('attempts');
  });

  it.concurrent.for(DOWN)(
    'what the check needs is down %s: held, and once it is up nothing of that time counts (I5, I9)',
    async ([, down, greens], { made }) => {
      const rig = new QueueRig(made({ todo: '', settings: queue('serial') }), tasks(3), down);
      const { kanban } = rig;
      const coordinator = kanban.start();
      await coordinator.event('hold-changed', ({ what }) => what === 'base');
      expect(coordinator.all('entry-landed')).toHaveLength(greens);
      rig.mark('up');
      expect(kanban.kanban('resume')).toMatchObject({
        code: 0,
        out: expect.stringContaining('whatever waits is tried again'),
      });
      for (const { id } of tasks(3)) await coordinator.landed(id);
      coordinator.signal('SIGINT');
      await coordinator.ended;
      await rig.expectLanded(idsOf(tasks(3)));
      expect(coordinator.all('check-blamed')).toEqual([]);
      expect(kanban.git('log', '-p', 'main', '--', 'board')).not.toContain('attempts');
    },
  );

  it.concurrent('a check that can not be carried out is neither red nor green: said, tried again, never counted (I9)', async ({
    made,
  }) => {
    const settings = `${queue('batch')}hooks: { after_create: 'test -e "$KANBAN_ROOT/../steer/installs"' }\n`;
    const rig = new QueueRig(made({ todo: '', settings }), tasks(2));
    const { kanban } = rig;
    const coordinator = kanban.start();
    const hold = await coordinator.event('hold-changed', ({ what }) => what === 'the check');
    expect(hold.why).toMatch(/^the check could not be carried out: .*after_create/);
    rig.mark('installs');
    expect(kanban.kanban('resume')).toMatchObject({ code: 0 });
    await coordinator.landed('T-2');
    coordinator.signal('SIGINT');
    await coordinator.ended;
    await rig.expectLanded(['T-1', 'T-2']);
    expect(rig.checks, rig.story()).toHaveLength(1);
    expect(rig.log.filter(({ outcome }) => outcome === 'red')).toEqual([]);
    expect(kanban.git('log', '-p', 'main', '--', 'board')).not.toContain('attempts');
  });
});
