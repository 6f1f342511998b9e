import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hookOf, readActivity } from '../../../src/runs/run-activity.ts';
import { claimRun, isAlive, processIdentity, readClaim } from '../../../src/system/claim.ts';
import { salvageRun } from '../../../src/runner/salvage-run.ts';
import { listProcesses, readProcess, startedSince } from '../../../src/system/process-table.ts';
import { endProcesses, findMarked, findOfRun, type SweepTarget } from '../../../src/runner/sweep.ts';
import { isRunning, pidIn, RunRig, until } from '../../rig/run-rig.ts';

let rig: RunRig;
beforeEach(() => {
  rig = new RunRig();
});
afterEach(() => rig.remove());

const at = (name: string): string => join(rig.root, name);
/** Nothing tells a script apart from others here but its files: `$1` is the repository's root. */
const idle = 'tail -f /dev/null';
const ofRun = (runId: string): SweepTarget => ({
  ...{ runId, root: rig.root, worktree: rig.worktree, temporary: null, since: '', groups: [], seen: [] },
});

describe('whole-tree kill', () => {
  it('ends a tree with a child of its own session, one that ignores SIGTERM, and one without the mark, at the deadline', async () => {
    const script = [
      `setsid sh -c 'echo $$ > ${at('setsid.pid')}; exec ${idle}' &`,
      `sh -c 'trap "" TERM; echo $$ > ${at('deaf.pid')}; while :; do sleep 1; done' &`,
      `env -i PATH="$PATH" sh -c 'echo $$ > ${at('unmarked.pid')}; exec ${idle}' &`,
      'echo started',
      'wait',
    ].join('\n');
    const brief = rig.program(script, { timeout: 1_500, grace: 500 });
    const result = await rig.run(brief);
    expect(result).toMatchObject({ cause: 'timed-out', survivors: [] });
    expect(JSON.parse(rig.read(brief, 'cause.json'))).toMatchObject({ cause: 'timed-out' });
    expect(result.awake).toBeGreaterThanOrEqual(1_400);
    for (const name of ['setsid.pid', 'deaf.pid', 'unmarked.pid'])
      expect(isRunning(await pidIn(at(name))), name).toBe(false);
    expect(result.tail).toBe('started');
  });

  it("sweeps what a clean end leaves in the background, and spares a process that is not the run's", async () => {
    // Outside of the worktree and of the group: only the mark tells whose it is.
    const brief = rig.program(
      `(cd / && setsid sh -c 'echo $$ > ${at('left.pid')}; exec ${idle}' &) ; until [ -s ${at('left.pid')} ]; do :; done; printf -- '---\\nverdict: done\\n---\\n' > "$KANBAN_REPORT"`,
    );
    const result = await rig.run(brief);
    expect(result.cause).toBe('reported');
    expect(isRunning(await pidIn(at('left.pid')))).toBe(false);
    expect(result.swept.map(({ pid }) => pid)).toContain(await pidIn(at('left.pid')));
    expect(isRunning(process.pid)).toBe(true);
  });

  it.each([
    ['its TMPDIR', '-u KANBAN_RUN_ID -u KANBAN_REPORT -u KANBAN_MARK -u KANBAN_WORKTREE', 'cd /'],
    ['its report', '-u KANBAN_RUN_ID -u TMPDIR -u TMP -u TEMP -u KANBAN_MARK', 'cd /'],
    ['its worktree and the mark', '-u KANBAN_RUN_ID -u TMPDIR -u TMP -u TEMP -u KANBAN_REPORT', 'cd /'],
    ['nothing but its folder: TMPDIR', '-i PATH="$PATH"', 'cd "$TMPDIR"'],
  ])('I3: sweeps what has dropped the mark, by %s', async (_, drops, cd) => {
    const marks = `export KANBAN_MARK='${rig.root}' KANBAN_WORKTREE='${rig.worktree}'`;
    const left = `setsid env ${drops} sh -c 'echo $$ > ${at('left.pid')}; exec ${idle}'`;
    const brief = rig.program(`${marks}; (${cd} && ${left} &); until [ -s ${at('left.pid')} ]; do :; done`);
    const result = await rig.run(brief);
    expect(isRunning(await pidIn(at('left.pid')))).toBe(false);
    expect(result.swept.map(({ pid }) => pid)).toContain(await pidIn(at('left.pid')));
  });

  it('I3: spares what is of another run or repository, whatever else it has in its environment', async () => {
    const brief = rig.program(`echo $$ > ${at('agent.pid')}; until [ -e ${at('go')} ]; do sleep 0.05; done`);
    await rig.start(brief);
    await pidIn(at('agent.pid'));
    const base = { PATH: process.env['PATH'] ?? '', KANBAN_WORKTREE: rig.worktree, KANBAN_MARK: rig.root };
    const others = [
      { ...base, KANBAN_RUN_ID: 'T-1-2-task-00000000', KANBAN_REPORT: brief.report },
      { ...base, KANBAN_MARK: `${rig.root}-other` },
      { ...base, KANBAN_MARK: '', TMPDIR: '/tmp' },
    ].map((env) => spawn('tail', ['-f', '/dev/null'], { cwd: rig.worktree, env, stdio: 'ignore' }));
    writeFileSync(at('go'), '');
    expect((await rig.result(brief)).swept).toEqual([]);
    for (const { pid } of others) expect(isRunning(pid ?? 0)).toBe(true);
    for (const child of others) child.kill('SIGKILL');
  });

  it('spares what somebody else runs in the worktree (I7)', async () => {
    const brief = rig.program(`echo $$ > ${at('agent.pid')}; until [ -e ${at('go')} ]; do sleep 0.05; done`);
    await rig.start(brief);
    await pidIn(at('agent.pid'));
    const editor = spawn('tail', ['-f', '/dev/null'], { cwd: rig.worktree, stdio: 'ignore' });
    writeFileSync(at('go'), '');
    const result = await rig.result(brief);
    expect(result.swept).toEqual([]);
    expect(isRunning(editor.pid ?? 0)).toBe(true);
    editor.kill('SIGKILL');
  });

  it('ends an agent that is stopped (SIGSTOP)', async () => {
    const brief = rig.program(`echo $$ > ${at('agent.pid')}; kill -STOP $$`, { timeout: 2_000, grace: 2_000 });
    expect(await rig.run(brief)).toMatchObject({ cause: 'timed-out', survivors: [] });
    expect(isRunning(await pidIn(at('agent.pid')))).toBe(false);
  });

  it('finds an orphan without mark and terminal in the worktree, but not one outside', async () => {
    const brief = rig.program(
      `env -i PATH="$PATH" sh -c '(setsid sh -c "echo \\$\\$ > ${at('in.pid')}; exec ${idle}" &)'; cd /; env -i PATH="$PATH" sh -c '(setsid sh -c "echo \\$\\$ > ${at('out.pid')}; exec ${idle}" &)'; until [ -s ${at('in.pid')} ] && [ -s ${at('out.pid')} ]; do :; done`,
    );
    await rig.run(brief);
    expect(isRunning(await pidIn(at('in.pid')))).toBe(false);
    // Escapes without containment (DEPENDENCIES: the double fork with a cleared environment); never guessed at.
    expect(isRunning(await pidIn(at('out.pid')))).toBe(true);
  });

  it('finds by mark what belongs to this repository, and ends it by pid and start time', async () => {
    const brief = rig.program(`echo $$ > ${at('agent.pid')}; exec ${idle}`);
    const runner = await rig.start(brief);
    const pid = await pidIn(at('agent.pid'));
    await until(() => findMarked(rig.root).some((found) => found.pid === pid), 'the mark');
    const found = findMarked(rig.root).filter((one) => one.pid === pid);
    expect(found).toMatchObject([{ pid, runId: brief.runId }]);
    expect(findMarked(`${rig.root}-other`)).toEqual([]);
    const env = { PATH: process.env['PATH'] ?? '', KANBAN_MARK: rig.root, KANBAN_REPORT: brief.report };
    const dropped = spawn('tail', ['-f', '/dev/null'], { env, stdio: 'ignore' });
    await until(() => findMarked(rig.root).some((one) => one.pid === dropped.pid), 'the report');
    expect(findMarked(rig.root).find((one) => one.pid === dropped.pid)?.runId).toBe(brief.runId);
    dropped.kill('SIGKILL');
    await endProcesses([{ pid, startTime: 'another' }]);
    expect(isRunning(pid)).toBe(true);
    expect((await endProcesses(found)).survivors).toEqual([]);
    expect(isRunning(pid)).toBe(false);
    runner.stdin?.end();
    expect((await rig.result(brief)).cause).toBe('no-report');
  });
});

