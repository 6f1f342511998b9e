import { mkdirSync, renameSync, unlinkSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { lstatOrNone, statOrNone } from './plain-file.ts';
import * as messages from './messages.ts';

const FOLDERS = ['', 'runs', 'checks', 'mailbox', 'mailbox/answers', 'messages', 'ended'] as const;

/**
 * `.kanban/` and the folders in it, as they have to be. An agent may remove them, or put something else in their place: a
 * folder that is missing is made when it is needed, a file is moved aside, a link or a FIFO goes. A `.kanban` that is a link
 * to a folder is the user's choice if it was there when the coordinator began.
 * @returns what was in the way, as a sentence; null = nothing.
 */
export function repairOwnFolder(root: string, commonDir: string, linkIsFine: boolean): string | null {
  const found: string[] = [];
  for (const name of FOLDERS) {
    const path = join(root, '.kanban', name);
    const stat = lstatOrNone(path);
    if (stat?.isDirectory() === true || (name === '' && linkIsFine && isFolder(path))) continue;
    if (stat !== undefined) {
      found.push(join('.kanban', name));
      if (stat.isFile()) moveOutOfTheWay(path, commonDir);
      else unlinkSync(path);
    }
    if (name === '') mkdirSync(path, { recursive: true, mode: 0o700 });
  }
  return found.length === 0 ? null : messages.folderReplaced(found);
}

/** Is `.kanban` a link to a folder, as the user set it up? */
export const isLinkedFolder = (root: string): boolean =>
  lstatOrNone(join(root, '.kanban'))?.isSymbolicLink() === true && isFolder(join(root, '.kanban'));

const isFolder = (path: string): boolean => statOrNone(path)?.isDirectory() === true;

/** Its bytes may be somebody's: kept in the git dir, where no status sees them. */
function moveOutOfTheWay(path: string, commonDir: string): void {
  const folder = join(commonDir, 'kanban');
  mkdirSync(folder, { recursive: true });
  const to = join(folder, `replaced-${randomBytes(4).toString('hex')}`);
  try {
    renameSync(path, to);
  } catch {
    // Another file system.
    renameSync(path, `${path}.replaced-${randomBytes(4).toString('hex')}`);
  }
}
