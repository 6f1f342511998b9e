import { realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';

/** Tells whether a path stays in the folders that an agent may change. */
export type Inside = (path: string, cwd: string) => boolean;

/**
 * Inside one of the folders, symbolic links followed as far as they exist; the worktree's own `.git` isn't.
 * @param roots absolute paths; the first is the worktree
 */
export function insideOf(roots: readonly string[]): Inside {
  const real = roots.map(realPath);
  const gitFile = join(realPath(roots[0] ?? ''), '.git');
  return (path, cwd) => {
    if (path.startsWith('~')) return false;
    const found = realPath(resolve(cwd, path));
    return !within(found, gitFile) && real.some((root) => within(found, root));
  };
}

const within = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep);

/** The real path of what exists of it, and the rest as it stands. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), path.slice(parent.length));
  }
}