describe('process table', () => {
  it('leaves out only what is older, also when it has been seen before', async () => {
    const now = readProcess(process.pid)?.startTime ?? '';
    expect(listProcesses(now).map(({ pid }) => pid)).toContain(process.pid);
    const child = spawn('tail', ['-f', '/dev/null'], { stdio: 'ignore' });
    await until(() => listProcesses().some(({ pid }) => pid === child.pid), 'the child');
    const later = String(Number(readProcess(child.pid ?? 0)?.startTime) + 1);
    for (const since of [now, later, now, '']) {
      const expected = listProcesses().some(
        ({ pid, startTime }) => pid === child.pid && (since === '' || Number(startTime) >= Number(since)),
      );
      expect(listProcesses(since).some((row) => row.pid === child.pid && startedSince(row, since))).toBe(expected);
    }
    child.kill('SIGKILL');
    await until(() => !listProcesses(now).some(({ pid }) => pid === child.pid), 'its end');
  });
});

describe('who ends a run', () => {
  it('stop.json: its cause and words win over what the agent does on SIGTERM', async () => {
    const brief = rig.program(
      `trap 'printf -- "---\\nverdict: done\\n---\\n" > "$KANBAN_REPORT"; exit 0' TERM; echo x > file.txt; echo $$ > ${at('agent.pid')}; while :; do sleep 0.1; done`,
    );
    await rig.start(brief);
    await pidIn(at('agent.pid'));
    writeFileSync(rig.path(brief, 'stop.json'), JSON.stringify({ cause: 'stopped', detail: 'the entry moved', at: 1 }));
    const result = await rig.result(brief);
    expect(result).toMatchObject({ cause: 'stopped', detail: 'the entry moved', ahead: 1, changed: ['file.txt'] });
  });

  it('a signal without stop.json: stopped', async () => {
    const brief = rig.program(`echo $$ > ${at('agent.pid')}; exec ${idle}`);
    const runner = await rig.start(brief);
    await pidIn(at('agent.pid'));
    runner.kill('SIGTERM');
    expect(await rig.result(brief)).toMatchObject({ cause: 'stopped', detail: 'the runner received a signal to end' });
  });

  it('a stop before it began starts no agent', async () => {
    const brief = rig.program(`echo ran > ${at('ran')}`);
    rig.folder(brief);
    writeFileSync(rig.path(brief, 'stop.json'), JSON.stringify({ cause: 'stopped', detail: 'gone', at: 1 }));
    expect(await rig.run(brief)).toMatchObject({ cause: 'stopped', exit: null });
    expect(existsSync(at('ran'))).toBe(false);
  });

  it('outlives its coordinator: end of stdin and SIGHUP leave the run alone', async () => {
    const brief = rig.program(
      `echo $$ > ${at('agent.pid')}; until [ -e ${at('go')} ]; do sleep 0.05; done; printf -- '---\\nverdict: done\\n---\\n' > "$KANBAN_REPORT"`,
    );
    const runner = await rig.start(brief);
    await pidIn(at('agent.pid'));
    runner.stdin?.destroy();
    runner.stdout?.destroy();
    runner.kill('SIGHUP');
    writeFileSync(at('go'), '');
    expect((await rig.result(brief)).cause).toBe('reported');
    await until(() => runner.exitCode !== null, 'the runner to leave');
    expect(runner.exitCode).toBe(0);
  });

  it('too much output: no-report, and the words say so; the runner stays small', async () => {
    const brief = rig.program(
      'head -c 209715200 /dev/zero | tr "\\0" "x"; printf "\\nlast words\\n"; until [ -e nothing ]; do sleep 1; done',
      { maxOutput: 150_000_000 },
    );
    const runner = await rig.start(brief);
    let largest = 0;
    await until(() => {
      largest = Math.max(largest, Number(/VmHWM:\s+(\d+)/.exec(statusOf(runner.pid ?? 0))?.[1] ?? 0));
      return existsSync(rig.path(brief, 'result.json'));
    }, 'the result');
    const result = await rig.result(brief);
    expect(result).toMatchObject({ cause: 'no-report', survivors: [] });
    expect(result.detail).toContain('150000000 bytes');
    expect(result.output).toBeGreaterThan(150_000_000);
    expect(largest).toBeLessThan(80 * 1024);
  });

  it('stalled: told, and killed only where the settings say so', async () => {
    const brief = rig.program(`exec ${idle}`, { stall: { after: 900, repeat: 20, kill: true } });
    const result = await rig.run(brief);
    expect(result.cause).toBe('stalled');
    expect(rig.events(brief).map((event) => event.type)).toContain('stalled');
  });

  it('not stalled: silent, but files change', async () => {
    const brief = rig.program('for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $i > file.txt; sleep 0.3; done', {
      stall: { after: 2_400, repeat: 20, kill: true },
    });
    expect((await rig.run(brief)).cause).toBe('no-report');
  });
});

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

