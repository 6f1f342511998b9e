import { existsSync, readFileSync, rmSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import { queue, QueueRig, type Tested } from './rig/queue-rig.ts';
import { until } from './rig/until.ts';

const tasks = (count: number): Tested[] => Array.from({ length: count }, (_, index) => ({ id: `T-${index + 1}` }));
const idsOf = (some: readonly Tested[]): string[] => some.map(({ id }) => id);

const FIRST_WAITS = '[ $n = 1 ] && pause first; exit 0';
/** Each call waits until the test says `go <its number>`. */
const EACH_WAITS = 'pause "$n"; ';

describe('kill -9 of the coordinator, then `kanban run` again: the same end (I8)', () => {
  it.concurrent('during a check: the next one takes it over, and lands without another', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(3), FIRST_WAITS);
    const { kanban } = rig;
    const first = kanban.start();
    await kanban.at('first');
    await first.kill();
    const second = kanban.start('--until-done');
    await second.event('coordinator-started');
    kanban.go('first');
    expect((await second.ended).code, rig.story()).toBe(0);
    await rig.expectLanded(idsOf(tasks(3)));
    expect(rig.checks, rig.story()).toHaveLength(1);
    expect(second.all('check-ended').map(({ entries, outcome }) => [entries, outcome])).toEqual([
      [idsOf(tasks(3)), 'green'],
    ]);
  });

  it.concurrent('a check that ended while nobody looked is recorded, not run again', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('serial') }), tasks(2), FIRST_WAITS);
    const { kanban } = rig;
    const first = kanban.start();
    await kanban.at('first');
    await first.kill();
    kanban.go('first');
    await until(() => kanban.processes().length === 0, 'the end of the check');
    expect((await kanban.untilDone()).code, rig.story()).toBe(0);
    await rig.expectLanded(['T-1', 'T-2']);
    expect(rig.tasksChecked).toEqual(['T-1', 'T-2']);
  });

  it.concurrent('coordinator and runner killed at once: what is left of the check is ended, and it is run again (I3)', async ({
    made,
  }) => {
    const settings = `contain: group\n${queue('batch')}`;
    const plan = '[ $n = 1 ] && { echo $$ > "$STEER/pid"; pause first; }; exit 0';
    const rig = new QueueRig(made({ todo: '', settings }), tasks(2), plan);
    const { kanban } = rig;
    const first = kanban.start();
    await kanban.at('first');
    const pid = Number(readFileSync(`${kanban.steer}/pid`, 'utf8'));
    const runners = kanban.processes().filter((line) => line.includes('runner.cjs'));
    await first.kill();
    for (const line of runners) process.kill(Number.parseInt(line, 10), 'SIGKILL');
    rig.plan(`kill -0 ${pid} 2>/dev/null && exit 9; exit 0`);
    expect((await kanban.untilDone()).code, rig.story()).toBe(0);
    await rig.expectLanded(['T-1', 'T-2']);
    expect(rig.checks.map(({ code }) => code)).toEqual([null, 0]);
  });

  it.concurrent('at each stage of a search', async ({ made }) => {
    const bad = tasks(4).map((task) => (task.id === 'T-3' ? { ...task, files: { 'bad.txt': 'bad\n' } } : task));
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), bad, `${EACH_WAITS} ! has bad.txt`);
    const { kanban } = rig;
    kanban.plan('T-3.tester', 'git rm -q bad.txt && save fixed.txt fixed; commit; report passed');
    const blamed: string[] = [];
    // The whole twice, base, a half, the culprit twice, the rest, the fixed one: each is killed once while it is on.
    for (let stage = 1; stage <= 8; stage += 1) {
      const coordinator = kanban.start();
      await kanban.at(`${stage}`);
      await coordinator.kill();
      blamed.push(...coordinator.all('check-blamed').map(({ id }) => id));
      if (stage % 2 === 0) {
        kanban.go(`${stage}`);
        await until(() => kanban.processes().length === 0, 'the end of the check');
      } else {
        const next = kanban.start();
        await next.event('coordinator-started');
        kanban.go(`${stage}`);
        await next.event('check-ended');
        await next.kill();
        blamed.push(...next.all('check-blamed').map(({ id }) => id));
      }
    }
    for (let stage = 9; stage <= 12; stage += 1) kanban.go(`${stage}`);
    const { code, coordinator } = await kanban.untilDone();
    expect(code, rig.story()).toBe(0);
    blamed.push(...coordinator.all('check-blamed').map(({ id }) => id));
    await rig.expectLanded(idsOf(bad));
    // Its event is lost if the kill comes between the commit and the event.
    expect(blamed.filter((id) => id !== 'T-3')).toEqual([]);
    expect(
      kanban.git('log', '--format=%s', '--grep=Kanban-Verdict: T-3 landing check-red', 'main').split('\n'),
    ).toHaveLength(1);
    // Nothing that was found out was lost with the coordinator that had found it out.
    expect(rig.checks.length, rig.story()).toBeLessThanOrEqual(9);
  });

  it.concurrent('the moment that each kind of event is told', async ({ made }) => {
    const bad = tasks(6).map((task) => (task.id === 'T-2' ? { ...task, files: { 'bad.txt': 'bad\n' } } : task));
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), bad, '! has bad.txt');
    const { kanban } = rig;
    kanban.plan('T-2.tester', 'git rm -q bad.txt && save fixed.txt fixed; commit; report passed');
    for (const type of [
      'check-started',
      'check-ended',
      'check-started',
      'check-ended',
      'entry-landed',
      'check-blamed',
      'run-started',
      'entry-landed',
    ] as const) {
      const coordinator = kanban.start('--until-done');
      await Promise.race([coordinator.event(type).catch(() => {}), coordinator.ended]);
      await coordinator.kill();
    }
    const { code } = await kanban.untilDone();
    expect(code, rig.story()).toBe(0);
    await rig.expectLanded(idsOf(bad));
    expect(kanban.git('log', '--format=%B', '--grep=landing check-red', 'main')).not.toMatch(
      /T-[13456] landing check-red/,
    );
  });

  it.concurrent('a result is remembered by what was checked: not run again after a restart and moves of the board', async ({
    made,
  }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(2));
    const { kanban } = rig;
    // It is green, but the user is in the way.
    kanban.write('T-1.txt', 'mine\n');
    const first = kanban.start();
    await first.event('hold-changed', ({ what }) => what === 'landings');
    expect(rig.checks).toHaveLength(1);
    await first.kill();
    kanban.write('board/TODO.md', '# TODO\n\n# Later\n\n## T-90: Parked\n');
    kanban.git('commit', '-q', '-m', 'board', '--', 'board');
    const second = kanban.start('--until-done');
    await second.event('hold-changed', ({ what }) => what === 'landings');
    rmSync(kanban.path('T-1.txt'));
    expect((await second.ended).code, rig.story()).toBe(0);
    await rig.expectLanded(['T-1', 'T-2']);
    expect(rig.checks, rig.story()).toHaveLength(1);
  });
});

