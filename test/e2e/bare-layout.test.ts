import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildCli } from '../rig/build-cli.ts';
import { PlainRepository } from './rig/plain-repository.ts';

test('a bare repository with worktrees beside it works from any of them', { timeout: 120_000 }, async () => {
  const built = await buildCli();
  const plain = new PlainRepository(built.cli, 'plain').init();
  const place = join(plain.folder, 'project');
  try {
    mkdirSync(place);
    const git = (cwd: string, ...args: string[]): string => execFileSync('git', args, { cwd, encoding: 'utf8' }).trim();
    git(plain.folder, 'clone', '-q', '--bare', plain.root, join(place, '.bare'));
    writeFileSync(join(place, '.git'), 'gitdir: ./.bare\n');
    for (const branch of ['main', 'feature']) git(place, 'worktree', 'add', '-q', '-B', branch, branch, 'main');
    for (const [key, value] of [
      ['user.name', 'Ada'],
      ['user.email', 'ada@example.com'],
    ] as const)
      git(place, 'config', key, value);
    const main = join(place, 'main');
    const body = '```sh\necho new > new.txt\n```';
    const added = plain.kanbanIn(join(place, 'feature'), {}, 'add', 'One', '--body', body);
    expect(added.code, added.all).toBe(0);
    expect(readFileSync(join(main, 'board/TODO.md'), 'utf8')).toContain('One');
    const ran = plain.kanbanIn(place, {}, 'run', '--until-done');
    expect(ran.code, ran.all).toBe(0);
    expect(git(main, 'show', 'main:new.txt')).toBe('new');
    expect(git(main, 'status', '--porcelain')).toBe('');
    expect(existsSync(join(main, '.kanban'))).toBe(true);
    expect(git(join(place, 'feature'), 'status', '--porcelain')).toBe('');
  } finally {
    await plain.remove();
  }
});
