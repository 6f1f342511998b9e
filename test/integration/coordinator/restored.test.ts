import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { restoredInGit } from '../../../src/coordinator/observe/board/versions-in-git.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import { closeRepository } from '../../../src/git/close.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

it('I1: after a restart, an entry that moved since it was restored may be restored again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kanban-restored-'));
  folders.push(folder);
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  git('init', '-q', '-b', 'main');
  const commit = (...trailers: string[]): void =>
    void git('commit', '-q', '--allow-empty', '-m', `kanban: a move\n\n${trailers.join('\n')}`);
  commit('Kanban-Restored: T-1', 'Kanban-Restored: T-2');
  commit('Kanban-Move: T-1 IN_PROGRESS -> TODO');
  commit('Kanban-Move: T-3 TODO -> IN_PROGRESS', 'Kanban-Restored: T-4');
  const opened = await openRepository(folder);
  if (!opened.ok) throw new Error('no repository');
  const restored = await restoredInGit(opened.value, git('rev-parse', 'main').trim());
  closeRepository(opened.value);
  expect([...restored.keys()].toSorted()).toEqual(['T-2', 'T-4']);
});