describe('stopped and paused', () => {
  it.concurrent('`kanban stop`: the check that is on lands what it proves, and no other begins', async ({ made }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('serial') }), tasks(3), FIRST_WAITS);
    const { kanban } = rig;
    const coordinator = kanban.start();
    await kanban.at('first');
    expect(kanban.kanban('stop').code).toBe(0);
    await coordinator.event('stop-asked');
    kanban.go('first');
    expect((await coordinator.ended).code, rig.story()).toBe(0);
    rig.expectSound();
    expect(kanban.landings()).toEqual(['T-1']);
    expect(rig.checks).toHaveLength(1);
    expect((await kanban.untilDone()).code).toBe(0);
    await rig.expectLanded(idsOf(tasks(3)));
  });

  it.concurrent('`kanban stop --now`: the check is ended, with all that it started, even with a merge open', async ({
    made,
  }) => {
    const plan = '[ $n = 1 ] && { sleep 1000 & pause first; }; exit 0';
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(2), plan);
    const { kanban } = rig;
    const coordinator = kanban.start();
    await kanban.at('first');
    // Base is not to be moved meanwhile; that is no reason to stay.
    const theirs = rig.commitOn('theirs', 'main', { 'base.txt': 'theirs\n' });
    kanban.git('merge', '-q', '--no-ff', '--no-commit', theirs);
    expect(kanban.kanban('stop', '--now').code).toBe(0);
    expect((await coordinator.ended).code, rig.story()).toBe(0);
    await kanban.expectQuiet();
    expect(kanban.landings()).toEqual([]);
    kanban.git('merge', '--abort');
    kanban.git('branch', '-q', '-D', 'theirs');
    expect((await kanban.untilDone()).code).toBe(0);
    await rig.expectLanded(['T-1', 'T-2']);
    expect(rig.log.filter(({ outcome }) => outcome === 'red')).toEqual([]);
  });

  it.concurrent('`kanban pause`: nothing lands until `kanban resume`, then what the check has found', async ({
    made,
  }) => {
    const rig = new QueueRig(made({ todo: '', settings: queue('batch') }), tasks(2), FIRST_WAITS);
    const { kanban } = rig;
    const coordinator = kanban.start('--until-done', '--max-wait', '1m');
    await kanban.at('first');
    expect(kanban.kanban('pause').code).toBe(0);
    kanban.go('first');
    await coordinator.event('check-ended');
    await kanban.shows('status', 'paused');
    expect(kanban.landings()).toEqual([]);
    expect(kanban.kanban('resume').code).toBe(0);
    expect((await coordinator.ended).code, rig.story()).toBe(0);
    await rig.expectLanded(['T-1', 'T-2']);
    expect(rig.checks).toHaveLength(1);
  });
});

describe('the worktree of the check', () => {
  it.concurrent('pulled away while it is on: the user is told what became of it, the next one has a new one', async ({
    made,
  }) => {
    const rig = new QueueRig(
      made({ todo: '', settings: queue('batch') }),
      tasks(2),
      '[ $n = 1 ] && { pause first; has base.txt || exit 7; }; exit 0',
    );
    const { kanban } = rig;
    const coordinator = kanban.start('--until-done');
    await kanban.at('first');
    rmSync(kanban.path('.worktrees/.check'), { recursive: true, force: true, maxRetries: 3 });
    kanban.go('first');
    expect((await coordinator.ended).code, rig.story()).toBe(0);
    await rig.expectLanded(['T-1', 'T-2']);
    expect(rig.checks.map(({ code }) => code)).toEqual([7, 0]);
    expect(existsSync(kanban.path('.worktrees/.check/base.txt'))).toBe(true);
  });

  it.concurrent('is set up by after_create when it is new, and again when a lock file changes', async ({ made }) => {
    const settings = `${queue('serial')}hooks: { after_create: 'echo "$(cat yarn.lock)" >> "$KANBAN_ROOT/../steer/installs"' }\n`;
    const three: readonly Tested[] = [{ id: 'T-1' }, { id: 'T-2', files: { 'yarn.lock': 'two\n' } }, { id: 'T-3' }];
    const rig = new QueueRig(made({ todo: '', settings, files: { 'yarn.lock': 'one\n' } }), three, 'exit 0');
    const { kanban } = rig;
    expect((await kanban.untilDone()).code, rig.story()).toBe(0);
    await rig.expectLanded(idsOf(three));
    expect(readFileSync(`${kanban.steer}/installs`, 'utf8')).toBe('one\ntwo\n');
  });
});
