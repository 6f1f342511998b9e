import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSnapshot } from '../../../src/coordinator/inspect/read-snapshot.ts';

let root: string;
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
    cwd: root,
    encoding: 'utf8',
  }).trim();

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-test-look-')));
  git('init', '-q', '-b', 'main');
  mkdirSync(join(root, 'board'));
  writeFileSync(join(root, 'WORKFLOW.md'), '---\nbase: main\n---\n');
  writeFileSync(join(root, 'board/TODO.md'), '# TODO\n\n## T-1: One\n\n```sh\ntrue\n```\n');
  git('add', '-A');
  git('commit', '-q', '-m', 'begin');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function titles(): Promise<string[]> {
  const read = await readSnapshot(root);
  if (!read.ok) throw new Error(read.error.map(({ message }) => message).join());
  return read.value.entries.map(({ column, title }) => `${column} ${title}`);
}

const kept = (): string => join(root, '.git/kanban/look.json');

describe('the last look of `kanban status`', () => {
  it('is used while nothing has changed, and never once anything has', async () => {
    expect(await titles()).toEqual(['TODO One']);
    // What is kept is what is shown: a mark in it comes back.
    writeFileSync(kept(), readFileSync(kept(), 'utf8').replace('"title":"One"', '"title":"Kept"'));
    expect(await titles()).toEqual(['TODO Kept']);

    const todo = join(root, 'board/TODO.md');
    writeFileSync(todo, readFileSync(todo, 'utf8').replace('One', 'Two'));
    utimesSync(todo, 1, 1);
    expect(await titles()).toEqual(['TODO Two']);
    git('commit', '-q', '-am', 'two');
    git('branch', 'T-1');
    const read = await readSnapshot(root);
    expect(read.ok && read.value.entries[0]?.why).toContain('the branch `T-1` exists');
    writeFileSync(join(root, 'WORKFLOW.md'), '---\nids: X\n---\n');
    expect(await titles()).toEqual([]);
    git('switch', '-q', '--detach');
    const detached = await readSnapshot(root);
    expect(detached.ok && detached.value.base.checkout).toBeNull();
  });

  it('is looked at anew where what was kept has another shape', async () => {
    await titles();
    const whole = readFileSync(kept(), 'utf8');
    for (const change of [
      (text: string) => text.replace('"entries":[{', '"entries":["x",{'),
      (text: string) => text.replace('"title":"One"', '"title":7'),
      (text: string) => text.replace(/"queue":\{/, '"queue":null,"q":{'),
      () => '[]',
    ]) {
      expect(change(whole)).not.toBe(whole);
      writeFileSync(kept(), change(whole));
      expect(await titles()).toEqual(['TODO One']);
      expect(readFileSync(kept(), 'utf8')).toBe(
        whole.replace(/"at":\d+/, /"at":\d+/.exec(readFileSync(kept(), 'utf8'))![0]),
      );
    }
  });

  it('is kept beside uncommitted files, and never used once they are others', async () => {
    writeFileSync(join(root, 'a.txt'), 'a\n');
    git('add', 'a.txt');
    git('commit', '-q', '-m', 'a');
    writeFileSync(join(root, 'a.txt'), 'b\n');
    const stops = async (): Promise<readonly string[]> => {
      const read = await readSnapshot(root);
      return read.ok ? read.value.stops : ['unreadable'];
    };
    expect(await stops()).toEqual([expect.stringContaining('a.txt')]);
    writeFileSync(kept(), readFileSync(kept(), 'utf8').replace('"title":"One"', '"title":"Kept"'));
    expect(await titles()).toEqual(['TODO Kept']);
    git('checkout', '-q', '--', 'a.txt');
    expect(await stops()).toEqual([]);
    expect(await titles()).toEqual(['TODO One']);
  });

  it('is not kept where time alone changes it, nor where there is no WORKFLOW.md', async () => {
    writeFileSync(join(root, 'board/TODO.md'), '# TODO\n\n## T-1: Being typed\n\n```sh\ntrue\n```\n');
    expect(await titles()).toEqual(['TODO Being typed']);
    expect(existsSync(kept())).toBe(false);
    rmSync(join(root, 'WORKFLOW.md'));
    git('commit', '-q', '-am', 'typed');
    await titles();
    expect(existsSync(kept())).toBe(false);
    expect(git('status', '--porcelain', '--ignored')).toBe('');
  });
});
