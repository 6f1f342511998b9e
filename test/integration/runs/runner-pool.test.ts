import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createRunnerPool } from '../../../src/runs/runner-pool.ts';
import type { RunnerPool } from '../../../src/runs/runner-pool.ts';
import { createRun } from '../../../src/runs/run-store.ts';
import { aBrief } from '../../rig/a-run.ts';
import { buildProgram } from '../../rig/child-program.ts';
import { readFileOrEmpty, until } from '../../rig/waiting.ts';

/**
 * Speaks the runner's protocol and nothing more: claims a run, waits for the file `go` in its folder (or dies at `die`),
 * writes its result, says so, and leaves at the end of stdin once it is idle.
 */
const RUNNER = `
const fs = require('node:fs');
const { basename, join } = require('node:path');
fs.appendFileSync(process.env.PIDS, process.pid + '\\n');
let busy = false, closed = false;
const rl = require('node:readline').createInterface({ input: process.stdin });
rl.on('line', (line) => {
  const { folder, env } = JSON.parse(line);
  busy = true;
  if (fs.existsSync(join(folder, 'die-unclaimed'))) { fs.rmSync(join(folder, 'die-unclaimed')); process.exit(1); }
  fs.writeFileSync(join(folder, 'run.json'), JSON.stringify({ pid: process.pid, env }));
  const timer = setInterval(() => {
    if (fs.existsSync(join(folder, 'die'))) process.exit(1);
    if (!fs.existsSync(join(folder, 'go'))) return;
    clearInterval(timer);
    fs.writeFileSync(join(folder, 'result.json'), '{}');
    try { fs.writeSync(1, JSON.stringify({ ended: basename(folder) }) + '\\n'); } catch {}
    busy = false;
    if (closed) process.exit(0);
  }, 5);
});
rl.on('close', () => { closed = true; if (!busy) process.exit(0); });
`;

let root: string;
let runnerFile: string;
let pool: RunnerPool | null;
let ended: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban-pool ü-'));
  runnerFile = join(root, 'runner.cjs');
  writeFileSync(runnerFile, RUNNER);
  process.env['PIDS'] = join(root, 'pids');
  ended = [];
  pool = null;
});
afterEach(async () => {
  pool?.close();
  for (const pid of pids()) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  await until(() => pids().every((pid) => !isRunning(pid)));
  delete process.env['PIDS'];
  rmSync(root, { recursive: true, force: true });
});

