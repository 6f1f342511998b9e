import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Brief } from '../../../src/contract/brief.ts';
import { salvageRun } from '../../../src/runner/salvage-run.ts';
import { isRunning, pidIn, RunRig, until } from '../../rig/run-rig.ts';

let rig: RunRig;
beforeEach(() => {
  rig = new RunRig();
});
afterEach(() => rig.remove());

const at = (name: string): string => join(rig.root, name);
const idle = 'tail -f /dev/null';
const ready = (): string => join(rig.root, '.git', 'worktrees', 'T-1', 'kanban-ready');

/** The check in T-1's worktree: for the runner any worktree will do. */
function check(command: string, change: Partial<Brief> = {}): Brief {
  const commit = rig.sha('refs/heads/T-1');
  const plan = { command, commit, key: 'key', entries: ['T-1', 'T-2'] };
  return rig.brief({ agent: 'check', adapter: 'shell', report: '', grace: 500, check: plan, ...change });
}

describe('the check of the merge queue', () => {
  it('is green by exit code 0, and commits and removes nothing', async () => {
    const tip = rig.sha('refs/heads/T-1');
    const brief = check('echo changed >> file.txt; echo new > new.txt; git commit -qam "by the check"; echo all good');
    const result = await rig.run(brief);
    expect(result).toMatchObject({
      cause: 'reported',
      exit: { code: 0 },
      tail: 'all good',
      tip,
      leftovers: null,
      faults: [],
    });
    expect(existsSync(join(rig.worktree, 'new.txt'))).toBe(true);
    expect(rig.rescued()).toEqual([]);
    expect(result.room).toBeGreaterThan(0);
    expect(result.room).toBeLessThan(Number.MAX_SAFE_INTEGER);
    expect(result.awake).toBeGreaterThan(0);
  });

  it('is red by any other exit code, with the end of its output', async () => {
    expect(await rig.run(check('echo "1 test failed" >&2; exit 3'))).toMatchObject({
      cause: 'no-report',
      detail: 'exit 3: 1 test failed',
      exit: { code: 3, signal: null },
      tail: '1 test failed',
    });
    expect(await rig.run(check('kill -KILL $$'))).toMatchObject({ cause: 'no-report', detail: 'ended by SIGKILL' });
  });

  it('ends its whole tree at the deadline: a grandchild in a session of its own, and one that is deaf to SIGTERM (I6)', async () => {
    const script = [
      `sh -c 'setsid sh -c "echo \\$\\$ > ${at('session.pid')}; exec ${idle}"' &`,
      `sh -c 'trap "" TERM; echo $$ > ${at('deaf.pid')}; while :; do sleep 1; done' &`,
      'echo waiting',
      'wait',
    ].join('\n');
    const brief = check(script, { timeout: 1_500 });
    const result = await rig.run(brief);
    expect(result).toMatchObject({ cause: 'timed-out', detail: 'not done after 2 s', survivors: [], tail: 'waiting' });
    expect(JSON.parse(rig.read(brief, 'cause.json'))).toMatchObject({ cause: 'timed-out' });
    for (const name of ['session.pid', 'deaf.pid']) expect(isRunning(await pidIn(at(name))), name).toBe(false);
  });

  it('sweeps what a green check leaves running, before it says that it has ended', async () => {
    const left = at('left.pid');
    const result = await rig.run(
      check(`(setsid sh -c 'echo $$ > ${left}; exec ${idle}' &); until [ -s ${left} ]; do :; done`),
    );
    expect(result.cause).toBe('reported');
    expect(isRunning(await pidIn(left))).toBe(false);
    expect(result.swept.map(({ pid }) => pid)).toContain(await pidIn(left));
  });

  it('was not started if its program could not be: neither red nor green', async () => {
    const brief = check('true');
    writeFileSync(ready(), '');
    rmSync(rig.worktree, { recursive: true });
    expect(await rig.run(brief)).toMatchObject({ cause: 'not-started', exit: null });
  });

  it('runs after_create first, once; one that fails is no red', async () => {
    const hooks = { afterCreate: `echo no space; exit 7`, beforeRun: '', afterRun: '', timeout: 60_000 };
    const failed = await rig.run(check(`echo ran > ${at('ran')}`, { hooks }));
    expect(failed.cause).toBe('not-started');
    expect(failed.detail).toBe('the after_create hook failed: exit 7: no space\nno space');
    expect(existsSync(at('ran'))).toBe(false);
    expect(existsSync(ready())).toBe(false);
    const fixed = { ...hooks, afterCreate: `echo once >> ${at('installed')}` };
    for (const _ of [1, 2])
      expect((await rig.run(check(`test -s ${at('installed')}`, { hooks: fixed }))).cause).toBe('reported');
    expect(readFileSync(at('installed'), 'utf8')).toBe('once\n');
  });

  it('is ended when it floods its output', async () => {
    const result = await rig.run(check('yes', { maxOutput: 100_000 }));
    expect(result).toMatchObject({ cause: 'no-report', detail: 'it printed more than 100000 bytes', survivors: [] });
  });

  it('I3: whose program is missing has said nothing of the commit', async () => {
    const result = await rig.run(check('no-such-program'));
    expect(result).toMatchObject({ cause: 'not-started' });
    expect(result.detail).toContain('exit 127');
  });

  it('is stopped by stop.json, whatever it makes of SIGTERM', async () => {
    const brief = check(`trap 'exit 0' TERM; echo $$ > ${at('check.pid')}; while :; do sleep 0.1; done`);
    await rig.start(brief);
    await pidIn(at('check.pid'));
    writeFileSync(
      rig.path(brief, 'stop.json'),
      JSON.stringify({ cause: 'stopped', detail: 'the batch is other', at: 1 }),
    );
    expect(await rig.result(brief)).toMatchObject({ cause: 'stopped', detail: 'the batch is other' });
  });

  it('whose runner was killed is lost, whatever stands in its folder, and nothing of it lives on (I8)', async () => {
    const brief = check(
      `echo $TMPDIR > ${at('tmp')}; echo $$ > ${at('check.pid')}; echo changed >> file.txt; exec ${idle}`,
    );
    const runner = await rig.start(brief);
    const pid = await pidIn(at('check.pid'));
    runner.kill('SIGKILL');
    await until(() => runner.signalCode !== null, 'the end of the runner');
    const tip = rig.sha('refs/heads/T-1');
    writeFileSync(rig.path(brief, 'report.md'), 'verdict: passed\n');
    const tmp = readFileSync(at('tmp'), 'utf8').trim();
    expect(existsSync(tmp)).toBe(true);
    const result = await salvageRun(rig.path(brief, '.'));
    expect(result).toMatchObject({ cause: 'lost', survivors: [], leftovers: null, tip });
    expect(isRunning(pid)).toBe(false);
    expect(rig.sha('refs/heads/T-1')).toBe(tip);
    expect(existsSync(tmp)).toBe(false);
  });
});
