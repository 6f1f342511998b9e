import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckRuns } from '../../../src/coordinator/merge-queue/check-runs.ts';
import { createRunnerPool, type RunnerPool } from '../../../src/runs/runner-pool.ts';
import { aliveIds, listRuns } from '../../../src/runs/list-runs.ts';
import type { KanbanEvent } from '../../../src/contract/event.ts';
import { closeRepository } from '../../../src/git/close.ts';
import type { CheckRun } from '../../../src/pipeline/check-run.ts';
import { findMarked } from '../../../src/runner/sweep.ts';
import { defaultSettings } from '../../../src/workflow/parse.ts';
import type { Settings } from '../../../src/workflow/settings.ts';
import { buildRunner } from '../../rig/build-runner.ts';
import { isRunning, pidIn } from '../../rig/run-rig.ts';
import { buildProgram } from '../../rig/child-program.ts';
import { readFileOrEmpty, until } from '../../rig/waiting.ts';
import { makeRig, type Rig } from './rig.ts';
import { shellPath } from '../../../src/shell-word.ts';

let rig: Rig;
let runnerFile: string;
let pool: RunnerPool;
let events: KanbanEvent[];
let woken: number;
beforeEach(async () => {
  rig = await makeRig();
  rig.git('config', 'core.excludesFile', join(rig.root, '.git', 'excludes'));
  writeFileSync(join(rig.root, '.git', 'excludes'), '.kanban/\n');
  runnerFile = await buildRunner(join(rig.root, '.git'));
  events = [];
  woken = 0;
  pool = newPool();
});
afterEach(async () => {
  pool.close();
  // Whatever a failed test has left: only what carries this repository's mark.
  for (const { pid } of findMarked(rig.root)) process.kill(pid, 'SIGKILL');
  await until(() => listRuns(rig.root, 'checks').runs.every(({ state }) => state !== 'alive'));
  closeRepository(rig.repo);
  rmSync(dirname(rig.root), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

const newPool = (): RunnerPool =>
  createRunnerPool({ runnerFile, root: rig.root, capacity: 2, onEnded: () => void (woken += 1) });
const newChecks = (of = pool): CheckRuns =>
  new CheckRuns({
    repo: rig.repo,
    pool: of,
    emit: (event) => void events.push(event),
    wake: () => void (woken += 1),
  });
const settings = (check: string, change: Partial<Settings> = {}): Settings => {
  const standard = defaultSettings();
  return { ...standard, contain: 'group', merge_queue: { ...standard.merge_queue, check }, ...change };
};
const order = (attempt = 1): Pick<CheckRun, 'key' | 'commit' | 'entries' | 'attempt'> => ({
  key: 'the key',
  commit: rig.sha('T-9'),
  entries: ['T-9', 'T-8'],
  attempt,
});
const at = (name: string): string => join(rig.root, '.git', name);

/** The one check that is there, once it has ended. */
async function ended(checks: CheckRuns): Promise<CheckRun> {
  await until(() => checks.observe()[0]?.state === 'ended', 60_000);
  return checks.observe()[0] as CheckRun;
}

describe('checks of the merge queue', () => {
  it('run on the commit in a worktree of their own, told what they check, and are forgotten once taken in', async () => {
    const checks = newChecks();
    const command = [
      'test "$(git rev-parse HEAD)" = "$EXPECTED" && test -e src/new.txt || exit 1',
      'echo "$KANBAN_TASK|$KANBAN_BASE|$KANBAN_ATTEMPT|$KANBAN_RUN_ID|$KANBAN_ROOT"',
      'test "$PWD" = "$KANBAN_WORKTREE" && test -d "$TMPDIR" && test -z "$KANBAN_ROLE" && echo fine',
    ].join('\n');
    const env = { pass: [], set: { EXPECTED: rig.sha('T-9') } };
    const id = checks.start(order(2), settings(command, { env }));
    expect(id).toMatch(/^check-1-[0-9a-f]{8}$/);
    expect(checks.observe()).toMatchObject([{ id, state: 'starting', key: 'the key', attempt: 2, result: null }]);
    const run = await ended(checks);
    expect(run).toMatchObject({ id, key: 'the key', commit: rig.sha('T-9'), entries: ['T-9', 'T-8'], attempt: 2 });
    expect(run.result).toMatchObject({
      outcome: 'green',
      detail: '',
      tail: `T-9,T-8|main|2|${id}|${rig.root}\nfine`,
    });
    expect(readFileSync(run.log, 'utf8')).toContain('fine');
    expect(woken).toBeGreaterThan(0);
    expect(listRuns(rig.root).runs).toEqual([]);
    checks.take(id);
    expect(checks.observe()).toEqual([]);
    expect(newChecks().observe()).toEqual([]);
    expect(events).toEqual([]);
    expect(rig.git('status', '--porcelain')).toBe('');
  });

  it('are red with the end of the log; the next one has its own folder and the same worktree', async () => {
    const checks = newChecks();
    checks.start(order(), settings('touch untracked.txt; echo "expected 400, got 500"; exit 1'));
    const first = await ended(checks);
    expect(first.result).toMatchObject({
      outcome: 'red',
      detail: 'exit 1: expected 400, got 500',
      tail: 'expected 400, got 500',
    });
    checks.take(first.id);
    const second = checks.start(order(2), settings('test ! -e untracked.txt'));
    expect(second).toMatch(/^check-2-/);
    expect((await ended(checks)).result?.outcome).toBe('green');
    expect(readdirSync(join(rig.root, '.worktrees'))).toEqual(['.check']);
  });

  it('are trouble, said with a way out, where the place is not theirs; the next start tries again', async () => {
    const place = join(rig.root, '.worktrees', '.check');
    rig.write('.worktrees/.check/mine.txt', 'mine');
    const checks = newChecks();
    const id = checks.start(order(), settings('true'));
    const run = await ended(checks);
    expect(run).toMatchObject({ id, result: { outcome: 'error', tail: '' } });
    expect(run.result?.detail).toContain(`${place} is a folder that is not a worktree`);
    expect(run.result?.detail).toContain(`mv ${shellPath(place)} ${shellPath(`${place}.mine`)}`);
    expect(readFileSync(join(place, 'mine.txt'), 'utf8')).toBe('mine');
    checks.take(id);
    expect(checks.observe()).toEqual([]);
    rmSync(place, { recursive: true });
    checks.start(order(), settings('true'));
    expect((await ended(checks)).result?.outcome).toBe('green');
  });

  it('are trouble when after_create fails, red when the time is over', async () => {
    const checks = newChecks();
    const hooks = { ...defaultSettings().hooks, after_create: 'echo registry is away; exit 1' };
    const first = checks.start(order(), settings('true', { hooks }));
    expect((await ended(checks)).result).toEqual({
      outcome: 'error',
      detail: 'the after_create hook failed: exit 1: registry is away',
      tail: 'registry is away',
      ms: expect.any(Number) as number,
    });
    checks.take(first);
    const standard = settings(`echo $$ > ${at('check.pid')}; exec tail -f /dev/null`);
    checks.start(order(), { ...standard, merge_queue: { ...standard.merge_queue, check_timeout: 3_000 } });
    expect((await ended(checks)).result).toMatchObject({ outcome: 'red', detail: 'not done after 3 s' });
    expect(isRunning(await pidIn(at('check.pid')))).toBe(false);
  });

  it('one at a time: a second start is refused, before it could touch the worktree (I3)', async () => {
    const checks = newChecks();
    const id = checks.start(order(), settings(`echo $$ > ${at('check.pid')}; exec tail -f /dev/null`));
    expect(() => checks.start(order(), settings('true'))).toThrow(id);
    await pidIn(at('check.pid'));
    expect(() => newChecks().start(order(), settings('true'))).toThrow(id);
    checks.stop(id, 'done with it');
    expect((await ended(checks)).result).toMatchObject({ outcome: 'stopped', detail: 'done with it' });
    expect(isRunning(await pidIn(at('check.pid')))).toBe(false);
  });

  it('are stopped also while their worktree is being made', async () => {
    const checks = newChecks();
    const id = checks.start(order(), settings(`touch ${at('ran')}`));
    checks.stop(id, 'kanban stop');
    await checks.drain();
    expect(await ended(checks)).toMatchObject({ id, result: { outcome: 'stopped', detail: 'kanban stop' } });
    expect(existsSync(at('ran'))).toBe(false);
    expect(listRuns(rig.root, 'checks').runs).toEqual([]);
  });

  it('outlive their coordinator and are adopted by the next, with all that is to be known (I8)', async () => {
    const program = buildProgram(
      `import { CheckRuns } from '../../../src/coordinator/merge-queue/check-runs.ts';
       import { createRunnerPool } from '../../../src/runs/runner-pool.ts';
       import { openRepository } from '../../../src/git/open-repository.ts';
       const [runnerFile, root, order, settings] = process.argv.slice(2);
       const repo = (await openRepository(root)).value;
       const pool = createRunnerPool({ runnerFile, root, capacity: 1, onEnded: () => {} });
       new CheckRuns({ repo, pool, emit: () => {}, wake: () => {} }).start(JSON.parse(order), JSON.parse(settings));
       setInterval(() => {}, 1000);`,
      at('coordinator.mjs'),
    );
    const command = `echo $$ > ${at('check.pid')}; until [ -e ${at('go')} ]; do sleep 0.05; done; echo continued`;
    const args = [program, runnerFile, rig.root, JSON.stringify(order(3)), JSON.stringify(settings(command))];
    const coordinator = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const pid = await pidIn(at('check.pid'));
    coordinator.kill('SIGKILL');
    await until(() => coordinator.signalCode !== null);
    const checks = newChecks();
    const [run] = checks.observe();
    expect(run).toMatchObject({ state: 'alive', key: 'the key', commit: rig.sha('T-9'), attempt: 3, result: null });
    expect(run?.entries).toEqual(['T-9', 'T-8']);
    // A start of the coordinator ends strays: these are none.
    expect(aliveIds(rig.root)).toEqual(new Set([run?.id]));
    expect(findMarked(rig.root).map(({ runId }) => runId)).toContain(run?.id);
    writeFileSync(at('go'), '');
    expect((await ended(checks)).result).toMatchObject({ outcome: 'green', tail: 'continued' });
    expect(isRunning(pid)).toBe(false);
    // The bell by which a runner wakes a coordinator that isn't its own.
    const bell = join(rig.root, '.kanban', 'ended', run?.id ?? '');
    await until(() => existsSync(bell));
    checks.take(run?.id ?? '');
    expect(existsSync(bell)).toBe(false);
  });

  it('whose runner is killed are trouble once all of it is ended, never red (I8)', async () => {
    const checks = newChecks();
    const id = checks.start(order(), settings(`echo $$ > ${at('check.pid')}; exec tail -f /dev/null`));
    const pid = await pidIn(at('check.pid'));
    const claim = JSON.parse(readFileSync(join(rig.root, '.kanban', 'checks', id, 'run.json'), 'utf8')) as {
      pid: number;
    };
    process.kill(claim.pid, 'SIGKILL');
    expect((await ended(checks)).result).toMatchObject({ outcome: 'error', detail: 'its runner died' });
    expect(isRunning(pid)).toBe(false);
  });

  it('that were made ready but never begun go without a word; their runner finds them taken (I3)', async () => {
    // A pool that hands nothing over: the coordinator died right before.
    const idle: RunnerPool = { start: () => {}, warm: () => {}, close: () => {} };
    const before = newChecks(idle);
    const id = before.start(order(), settings(`touch ${at('ran')}`));
    await before.drain();
    expect(before.observe()).toMatchObject([{ id, state: 'starting' }]);
    const checks = newChecks();
    expect(checks.observe()).toEqual([]);
    const folder = join(rig.root, '.kanban', 'checks', id);
    pool.start(folder, {});
    await until(() => woken > 1);
    expect(existsSync(at('ran'))).toBe(false);
    expect(readFileOrEmpty(join(folder, 'result.json'))).toBe('');
    checks.start(order(), settings('true'));
    expect((await ended(checks)).result?.outcome).toBe('green');
  });
});
