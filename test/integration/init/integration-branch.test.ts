import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeInit } from '../../../src/setup/describe-init.ts';
import { init, type InitOptions, type InitResult } from '../../../src/setup/init-plan.ts';
import { readSettings } from '../../../src/surfaces/with-board.ts';
import { findOperation, readCheckouts } from '../../../src/preflight/gather/checkouts.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import { type Repository } from '../../../src/git/git.ts';
import type { Problem } from '../../../src/problem.ts';
import { defaultSettings } from '../../../src/workflow/parse.ts';
import { makeFolder, makePrograms, makeRepository, run, write } from './rig.ts';

const ENV = { PATH: '', HOME: '/nowhere' };

async function initBase(cwd: string, base: string, options: Partial<InitOptions> = {}): Promise<InitResult> {
  const result = await init({ cwd, base, dryRun: false, env: { ...ENV, PATH: makePrograms() }, ...options });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function problemOf(cwd: string, base: string): Promise<Problem | undefined> {
  const before = facts(cwd);
  const result = await init({ cwd, base, dryRun: false, env: { ...ENV, PATH: makePrograms() } });
  expect(facts(cwd)).toBe(before);
  return result.ok ? undefined : result.error[0];
}

/** Refs, worktrees, config, status: what a refused init must leave as it was. */
const facts = (root: string): string =>
  [
    run(root, 'for-each-ref'),
    run(root, 'worktree', 'list', '--porcelain'),
    run(root, 'config', '--local', '--list'),
    run(root, 'status', '--porcelain', '--ignored'),
  ].join('\n');

/** A clone, with origin/HEAD, of a bare repository that has `main`. */
function cloned(files?: Readonly<Record<string, string>>): { readonly root: string; readonly remote: string } {
  const first = makeRepository(files);
  const remote = join(makeFolder(), 'remote.git');
  run(first, 'clone', '-q', '--bare', first, remote);
  return { root: cloneOf(remote), remote };
}

function cloneOf(remote: string): string {
  const root = join(makeFolder(), 'clone');
  run(remote, 'clone', '-q', remote, root);
  run(root, 'config', 'user.name', 'Person');
  run(root, 'config', 'user.email', 'person@example.com');
  return root;
}

const base = async (cwd: string): Promise<string> => {
  const read = await readSettings(cwd);
  return read.ok ? read.value.base : JSON.stringify(read.error);
};

async function opened(root: string): Promise<Repository> {
  const repo = await openRepository(root);
  if (!repo.ok) throw new Error(JSON.stringify(repo.error));
  return repo.value;
}

const noted = (root: string): string => run(root, 'config', '--local', '--default', '', '--get', 'kanban.base').trim();
const workflow = (folder: string): readonly string[] =>
  readFileSync(join(folder, 'WORKFLOW.md'), 'utf8')
    .split('\n')
    .filter((line) => /^(base|upstream|remote):/.test(line))
    .map((line) => line.replace(/ *#.*/, ''));

describe('init --base: an integration branch', () => {
  it('is made from the remote’s default branch, with a worktree for the board; the checkout stays as it is (I7)', async () => {
    const { root } = cloned({ 'a.txt': 'a\n', '.gitignore': 'node_modules\n' });
    const result = await initBase(root, 'agents');
    const place = join(root, '.worktrees/agents');
    expect(workflow(place)).toEqual(['base: agents', 'upstream: main', 'remote: origin']);
    expect(run(place, 'rev-parse', '--abbrev-ref', 'HEAD').trim()).toBe('agents');
    expect(run(root, 'rev-parse', 'agents')).toBe(run(root, 'rev-parse', 'origin/main'));
    expect(run(root, 'status', '--porcelain')).toBe('');
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('node_modules\n');
    expect(readFileSync(join(place, '.gitignore'), 'utf8')).toBe('node_modules\n.worktrees/\n.kanban/\n');
    expect(existsSync(join(root, 'board'))).toBe(false);
    expect(run(root, 'for-each-ref', '--format=%(upstream)', 'refs/heads/agents').trim()).toBe('');
    expect(noted(root)).toBe('agents');
    expect(result.written.map(({ path }) => path)).toContain('.worktrees/agents/board/TODO.md');
    expect(describeInit(result)).toContain('worktree .worktrees/agents, with agents checked out');
    for (const cwd of [root, place, join(place, 'board')]) expect([cwd, await base(cwd)]).toEqual([cwd, 'agents']);
  });

  it('--dry-run says all of it and makes nothing; a second init makes nothing more, from either checkout', async () => {
    const { root } = cloned();
    const before = facts(root);
    const dry = await initBase(root, 'agents', { dryRun: true });
    expect(facts(root)).toBe(before);
    const wet = await initBase(root, 'agents');
    expect(dry).toEqual({ ...wet, dryRun: true });
    const after = facts(root);
    const place = join(root, '.worktrees/agents');
    for (const cwd of [root, place])
      for (const options of [{}, { base: 'agents' }]) {
        const again = await init({ cwd, dryRun: false, env: { ...ENV, PATH: makePrograms() }, ...options });
        expect(again.ok && [...again.value.made, ...again.value.written]).toEqual([]);
        expect(again.ok && again.value.kept).toContain('.worktrees/agents/WORKFLOW.md');
      }
    expect(facts(root)).toBe(after);
  });

  it('its line for the commit works from the main checkout, below it and in the worktree', async () => {
    const { root } = cloned({ 'src/a.txt': 'a\n' });
    const place = join(root, '.worktrees/agents');
    for (const cwd of [root, join(root, 'src'), place]) {
      const { nextSteps } = await initBase(cwd, 'agents');
      const line = nextSteps.find((step) => /^git .*add/.test(step)) ?? 'false';
      execFileSync('sh', ['-c', line], { cwd });
      expect([cwd, run(root, 'log', '-1', '--format=%s', 'agents').trim()]).toEqual([cwd, 'kanban: set up']);
      expect(run(place, 'status', '--porcelain')).toBe('');
      run(place, 'rm', '-q', '-r', 'prompts');
      run(place, 'commit', '-q', '-m', 'gone again');
    }
  });

  it('one that is there is used as it is and never moved; one in another worktree is used there', async () => {
    const { root } = cloned();
    run(root, 'branch', 'agents');
    write(root, { 'b.txt': 'b\n' });
    run(root, 'add', '-A');
    run(root, 'commit', '-q', '-m', 'more');
    run(root, 'push', '-q');
    const tip = run(root, 'rev-parse', 'agents');
    const mine = join(makeFolder(), 'my agents');
    run(root, 'worktree', 'add', '-q', mine, 'agents');
    const { made, found, nextSteps } = await initBase(root, 'agents');
    expect(made).toEqual(['git config kanban.base agents']);
    expect(found[0]).toBe('base: agents (it exists, and is not changed)');
    expect(run(root, 'rev-parse', 'agents')).toBe(tip);
    expect(existsSync(join(root, '.worktrees'))).toBe(false);
    expect(workflow(mine)).toEqual(['base: agents', 'upstream: main', 'remote: origin']);
    expect(nextSteps.join('\n')).toContain(`edit the board in ${mine}`);
    expect([await base(root), await base(mine)]).toEqual(['agents', 'agents']);
  });

  it('in a second clone it comes from the remote, with the settings and the board that are there', async () => {
    const { root, remote } = cloned();
    await initBase(root, 'agents');
    const place = join(root, '.worktrees/agents');
    write(place, { 'board/TODO.md': '# TODO\n\n## T-7: Known\n' });
    run(place, 'add', '-A');
    run(place, 'commit', '-q', '-m', 'kanban: set up');
    run(place, 'push', '-q', 'origin', 'agents');
    const second = cloneOf(remote);
    const { made, written } = await initBase(second, 'agents');
    expect(made[0]).toBe('branch agents, from origin/agents');
    expect(written.map(({ path }) => path)).toEqual(['.git/info/exclude']);
    expect(readFileSync(join(second, '.worktrees/agents/board/TODO.md'), 'utf8')).toContain('T-7: Known');
    expect(await base(second)).toBe('agents');
  });

  it('a worktree that was deleted by hand is made again', async () => {
    const { root } = cloned();
    await initBase(root, 'agents');
    const place = join(root, '.worktrees/agents');
    run(place, 'add', '-A');
    run(place, 'commit', '-q', '-m', 'kanban: set up');
    rmSync(place, { recursive: true });
    expect(await base(root)).toBe('agents');
    const { made } = await initBase(root, 'agents');
    expect(made).toEqual(['worktree .worktrees/agents, with agents checked out']);
    expect(run(place, 'status', '--porcelain')).toBe('');
  });

  it('settings that name another base are kept, and what to write is told', async () => {
    const { root } = cloned({ 'WORKFLOW.md': '---\nbase: main\n---\nMine.\n' });
    const { nextSteps, kept } = await initBase(root, 'agents');
    expect(kept).toContain('.worktrees/agents/WORKFLOW.md');
    expect(nextSteps[0]).toContain('write `base: agents` and `upstream: main` into .worktrees/agents/WORKFLOW.md');
    expect(await base(root)).toBe('main');
    write(join(root, '.worktrees/agents'), { 'WORKFLOW.md': '---\nbase: agents\n---\n' });
    // Main still has the old settings, which say the old base.
    expect([await base(root), readFileSync(join(root, 'WORKFLOW.md'), 'utf8')]).toEqual([
      'agents',
      '---\nbase: main\n---\nMine.\n',
    ]);
  });

  it('--base of the default branch goes back to it; a branch that is gone is forgotten', async () => {
    const { root } = cloned();
    await initBase(root, 'agents');
    run(root, 'worktree', 'remove', '-f', '-f', '.worktrees/agents');
    run(root, 'branch', '-q', '-D', 'agents');
    expect(await base(root)).toBe('main');
    const { made } = await initBase(root, 'main');
    expect(made).toEqual(['git config --unset kanban.base']);
    expect(noted(root)).toBe('');
    expect(workflow(root)).toEqual(['base: main']);
  });

  it('a base that is checked out in the main checkout is worked on there, as ever', async () => {
    const { root } = cloned();
    run(root, 'switch', '-q', '-c', 'develop');
    const { made } = await initBase(root, 'develop');
    expect(made).toEqual([]);
    expect(workflow(root)).toEqual(['base: develop']);
  });

  it('starts from the usual branch, not from the one that happens to be checked out; no remote: none is written', async () => {
    const root = makeRepository();
    run(root, 'switch', '-q', '-c', 'feature');
    write(root, { 'wip.txt': 'x' });
    run(root, 'add', '-A');
    run(root, 'commit', '-q', '-m', 'wip');
    await initBase(root, 'team/agents');
    expect(run(root, 'rev-parse', 'team/agents')).toBe(run(root, 'rev-parse', 'main'));
    expect(workflow(join(root, '.worktrees/team-agents'))).toEqual(['base: team/agents', 'upstream: main']);
  });

  it('says what of the checkout does not come along', async () => {
    const { root } = cloned({ 'a.txt': 'a\n' });
    write(root, { 'b.txt': 'b' });
    run(root, 'add', '-A');
    run(root, 'commit', '-q', '-m', 'not pushed');
    write(root, { 'a.txt': 'dirty' });
    const { found } = await initBase(root, 'agents');
    expect(found.join('\n')).toContain('agents starts without 1 commit of main that origin/main lacks');
    expect(found.join('\n')).toContain('changes in this checkout that are not committed stay here');
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('dirty');
  });
});

describe('init --base: clear words, and nothing changed', () => {
  it('for names that can’t be', async () => {
    const root = makeRepository();
    for (const name of ['a b', 'refs/heads/x', '-x', '@{-1}', 'x.lock', '..'])
      expect([name, (await problemOf(root, name))?.code]).toEqual([name, 'base-not-a-branch']);
    for (const name of ['T-1', 't-99']) expect((await problemOf(root, name))?.code).toBe('base-named-like-a-task');
    run(root, 'branch', 'agents/one');
    expect((await problemOf(root, 'agents'))?.code).toBe('branch-not-made');
  });

  it('where the place is taken, the branch is in use, or there is nothing to start from', async () => {
    const root = makeRepository();
    mkdirSync(join(root, '.worktrees/agents'), { recursive: true });
    write(root, { '.worktrees/agents/mine.txt': 'x' });
    expect(await problemOf(root, 'agents')).toMatchObject({
      code: 'worktree-path-taken',
      fix: expect.stringContaining('git worktree add <path> agents'),
    });
    const detached = makeRepository();
    run(detached, 'checkout', '-q', '--detach');
    run(detached, 'branch', '-m', 'main', 'odd');
    expect((await problemOf(detached, 'agents'))?.code).toBe('no-upstream');
    const unborn = makeRepository();
    run(unborn, 'branch', '-m', 'main', 'odd');
    run(unborn, 'symbolic-ref', 'HEAD', 'refs/heads/nothing');
    expect(await problemOf(unborn, 'agents')).toMatchObject({
      code: 'no-upstream',
      message: expect.stringContaining('has no commit'),
    });
  });

  it('a branch whose worktree can’t be made is not left behind', async () => {
    const { root } = cloned({ 'a.txt': 'a\n' });
    // A file where the folder of worktrees would be.
    write(root, { '.worktrees': 'x' });
    expect((await problemOf(root, 'agents'))?.code).toBe('worktree-not-made');
  });
});

describe('the question where tasks shall land', () => {
  it('is asked with a remote and before there are settings only', async () => {
    const asked: string[] = [];
    const ask = async (question: string, choices: readonly string[]): Promise<string> => {
      asked.push(`${question} ${choices.map((choice) => choice.split(':')[0]).join('|')}`);
      return choices[1] ?? '';
    };
    const env = { ...ENV, PATH: makePrograms() };
    await init({ cwd: makeRepository(), dryRun: true, env, ask });
    expect(asked).toEqual([]);
    const { root } = cloned();
    await init({ cwd: root, dryRun: false, env, ask });
    expect(asked).toEqual(['Where should tasks land? main|agents']);
    expect(await base(root)).toBe('agents');
    await init({ cwd: root, dryRun: false, env, ask });
    expect(asked).toHaveLength(1);
  });
});

it('a rebase or merge in the integration worktree is seen, though it stands beside the tasks’ (I4)', async () => {
  const { root } = cloned();
  await initBase(root, 'agents');
  const place = join(root, '.worktrees/agents');
  run(place, 'add', '-A');
  run(place, 'commit', '-q', '-m', 'kanban: set up');
  const look = async (): Promise<string | undefined> =>
    (await findOperation(readCheckouts(await opened(root), 'agents'), { ...defaultSettings(), base: 'agents' }))?.kind;
  expect(await look()).toBeUndefined();
  expect(() => run(place, 'rebase', '-q', '--exec', 'false', '--root')).toThrow();
  expect(await look()).toBe('rebase');
  run(place, 'rebase', '--abort');
  run(place, 'merge', '-q', '--no-ff', '--no-commit', '-s', 'ours', '--allow-unrelated-histories', unrelated(place));
  expect(await look()).toBe('merge');
});

const unrelated = (root: string): string => {
  const tree = run(root, 'rev-parse', 'HEAD^{tree}').trim();
  return run(root, 'commit-tree', '-m', 'other', tree).trim();
};
