import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from './folder-names.ts';
import { statOrNone } from './plain-file.ts';

/** An index of its own that a git process was given; written in a git dir. */
const INDEX = /^kanban-(?:attributes|index|rescue)-(\d+)-[0-9a-f]{8}(?:\.lock)?$/;
/** Half of a write-then-rename; beside the file that is written. */
const DRAFT = /\.(\d+)\.[0-9a-f]{8}$/;
/** A process of another pid namespace may be writing it: its pid says nothing here, its age does. */
const OLD = 60_000;

/** Removes temporary files of processes of kanban's that were killed. Never throws. @returns their paths */
export function removeDeadTemporaryFiles(root: string, commonDir: string): string[] {
  const worktrees = join(commonDir, 'worktrees');
  const gitDirs = [commonDir, ...namesIn(worktrees).map((name) => join(worktrees, name))];
  const own = ['', 'mailbox', 'mailbox/answers', 'ended'].map((name) => join(root, '.kanban', name));
  return [
    ...gitDirs.flatMap((folder) => removeDead(folder, INDEX)),
    ...[join(commonDir, 'kanban'), ...own].flatMap((folder) => removeDead(folder, DRAFT)),
  ];
}

function removeDead(folder: string, pattern: RegExp): string[] {
  return namesIn(folder).flatMap((name) => {
    const pid = pattern.exec(name)?.[1];
    const path = join(folder, name);
    if (pid === undefined || isRunning(Number(pid))) return [];
    const stat = statOrNone(path);
    if (stat?.isFile() !== true || Date.now() - stat.mtimeMs < OLD) return [];
    try {
      rmSync(path, { force: true });
      return [path];
    } catch {
      return [];
    }
  });
}

/** Is there a process of this number? */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
