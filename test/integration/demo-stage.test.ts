import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Io } from '../../src/commands/program/command.ts';
import { Stage } from '../../src/commands/demo/demo-stage.ts';

let root = '';
let said = '';
let io: Io;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban-demo-stage-'));
  said = '';
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      said += chunk.toString();
      done();
    },
  }) as unknown as NodeJS.WriteStream;
  io = { cwd: root, stdout, stderr: stdout, env: process.env, isTTY: false, columns: undefined };
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A program in place of the CLI: notes what it was called with; `run` stays until it is told to end. */
function program(onTerm: string): string {
  const path = join(root, 'cli.mjs');
  const text = `import { appendFileSync, writeFileSync } from 'node:fs';
const [command, ...rest] = process.argv.slice(2);
appendFileSync('calls', [command, ...rest].join(' ') + ' pause=' + process.env.DEMO_PAUSE + '\\n');
process.on('SIGTERM', () => { ${onTerm} });
if (command === 'run') { setInterval(() => {}, 1000); writeFileSync('pid', String(process.pid)); }
`;
  writeFileSync(path, text);
  return path;
}

const calls = (): string[] => readFileSync(join(root, 'calls'), 'utf8').trimEnd().split('\n');

async function runningPid(): Promise<number> {
  for (let tries = 0; tries < 3000 && !existsSync(join(root, 'pid')); tries += 1) await pause(10);
  for (let tries = 0; tries < 3000 && readFileSync(join(root, 'pid'), 'utf8') === ''; tries += 1) await pause(10);
  return Number(readFileSync(join(root, 'pid'), 'utf8'));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('the stage of the demo', () => {
  test('a server lives beside the commands, and ends with the demo', async () => {
    const path = join(root, 'cli.mjs');
    writeFileSync(
      path,
      `import { writeFileSync } from 'node:fs';
if (process.argv[2] === 'serve') {
  setInterval(() => {}, 1000);
  process.stdout.write('The board is at\\n\\n  http://127.0.0.1:1/#t=x\\n');
  writeFileSync('pid', String(process.pid));
}
`,
    );
    const stage = new Stage(root, path, 0, io);
    expect(await stage.serve('--open')).toBe('http://127.0.0.1:1/#t=x');
    expect(said).toContain('$ kanban serve --open\n');
    expect(await stage.show('status')).toBe(0);
    const pid = await runningPid();
    expect(isAlive(pid)).toBe(true);
    await stage.clear();
    await stage.untilServed();
    expect(isAlive(pid)).toBe(false);
  });

  test('a server that ends at once is no address', async () => {
    const path = join(root, 'cli.mjs');
    writeFileSync(path, 'process.exitCode = 2;');
    const stage = new Stage(root, path, 0, io);
    expect(await stage.serve()).toBe(null);
    await stage.clear();
  });

  test('commands are shown and end with their own exit code; nothing is left to end', async () => {
    const stage = new Stage(root, program(''), 3, io);
    expect(await stage.show('status')).toBe(0);
    await stage.clear();
    expect(said).toBe('$ kanban status\n');
    expect(calls()).toEqual(['status pause=3']);
  });

  test('an interruption ends the coordinator, then the runs that it may have left', async () => {
    const stage = new Stage(root, program('process.exit(130)'), 0, io);
    const running = stage.showRun('run', '--until-done');
    const pid = await runningPid();
    process.emit('SIGHUP', 'SIGHUP');
    expect(await running).toBe(130);
    expect(stage.interrupted).toBe(true);
    expect(await stage.show('status')).toBe(null);
    await stage.clear();
    expect(isAlive(pid)).toBe(false);
    expect(calls()).toEqual(['run --until-done pause=0', 'stop --now pause=0']);
  });

  test('a coordinator that was killed is cleared up after', async () => {
    const stage = new Stage(root, program(''), 0, io);
    const running = stage.showRun('run', '--until-done');
    process.kill(await runningPid(), 'SIGKILL');
    expect(await running).toBe(null);
    expect(stage.interrupted).toBe(false);
    await stage.clear();
    expect(calls().at(-1)).toBe('stop --now pause=0');
  });

  test('a demo that fails half-way ends its coordinator', async () => {
    const stage = new Stage(root, program('process.exit(130)'), 0, io);
    const running = stage.showRun('run', '--until-done');
    const pid = await runningPid();
    await stage.clear();
    await running;
    expect(isAlive(pid)).toBe(false);
    expect(calls().at(-1)).toBe('stop --now pause=0');
  });
});