describe('claims', () => {
  it('two runners, one folder: one agent (I3)', async () => {
    const brief = rig.program(
      `echo started >> ${at('starts')}; until [ -e ${at('go')} ]; do sleep 0.05; done; printf -- '---\\nverdict: done\\n---\\n' > "$KANBAN_REPORT"`,
    );
    const line = rig.order(brief);
    const runners = await Promise.all([rig.runner(), rig.runner(), rig.runner()]);
    for (const runner of runners) runner.stdin?.end(line);
    // Those that did not get it leave, while the one that did has its agent alive.
    await until(() => runners.filter((runner) => runner.exitCode === 0).length === 2, 'the others to leave');
    await until(() => existsSync(at('starts')), 'the agent');
    writeFileSync(at('go'), '');
    expect((await rig.result(brief)).cause).toBe('reported');
    expect(readFileSync(at('starts'), 'utf8')).toBe('started\n');
  });

  it('a run that was claimed as lost is left alone', async () => {
    const brief = rig.program(`echo ran > ${at('ran')}`);
    const folder = rig.folder(brief);
    expect(claimRun(folder, true)).toBe(true);
    expect(claimRun(folder)).toBe(false);
    const runner = await rig.runner();
    runner.stdin?.end(rig.order(brief));
    await until(() => runner.exitCode !== null, 'the runner to leave');
    expect(existsSync(at('ran'))).toBe(false);
    expect(existsSync(rig.path(brief, 'result.json'))).toBe(false);
  });

  it('carries out queued orders one after the other', async () => {
    const one = rig.task('echo one > a.txt\n');
    const two = rig.task('cat a.txt > b.txt\n');
    const runner = await rig.runner();
    let said = '';
    runner.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    runner.stdin?.write(rig.order(one) + rig.order(two));
    await rig.result(two);
    await until(() => said.split('\n').length === 3, 'both ends');
    expect(said).toBe(`{"ended":"${one.runId}"}\n{"ended":"${two.runId}"}\n`);
  });

  it('judges a claim by pid, start time, boot, host and namespace', () => {
    const mine = { ...processIdentity(process.pid), claimedAt: 0 };
    expect(isAlive(mine)).toBe('alive');
    expect(isAlive({ ...mine, startTime: '1' })).toBe('dead');
    expect(isAlive({ ...mine, bootId: 'before' })).toBe('dead');
    expect(isAlive({ ...mine, host: 'elsewhere', bootId: 'theirs' })).toBe('foreign');
    expect(isAlive({ ...mine, pidNamespace: 'pid:[1]' })).toBe('foreign');
  });
});

