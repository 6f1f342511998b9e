import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { RunningCoordinator } from './rig/coordinator.ts';
import { it } from './rig/each-kanban.ts';
import type { Kanban } from './rig/kanban.ts';
import { PUSHED, SharedRemote } from './rig/shared-remote.ts';
import { until } from './rig/until.ts';

const TWO = '## T-1: One\n\n## T-2: Two\n';
const FIVE = `${TWO}\n- depends: T-1\n\n## T-3: Three\n\n## T-4: Four\n\n- depends: T-3\n\n## T-5: Five\n`;

/** kill -9 of the coordinator and of all that it has started, but for what works in the remote. */
async function killAll(kanban: Kanban, remote: SharedRemote, coordinator: RunningCoordinator): Promise<void> {
  await coordinator.kill();
  for (const line of kanban.processes()) {
    const pid = Number.parseInt(line, 10);
    if (!remote.isAtWork(pid)) endNow(pid);
  }
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

describe('kill -9 while a landing is pushed: the next run asks the remote first (I8)', () => {
  for (const who of ['the coordinator', 'the coordinator and git'] as const)
    it.concurrent(`after the remote has it, before base has moved here: ${who}`, async ({ made }) => {
      const kanban = made({ todo: '## T-1: One\n', settings: PUSHED, files: { 'mine.txt': 'one\n' } });
      const remote = new SharedRemote(kanban);
      remote.hook('post-receive', 'pause pushed');
      const first = kanban.start('--until-done');
      await kanban.at('pushed');
      kanban.write('mine.txt', 'one\ntwo\n');
      kanban.write('new.txt', 'untracked\n');
      const pushed = remote.tip();
      const before = kanban.git('rev-parse', 'main');
      expect(pushed).not.toBe(before);
      if (who === 'the coordinator') await first.kill();
      else await killAll(kanban, remote, first);
      kanban.write('board/TODO.md', '# TODO\n\n## T-2: Written meanwhile\n');
      kanban.go('pushed');
      const { code, err, coordinator } = await kanban.untilDone();
      expect(code, err + coordinator.story()).toBe(0);
      expect(coordinator.all('integrated').map(({ notes }) => notes)).toEqual([['landed there: T-1']]);
      expect(kanban.git('rev-list', 'main').split('\n')).toContain(pushed);
      expect(remote.tip()).toBe(kanban.git('rev-parse', 'main'));
      expect(kanban.git('status', '--porcelain')).toBe('M mine.txt\n?? new.txt');
      expect([kanban.read('mine.txt'), kanban.read('new.txt')]).toEqual(['one\ntwo\n', 'untracked\n']);
      expect(kanban.refs('refs/kanban/inflight')).toEqual([]);
      await kanban.expectQuiet();
      remote.expectInStep(['T-1', 'T-2']);
    });

  it.concurrent('while the server still looks at it: what arrives late lands once (I4)', async ({ made }) => {
    const kanban = made({ todo: TWO, settings: PUSHED });
    const remote = new SharedRemote(kanban);
    const once = `${kanban.folder}/once`;
    remote.hook('pre-receive', `[ -e '${once}' ] || { : > '${once}'; pause looking; }`);
    kanban.plan('T-2.task', 'pause there; save T-2.txt x; commit; report done');
    const first = kanban.start('--until-done');
    await kanban.at('looking');
    await first.kill();
    const second = kanban.start('--until-done');
    // It has asked the remote, which does not have it yet, and continues.
    await second.event('coordinator-started');
    kanban.go('looking');
    await kanban.at('there');
    kanban.go('there');
    expect((await second.ended).code, second.story()).toBe(0);
    await kanban.expectDone(['T-1', 'T-2']);
    remote.expectInStep(['T-1', 'T-2']);
  });

  it.concurrent('a push that hangs does not keep `kanban stop --now` waiting; what became of it is asked for at the next start (I10)', async ({
    made,
  }) => {
    const kanban = made({ todo: TWO, settings: PUSHED });
    const remote = new SharedRemote(kanban);
    remote.hook('pre-receive', 'pause looking');
    kanban.plan('T-2.task.1', 'pause there');
    const first = kanban.start();
    await kanban.at('looking');
    await kanban.at('there');
    first.signal('SIGTERM');
    expect((await first.ended).code, first.story()).toBe(130);
    kanban.go('looking');
    kanban.go('there');
    remote.unhook('pre-receive');
    const { code, err, coordinator } = await kanban.untilDone();
    expect(code, err + coordinator.story()).toBe(0);
    await kanban.expectDone(['T-1', 'T-2']);
    remote.expectInStep(['T-1', 'T-2']);
  });
});

/** Not chance but the same sequence each time: kills after these many ms; every other one takes git along. */
const KILLS = ['250 480 700 930 1200 1500 1900 2400', '350 590 810 1050 1350 1700 2100 2600'];

describe('kill -9 at any time, with push and a check, then `kanban run` again: the same end (I8)', () => {
  it.concurrent.for(KILLS)('killed %s ms after its starts', async (delays, { made }) => {
    const kanban = made({
      todo: FIVE,
      settings: `${PUSHED}merge_queue: { mode: batch, check: sleep 0.1 }\n`,
      files: { 'mine.txt': 'one\n' },
    });
    const remote = new SharedRemote(kanban);
    remote.hook('post-receive', 'sleep 0.2');
    const bea = remote.clone();
    for (const [index, delay] of delays.split(' ').map(Number).entries()) {
      const coordinator = kanban.start();
      if (index === 0) await coordinator.event('run-started').catch(() => {});
      if (index === 0) kanban.write('mine.txt', 'one\ntwo\n');
      await pause(delay);
      if (index % 2 === 0) await coordinator.kill();
      else await killAll(kanban, remote, coordinator);
      if (index === 3) bea.push('theirs', { 'theirs.txt': 'theirs\n' });
    }
    await until(
      () => !kanban.processes().some((line) => remote.isAtWork(Number.parseInt(line, 10))),
      'the remote at rest',
    );
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    expect(remote.tip()).toBe(kanban.git('rev-parse', 'main'));
    expect(kanban.git('status', '--porcelain')).toBe('M mine.txt');
    expect(kanban.read('mine.txt')).toBe('one\ntwo\n');
    await kanban.expectQuiet();
    remote.expectInStep(['T-1', 'T-2', 'T-3', 'T-4', 'T-5']);
    expect(remote.show('theirs.txt')).toBe('theirs');
  });
});
