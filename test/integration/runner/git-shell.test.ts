import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitShell } from '../../../src/runner/git/git-shell.ts';
import type { ShellAnswer } from '../../../src/runner/git/git-shell.ts';
import { isRunning, pidIn, until } from '../../rig/run-rig.ts';

let folder: string;
let shell: GitShell;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-shell-')));
  shell = new GitShell(folder, () => ({ PATH: process.env['PATH'], FROM: 'the start' }));
});
afterEach(() => {
  shell.close();
  rmSync(folder, { recursive: true, force: true });
});

const node = (script: string, ...more: string[]) => ({
  env: {},
  file: process.execPath,
  args: ['-e', script, '--', ...more],
  input: null,
  timeout: 60_000,
  most: 64 * 1024 * 1024,
});
const sh = (
  script: string,
  change: { env?: Record<string, string>; input?: string; timeout?: number; most?: number } = {},
) => ({ ...node(''), file: 'sh', args: ['-c', script], ...change });
const run = async (command: ReturnType<typeof sh>): Promise<ShellAnswer> =>
  (await shell.run(command)) ?? expect.fail('nothing was started');

describe('a shell that stays', () => {
  it('gives code, output and errors, byte for byte', async () => {
    expect(await run(sh('printf "a\\0b\\n"; printf "no newline" >&2; exit 3'))).toEqual({
      code: 3,
      stdout: 'a\0b\n',
      stderr: 'no newline',
    });
    expect(await run(sh('true'))).toEqual({ code: 0, stdout: '', stderr: '' });
    const much = await run(
      node('process.stdout.write("ü\\n".repeat(500000)); process.stderr.write("e".repeat(200000))'),
    );
    expect(much.stdout).toBe('ü\n'.repeat(500_000));
    expect(much.stderr).toHaveLength(200_000);
  });

  it('takes any argument, input and environment, and keeps none of it', async () => {
    const strange = ["it's", '', '$HOME `x` "y" \\', 'two\nlines', '~', '*', 'ünïcode – 日本', '-n', 'A=b', ';&|#!'];
    const { stdout } = await run(node('console.log(JSON.stringify(process.argv.slice(1)))', ...strange));
    expect(JSON.parse(stdout)).toEqual(strange);
    const input = "line 'one'\n\\n$x `y`\n\nno end";
    expect((await run(sh('cat', { input }))).stdout).toBe(input);
    expect((await run(sh('printf "%s|%s" "$FROM" "$MINE"', { env: { MINE: "it's\nmine" } }))).stdout).toBe(
      "the start|it's\nmine",
    );
    expect((await run(sh('printf "%s" "$MINE"; cat'))).stdout).toBe('');
    expect((await run(sh('pwd -P'))).stdout.trim()).toBe(folder);
  });

  it('runs one after the other, in one shell', async () => {
    const answers = await Promise.all([1, 2, 3].map((n) => run(sh(`echo ${n} $PPID >> log; cat log`))));
    expect(answers.map(({ stdout }) => stdout.trim().split('\n').length)).toEqual([1, 2, 3]);
    expect(
      new Set(
        answers[2]?.stdout
          .trim()
          .split('\n')
          .map((line) => line.split(' ')[1]),
      ).size,
    ).toBe(1);
  });

  it("says when it can't: input with a NUL, or much of it", async () => {
    expect(await shell.run(sh('cat', { input: 'a\0b' }))).toBe(null);
    expect(await shell.run(sh('cat', { input: 'x'.repeat(100_000) }))).toBe(null);
  });

  it('keeps a bounded part of the output', async () => {
    const { code, stdout } = await run(sh('head -c 3000000 /dev/zero; exit 5', { most: 1_000_000 }));
    expect(code).toBe(5);
    expect(stdout.length).toBeLessThanOrEqual(1_000_000);
  });

  it('killed while idle: nothing is lost; killed at work: said, and the next one runs', async () => {
    const pid = Number((await run(sh('echo $PPID'))).stdout);
    process.kill(pid, 'SIGKILL');
    // Nothing was started, or a new shell did it: never a false failure.
    const next = await shell.run(sh('echo again'));
    if (next !== null) expect(next.stdout).toBe('again\n');
    await until(() => !isRunning(pid), 'its end');
    const work = shell.run(sh(`echo $PPID > ${join(folder, 'shell.pid')}; exec sleep 600`));
    process.kill(-(await pidIn(join(folder, 'shell.pid'))), 'SIGKILL');
    expect((await work)?.code).toBe(-1);
    expect((await run(sh('echo again'))).stdout).toBe('again\n');
  });

  it('ends what hangs, with all below it', async () => {
    const answer = await run(sh(`echo $$ > ${join(folder, 'hangs.pid')}; sleep 600; true`, { timeout: 2_000 }));
    expect(answer.code).toBe(-1);
    const pid = Number(readFileSync(join(folder, 'hangs.pid'), 'utf8'));
    await until(() => !isRunning(pid), 'its end');
  });
});