describe('a runner that dies', () => {
  it('is salvaged: its tree ended, uncommitted work committed, once (I6, I8)', async () => {
    const brief = rig.program(
      `echo half > file.txt; setsid sh -c 'echo $$ > ${at('child.pid')}; exec ${idle}' & echo $$ > ${at('agent.pid')}; wait`,
    );
    const runner = await rig.start(brief);
    const pids = [await pidIn(at('agent.pid')), await pidIn(at('child.pid'))];
    runner.kill('SIGKILL');
    const claim = readClaim(rig.path(brief, '.'));
    await until(() => claim !== null && isAlive(claim) === 'dead', 'the runner to be gone');
    const result = await salvageRun(rig.path(brief, '.'));
    expect(result).toMatchObject({ cause: 'lost', ahead: 1, changed: ['file.txt'], survivors: [] });
    for (const pid of pids) expect(isRunning(pid)).toBe(false);
    expect(rig.git('show', 'T-1:file.txt')).toBe('half');
    expect(await salvageRun(rig.path(brief, '.'))).toEqual(result);
    expect(rig.git('rev-list', '--count', 'main..T-1')).toBe('1');
  });

  it.each(['agent', 'collect'])('killed in phase %s: the same end (I8)', async (phase) => {
    const brief = rig.task('echo half > file.txt\necho new > new.txt\n');
    const runner = await rig.start(brief);
    await until(
      () =>
        existsSync(rig.path(brief, 'events.jsonl')) && rig.read(brief, 'events.jsonl').includes(`"name":"${phase}"`),
      phase,
    );
    runner.kill('SIGKILL');
    const claim = readClaim(rig.path(brief, '.'));
    await until(() => claim !== null && isAlive(claim) === 'dead', 'the runner to be gone');
    const result = await salvageRun(rig.path(brief, '.'));
    expect(result.survivors).toEqual([]);
    expect(result.faults).toEqual([]);
    expect(rig.inTask('status', '--porcelain')).toBe('');
    expect(result.tip).toBe(rig.sha('T-1'));
    // In phase `agent` the script may not have come to its first line: then nothing was there to keep.
    if (phase === 'collect') expect(result.changed).toEqual(['file.txt', 'new.txt']);
    expect(await salvageRun(rig.path(brief, '.'))).toEqual(result);
  });

  it('died between the report and its result: it has reported', async () => {
    const brief = rig.task('true\n');
    const folder = rig.folder(brief);
    claimRun(folder);
    writeFileSync(join(folder, 'report.md'), '---\nverdict: done\n---\n');
    rig.writeTask('new.txt', 'x\n');
    expect(await salvageRun(folder)).toMatchObject({ cause: 'reported', reported: true, changed: ['new.txt'] });
  });

  it('keeps the cause that was written before it died', async () => {
    const brief = rig.program('true');
    const folder = rig.folder(brief);
    claimRun(folder, true);
    writeFileSync(join(folder, 'cause.json'), JSON.stringify({ cause: 'timed-out', detail: 'late', at: 1 }));
    expect(await salvageRun(folder)).toMatchObject({ cause: 'timed-out', detail: 'late' });
  });
});

