import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import diff from '../../../src/commands/diff.ts';
import open from '../../../src/commands/open.ts';
import { CommandRig } from './command-rig.ts';

const TODO = '# TODO\n\n## T-1: One\n\n## T-2: Two\n';
let rig: CommandRig;

beforeEach(() => {
  rig = new CommandRig();
  rig.write('board/TODO.md', TODO);
  rig.write('a.txt', 'one\ntwo\n');
  rig.commit('board');
});

afterEach(() => rig.remove());

/** T-1 has a commit, and base has moved since. */
function begin(): { tip: string; worktree: string; from: string } {
  const from = rig.git('rev-parse', 'main').trim();
  const tip = rig.branch('T-1', { 'a.txt': 'one\n2\n' });
  rig.write('other.txt', 'of base\n');
  rig.commit('base moves on');
  const worktree = join(rig.root, '.worktrees/T-1');
  rig.git('worktree', 'add', '-q', worktree, 'T-1');
  return { tip, worktree, from };
}

const landing = (verdict: string): string => {
  rig.git('merge', '-q', '--no-ff', '--no-commit', 'T-1');
  rig.write('board/TODO.md', '# TODO\n\n## T-2: Two\n');
  rig.write('CHANGELOG.md', '- One (T-1)\n');
  return rig.commit(`T-1: One\n\nKanban-Move: T-1 TESTING -> CHANGELOG\n${verdict}`);
};

