import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runCommand } from '../../../src/system/processes.ts';
import type { CommandRun } from '../../../src/system/processes.ts';
import { readFileOrEmpty, until } from '../../rig/waiting.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kanban-command ü-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const run = (command: string, change: Partial<CommandRun> = {}): ReturnType<typeof runCommand> =>
  runCommand({ command, cwd: dir, env: { PATH: process.env['PATH'] ?? '' }, timeout: 60_000, ...change });

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileOrEmpty(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
};

describe('runCommand', () => {
  it('gives the exit code and what was printed on both streams', async () => {
    expect(await run('echo out; echo err >&2; exit 3')).toMatchObject({ code: 3, signal: null, timedOut: false });
    expect((await run('echo out; echo err >&2')).tail.split('\n').sort()).toEqual(['err', 'out']);
  });

  it('hands over exactly the environment, and stdin', async () => {
    process.env['KANBAN_TEST_LEAK'] = 'leak';
    const { tail } = await run('cat; echo "$NAME-$KANBAN_TEST_LEAK"', {
      env: { PATH: process.env['PATH'] ?? '', NAME: 'value' },
      input: '{"type":"x"}\n',
    });
    delete process.env['KANBAN_TEST_LEAK'];
    expect(tail).toBe('{"type":"x"}\nvalue-');
    expect(await run('cat')).toMatchObject({ code: 0, tail: '' });
  });

  it('a command that does not read its stdin is no failure', async () => {
    expect(await run('exit 0', { input: 'x'.repeat(1_000_000) })).toMatchObject({ code: 0 });
  });

  it('keeps the last 20 lines and 4 KiB, whatever is printed, and whole characters', async () => {
    const lines = (await run('i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo "line $i"; done')).tail.split('\n');
    expect(lines).toHaveLength(20);
    expect(lines.at(-1)).toBe('line 5000');
    const wide = (await run(`"${process.execPath}" -e 'process.stdout.write("ü€".repeat(500000))'`)).tail;
    expect(Buffer.byteLength(wide)).toBeLessThanOrEqual(4096);
    expect(wide).toMatch(/^[ü€]+$/);
  });

  it('writes a bounded log', async () => {
    const log = join(dir, 'hook.log');
    await run(`"${process.execPath}" -e 'process.stdout.write("x".repeat(5000000))'`, { log });
    expect(statSync(log).size).toBe(1024 * 1024);
    await run('echo second', { log: join(dir, 'other.log') });
    expect(readFileSync(join(dir, 'other.log'), 'utf8')).toBe('second\n');
  });

  it('a deadline ends the whole process group, also what ignores SIGTERM', async () => {
    const result = await run(
      `trap "" TERM; sh -c 'trap "" TERM; echo $$ > pid; while :; do sleep 1; done' & wait; while :; do sleep 1; done`,
      { timeout: 3000, grace: 200 },
    );
    expect(result).toMatchObject({ code: null, signal: 'SIGKILL', timedOut: true });
    const pid = Number(readFileSync(join(dir, 'pid'), 'utf8'));
    await until(() => !isRunning(pid));
  });

  it('a deadline leaves time for an orderly end', async () => {
    const result = await run(`trap 'echo bye; exit 7' TERM; echo started > mark; while :; do sleep 0.05; done`, {
      timeout: 3000,
      grace: 30_000,
    });
    expect(result).toMatchObject({ code: 7, timedOut: true });
    expect(result.tail).toContain('bye');
  });

  it('does not wait for what a command leaves in the background with its output open', async () => {
    const result = await run('sleep 300 & echo $! > pid; echo done', { timeout: 60_000 });
    const pid = Number(readFileSync(join(dir, 'pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    expect(result).toMatchObject({ code: 0, timedOut: false, tail: 'done' });
  });

  it('a command that cannot be started says why', async () => {
    const result = await run('true', { cwd: join(dir, 'nowhere') });
    expect(result).toMatchObject({ code: null, timedOut: false });
    expect(result.tail).toMatch(/could not be started/);
    expect(await run('no-such-program-at-all')).toMatchObject({ code: 127 });
  });
});
