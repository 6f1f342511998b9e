import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import type { Kanban } from './rig/kanban.ts';
import { until } from './rig/until.ts';

/** Two chains and two entries that stand alone. */
const BOARD =
  '## T-1: One\n\n## T-2: Two\n\n- depends: T-1\n\n## T-3: Three\n\n## T-4: Four\n\n- depends: T-3\n\n## T-5: Five\n\n- [ ] A note\n';
const IDS = ['T-1', 'T-2', 'T-3', 'T-4', 'T-5'];

/** Each run takes a moment, so that kills fall into all stages. */
function slowly(kanban: Kanban): void {
  kanban.plan('task', 'sleep 0.1; save "$KANBAN_TASK.txt" "work $n"; sleep 0.1; commit; report done');
  kanban.plan('reviewer', 'sleep 0.1; report ready');
  kanban.plan('tester', 'sleep 0.1; report passed');
}

/** Not chance but the same sequence each time: kills after these many ms, a spread over start-up, moves, runs and landings. */
const KILLS = ['60 210 330 480 700', '120 260 400 560 900', '180 290 440 620 1100', '240 310 520 350 800'];

describe('kill -9 of the coordinator, then `kanban run` again: the same end (I8)', () => {
  it.concurrent.for(KILLS)('killed %s ms after its starts', async (delays, { made }) => {
    const kanban = made({ todo: BOARD, settings: 'capacity: 3\n' });
    slowly(kanban);
    for (const delay of delays.split(' ').map(Number)) {
      const coordinator = kanban.start();
      await pause(delay);
      await coordinator.kill();
    }
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(IDS);
    for (const id of IDS) expect(kanban.read(`${id}.txt`), kanban.story()).toBe('work 1\n');
  });

  it.concurrent('killed the moment that each kind of event is told', async ({ made }) => {
    const kanban = made({ todo: BOARD, settings: 'capacity: 3\n' });
    slowly(kanban);
    for (const type of [
      'coordinator-started',
      'entry-moved',
      'run-started',
      'run-ended',
      'entry-changed',
      'entry-landed',
      'entry-moved',
      'run-started',
    ] as const) {
      const coordinator = kanban.start('--until-done');
      await Promise.race([coordinator.event(type).catch(() => {}), coordinator.ended]);
      await coordinator.kill();
    }
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(IDS);
  });

  it.concurrent('a run that lives on is adopted, not repeated (I3)', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan('T-1.task', 'pause there; save one.txt one; commit; report done');
    const first = kanban.start();
    await kanban.at('there');
    await first.kill();
    const second = kanban.start('--until-done');
    await second.event('run-adopted', ({ id }) => id === 'T-1');
    kanban.go('there');
    expect((await second.ended).code, second.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(kanban.times('T-1', 'task')).toBe(1);
  });

  it.concurrent('a run that ended while nobody looked is recorded once', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan('T-1.task', 'pause there; save one.txt one; commit; report done');
    const first = kanban.start();
    await kanban.at('there');
    await first.kill();
    kanban.go('there');
    await until(() => kanban.processes().length === 0, 'the end of the run');
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(kanban.times('T-1', 'task')).toBe(1);
    const named = kanban
      .git('log', '--format=%(trailers:key=Kanban-Run,valueonly)', 'main')
      .split('\n')
      .filter((line) => /-task-/.test(line));
    expect(named).toHaveLength(1);
  });

  it.concurrent('a runner that is killed: its work is kept, the run repeated, no count raised (I6, I9)', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan('T-1.task.1', 'save half.txt half; pause there');
    const coordinator = kanban.start('--until-done');
    await kanban.at('there');
    process.kill(runnerOf(kanban, 'task'), 'SIGKILL');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(kanban.read('half.txt')).toBe('half\n');
    expect(kanban.git('log', '-p', 'main', '--', 'board')).not.toContain('attempts');
  });

  it.concurrent('coordinator and runner killed at once: the agent left alone is ended before another starts (I3)', async ({
    made,
  }) => {
    // In a namespace it would have ended with its runner.
    const kanban = made({ todo: '## T-1: One\n', settings: 'contain: group\n' });
    kanban.plan('T-1.task.1', 'save half.txt half; pause there');
    const first = kanban.start();
    await kanban.at('there');
    const agent = Number(readFileSync(join(kanban.steer, 'count/T-1.task.1/pid'), 'utf8'));
    const runner = runnerOf(kanban, 'task');
    await first.kill();
    process.kill(runner, 'SIGKILL');
    kanban.plan(
      'T-1.task.2',
      `kill -0 ${agent} 2>/dev/null && save alive.txt alive; save one.txt one; commit; report done`,
    );
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(existsSync(kanban.path('alive.txt'))).toBe(false);
    expect(kanban.read('half.txt')).toBe('half\n');
  });

  it.concurrent('.kanban/ deleted while nothing runs: reports not recorded are lost, work and board are not', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n\n## T-2: Two\n' });
    kanban.plan('T-1.task.1', 'save one.txt one; commit; pause there; report done');
    const first = kanban.start();
    await kanban.at('there');
    await first.landed('T-2');
    await first.kill();
    kanban.go('there');
    await until(() => kanban.processes().length === 0, 'the end of the run');
    rmSync(kanban.path('.kanban'), { recursive: true });
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(['T-1', 'T-2']);
    expect(kanban.read('one.txt')).toBe('one\n');
    expect(kanban.times('T-1', 'task')).toBe(2);
  });

  it.concurrent("a second coordinator is turned away while the first one lives; a dead one's lock is not in the way", async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan('T-1.task', 'pause there; save one.txt one; commit; report done');
    const first = kanban.start();
    await kanban.at('there');
    expect((await kanban.untilDone()).code).toBe(3);
    await first.kill();
    kanban.go('there');
    expect((await kanban.untilDone()).code).toBe(0);
    await kanban.expectDone(['T-1']);
  });

  it.concurrent('SIGTERM ends the runs, keeps their work, exits 130; the next run continues', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan('T-1.task.1', 'save half.txt half; pause there');
    const first = kanban.start();
    await kanban.at('there');
    first.signal('SIGTERM');
    expect((await first.ended).code, first.story()).toBe(130);
    await kanban.expectQuiet();
    expect(kanban.git('show', 'T-1:half.txt')).toBe('half');
    expect((await kanban.untilDone()).code).toBe(0);
    await kanban.expectDone(['T-1']);
  });
});

/** The runner that plays the newest run of a role, by its claim. */
function runnerOf(kanban: Kanban, role: string): number {
  const runs = kanban.path('.kanban/runs');
  const run = readdirSync(runs).find((name) => name.includes(`-${role}-`)) ?? '';
  const { pid } = JSON.parse(readFileSync(join(runs, run, 'run.json'), 'utf8')) as { pid: number };
  expect(execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })).toContain('runner.cjs');
  return pid;
}