describe('kanban diff', () => {
  it('shows what is committed and what is not, new files included, and touches nothing', async () => {
    const { worktree, tip, from } = begin();
    writeFileSync(join(worktree, 'new ü.txt'), 'new\n');
    writeFileSync(join(worktree, 'a.txt'), 'one\n2\n3\n');
    const index = join(rig.root, '.git/worktrees/T-1/index');
    const before = [readFileSync(index).toString('hex'), statSync(index).mtimeMs];
    const shown = await rig.call(diff, ['t-1']);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain('-two\n+2\n+3\n');
    expect(shown.out).toContain('+new\n');
    expect(shown.out).not.toContain('of base');
    expect(shown.err).toBe(
      'T-1: 1 commit on branch T-1 over main\nnot committed in .worktrees/T-1, and included here: a.txt, new ü.txt\n',
    );
    expect([readFileSync(index).toString('hex'), statSync(index).mtimeMs]).toEqual(before);
    const json = JSON.parse((await rig.call(diff, ['T-1'], { json: true })).out) as unknown;
    expect(json).toEqual({
      id: 'T-1',
      kind: 'branch',
      base: 'main',
      from,
      to: tip,
      branch: 'T-1',
      worktree: expect.stringContaining('.worktrees/T-1') as string,
      commits: [{ sha: tip, subject: 'work' }],
      files: [
        { path: 'a.txt', from: null, added: 2, removed: 1, uncommitted: true },
        { path: 'new ü.txt', from: null, added: 1, removed: 0, uncommitted: true },
      ],
      patch: shown.out,
    });
    const stat = await rig.call(diff, ['T-1'], { stat: true });
    expect(stat.out).toMatch(/a\.txt +\| 3 \+\+-[^]* 2 files changed, 3 insertions\(\+\), 1 deletion\(-\)\n$/);
  });

  it('can be applied as it is printed', async () => {
    begin();
    const { out } = await rig.call(diff, ['T-1']);
    writeFileSync(join(rig.root, '.kanban.patch'), out);
    rig.git('apply', '.kanban.patch');
    expect(rig.read('a.txt')).toBe('one\n2\n');
  });

  it('shows what a landing changed, without the move of its entry', async () => {
    begin();
    const commit = landing('');
    rig.git('worktree', 'remove', '--force', '.worktrees/T-1');
    rig.git('branch', '-q', '-D', 'T-1');
    const shown = await rig.call(diff, ['T-1']);
    expect(shown.err).toBe(`T-1 has landed: this is what ${commit.slice(0, 10)} changed\n`);
    expect(shown.out).toContain('-two\n+2\n');
    expect(shown.out).toContain('+- One (T-1)\n');
    expect(shown.out).not.toContain('TODO.md');
    expect(JSON.parse((await rig.call(diff, ['T-1'], { json: true, stat: true })).out)).toMatchObject({
      kind: 'landed',
      from: null,
      to: commit,
      patch: null,
      files: [{ path: 'CHANGELOG.md' }, { path: 'a.txt' }],
    });
  });

  it('says so where the branch was merged by hand', async () => {
    begin();
    landing('Kanban-Verdict: T-1 landing by-hand');
    expect((await rig.call(diff, ['T-1'])).err).toContain('merged by hand');
  });

  it('shows the branch that is kept of an abandoned entry', async () => {
    const { tip } = begin();
    rig.git('update-ref', 'refs/kanban/abandoned/T-1/2', tip);
    rig.git('update-ref', 'refs/kanban/abandoned/T-1/1', 'main');
    rig.git('worktree', 'remove', '--force', '.worktrees/T-1');
    rig.git('branch', '-q', '-D', 'T-1');
    rig.write('board/TODO.md', '# TODO\n');
    rig.commit('gone\n\nKanban-Move: T-1 TODO -> ABANDONED');
    const shown = await rig.call(diff, ['T-1']);
    expect(shown.err).toBe('T-1 was abandoned: refs/kanban/abandoned/T-1/2 keeps its work (1 commit)\n');
    expect(shown.out).toContain('-two\n+2\n');
    expect((await rig.call(open, ['T-1'], { print: true })).err).toContain('git worktree add');
  });

  it('says that there is no work, and knows the nearest id', async () => {
    expect(await rig.call(diff, ['T-2'])).toEqual({
      code: 0,
      out: '',
      err: 'T-2 has no work yet: there is no branch T-2\n',
    });
    expect(JSON.parse((await rig.call(diff, ['T-2'], { json: true })).out)).toMatchObject({
      kind: 'none',
      patch: null,
    });
    expect(await rig.call(diff, ['T-22'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('fix: kanban show T-2') as string,
    });
  });
});

describe('kanban open', () => {
  it('prints the path, starts the editor there, and says so where there is no worktree', async () => {
    const { worktree } = begin();
    expect(await rig.call(open, ['T-1'], { print: true })).toEqual({
      code: 0,
      out: `${realpathSync(worktree)}\n`,
      err: '',
    });
    const folder = mkdtempSync(join(tmpdir(), 'kanban-editor-'));
    try {
      const EDITOR = `sh -c 'pwd > "${folder}/pwd"; echo "$1" > "${folder}/arg"' sh`;
      const env = { PATH: process.env['PATH'], EDITOR };
      expect(await rig.call(open, ['t-1'], { editor: true }, env)).toMatchObject({ code: 0, err: '' });
      expect(readFileSync(join(folder, 'pwd'), 'utf8')).toBe(`${realpathSync(worktree)}\n`);
      expect(readFileSync(join(folder, 'arg'), 'utf8')).toBe(`${realpathSync(worktree)}\n`);
      const fails = await rig.call(open, ['t-1'], { editor: true }, { ...env, EDITOR: 'false' });
      expect(fails).toMatchObject({ code: 2, err: expect.stringContaining('exit code 1') as string });
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(await rig.call(open, ['T-1'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('kanban open T-12 --print') as string,
    });
    expect(await rig.call(open, ['T-2'], { print: true })).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('T-2 has no worktree: no agent has begun it') as string,
    });
    rig.git('worktree', 'remove', '--force', '.worktrees/T-1');
    expect(existsSync(worktree)).toBe(false);
    expect((await rig.call(open, ['T-1'], { print: true })).err).toContain('git worktree add ../T-1 T-1');
  });
});
