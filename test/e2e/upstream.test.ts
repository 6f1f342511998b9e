import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import { afterEach, beforeAll, it } from 'vitest';
import { buildCli, type BuiltPackage } from '../rig/build-cli.ts';
import { PlainRepository } from './rig/plain-repository.ts';

let built: BuiltPackage;
const open: PlainRepository[] = [];
beforeAll(async () => {
  built = await buildCli();
});
afterEach(async () => {
  for (const repo of open.splice(0)) await repo.remove();
});

const PLACE = '.worktrees/agents';
const HELLO = '# TODO\n\n## T-1: Say hello\n\n```sh\ncat a.txt > hello.txt\n```\n';

/** A repository whose kanban works on `agents`, with landings pushed, beside a `main` that others push to. */
class Team {
  readonly repo = new PlainRepository(built.cli);
  readonly remote = join(this.repo.folder, 'remote.git');
  readonly other = join(this.repo.folder, 'other');

  constructor() {
    const { repo } = this;
    open.push(repo);
    repo.git('init', '-q', '--bare', '-b', 'main', this.remote);
    repo.git('remote', 'add', 'origin', this.remote);
    repo.git('push', '-q', 'origin', 'main');
    repo.git('clone', '-q', this.remote, this.other);
    this.there('config', 'user.name', 'Bea');
    this.there('config', 'user.email', 'bea@example.com');
    expect(repo.kanban('init', '--base', 'agents', '--agent', 'shell').code).toBe(0);
    const workflow = repo.read(`${PLACE}/WORKFLOW.md`).replace(/^# settle:.*$/m, 'settle: 0s');
    repo.write(`${PLACE}/WORKFLOW.md`, workflow.replace(/^push:.*$|^# push:.*$/m, 'push: true'));
    repo.write(`${PLACE}/board/TODO.md`, HELLO);
    this.here('add', '-A');
    this.here('commit', '-q', '-m', 'set up');
    this.here('push', '-q', 'origin', 'agents');
  }

  /** git in the worktree of the integration branch. */
  here(...args: string[]): string {
    return this.repo.git('-C', join(this.repo.root, PLACE), ...args);
  }

  /** git in the clone of somebody else. */
  there(...args: string[]): string {
    return this.repo.git('-C', this.other, ...args);
  }

  /** Somebody brings this to the remote's main. */
  push(path: string, text: string): string {
    mkdirSync(dirname(join(this.other, path)), { recursive: true });
    writeFileSync(join(this.other, path), text);
    this.there('add', '-A');
    this.there('commit', '-q', '-m', `Bea: ${path}`);
    this.there('push', '-q', 'origin', 'main');
    return this.there('rev-parse', 'HEAD');
  }

  on(branch: string): string {
    return this.repo.git('-C', this.remote, 'rev-parse', branch);
  }

  show(path: string): string {
    return this.repo.git('-C', this.remote, 'show', `agents:${path}`);
  }
}

describe('an integration branch and its upstream', () => {
  it('what others brought to main is there before a run begins, and is pushed with the landing; main is not touched (I4)', () => {
    const team = new Team();
    const main = team.repo.git('rev-parse', 'main');
    const theirs = team.push('a.txt', 'from main\n');
    const { code, all } = team.repo.kanban('run', '--until-done');
    expect(code, all).toBe(0);
    expect(team.show('hello.txt')).toBe('from main');
    expect(team.show('a.txt')).toBe('from main');
    expect([team.on('main'), team.repo.git('rev-parse', 'main')]).toEqual([theirs, main]);
    expect(team.on('agents')).toBe(team.repo.git('rev-parse', 'agents'));
    expect(team.repo.git('log', '--format=%s', 'agents')).toContain('kanban: origin/main merged into agents');
    expect(team.here('status', '--porcelain')).toBe('');
    // Again: there is nothing to merge.
    expect(team.repo.kanban('run', '--until-done').code).toBe(0);
    expect(team.on('agents')).toBe(team.repo.git('rev-parse', 'agents'));
  });

  it('a conflict with main is said with the files, and nothing of either side is lost; merged by hand it continues', () => {
    const team = new Team();
    team.repo.write(`${PLACE}/a.txt`, 'from agents\n');
    team.here('commit', '-q', '-a', '-m', 'Ours');
    team.here('push', '-q', 'origin', 'agents');
    const theirs = team.push('a.txt', 'from main\n');
    const first = team.repo.kanban('run', '--until-done');
    const held = 'agents and origin/main conflict in a.txt: merge them by hand (git merge origin/main)';
    expect(first.all).toContain(held);
    // The entry has landed; what could not be done is named (I10).
    expect(first.code, first.all).toBe(4);
    expect(team.show('hello.txt')).toBe('from agents');
    expect(team.on('main')).toBe(theirs);
    expect(() => team.here('merge', '-q', 'origin/main')).toThrow();
    team.repo.write(`${PLACE}/a.txt`, 'from both\n');
    team.here('commit', '-q', '-a', '--no-edit');
    team.repo.write(`${PLACE}/board/TODO.md`, HELLO.replace('T-1', 'T-2').replace('hello.txt', 'again.txt'));
    const second = team.repo.kanban('run', '--until-done');
    expect(second.code, second.all).toBe(0);
    expect(second.all).not.toContain('conflict');
    expect([team.show('a.txt'), team.show('again.txt')]).toEqual(['from both', 'from both']);
    expect(team.on('main')).toBe(theirs);
  });

  it('with push: false it is merged in too; nothing is pushed', () => {
    const team = new Team();
    const agents = team.on('agents');
    const workflow = team.repo.read(`${PLACE}/WORKFLOW.md`);
    team.repo.write(`${PLACE}/WORKFLOW.md`, workflow.replace(/^push: true$/m, 'push: false'));
    team.here('commit', '-q', '-a', '-m', 'No push');
    team.push('a.txt', 'from main\n');
    const { code, all } = team.repo.kanban('run', '--until-done');
    expect(code, all).toBe(0);
    expect(team.here('show', 'agents:hello.txt')).toBe('from main');
    expect(team.on('agents')).toBe(agents);
  });
});