describe('hooks', () => {
  it('after_create once per worktree, HUSKY=0, then the mark; before and after each run', async () => {
    const hooks = {
      afterCreate: `echo "create $HUSKY" >> ${at('log')}`,
      beforeRun: `echo before >> ${at('log')}`,
      afterRun: `echo after >> ${at('log')}`,
      timeout: 60_000,
    };
    await rig.run(rig.task(`echo run >> ${at('log')}\n`, { hooks }));
    await rig.run(rig.task(`echo run >> ${at('log')}\n`, { hooks }));
    expect(readFileSync(at('log'), 'utf8')).toBe('create 0\nbefore\nrun\nafter\nbefore\nrun\nafter\n');
    expect(existsSync(join(rig.root, '.git/worktrees/T-1/kanban-ready'))).toBe(true);
    expect(existsSync(join(rig.root, '.git/kanban/after-create.lock'))).toBe(false);
  });

  it('a hook that fails starts no agent: not-started with its last 20 lines', async () => {
    const hooks = {
      afterCreate: 'seq 1 50; echo no such package >&2; exit 4',
      beforeRun: '',
      afterRun: '',
      timeout: 60_000,
    };
    const brief = rig.task(`echo run >> ${at('log')}\n`, { hooks });
    const result = await rig.run(brief);
    expect(result.cause).toBe('not-started');
    expect(result.detail).toMatch(
      /^the after_create hook failed: exit 4: no such package\n32\n[\s\S]*\n50\nno such package$/,
    );
    expect(existsSync(at('log'))).toBe(false);
    expect(existsSync(join(rig.root, '.git/worktrees/T-1/kanban-ready'))).toBe(false);
  });

  it('a run says that it waits for the after_create of another one, and then that its own runs', async () => {
    rig.write(
      '.git/kanban/after-create.lock',
      JSON.stringify({ ...processIdentity(process.pid), claimedAt: Date.now() }),
    );
    const afterCreate = `echo installing; touch ${at('hooked')}; while [ ! -e ${at('go')} ]; do sleep 0.02; done`;
    const brief = rig.task('true\n', { hooks: { afterCreate, beforeRun: '', afterRun: '', timeout: 60_000 } });
    const folder = dirname(rig.path(brief, 'events.jsonl'));
    const ended = rig.run(brief);
    await until(() => hookOf(folder) === 'hook-queue', 'it waits');
    expect(readActivity(folder).last).toBe('waits for the after_create of another run: one runs at a time');
    rmSync(join(rig.root, '.git/kanban/after-create.lock'));
    await until(() => existsSync(at('hooked')), 'the hook runs');
    await until(() => readActivity(folder).last === 'the hook after_create runs: installing', 'what it prints is read');
    expect(hookOf(folder)).toBe('after_create');
    writeFileSync(at('go'), '');
    await ended;
    expect(hookOf(folder)).toBeNull();
  });

  it("a hook that hangs is ended after its time, and a dead holder's lock is taken over", async () => {
    rig.write(
      '.git/kanban/after-create.lock',
      JSON.stringify({ ...processIdentity(process.pid), startTime: '1', claimedAt: 0 }),
    );
    const hooks = { afterCreate: `echo $$ > ${at('hook.pid')}; ${idle}`, beforeRun: '', afterRun: '', timeout: 2_000 };
    const result = await rig.run(rig.task('true\n', { hooks, grace: 500 }));
    expect(result.cause).toBe('not-started');
    expect(result.detail).toContain('took longer than');
    expect(isRunning(await pidIn(at('hook.pid')))).toBe(false);
  });

  it('after_run also after a deadline; its failure is an event, no more', async () => {
    const hooks = { afterCreate: '', beforeRun: '', afterRun: `echo after >> ${at('log')}; exit 1`, timeout: 60_000 };
    const brief = rig.program(idle, { hooks, timeout: 500, grace: 500 });
    expect((await rig.run(brief)).cause).toBe('timed-out');
    expect(readFileSync(at('log'), 'utf8')).toBe('after\n');
    expect(
      rig.events(brief).some((event) => event.type === 'text' && event.text.includes('after_run hook failed')),
    ).toBe(true);
  });
});

