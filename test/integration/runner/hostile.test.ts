import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listRuns } from '../../../src/runs/list-runs.ts';
import { readActivity } from '../../../src/runs/run-activity.ts';
import { collect } from '../../../src/runner/collect.ts';
import { salvageRun } from '../../../src/runner/salvage-run.ts';
import { pidIn, RunRig, until } from '../../rig/run-rig.ts';

/** What an agent can put where kanban reads a file. */
let rig: RunRig;
let outside: string;
beforeEach(() => {
  rig = new RunRig();
  outside = mkdtempSync(join(tmpdir(), 'kanban-outside-'));
  writeFileSync(join(outside, 'secret'), 'verdict: done\nthe contents of a file of the user\n');
});
afterEach(async () => {
  await rig.remove();
  rmSync(outside, { recursive: true, force: true });
});

const deep = `n=0; mkdir "$KANBAN_REPORT"; cd "$KANBAN_REPORT"; while [ $n -lt 300 ]; do mkdir dddddddddddddddddddd; cd dddddddddddddddddddd; n=$((n+1)); done`;

describe('I6: a report that is no plain file is no report, and blocks nothing', () => {
  it.each([
    ['a FIFO', () => 'mkfifo "$KANBAN_REPORT"'],
    ['a link to /dev/zero', () => 'ln -s /dev/zero "$KANBAN_REPORT"'],
    ['a link to a file of the user', () => `ln -s ${outside}/secret "$KANBAN_REPORT"`],
    ['a link to itself', () => 'ln -s "$KANBAN_REPORT" "$KANBAN_REPORT"'],
    ['a folder', () => 'mkdir -p "$KANBAN_REPORT/x/y"; echo hi > "$KANBAN_REPORT/x/z"'],
    ['a folder deeper than a path may be long', () => deep],
  ])('%s', async (_, script) => {
    const brief = rig.program(`echo work > new.txt; git add . && git commit -qm work; ${script()}`);
    const result = await rig.run(brief);
    expect(result).toMatchObject({ cause: 'no-report', reported: false, ahead: 1, survivors: [] });
    expect(existsSync(rig.path(brief, 'report.md'))).toBe(false);
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toContain('of the user');
    expect(rig.inTask('status', '--porcelain', '--ignored')).toBe('');
  });

  it('in a folder that was replaced by a link', async () => {
    mkdirSync(join(rig.worktree, '.kanban'));
    const report = join(rig.worktree, '.kanban', 'secret');
    const result = await rig.run(
      rig.program(`rm -r .kanban; ln -s ${outside} .kanban; echo x > new.txt; git add new.txt; git commit -qm x`, {
        report,
      }),
    );
    expect(result.reported).toBe(false);
    expect(existsSync(join(outside, 'secret'))).toBe(true);
  });

  it('a report of 10 GB is read up to a megabyte', async () => {
    const brief = rig.program(
      `printf -- '---\\nverdict: done\\n---\\n' > "$KANBAN_REPORT"; truncate -s 10G "$KANBAN_REPORT"; echo x > new.txt; git add .; git commit -qm x`,
    );
    expect(await rig.run(brief)).toMatchObject({ cause: 'reported', reported: true });
    expect(readFileSync(rig.path(brief, 'report.md')).length).toBe(1024 * 1024);
  });

  it('the salvage of a run whose runner was killed does not block either', async () => {
    const brief = rig.program('mkfifo "$KANBAN_REPORT"; echo $$ > ../../agent.pid; exec tail -f /dev/null');
    const runner = await rig.start(brief);
    await pidIn(join(rig.root, 'agent.pid'));
    runner.kill('SIGKILL');
    await until(() => runner.signalCode !== null, 'the end of the runner');
    expect(await salvageRun(rig.path(brief, '.'))).toMatchObject({ cause: 'lost', reported: false, survivors: [] });
  });
});

