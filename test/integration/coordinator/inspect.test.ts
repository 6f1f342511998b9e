import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/contract/snapshot.ts';
import { heldEntries } from '../../../src/coordinator/inspect/held-entries.ts';
import { inspectPreflight } from '../../../src/coordinator/inspect/inspect-preflight.ts';
import { readSnapshot } from '../../../src/coordinator/inspect/read-snapshot.ts';
import { shellPath } from '../../../src/shell-word.ts';

let root: string;
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
    cwd: root,
    encoding: 'utf8',
  }).trim();

const entry = (id: string): string => `\n## ${id}: Task ${id}\n\n\`\`\`sh\ntrue\n\`\`\`\n`;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-test-inspect-')));
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'T');
  git('config', 'user.email', 't@example.com');
  mkdirSync(join(root, 'board'));
  writeFileSync(join(root, 'WORKFLOW.md'), '---\nbase: main\nsettle: 0\n---\n');
  writeFileSync(join(root, 'board/TODO.md'), `# TODO\n${entry('T-1')}${entry('T-2')}${entry('T-3')}`);
  writeFileSync(join(root, 'code.txt'), 'a\n');
  writeFileSync(join(root, '.gitignore'), '.worktrees/\n.kanban/\n');
  git('add', '-A');
  git('commit', '-q', '-m', 'begin');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function snapshot(): Promise<Snapshot> {
  const read = await readSnapshot(root);
  if (!read.ok) throw new Error(read.error.map(({ message }) => message).join());
  return read.value;
}

/** What each entry waits for, as `kanban status` and `kanban show` print it. */
const reasons = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await snapshot()).entries.map(({ id, state, why }) => [id, `${state}: ${why}`]));

/** The same, as `kanban preflight` and `kanban doctor` print it: what waits, without its fix. */
const found = async (): Promise<string[]> =>
  (await inspectPreflight(root))
    .filter(({ level }) => level === 'stops' || level === 'holds')
    .map(
      ({ check, level, message, fix, holds }) =>
        `${level} ${check} ${holds?.entries?.join() ?? ''}: ${message} | ${fix}`,
    );