describe('command', () => {
  it('gets the prompt on stdin', async () => {
    const brief = rig.program('cat > got.txt');
    await rig.run(brief);
    expect(rig.git('show', 'T-1:got.txt')).toBe('the prompt');
  });

  it.each([
    [
      'a program that is not there',
      { command: { file: 'no-such-program-here', args: [], stdin: 'none' as const } },
      'not-started',
    ],
    [
      'exit 127',
      { command: { file: 'sh', args: ['-c', 'no-such-program-here'], stdin: 'none' as const } },
      'not-started',
    ],
    [
      'exit 127 after work',
      { command: { file: 'sh', args: ['-c', 'echo x > file.txt; no-such-program-here'], stdin: 'none' as const } },
      'no-report',
    ],
    [
      'exit 75',
      { command: { file: 'sh', args: ['-c', 'echo retry-after: 30; exit 75'], stdin: 'none' as const } },
      'provider',
    ],
    ['exit 0 without a report', { command: { file: 'true', args: [], stdin: 'none' as const } }, 'no-report'],
  ])('%s', async (_name, change, cause) => {
    const result = await rig.run(rig.brief(change));
    expect(result.cause).toBe(cause);
    expect(result.providerUntil === undefined).toBe(cause !== 'provider');
  });

  it('leaves nothing of a run alive (I3)', async () => {
    const brief = rig.program(`(setsid ${idle} &)`);
    await rig.run(brief);
    expect(findOfRun(ofRun(brief.runId))).toEqual([]);
  });
});

describe('a prompt as an argument', () => {
  const asked = (script: string) =>
    rig.brief({
      command: { file: 'sh', args: ['-c', script, 'sh', '--ask={prompt}', '{prompt}'], stdin: 'argument' },
    });

  it('is one argument, whatever it contains, and stdin is closed', async () => {
    rig.prompt = `$(touch ${at('hit')}) \`touch ${at('hit')}\` '"; touch ${at('hit')}\n$& $1 %s {prompt}\0 ü\n`;
    const brief = asked(
      `printf '%s' "$2" > ${at('second')}; printf '%s' "$1" > ${at('first')}; echo $# > ${at('count')}; cat > ${at('stdin')}`,
    );
    await rig.run(brief);
    const prompt = rig.prompt.replace('\0', '');
    expect(readFileSync(at('second'), 'utf8')).toBe(prompt);
    expect(readFileSync(at('first'), 'utf8')).toBe(`--ask=${prompt}`);
    expect([readFileSync(at('count'), 'utf8'), readFileSync(at('stdin'), 'utf8')]).toEqual(['2\n', '']);
    expect(existsSync(at('hit'))).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'that is too long is not started, with the reason and the remedy',
    async () => {
      rig.prompt = 'x'.repeat(128 * 1024);
      const result = await rig.run(asked('true'));
      expect(result.cause).toBe('not-started');
      expect(result.detail).toMatch(
        /the prompt has 131078 bytes, and an argument at most 131071: use `\{prompt_file\}`/,
      );
    },
  );
});
