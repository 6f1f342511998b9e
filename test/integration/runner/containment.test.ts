import { chmodSync, existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tryBubblewrap } from '../../../src/system/containment.ts';
import { isAlive, readClaim } from '../../../src/system/claim.ts';
import type { Brief } from '../../../src/contract/brief.ts';
import { LiveRun } from '../../../src/runner/live-run.ts';
import { listProcesses } from '../../../src/system/process-table.ts';
import { salvageRun } from '../../../src/runner/salvage-run.ts';
import { supervise } from '../../../src/runner/supervise.ts';
import { findMarked } from '../../../src/runner/sweep.ts';
import { RunRig, until } from '../../rig/run-rig.ts';

/** All that a run is promised holds in a namespace as in a process group; where bubblewrap doesn't work there is only the latter. */
const here = await tryBubblewrap(process.env['PATH']);
const WAYS: readonly (readonly [way: string, bwrap: string | null])[] = [
  ...(here.ok ? [['bwrap', here.path] as const] : []),
  ['group', null],
];

let rig: RunRig;
beforeEach(() => void (rig = new RunRig()));
afterEach(() => rig.remove());

const at = (name: string): string => join(rig.root, name);
const idle = 'tail -f /dev/null';
/** In a script: says which process this is, as it is known outside, too. */
const says = (name: string): string => `echo $$ $(readlink /proc/self/ns/pid 2>&-) > ${at(name)}`;
const REPORT = `printf -- '---\\nverdict: done\\n---\\n' > "$KANBAN_REPORT"`;
/** A double fork with nothing left in its environment, standing in `/`. */
const escape = (name: string): string =>
  `env -i PATH="$PATH" sh -c 'cd /; (setsid sh -c "${says(name).replaceAll('$', '\\$')}; exec ${idle}" &)'; until [ -s ${at(name)} ]; do :; done`;

async function said(name: string): Promise<string> {
  await until(() => existsSync(at(name)) && readFileSync(at(name), 'utf8').includes('\n'), name);
  return readFileSync(at(name), 'utf8').trim();
}

/** The pid out here of a process that has said in a file who it is; null: it is gone. */
async function pidOf(name: string): Promise<number | null> {
  const [inside = '', namespace = ''] = (await said(name)).split(' ');
  // Where there are no namespaces, the name is missing.
  const found = listProcesses().find(({ pid }) =>
    namespace === '' ? pid === Number(inside) : isThat(pid, inside, namespace),
  );
  return found?.pid ?? null;
}

