import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { localConfig } from '../../../src/git/config/config.ts';

let root: string;
const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
const read = (name: string): string | null => localConfig({ commonDir: join(root, '.git') }, name);

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-test-config-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  git('init', '-q', '-b', 'main');
});

describe('a variable of the repository’s own config', () => {
  it.each(['agents', 'agents/one', 'a#b', 'a;b', '"quoted"', 'a\\b', ' blanks around ', 'a b', 'tab\there', 'ü'])(
    'is read as git has written it: %s',
    (value) => {
      git('config', '--local', 'kanban.base', value);
      expect(read('kanban.base')).toBe(value);
      expect(read('Kanban.BASE')).toBe(value);
    },
  );

  it('is null where it is not, and never taken from another section', () => {
    expect(read('kanban.base')).toBeNull();
    git('config', '--local', 'kanban.guard', 'main');
    git('config', '--local', 'kanban.other.base', 'wrong');
    git('config', '--local', 'kanbans.base', 'wrong');
    git('config', '--local', 'branch.kanban.base', 'wrong');
    expect(read('kanban.base')).toBeNull();
    expect(localConfig({ commonDir: join(root, 'nowhere') }, 'kanban.base')).toBeNull();
  });

  it('is the last one, with comments and the ways of hand-written files', () => {
    appendFileSync(
      join(root, '.git/config'),
      '[kanban]\r\n\tbase = first\r\n[KANBAN] base = "sec"ond # not me\n; base = x\n# base = y\n[core]\n\tbase = z\n',
    );
    expect(read('kanban.base')).toBe('second');
    expect(git('config', '--get', 'kanban.base').trim()).toBe('second');
    git('config', '--local', '--unset-all', 'kanban.base');
    expect(read('kanban.base')).toBeNull();
  });
});
