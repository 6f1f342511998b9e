import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command, Io, ParsedArgs } from '../../../src/commands/program/command.ts';
import add from '../../../src/commands/add.ts';
import approve from '../../../src/commands/approve.ts';
import log from '../../../src/commands/log.ts';
import show from '../../../src/commands/show.ts';
import status from '../../../src/commands/status.ts';
import summary from '../../../src/commands/summary.ts';
import type { Snapshot } from '../../../src/contract/snapshot.ts';
import { formatMessage } from '../../../src/git/history/trailers.ts';
import { processIdentity } from '../../../src/system/claim.ts';
import { NOW, entry, run, snapshot } from '../../unit/report/board.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban look ü '));
  git('init', '-q', '-b', 'main', '.');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  write('WORKFLOW.md', '---\nbase: main\nids: HYD\n---\nBe kind.\n');
  write('.gitignore', '.kanban/\n.worktrees/\n');
  for (const column of ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING']) write(`board/${column}.md`, `# ${column}\n`);
  commit('set up');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' });

function write(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

function commit(message: string): string {
  git('add', '-A');
  git('commit', '-q', '--allow-empty', '-m', message);
  return git('rev-parse', 'HEAD').trim();
}

async function call(
  command: Command,
  args: string[] = [],
  options: ParsedArgs['options'] = {},
  cwd = root,
): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io = {
    cwd,
    env: {},
    isTTY: false,
    columns: undefined,
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  };
  const code = await command({ args, options }, io as unknown as Io);
  return { code, out, err };
}

/** An entry that was tested and landed, as the coordinator commits it. */
function land(): string {
  write('board/TESTING.md', '# TESTING\n\n## HYD-3: Answer 400\n\nWith a clear message.\n');
  commit(
    formatMessage({
      subject: 'kanban: HYD-3 REVIEW → TESTING',
      body: 'Looked at it.',
      trailers: [
        { key: 'Kanban-Move', value: 'HYD-3 REVIEW -> TESTING' },
        { key: 'Kanban-Verdict', value: 'HYD-3 reviewer ready' },
        { key: 'Kanban-Agent', value: 'HYD-3 reviewer=codex' },
      ],
    }),
  );
  write('board/TESTING.md', '# TESTING\n');
  return commit(
    formatMessage({
      subject: 'HYD-3: Answer 400',
      body: 'All is well.',
      trailers: [{ key: 'Kanban-Move', value: 'HYD-3 TESTING -> CHANGELOG' }],
    }),
  );
}

describe('commands that look, on a real repository', () => {
  it('shows an empty board', async () => {
    const { code, out, err } = await call(status);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^main@[0-9a-f]{7} · no coordinator · 0 of 6 runs · push off\n/);
    expect(out).toContain('(nothing on the board: kanban add');
  });

  it('adds an entry with the first prefix, and shows it', async () => {
    const added = await call(add, ['Drop lodash'], { files: 'src/**', priority: 'P1', body: '```sh\ntrue\n```' });
    expect([added.code, added.err]).toEqual([0, '']);
    expect(readFileSync(join(root, 'board/TODO.md'), 'utf8')).toBe(
      '# TODO\n\n## HYD-1: Drop lodash\n\n- files: src/**\n- priority: P1\n\n```sh\ntrue\n```\n',
    );
    const shown = await call(show, ['hyd-1'], { json: true });
    expect(JSON.parse(shown.out)).toMatchObject({
      id: 'HYD-1',
      title: 'Drop lodash',
      place: 'TODO',
      branch: null,
      output: null,
      runs: [],
      entry: { state: 'ready' },
    });
    expect((await call(show, ['HYD-1'])).out).toContain('  - priority: P1\n');
  });

  it('refuses with exit code 2, to stderr', async () => {
    await call(add, ['Drop lodash'], { body: '```sh\ntrue\n```' });
    expect(await call(approve, ['HYD-1'])).toEqual({ code: 2, out: '', err: 'HYD-1 does not wait for approval\n' });
    expect(await call(show, ['HYD-2'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('fix: kanban show HYD-1') as string,
    });
    const elsewhere = mkdtempSync(join(tmpdir(), 'kanban-none-'));
    for (const command of [status, log])
      expect(await call(command, [], {}, elsewhere)).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining('[no-repository]') as string,
      });
    rmSync(elsewhere, { recursive: true });
  });

  it('names what is wrong in the settings, with its place', async () => {
    write('WORKFLOW.md', '---\nbase: main\ncapcity: 3\n---\n');
    for (const command of [status, log, show]) {
      const { code, out, err } = await call(command, command === show ? ['HYD-1'] : []);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('WORKFLOW.md:3:1: ');
    }
  });

  it('says when base is missing', async () => {
    git('branch', '-m', 'trunk');
    expect(await call(log)).toMatchObject({ code: 2, err: expect.stringContaining('[base-missing]') as string });
  });

  it('tells a landed entry from history: its last text, its commits, its reports', async () => {
    const landing = land();
    const moves = JSON.parse((await call(log, [], { json: true })).out) as Record<string, unknown>[];
    expect(moves.map(({ id, from, to, verdict }) => [id, from, to, verdict])).toEqual([
      ['HYD-3', 'TESTING', 'CHANGELOG', null],
      ['HYD-3', 'REVIEW', 'TESTING', 'reviewer ready'],
    ]);
    const life = JSON.parse((await call(log, ['HYD-3'], { json: true })).out) as Record<string, unknown>[];
    expect(life.map(({ report }) => report)).toEqual(['Looked at it.', 'All is well.']);
    const shown = JSON.parse((await call(show, ['HYD-3'], { json: true })).out) as Record<string, unknown>;
    expect(shown).toMatchObject({
      place: 'CHANGELOG',
      title: 'Answer 400',
      text: expect.stringContaining('With a clear message.') as string,
      entry: null,
    });
    expect((await call(show, ['HYD-3'])).out).toContain(`as ${landing.slice(0, 7)}`);
  });

  it('shows with --landed what has landed and was not undone, and nothing else', async () => {
    expect((await call(log, [], { landed: true })).out).toBe('nothing has landed\n');
    const landing = land();
    const ids = async (): Promise<unknown[]> =>
      (JSON.parse((await call(log, [], { json: true, landed: true })).out) as { commit: string }[]).map(
        ({ commit }) => commit,
      );
    expect(await ids()).toEqual([landing]);
    expect((await call(log, ['HYD-3'], { landed: true })).out).toContain('All is well.');
    git(
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      `undo\n\nKanban-Move: HYD-3 CHANGELOG -> TODO\nKanban-Undone: HYD-3 ${landing}`,
    );
    git('commit', '-q', '--allow-empty', '-m', 'move\n\nKanban-Move: HYD-4 TODO -> IN_PROGRESS');
    expect(await ids()).toEqual([]);
    expect((await call(log, [], {})).out).toContain('HYD-4');
    expect(await call(log, ['HYD-3'], { landed: true })).toMatchObject({
      err: '(HYD-3 has not landed, or it was undone)\n',
    });
    git('commit', '-q', '--allow-empty', '-m', 'again\n\nKanban-Move: HYD-3 TESTING -> CHANGELOG');
    expect(await ids()).toEqual([git('rev-parse', 'HEAD').trim()]);
    expect((await call(log, ['HYD-99'], { landed: true })).code).toBe(2);
  });

  it('shows landings with title and commit, and names one that git revert took back', async () => {
    const landing = land();
    const short = landing.slice(0, 7);
    expect((await call(log, [], { landed: true })).out).toContain(`  ${short}  HYD-3  Answer 400 · `);
    expect((await call(summary, [])).out).toMatch(/^landed +HYD-3 +Answer 400 · /m);
    git('-c', 'user.name=Nina', 'revert', '--no-edit', landing);
    expect((await call(log, [], { limit: 1 })).out).toMatch(
      new RegExp(`HYD-3  CHANGELOG → TESTING · undone: ${short} taken back · by Nina\\n$`),
    );
    expect((await call(log, [], { landed: true })).out).toBe('nothing has landed\n');
    expect((await call(summary, [])).out).toMatch(/^undone +HYD-3 +Answer 400/m);
    write('board/TESTING.md', '# TESTING\n');
    commit('kanban: HYD-3 abandoned\n\nKanban-Move: HYD-3 TESTING -> ABANDONED');
    expect((await call(summary, [])).out).toMatch(/^abandoned +HYD-3 +Answer 400/m);
  });

  it('limits the log by count and time', async () => {
    land();
    expect((await call(log, [], { limit: 1 })).out.split('\n')).toHaveLength(2);
    expect((await call(log, [], { since: Date.now() + 60_000 })).out).toBe('nothing has moved yet\n');
  });

  it('tells the branch, its commits over base and its worktree', async () => {
    await call(add, ['Drop lodash'], { body: '```sh\ntrue\n```' });
    const start = git('rev-parse', 'main').trim();
    git('update-ref', 'refs/kanban/start/HYD-1', start);
    git('worktree', 'add', '-q', '-b', 'HYD-1', '.worktrees/HYD-1', 'main');
    writeFileSync(join(root, '.worktrees/HYD-1/new.txt'), 'x');
    execFileSync('git', ['add', '-A'], { cwd: join(root, '.worktrees/HYD-1') });
    execFileSync('git', ['commit', '-q', '-m', 'a new file'], { cwd: join(root, '.worktrees/HYD-1') });
    const shown = JSON.parse((await call(show, ['HYD-1'], { json: true })).out) as {
      branch: { name: string; commits: { subject: string }[] };
    };
    expect(shown.branch).toMatchObject({
      name: 'HYD-1',
      worktree: join(root, '.worktrees/HYD-1'),
      commits: [{ subject: 'a new file' }],
    });
  });

  it('reads what a living coordinator has written, with what each run did last', async () => {
    const kept: Snapshot = snapshot({
      coordinator: { pid: process.pid, since: NOW },
      entries: [entry({ run: run({ last: 'old' }) })],
    });
    write('.kanban/snapshot.json', JSON.stringify(kept));
    write(
      `.kanban/runs/${run().id}/events.jsonl`,
      `cut off"}\n${JSON.stringify({ at: 1, type: 'tool', name: 'edits', summary: 'src/new.ts' })}\n{"at":2,"ty`,
    );
    // Nobody holds the lock: what an earlier coordinator left counts for nothing.
    expect((await call(status)).out).not.toContain('IN_PROGRESS  T-14');
    mkdirSync(join(root, '.git/kanban'), { recursive: true });
    writeFileSync(
      join(root, '.git/kanban/lock'),
      JSON.stringify({ ...processIdentity(process.pid), claimedAt: Date.now(), nonce: 'a' }),
    );
    expect((await call(status)).out).toMatch(/IN_PROGRESS {2}T-14 .* edits src\/new\.ts\n/);
    // A dead holder is no coordinator.
    writeFileSync(
      join(root, '.git/kanban/lock'),
      JSON.stringify({ ...processIdentity(process.pid), startTime: '1', claimedAt: Date.now(), nonce: 'a' }),
    );
    expect((await call(status)).out).not.toContain('IN_PROGRESS  T-14');
  });
});