function isThat(pid: number, inside: string, namespace: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/ns/pid`) !== namespace) return false;
    return /^NSpid:.*\s(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] === inside;
  } catch {
    return false;
  }
}

describe.each(WAYS)('contained by %s', (_way, bwrap) => {
  const program = (script: string, change: Partial<Brief> = {}): Brief => rig.program(script, { bwrap, ...change });

  it('ends the whole tree at the deadline, and says how the agent ended', async () => {
    const script = [
      `setsid sh -c '${says('setsid')}; exec ${idle}' &`,
      `sh -c 'trap "" TERM; ${says('deaf')}; while :; do sleep 1; done' &`,
      `env -i PATH="$PATH" sh -c '${says('unmarked')}; exec ${idle}' &`,
      says('agent'),
      'wait',
    ].join('\n');
    const result = await rig.run(program(script, { timeout: 2_500, grace: 500 }));
    expect(result).toMatchObject({ cause: 'timed-out', survivors: [] });
    for (const name of ['setsid', 'deaf', 'unmarked', 'agent']) expect(await pidOf(name), name).toBe(null);
  });

  it('gives the agent, and what it started, its time after SIGTERM', async () => {
    // A wrapper that goes at once, and the program proper, which saves its session first.
    const brief = program(
      `sh -c 'trap "sleep 0.7; echo saved > ${at('saved')}; exit 0" TERM; ${says('child')}; while :; do sleep 0.1; done' &\nwait`,
    );
    await rig.start(brief);
    await said('child');
    writeFileSync(rig.path(brief, 'stop.json'), JSON.stringify({ cause: 'stopped', detail: 'enough', at: 1 }));
    const result = await rig.result(brief);
    expect(result).toMatchObject({ cause: 'stopped', detail: 'enough', exit: { code: null, signal: 'SIGTERM' } });
    expect(readFileSync(at('saved'), 'utf8')).toBe('saved\n');
    expect(await pidOf('child')).toBe(null);
  });

  it('ends one that is stopped, and one that hears nothing, with SIGKILL', async () => {
    const stopped = program(`${says('stopped')}; kill -STOP $$`, { timeout: 2_000, grace: 5_000 });
    expect(await rig.run(stopped)).toMatchObject({ cause: 'timed-out', exit: { signal: 'SIGTERM' } });
    const deaf = program(`trap '' TERM; ${says('deaf')}; while :; do sleep 0.1; done`, { timeout: 2_000, grace: 300 });
    expect(await rig.run(deaf)).toMatchObject({ cause: 'timed-out', exit: { signal: 'SIGKILL' }, survivors: [] });
    expect([await pidOf('stopped'), await pidOf('deaf')]).toEqual([null, null]);
  });

  it.each([
    ['true', { code: 0, signal: null }],
    ['exit 3', { code: 3, signal: null }],
    // Gemini's for HTTP 401; a signal's number it is not.
    ['exit 145', { code: 145, signal: null }],
    ['kill -KILL $$', { code: null, signal: 'SIGKILL' }],
    ['kill -TERM $$', { code: null, signal: 'SIGTERM' }],
  ])('tells how it ended: %s', async (script, exit) => {
    expect(await rig.run(program(script))).toMatchObject({ cause: 'no-report', exit });
  });

  it('tells of a program that is not there, is none, or can not be interpreted, that it was not started', async () => {
    writeFileSync(at('plain'), 'text');
    writeFileSync(at('odd'), '#!/no/such/interpreter\n');
    chmodSync(at('odd'), 0o755);
    const of = async (file: string): Promise<string> => {
      const result = await rig.run(rig.brief({ bwrap, command: { file, args: [], stdin: 'none' } }));
      expect(result).toMatchObject({ cause: 'not-started', exit: null });
      return result.detail;
    };
    expect(await of('no-such-agent')).toMatch(/^it could not be started: spawn no-such-agent (ENOENT|EACCES)$/);
    expect(await of(at('plain'))).toBe(`it could not be started: spawn ${at('plain')} EACCES`);
    expect(await of(at('odd'))).toContain('it could not be started: ');
  });

  it('leaves it worktree, identity, prompt and its own TMPDIR, but no terminal', async () => {
    const brief = program(
      [
        'cat > prompt.txt',
        'echo new > file.txt',
        'git add -A && git commit -qm work',
        'echo x > "$TMPDIR/x" && cat "$TMPDIR/x"',
        '(: < /dev/tty) 2>/dev/null && echo terminal',
        'echo words >&2',
        REPORT,
      ].join('\n'),
    );
    expect(await rig.run(brief)).toMatchObject({
      cause: 'reported',
      ahead: 1,
      changed: ['file.txt', 'prompt.txt'],
      leftovers: null,
      swept: [],
      tail: 'x\nwords',
    });
    expect(rig.git('log', '-1', '--format=%an <%ae>', 'T-1')).toBe(`${brief.identity.name} <${brief.identity.email}>`);
    expect(rig.git('show', 'T-1:prompt.txt')).toBe('the prompt');
  });

  it('speaks with it over pipes', async () => {
    const brief = program('');
    const run = new LiveRun(rig.folder(brief), brief, { PATH: process.env['PATH'] ?? '' });
    let stdin: Writable | null = null;
    const end = await supervise(run, {
      file: 'sh',
      args: ['-c', 'while read -r line; do echo "heard $line"; done; exit 4'],
      stdin: null,
      onStdin: (pipe) => {
        stdin = pipe;
        pipe.write('one\n');
      },
      onTick: () => {
        if (readFileSync(run.outputPath, 'utf8') === 'heard one\n') stdin?.end('two\n');
      },
      timeout: 50_000,
      late: null,
      isAgent: true,
    });
    run.close();
    expect(end).toEqual({ exit: { code: 4, signal: null }, spawnError: null });
    expect(readFileSync(run.outputPath, 'utf8')).toBe('heard one\nheard two\n');
  });

  it('sees by the CPU of the whole tree that it is not stalled, and that it is', async () => {
    const stall = { after: 1_200, repeat: 20, kill: true };
    const busy = program(`setsid timeout 4 sh -c 'while :; do :; done' & wait`, { stall });
    expect((await rig.run(busy)).cause).toBe('no-report');
    expect((await rig.run(program(`exec ${idle}`, { stall }))).cause).toBe('stalled');
  });

  it('leaves nothing behind at a clean end; of hooks, neither', async () => {
    const hooks = {
      afterCreate: `setsid sh -c '${says('hook')}; exec ${idle}' & until [ -s ${at('hook')} ]; do :; done`,
      beforeRun: '',
      afterRun: '',
      timeout: 60_000,
    };
    const brief = program(
      `(cd / && setsid sh -c '${says('left')}; exec ${idle}' &); until [ -s ${at('left')} ]; do :; done; ${REPORT}`,
      { hooks },
    );
    expect(await rig.run(brief)).toMatchObject({ cause: 'reported', survivors: [] });
    for (const name of ['hook', 'left']) expect(await pidOf(name), name).toBe(null);
  });

  it('is stopped before it has really begun', async () => {
    const brief = program(`${says('agent')}; exec ${idle}`);
    const runner = await rig.start(brief);
    await until(() => existsSync(rig.path(brief, 'agent.json')), 'the start');
    runner.kill('SIGTERM');
    expect(await rig.result(brief)).toMatchObject({ cause: 'stopped', survivors: [] });
    expect(findMarked(rig.root)).toEqual([]);
  });

  it('is found by its mark while it works', async () => {
    const brief = program(`${says('agent')}; exec ${idle}`);
    const runner = await rig.start(brief);
    const pid = await pidOf('agent');
    expect(findMarked(rig.root)).toContainEqual(expect.objectContaining({ pid, runId: brief.runId }));
    runner.kill('SIGTERM');
    await rig.result(brief);
  });

  it('loses no work when its runner is killed (I6, I8)', async () => {
    const brief = program(
      `echo half > file.txt; setsid sh -c '${says('child')}; exec ${idle}' & ${says('agent')}; wait`,
    );
    const runner = await rig.start(brief);
    await Promise.all(['child', 'agent'].map(said));
    runner.kill('SIGKILL');
    const claim = readClaim(rig.path(brief, '.'));
    await until(() => claim !== null && isAlive(claim) === 'dead', 'the runner to be gone');
    const result = await salvageRun(rig.path(brief, '.'));
    expect(result).toMatchObject({ cause: 'lost', ahead: 1, changed: ['file.txt'], survivors: [] });
    for (const name of ['child', 'agent']) expect(await pidOf(name), name).toBe(null);
    expect(rig.git('show', 'T-1:file.txt')).toBe('half');
  });
});

describe.each(WAYS.filter(([way]) => way === 'bwrap'))('only by %s', (_way, bwrap) => {
  it('even what hides its origin ends with the agent', async () => {
    await rig.run(rig.program(`${escape('escaped')}; ${REPORT}`, { bwrap }));
    expect(await pidOf('escaped')).toBe(null);
    await rig.run(rig.program(`${escape('late')}; exec ${idle}`, { bwrap, timeout: 2_000, grace: 500 }));
    expect(await pidOf('late')).toBe(null);
  });

  it('everything ends with the runner, without a sweep', async () => {
    const brief = rig.program(`${escape('escaped')}; ${says('agent')}; exec ${idle}`, { bwrap });
    const runner = await rig.start(brief);
    await said('agent');
    const pids = [await pidOf('agent'), await pidOf('escaped')];
    expect(pids).not.toContain(null);
    runner.kill('SIGKILL');
    await until(() => !listProcesses().some(({ pid }) => pids.includes(pid)), 'the end of all of it');
  });
});