describe('what an agent does to its own run folder', () => {
  const own = 'cd ../../.kanban/runs/"$KANBAN_RUN_ID"';

  it.each([
    [
      'FIFOs in the place of every file',
      'for f in output.log events.jsonl usage.json cause.json stop.json agent.json report.md; do rm -f $f; mkfifo $f; done',
    ],
    [
      'links to a file of the user',
      'for f in output.log events.jsonl usage.json agent.json report.md result.json; do rm -f $f; ln -s $OUT/secret $f; done',
    ],
    ['folders', 'for f in events.jsonl usage.json result.json agent.json; do rm -f $f; mkdir $f; echo x > $f/x; done'],
    [
      'a result that is none',
      `echo '{"version":1,"cause":"reported","endedAt":"soon"}' > result.json; echo '[]' > taken.json`,
    ],
  ])('I8: %s: the run ends, by its own deadline at the latest, and its work counts', async (_, script) => {
    const brief = rig.program(
      `echo work > new.txt; git add new.txt; git commit -qm work; OUT=${outside}; ${own}; ${script}; echo on; exit 0`,
      { timeout: 20_000 },
    );
    const runner = await rig.start(brief);
    await until(() => listRuns(rig.root).runs[0]?.result != null, 'a sound result');
    runner.stdin?.end();
    expect(listRuns(rig.root).runs[0]?.result).toMatchObject({ runId: brief.runId, ahead: 1 });
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('verdict: done\nthe contents of a file of the user\n');
    readActivity(rig.path(brief, '.'));
  });

  it('I3: it removes the whole of .kanban: the run counts as on until its runner has written the result', async () => {
    const brief = rig.program(
      `echo work > new.txt; git add new.txt; git commit -qm work; rm -rf ../../.kanban; touch ../../gone; while [ ! -e ../../on ]; do sleep 0.05; done`,
    );
    const runner = await rig.start(brief);
    await until(() => listRuns(rig.root).runs[0]?.state === 'alive', 'the run');
    await until(() => existsSync(join(rig.root, 'gone')), 'the removal');
    expect(listRuns(rig.root).runs.map(({ state }) => state)).toEqual(['alive']);
    await until(() => existsSync(rig.path(brief, 'run.json')), 'the restored claim');
    writeFileSync(join(rig.root, 'on'), '');
    await until(() => listRuns(rig.root).runs[0]?.state === 'ended', 'the end');
    runner.stdin?.end();
    expect(listRuns(rig.root).runs[0]?.result).toMatchObject({ ahead: 1, survivors: [] });
  });

  it.each([
    ['while it is active', `rm -rf ../../.kanban; exit 1`],
    ['a moment before its end', `sleep 0.4; rm -rf ../../.kanban`],
  ])('I9: .kanban is removed %s, and it ends without a report: it is lost, no failure', async (_, script) => {
    const brief = rig.program(script);
    const runner = await rig.start(brief);
    await until(() => listRuns(rig.root).runs[0]?.state === 'ended', 'the end');
    runner.stdin?.end();
    expect(listRuns(rig.root).runs[0]?.result).toMatchObject({
      cause: 'lost',
      detail: expect.stringContaining('removed'),
    });
  });

  it('I9: a prompt that is gone starts no agent without one', async () => {
    const brief = rig.program('echo work > new.txt');
    const runner = await rig.runner();
    const order = rig.order(brief);
    rmSync(rig.path(brief, 'prompt.md'));
    runner.stdin?.write(order);
    await until(() => listRuns(rig.root).runs[0]?.state === 'ended', 'the end');
    runner.stdin?.end();
    expect(listRuns(rig.root).runs[0]?.result).toMatchObject({ cause: 'not-started' });
    expect(existsSync(join(rig.worktree, 'new.txt'))).toBe(false);
  });

  it('I3: a run folder that is gone with its runner is lost, and its work is collected', async () => {
    const brief = rig.program('echo work > new.txt; echo $$ > ../../agent.pid; exec tail -f /dev/null');
    const runner = await rig.start(brief);
    await pidIn(join(rig.root, 'agent.pid'));
    await until(() => listRuns(rig.root).runs[0]?.state === 'alive', 'the run');
    runner.kill('SIGKILL');
    await until(() => runner.signalCode !== null, 'the end of the runner');
    rmSync(join(rig.root, '.kanban'), { recursive: true });
    const [run] = listRuns(rig.root).runs;
    expect(run?.state).toBe('lost');
    expect(await salvageRun(run?.folder ?? '', 20_000, run?.brief)).toMatchObject({ cause: 'lost', ahead: 1 });
  });
});

describe('I6: what an agent leaves where git looks for a file blocks no collecting', () => {
  it.each([
    ['.gitignore', 'mkfifo .gitignore'],
    ['.gitattributes', 'mkfifo .gitattributes'],
    ['a .gitignore further down', 'mkdir -p a/b; mkfifo a/b/.gitignore'],
    ['the index', 'rm "$(git rev-parse --git-dir)/index"; mkfifo "$(git rev-parse --git-dir)/index"'],
    ['a folder as index.lock', 'mkdir -p "$(git rev-parse --git-dir)/index.lock/x"'],
    ['a tracked file', 'rm other.txt; mkfifo other.txt'],
  ])('%s', async (_, script) => {
    const brief = rig.program(`echo work > new.txt; git add new.txt; git commit -qm work; ${script}; exit 0`);
    const result = await rig.run(brief);
    expect(result.ahead).toBeGreaterThan(0);
    expect(rig.git('show', 'T-1:new.txt')).toBe('work');
    execFileSync('git', ['status'], { cwd: rig.worktree, timeout: 20_000 });
  });

  it('a worktree that was replaced by a link to the checkout is left alone', async () => {
    const brief = rig.program('cd ..; mv T-1 away; ln -s .. T-1');
    const before = rig.git('status', '--porcelain');
    const result = await rig.run(brief);
    expect(result.refused).toContain('replaced by a symbolic link');
    expect(rig.git('status', '--porcelain')).toBe(before);
    rmSync(rig.worktree);
    execFileSync('mv', ['away', 'T-1'], { cwd: join(rig.root, '.worktrees') });
    symlinkSync('.', join(rig.worktree, 'self'));
    expect((await collect(rig.path(brief, '.'), brief)).leftovers).not.toBe(null);
  });
});
