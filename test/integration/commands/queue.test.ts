import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Io, ParsedArgs } from '../../../src/commands/program/command.ts';
import queueCommand from '../../../src/commands/queue.ts';
import type { SnapshotChecked, SnapshotQueue } from '../../../src/contract/snapshot.ts';
import { processIdentity } from '../../../src/system/claim.ts';
import { NOW, minutes, queue, snapshot } from '../../unit/report/board.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban queue ü '));
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  git('init', '-q', '-b', 'main', '.');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  write('WORKFLOW.md', '---\nbase: main\n---\nBe kind.\n');
  write('.gitignore', '.kanban/\n.worktrees/\n');
  write('board/TODO.md', '# TODO\n');
  git('add', '-A');
  git('commit', '-q', '-m', 'set up');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string | Buffer): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** What a living coordinator says of its queue. */
function says(of: Partial<SnapshotQueue>): void {
  const kept = snapshot({ coordinator: { pid: process.pid, since: NOW }, queue: queue(of) });
  write('.kanban/snapshot.json', JSON.stringify(kept));
  write('.git/kanban/lock', JSON.stringify({ ...processIdentity(process.pid), claimedAt: Date.now(), nonce: 'a' }));
}

const logOf = (n: number): string => `.kanban/checks/check-${n}-0123abcd/output.log`;
const checked = (n: number): SnapshotChecked => ({
  at: NOW - minutes(n),
  commit: '3f2a9c1d00000000000000000000000000000000',
  entries: ['T-10'],
  outcome: 'red',
  detail: 'exit 1',
  seconds: 3,
  log: logOf(n),
});
const running = {
  id: 'check-9-0123abcd',
  commit: '3f2a9c1d00000000000000000000000000000000',
  entries: ['T-12'],
  purpose: 'first',
  startedAt: NOW,
  deadlineAt: NOW + minutes(30),
  log: logOf(9),
} as const;

async function call(
  options: ParsedArgs['options'] = {},
  isTTY = false,
): Promise<{ code: number; out: string; err: string }> {
  const out: Buffer[] = [];
  let err = '';
  const io = {
    cwd: join(root, 'board'),
    env: { NO_COLOR: '1' },
    isTTY,
    columns: isTTY ? 80 : undefined,
    stdout: { write: (text: string | Buffer) => out.push(Buffer.from(text)) > 0 },
    stderr: { write: (text: string) => (err += text) },
  };
  const code = await queueCommand({ args: [], options }, io as unknown as Io);
  return { code, out: Buffer.concat(out).toString('latin1'), err };
}

describe('kanban queue', () => {
  it('says that nothing waits where none runs', async () => {
    const { code, out, err } = await call();
    expect([code, err]).toEqual([0, '']);
    expect(Buffer.from(out, 'latin1').toString()).toMatch(/^main@[0-9a-f]{7} · no coordinator · /);
    expect(out).toContain('(nothing waits to land)\n');
  });

  it('prints the newest checks: five for the user, as many as asked for, all in JSON', async () => {
    says({ recent: [1, 2, 3, 4, 5, 6, 7].map(checked) });
    expect((await call()).out.match(/output\.log/g)).toHaveLength(5);
    expect((await call({ limit: 2 })).out.match(/output\.log/g)).toHaveLength(2);
    const json = JSON.parse((await call({ json: true })).out) as Record<string, unknown>;
    expect(json['recent']).toHaveLength(7);
    expect(JSON.parse((await call({ json: true, limit: 3 })).out)).toMatchObject({
      version: 2,
      base: { name: 'main' },
      push: false,
      mode: 'batch',
      recent: [{ log: logOf(1) }, { log: logOf(2) }, { log: logOf(3) }],
    });
  });

  it('--log prints what the check that is on has printed, byte by byte, from any folder', async () => {
    const bytes = Buffer.from([...Buffer.from('ok 1 ü\n\u001b[2J'), 0xff, 0x00]);
    write(logOf(9), bytes);
    write(logOf(1), 'old\n');
    says({ running, recent: [checked(1)] });
    expect(await call({ log: true })).toEqual({ code: 0, out: bytes.toString('latin1'), err: '' });
  });

  it('--log on a terminal lets no output move the cursor, and says which check it is', async () => {
    write(logOf(9), 'ok 1\u001b[2J\r\n10 %\r99 %\rdone\r\n\ttab\n\u009b1Alast');
    says({ running });
    expect(await call({ log: true }, true)).toEqual({
      code: 0,
      out: `${logOf(9)}: T-12 on main, is on\nok 1\ndone\n\ttab\nlast\n`,
      err: '',
    });
  });

  it('--log prints the newest check where none is on, and all of a long output', async () => {
    const text = `${'x'.repeat(70_000)}\n`.repeat(50);
    write(logOf(1), text);
    says({ recent: [checked(1), checked(2)] });
    expect((await call({ log: true })).out === text).toBe(true);
    const shown = await call({ log: true }, true);
    expect(shown.out.startsWith(`${logOf(1)}: T-10 on main, red after 3s: exit 1\nxxx`)).toBe(true);
    expect(shown.out.endsWith(text)).toBe(true);
  });

  it('--log prints nothing of a check that has printed nothing yet', async () => {
    says({ running });
    expect(await call({ log: true })).toEqual({ code: 0, out: '', err: '' });
  });

  it.each([
    ['no check has run', {}, { log: true }, 'no check has run yet'],
    ['its log is gone', { recent: [checked(1)] }, { log: true }, logOf(1)],
  ])('refuses with exit code 2, to stderr, where %s', async (_, of, options, words) => {
    says(of);
    const { code, out, err } = await call(options);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(words);
    expect(err).toContain('fix: ');
  });
});