const pids = (): number[] => readFileOrEmpty(join(root, 'pids')).split('\n').filter(Boolean).map(Number);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileOrEmpty(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

const make = (change: { capacity?: number; idle?: number } = {}): RunnerPool =>
  (pool = createRunnerPool({ runnerFile, root, capacity: 6, onEnded: (runId) => ended.push(runId), ...change }));

const aRun = (): string => createRun(root, aBrief(root), '');
const go = (folder: string): void => writeFileSync(join(folder, 'go'), '');
const claim = (folder: string): { pid: number; env: Record<string, string> } | null => {
  const text = readFileOrEmpty(join(folder, 'run.json'));
  return text === '' ? null : (JSON.parse(text) as { pid: number; env: Record<string, string> });
};

describe('runner pool', () => {
  it('hands a run with its environment to a runner, and tells when it has ended', async () => {
    const folder = aRun();
    make().start(folder, { KEY: 'secret' });
    await until(() => claim(folder) !== null);
    expect(claim(folder)?.env).toEqual({ KEY: 'secret' });
    expect(ended).toEqual([]);
    go(folder);
    await until(() => ended.length === 1);
    expect(ended).toEqual([basename(folder)]);
  });

  it('gives the next run to the same runner, and two at a time to two', async () => {
    make();
    for (let i = 0; i < 3; i++) {
      const folder = aRun();
      pool?.start(folder, {});
      go(folder);
      await until(() => ended.includes(basename(folder)));
    }
    expect(pids()).toHaveLength(1);
    const two = [aRun(), aRun()];
    for (const folder of two) pool?.start(folder, {});
    await until(() => two.every((folder) => claim(folder) !== null));
    expect(new Set(two.map((folder) => claim(folder)?.pid)).size).toBe(2);
    expect(pids()).toHaveLength(2);
    two.forEach(go);
    await until(() => ended.length === 5);
  });

  it('keeps runners ready, and ends those that are idle too long', async () => {
    make({ idle: 300 }).warm(2);
    await until(() => pids().length === 2);
    await until(() => pids().every((pid) => !isRunning(pid)));
    const folder = aRun();
    pool?.start(folder, {});
    go(folder);
    await until(() => ended.length === 1);
    expect(pids()).toHaveLength(3);
  });

  it('keeps at most capacity idle ones', async () => {
    make({ capacity: 1 });
    const two = [aRun(), aRun()];
    for (const folder of two) pool?.start(folder, {});
    await until(() => two.every((folder) => claim(folder) !== null));
    two.forEach(go);
    await until(() => ended.length === 2);
    await until(() => pids().filter(isRunning).length === 1);
  });

  it('a runner that dies in the middle of a run is told, so that its folder is looked at', async () => {
    const folder = aRun();
    make().start(folder, {});
    await until(() => claim(folder) !== null);
    writeFileSync(join(folder, 'die'), '');
    await until(() => ended.length === 1);
    expect(ended).toEqual([basename(folder)]);
  });

  it('a runner that dies before it has claimed the run is replaced once (I3: the claim lets only one have it)', async () => {
    const folder = aRun();
    writeFileSync(join(folder, 'die-unclaimed'), '');
    make().start(folder, {});
    await until(() => claim(folder) !== null);
    expect(ended).toEqual([]);
    go(folder);
    await until(() => ended.length === 1);
    expect(pids()).toHaveLength(2);
  });

  it('an idle runner that was killed costs nothing', async () => {
    make().warm(1);
    await until(() => pids().length === 1);
    process.kill(pids()[0]!, 'SIGKILL');
    const folder = aRun();
    pool?.start(folder, {});
    go(folder);
    await until(() => ended.length === 1);
    expect(existsSync(join(folder, 'result.json'))).toBe(true);
  });

  it('a runner that cannot be started ends in a look at the folder, not in a crash', async () => {
    runnerFile = join(root, 'missing.cjs');
    const folder = aRun();
    make().start(folder, {});
    await until(() => ended.length === 1);
    expect(readFileSync(join(root, '.kanban/runner.log'), 'utf8')).toContain('missing.cjs');
  });

  it('does not keep the coordinator alive; a run outlives it, whether it closed the pool or was killed', async () => {
    const program = buildProgram(
      `import { createRunnerPool } from '../../../src/runs/runner-pool.ts';
       const [runnerFile, root, folder, how] = process.argv.slice(2);
       const pool = createRunnerPool({ runnerFile, root, capacity: 2, onEnded: () => {} });
       pool.warm(2);
       pool.start(folder, {});
       if (how === 'close') pool.close();
       if (how === 'stay') setInterval(() => {}, 1000);`,
      join(root, 'coordinator.mjs'),
    );
    for (const how of ['close', 'leave', 'stay']) {
      const folder = aRun();
      const coordinator = spawn(process.execPath, [program, runnerFile, root, folder, how], { stdio: 'ignore' });
      const left = new Promise((resolve) => coordinator.once('exit', resolve));
      if (how === 'stay') {
        await until(() => claim(folder) !== null);
        coordinator.kill('SIGKILL');
      }
      await left;
      await until(() => claim(folder) !== null);
      expect(isRunning(claim(folder)!.pid)).toBe(true);
      go(folder);
      await until(() => existsSync(join(folder, 'result.json')));
      await until(() => pids().every((pid) => !isRunning(pid)));
    }
  });

  it('tells nothing after close', async () => {
    const folder = aRun();
    make().start(folder, {});
    await until(() => claim(folder) !== null);
    pool?.close();
    go(folder);
    await until(() => pids().every((pid) => !isRunning(pid)));
    expect(ended).toEqual([]);
  });

  it('its own environment carries no mark of a run and no debugger', async () => {
    mkdirSync(join(root, 'x'), { recursive: true });
    process.env['KANBAN_RUN_ID'] = 'outer run';
    writeFileSync(
      runnerFile,
      `${RUNNER}\nfs.writeFileSync(join(${JSON.stringify(root)}, 'env'), JSON.stringify(process.env));`,
    );
    make().warm(1);
    delete process.env['KANBAN_RUN_ID'];
    await until(() => readFileOrEmpty(join(root, 'env')).endsWith('}'));
    const env = JSON.parse(readFileSync(join(root, 'env'), 'utf8')) as Record<string, string>;
    expect(env).toHaveProperty('PATH');
    expect(Object.keys(env).filter((name) => name.startsWith('KANBAN_') || name === 'NODE_OPTIONS')).toEqual([]);
  });
});
