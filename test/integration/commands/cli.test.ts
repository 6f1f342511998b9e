import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let cli: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kanban-cli-'));
  cli = join(folder, 'dist', 'cli.mjs');
  await build({
    entryPoints: { cli: 'src/cli.ts' },
    outdir: join(folder, 'dist'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    define: { KANBAN_VERSION: '"1.2.3"' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
  });
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { cwd: folder });
  git('init', '-q', '-b', 'main', '.');
  for (let i = 0; i < 40; i++)
    git(
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      `move\n\nKanban-Move: T-${i} TODO -> IN_PROGRESS\nKanban-By: T-${i} ${'x'.repeat(9000)}`,
    );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function kanban(
  args: readonly string[],
  { cwd = folder, env = {}, leave = false }: { cwd?: string; env?: Record<string, string>; leave?: boolean } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (leave) child.stdout.destroy();
    });
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

describe('the program', () => {
  it('prints its version', async () => {
    expect(await kanban(['--version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' });
  });

  it('runs in another folder with -C, and says so where there is none', async () => {
    const elsewhere = { cwd: tmpdir() };
    const there = await kanban(['-C', folder, 'log', '--limit', '1'], elsewhere);
    expect(there).toMatchObject({ code: 0, out: expect.stringContaining('T-39') as string });
    expect(await kanban(['log', '--limit', '1', '-C', join(folder, 'none')], elsewhere)).toEqual({
      code: 2,
      out: '',
      err: `error: cannot change to '${join(folder, 'none')}': there is no such folder\n`,
    });
  });

  it('I12: an argument reaches the terminal as plain text, whatever message quotes it', async () => {
    const evil = '\u001B[31mx\u001B]0;title\u0007\u202E';
    for (const args of [
      ['-C', evil],
      [evil],
      ['ls', evil],
      ['show', evil],
      ['log', `--${evil}`],
      ['log', `T-${evil}`],
      ['check', evil],
      ['status', '--column', evil],
      ['completion', evil],
      ['add', '--priority', evil, evil],
      ['move', evil, evil],
      ['init', '--agent', evil, '--dry-run'],
    ]) {
      const { out, err } = await kanban(args);
      expect([args, out + err]).toEqual([
        args,
        expect.not.stringMatching(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E]/),
      ]);
    }
  });

  it('hands on the exit code, results to stdout, problems to stderr', async () => {
    expect(await kanban(['log', '--limit', '1'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('T-39') as string,
      err: '',
    });
    expect(await kanban(['statsu'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('Did you mean status?') as string,
    });
    expect(await kanban(['show', 'T-99'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('[unknown-id]') as string,
    });
  });

  it('refuses ids that name nothing, all at once, and says which are near', async () => {
    for (const command of [['log'], ['attach'], ['run'], ['run', '--until-done'], ['run', '--dry-run']])
      expect(await kanban([...command, 'T-99'])).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining('T-99 is not on the board and nothing of that name has landed') as string,
      });
    const { code, err } = await kanban(['run', 'T-98', 'T-99']);
    expect([code, err.match(/unknown-id/g)?.length]).toEqual([2, 2]);
  });

  it('refuses options that have no meaning together, all at once', async () => {
    const wrong = async (...args: string[]): Promise<string[]> => {
      const { code, out, err } = await kanban(args);
      expect([code, out]).toEqual([2, '']);
      return err.split('\n').filter((line) => line.startsWith('error: '));
    };
    expect(await wrong('run', '--max-wait', '5m')).toEqual(['error: --max-wait needs --until-done']);
    expect(await wrong('run', '--dry-run', '--until-done', '--max-wait', '5x')).toEqual([
      'error: --dry-run cannot be combined with --until-done',
      'error: --dry-run cannot be combined with --max-wait',
      "error: option '--max-wait <duration>' cannot be '5x': it must be a duration such as 90s, 15m or 1h30m",
    ]);
    expect(await wrong('queue', '--log', '--json')).toEqual(['error: --log cannot be combined with --json']);
    expect(await wrong('move', 'T-1', 'TODO', '--top', '--before', 'T-2', '--bottom')).toEqual([
      'error: --before cannot be combined with --top',
      'error: --before cannot be combined with --bottom',
      'error: --top cannot be combined with --bottom',
    ]);
    expect(await wrong('abandon', 'T-1', '--why', ' ')).toEqual(["error: option '--why <reason>' must not be empty"]);
    expect(await wrong('queue', '--limit', '99')).toEqual([
      "error: option '--limit <count>' cannot be '99': it must be a whole number from 1 to 20",
    ]);
    expect(await wrong('inject', 'T-1', 'x', '--priority', 'urgent')).toEqual([
      "error: option '--priority <priority>' cannot be 'urgent': it must be one of high, normal, low",
    ]);
  });

  it('writes long output to the end before it leaves', async () => {
    const { code, out } = await kanban(['log', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toHaveLength(40);
    expect(out.length).toBeGreaterThan(300_000);
  });

  it('says nothing when its reader has left', async () => {
    expect(await kanban(['log', '--json'], { leave: true })).toMatchObject({ code: 0, err: '' });
  });

  it('tells a bug as a bug, with its stack and where to report it', async () => {
    const sabotage = "data:text/javascript,Array.prototype.toReversed=()=>{throw new TypeError('boom')}";
    const { code, out, err } = await kanban(['log', 'T-1'], {
      env: { NODE_OPTIONS: `--import=${sabotage.replaceAll(' ', '%20')}` },
    });
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^TypeError: boom\n {4}at /);
    expect(err).toContain('This is a bug in kanban, please report it');
    expect(err).toContain('kanban 1.2.3, node v');
  });

  it('tells that the folder is gone', async () => {
    const gone = mkdtempSync(join(tmpdir(), 'kanban-gone-'));
    const child = execFileSync(
      'sh',
      ['-c', `cd '${gone}' && rmdir '${gone}' && { '${process.execPath}' '${cli}' status 2>&1; echo "exit $?"; }`],
      { encoding: 'utf8', cwd: tmpdir() },
    );
    expect(child).toContain('[folder-gone]');
    expect(child).toContain('exit 2');
  });

  it('runs through a link, as npm installs it', async () => {
    const link = join(folder, 'kanban');
    symlinkSync(cli, link);
    expect(execFileSync(process.execPath, [link, '--version'], { encoding: 'utf8' })).toBe('1.2.3\n');
  });

  it('tells what can not be read as the disk, not as a bug', async () => {
    const other = mkdtempSync(join(tmpdir(), 'kanban-odd-'));
    execFileSync('git', ['init', '-q', '-b', 'main', other]);
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'one'], {
      cwd: other,
    });
    execFileSync('mkdir', ['WORKFLOW.md'], { cwd: other });
    writeFileSync(join(other, 'WORKFLOW.md', 'x'), '');
    const { code, err } = await kanban(['status'], { cwd: other });
    rmSync(other, { recursive: true });
    expect(code).toBe(2);
    expect(err).not.toContain('This is a bug');
  });
});
