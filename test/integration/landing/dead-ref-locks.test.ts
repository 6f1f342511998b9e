import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clearDeadRefLocks } from '../../../src/landing/recovery/dead-ref-locks.ts';
import { makeRemoteRig, type Clone } from '../../rig/remote-rig.ts';

/** Elsewhere only a lock of a minute's age is known to be dead. */
const TELLS = existsSync('/proc/self/comm');

function lock(clone: Clone, name: string): string {
  const path = join(clone.root, '.git', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  return path;
}

describe('locks on refs that a killed git left (I8)', () => {
  it('are taken away once they are old enough; then the refs can be moved again', async () => {
    const clone = await (await makeRemoteRig()).clone('here');
    const names = ['packed-refs.lock', 'refs/heads/T-1.lock', 'refs/kanban/start/T-1.lock'];
    const paths = names.map((name) => lock(clone, name));
    expect(() => clone.git('branch', 'T-1')).toThrow(/File exists/);
    expect((await clearDeadRefLocks(clone.repo)).toSorted()).toEqual(TELLS ? names : []);
    expect(paths.filter((path) => existsSync(path))).toEqual(TELLS ? [] : paths);
    for (const path of paths) rmSync(path, { force: true });
    clone.git('branch', 'T-1');
    clone.git('branch', '-D', 'T-1');
    expect(await clearDeadRefLocks(clone.repo)).toEqual([]);
  });

  it('stay while a git is alive in the repository, in whatever worktree of it', async () => {
    const clone = await (await makeRemoteRig()).clone('here');
    clone.git('worktree', 'add', '-q', '--detach', join(clone.root, '../beside'));
    const path = lock(clone, 'refs/heads/T-1.lock');
    // Waits for its input, as a git does that waits for its editor.
    const git = spawn('git', ['hash-object', '--stdin'], { cwd: join(clone.root, '../beside'), stdio: 'pipe' });
    try {
      expect(await clearDeadRefLocks(clone.repo)).toEqual([]);
      expect(existsSync(path)).toBe(true);
    } finally {
      git.stdin.end();
      await new Promise((ended) => git.on('close', ended));
    }
    expect(await clearDeadRefLocks(clone.repo)).toEqual(TELLS ? ['refs/heads/T-1.lock'] : []);
  });
});
