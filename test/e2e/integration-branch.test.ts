import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
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

/** A repository with a remote (a bare one on disk) whose `main` takes no pushes, worked on the branch `agents`. */
function made(): { readonly repo: PlainRepository; readonly place: string; readonly remote: string } {
  const repo = new PlainRepository(built.cli);
  open.push(repo);
  const remote = join(repo.folder, 'remote.git');
  repo.git('init', '-q', '--bare', '-b', 'main', remote);
  repo.git('remote', 'add', 'origin', remote);
  repo.git('push', '-q', 'origin', 'main');
  repo.git('remote', 'set-head', 'origin', 'main');
  const { code, err } = repo.kanban('init', '--base', 'agents', '--agent', 'shell', '--guard');
  expect(code, err).toBe(0);
  repo.write(`${PLACE}/WORKFLOW.md`, repo.read(`${PLACE}/WORKFLOW.md`).replace(/^# settle:.*$/m, 'settle: 0s'));
  repo.write(`${PLACE}/board/TODO.md`, '# TODO\n\n## T-1: Say hello\n\n```sh\necho hello > hello.txt\n```\n');
  return { repo, place: join(repo.root, PLACE), remote };
}

/** Runs a command in both; what it says must be the same. */
const sameIn =
  (repo: PlainRepository, place: string) =>
  (...args: string[]): string => {
    const [here, there] = [repo.root, place].map((cwd) => repo.kanbanIn(cwd, {}, ...args));
    expect([here?.code, there?.all], args.join(' ')).toEqual([0, here?.all]);
    return here?.all ?? '';
  };

describe('kanban init --base agents', () => {
  it('an entry lands on the integration branch; main and the checkout of the user stay as they are (I4, I7)', () => {
    const { repo, place } = made();
    const main = repo.git('rev-parse', 'main');
    repo.write('a.txt', 'changed by hand\n');
    repo.write('mine.txt', 'untracked\n');
    const ended = repo.kanbanIn(place, {}, 'run', '--until-done');
    expect(ended.code, ended.all).toBe(0);
    expect(repo.git('rev-parse', 'main')).toBe(main);
    expect(repo.git('status', '--porcelain')).toBe('M a.txt\n?? mine.txt');
    expect(repo.read('a.txt')).toBe('changed by hand\n');
    expect([repo.read(`${PLACE}/hello.txt`), repo.has('hello.txt')]).toEqual(['hello\n', false]);
    expect(repo.git('-C', place, 'status', '--porcelain')).toBe('');
    expect(repo.git('log', '--first-parent', '--format=%s', 'main..agents').split('\n')).toEqual([
      'T-1: Say hello',
      'kanban: T-1 REVIEW → TESTING',
      'kanban: T-1 IN_PROGRESS → REVIEW',
      'kanban: T-1 TODO → IN_PROGRESS',
      'kanban: set up',
    ]);
    // One folder for what is at work, in the main checkout.
    expect([repo.has('.kanban/runs'), repo.has(`${PLACE}/.kanban`)]).toEqual([true, false]);
  });

  it('what looks and what writes means the same board in both checkouts', () => {
    const { repo, place } = made();
    const same = sameIn(repo, place);
    expect(same('status')).toMatch(/^agents@[\s\S]*1 ready/);
    expect(same('show', 'T-1')).toContain('Say hello');
    for (const cwd of [repo.root, place])
      expect(repo.kanbanIn(cwd, {}, 'add', 'Say more', '--priority', 'P4').code).toBe(0);
    expect(repo.read(`${PLACE}/board/TODO.md`).match(/Say more/g)).toHaveLength(2);
    expect(repo.has('board')).toBe(false);
    // What is written by hand there counts at once, in the main checkout too.
    repo.write(`${PLACE}/board/TODO.md`, '# TODO\n\n## T-9: Another\n\n```sh\ntrue\n```\n');
    expect(same('status')).toContain('1 ready');
    expect(same('show', 'T-9')).toContain('Another');
    expect(repo.git('status', '--porcelain')).toBe('');
  });

  it('preflight, doctor, log, init and a dry run answer the same from both checkouts', () => {
    const { repo, place } = made();
    const same = sameIn(repo, place);
    expect(same('run', '--dry-run')).toContain(join(repo.root, '.worktrees/T-1'));
    expect(same('init')).toContain('Nothing to write');
    for (const command of ['preflight', 'doctor', 'log']) same(command);
  });

  it('what landed may be pushed without a word; the user’s own commit on it is named and held back (I4)', () => {
    const { repo, place, remote } = made();
    expect(repo.kanban('run', '--until-done').code).toBe(0);
    repo.git('push', '-q', 'origin', 'agents');
    expect(repo.git('-C', remote, 'rev-parse', 'agents')).toBe(repo.git('rev-parse', 'agents'));
    repo.write(`${PLACE}/mine.txt`, 'mine\n');
    repo.git('-C', place, 'add', 'mine.txt');
    repo.git('-C', place, 'commit', '-q', '-m', 'Mine');
    expect(() => repo.git('-C', place, 'push', '-q', 'origin', '--all')).toThrow(
      /"[0-9a-f]+ Mine", which did not come/,
    );
    expect(() => repo.git('push', '-q', 'origin', 'main')).not.toThrow();
  });
});
