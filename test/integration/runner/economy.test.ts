import { execFileSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Brief } from '../../../src/contract/brief.ts';
import { listProcesses } from '../../../src/system/process-table.ts';
import { findOfRun } from '../../../src/runner/sweep.ts';
import { RunRig, until } from '../../rig/run-rig.ts';

/** What a run of the embedded agent costs: each git process is 1 to 5 ms. */
let rig: RunRig;
let runner: ChildProcess;
let log: string;

beforeEach(async () => {
  rig = new RunRig();
  const bin = join(rig.root, '.git', 'bin');
  log = join(rig.root, '.git', 'calls');
  mkdirSync(bin);
  const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  writeFileSync(join(bin, 'git'), `#!/bin/sh\necho "$*" >> '${log}'\nexec '${git}' "$@"\n`);
  chmodSync(join(bin, 'git'), 0o755);
  runner = await rig.runner({ ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` });
  await calls(rig.task('true\n'));
});
afterEach(() => rig.remove());

const COMMANDS = [
  'status',
  'diff',
  'add',
  'update-ref',
  'merge-tree',
  'merge',
  'commit',
  'rev-list',
  'rev-parse',
  'merge-base',
  'diff-tree',
  'cat-file',
];

/** The git commands of one run, in order. */
async function calls(brief: Brief): Promise<string[]> {
  writeFileSync(log, '');
  runner.stdin?.write(rig.order(brief));
  await rig.result(brief);
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ').find((word) => COMMANDS.includes(word)) ?? line);
}

const shell = (change: Partial<NonNullable<Brief['shell']>>) => ({
  script: null,
  check: null,
  mergeBase: false,
  run: '',
  ...change,
});

describe('git processes of a warm runner', () => {
  it('task: status, add, one move of the branch', async () => {
    expect(await calls(rig.task('echo four >> file.txt\necho x > new.txt\n'))).toEqual(['status', 'add', 'update-ref']);
    expect(rig.git('diff', '--name-only', 'main...T-1')).toBe('file.txt\nnew.txt');
  });

  it('reviewer: one for whitespace and markers, one status', async () => {
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    expect(await calls(rig.brief({ role: 'reviewer', shell: shell({ check: { files: [] } }) }))).toEqual([
      'diff',
      'status',
    ]);
  });

  it('tester: one status where base has moved only its board, two more for a merge', async () => {
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    rig.write('board/TODO.md', '# TODO\n\n## T-2: More\n');
    rig.git('commit', '-qam', 'a move');
    expect(await calls(rig.brief({ role: 'tester', shell: shell({ mergeBase: true, run: 'true' }) }))).toEqual([
      'status',
    ]);
    rig.write('other.txt', 'landed\n');
    rig.git('commit', '-qam', 'a landing');
    expect(await calls(rig.brief({ role: 'tester', shell: shell({ mergeBase: true, run: 'true' }) }))).toEqual([
      'merge-tree',
      'merge',
      'status',
    ]);
    expect(rig.git('log', '-1', '--format=%P|%s|%ce', 'T-1')).toBe(
      `${rig.sha('T-1^1')} ${rig.sha('main')}|T-1: merge main|t-1.tester.shell@kanban.invalid`,
    );
    expect(rig.inTask('status', '--porcelain')).toBe('');
  });

  it('a run without a program leaves few files', async () => {
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    const brief = rig.brief({ role: 'reviewer', shell: shell({ check: { files: [] } }) });
    await calls(brief);
    expect(readdirSync(rig.path(brief, '.')).sort()).toEqual([
      'brief.json',
      'prompt.md',
      'report.md',
      'result.json',
      'run.json',
    ]);
  });
});

describe('processes that stay', () => {
  const below = () => listProcesses().filter(({ ppid }) => ppid === runner.pid);

  it("are no run's, and end with the runner", async () => {
    const brief = rig.task('echo x > new.txt\n');
    await calls(brief);
    const stay = below();
    expect(stay.length).toBeGreaterThanOrEqual(2);
    expect(
      findOfRun({
        ...{ runId: brief.runId, root: rig.root, worktree: rig.worktree, temporary: null },
        since: '',
        groups: [],
        seen: [],
      }),
    ).toEqual([]);
    runner.stdin?.end();
    await until(() => runner.exitCode !== null, 'the runner to leave');
    expect(runner.exitCode).toBe(0);
    await until(
      () =>
        stay.every(
          ({ pid, startTime }) => !listProcesses().some((row) => row.pid === pid && row.startTime === startTime),
        ),
      'them to leave',
    );
  });

  it('start again when they were killed', async () => {
    for (const { pid } of below()) process.kill(pid, 'SIGKILL');
    const brief = rig.task('echo x > new.txt\n');
    await calls(brief);
    expect(await rig.result(brief)).toMatchObject({ cause: 'reported', changed: ['new.txt'], faults: [] });
  });
});