describe('what keeps the work from starting, without a coordinator', () => {
  it('a folder, a branch or a longer branch name in the way hold their entry, everywhere with the same words', async () => {
    const inTheWay = join(root, '.worktrees/T-1');
    mkdirSync(inTheWay, { recursive: true });
    writeFileSync(join(inTheWay, 'notes.txt'), 'mine\n');
    git('branch', 'T-2/old');
    git('branch', 'T-3');
    const all = await reasons();
    expect(all).toEqual({
      'T-1': `held: ${inTheWay}, where its worktree belongs, is a folder that is not a worktree. Fix: move it elsewhere, or delete it: rm -rf ${shellPath(inTheWay)}`,
      'T-2':
        'held: the branch `T-2` cannot be created while there is a branch `T-2/old`. Fix: git branch -m T-2/old <other name>',
      'T-3':
        'held: the branch `T-3` exists, and kanban did not create it. Fix: git branch -m T-3 T-3-mine, or give T-3 another number',
    });
    const findings = await found();
    expect(findings).toHaveLength(3);
    for (const finding of findings) {
      const [, message = '', fix = ''] = /: (.*) \| (.*)$/.exec(finding) ?? [];
      expect(Object.values(all)).toContain(`held: ${message}. Fix: ${fix}`);
    }

    rmSync(inTheWay, { recursive: true });
    git('branch', '-m', 'T-2/old', 'old');
    git('branch', '-m', 'T-3', 'mine');
    expect(Object.values(await reasons())).toEqual(['ready: ready', 'ready: ready', 'ready: ready']);
    expect(await found()).toEqual([]);
  });

  it('what starts first is named: later columns before TODO, and nothing that is held', async () => {
    const room = async (): Promise<string> =>
      (await inspectPreflight(root)).find(({ check }) => check === 'room')?.message ?? '';
    expect(await room()).toContain('; first: T-1 Task T-1, T-2 Task T-2, T-3 Task T-3.');
    writeFileSync(join(root, 'board/TODO.md'), `# TODO\n${entry('T-1').replace('```sh', '- agent: none\n\n```sh')}`);
    writeFileSync(join(root, 'board/IN_PROGRESS.md'), `# IN_PROGRESS\n${entry('T-3')}`);
    writeFileSync(
      join(root, 'WORKFLOW.md'),
      '---\nbase: main\nsettle: 0\nagents: { none: { kind: command, command: [no-such-program] } }\n---\n',
    );
    git('add', '-A');
    git('commit', '-q', '-m', 'work');
    expect(await room()).toMatch(/; first: T-3 Task T-3\.$/);
  });

  it('an entry without a number is named by its title, not by its key', () => {
    const held = { state: 'held', reason: { code: 'agent-not-started', agent: 'claude', text: 'no login' } } as const;
    const notes = [
      { key: 'TODO?3451d705', id: null, ...held },
      { key: 'T-2', id: 'T-2', ...held },
    ];
    expect(heldEntries(notes, [{ key: 'TODO?3451d705', title: 'Fix it' }])).toMatchObject([
      { message: '"Fix it", T-2: claude could not start: no login.', holds: { entries: ['TODO?3451d705', 'T-2'] } },
    ]);
  });

  it('a branch that is a folder in the names of the branches holds all of them', async () => {
    writeFileSync(join(root, 'WORKFLOW.md'), '---\nbase: main\nsettle: 0\nbranch: work/{id}\n---\n');
    git('commit', '-q', '-am', 'branches');
    git('branch', 'work');
    expect((await reasons())['T-2']).toContain('`work/T-2` cannot be created while there is a branch `work`');
  });

  it('a lock of the index that a killed git left stops all; one of a moment is a note', async () => {
    const lock = join(root, '.git/index.lock');
    writeFileSync(lock, '');
    expect(await snapshot()).toMatchObject({ stops: [], warnings: [expect.stringContaining('index.lock')] });
    const old = Date.now() / 1000 - 90;
    utimesSync(lock, old, old);
    expect((await snapshot()).stops).toEqual([expect.stringContaining(`rm ${shellPath(lock)}`)]);
    expect(await found()).toEqual([expect.stringContaining('stops index-lock')]);
    rmSync(lock);
    expect((await snapshot()).stops).toEqual([]);
  });

  it('uncommitted files stop all, also after a look that was kept', async () => {
    expect((await snapshot()).stops).toEqual([]);
    writeFileSync(join(root, 'code.txt'), 'changed\n');
    expect((await snapshot()).stops).toEqual([expect.stringContaining('code.txt')]);
    git('commit', '-q', '-am', 'changed');
    expect((await snapshot()).stops).toEqual([]);
  });

  it('a program that is missing is named, and found again when it is installed', async () => {
    writeFileSync(
      join(root, 'WORKFLOW.md'),
      '---\nbase: main\nsettle: 0\nroles: { tester: { run: no-such-tester --all } }\n---\n',
    );
    git('commit', '-q', '-am', 'tester');
    expect((await snapshot()).stops.join()).toContain('no-such-tester');
    const bin = join(root, '.kanban/bin');
    mkdirSync(bin, { recursive: true });
    const before = process.env['PATH'];
    process.env['PATH'] = `${bin}:${before}`;
    try {
      expect((await snapshot()).stops.join()).toContain('no-such-tester');
      writeFileSync(join(bin, 'no-such-tester'), '#!/bin/sh\n', { mode: 0o755 });
      expect((await snapshot()).stops).toEqual([]);
    } finally {
      process.env['PATH'] = before;
    }
  });

  it('an entry that has nothing to review is named with its reason', async () => {
    writeFileSync(join(root, 'board/TODO.md'), `# TODO\n${entry('T-1')}`);
    writeFileSync(join(root, 'board/REVIEW.md'), `# REVIEW\n${entry('T-2')}`);
    const why = 'there is nothing to review: branch T-2 does not exist; move the entry to TODO';
    expect((await reasons())['T-2']).toBe(`held: ${why}`);
    expect(await found()).toEqual([`holds nothing-to-judge T-2: T-2: ${why}. | kanban show T-2`]);
  });

  it('a base that is no branch is reported, and the default settings do not take its place', async () => {
    writeFileSync(join(root, 'WORKFLOW.md'), '---\nbase: trunk\nsettle: 0\n---\n');
    const read = await readSnapshot(root);
    expect(read.ok ? read.value.base : read.error).toMatchObject([{ code: 'base-missing' }]);
    expect(await found()).toEqual([expect.stringMatching(/^stops base : There is no branch `trunk`/)]);
    git('commit', '-q', '-am', 'trunk');
    git('branch', 'trunk');
    expect((await snapshot()).base.name).toBe('trunk');
  });
});

describe('settings that cannot be read', () => {
  it('are all that is found: the default settings are not judged', async () => {
    git('branch', '-m', 'main', 'trunk');
    writeFileSync(join(root, 'WORKFLOW.md'), '---\nbase: trunk\ncapacity: six\n---\n');
    git('commit', '-qam', 'settings');
    const findings = await found();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(/^stops .*capacity/);
  });
});
