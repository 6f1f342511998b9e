import { closeSync, constants, openSync, readdirSync, unlinkSync, type Dirent } from 'node:fs';
import { join, relative } from 'node:path';
import { readTrusted, TRUSTED_CONFIG } from '../../git/config/harmless.ts';
import type { Repository } from '../../git/git.ts';
import { lstatOrNone, plainTextOf } from '../../system/plain-file.ts';
import { writeWhole } from '../../system/write-once.ts';

/** In the git dir, with all that is below. */
const TREES = ['refs', 'logs'];
/** In the git dir, by themselves. */
const FOLDERS = ['', 'info', 'objects/info', 'objects/pack'];
/** At the root of the checkout. */
const IN_CHECKOUT = ['.gitattributes', '.gitignore', '.gitmodules', '.mailmap'];
const MOST_FOLDERS = 50_000;

/**
 * Removes FIFOs and devices where git looks for a file: every git process that opens one waits for ever. Those that wait
 * read an end of file. A socket blocks nobody, and git's own file system monitor has one in the git dir.
 * @param head what HEAD of the checkout says, to be written again in the place of one.
 * @returns their paths, relative to the git dir.
 */
export function removeBlocking(repo: Repository, head: string): string[] {
  const { commonDir, root, gitDir } = repo;
  const worktrees = entriesOf(join(commonDir, 'worktrees')).map(({ name }) => `worktrees/${name}`);
  const found = [...FOLDERS, ...worktrees, relative(commonDir, gitDir)].flatMap((folder) =>
    entriesOf(join(commonDir, folder))
      .filter(isBlocking)
      .map(({ name }) => join(commonDir, folder, name)),
  );
  for (const folder of TREES) found.push(...below(join(commonDir, folder)));
  const included = readTrusted(join(commonDir, ...TRUSTED_CONFIG))?.included ?? {};
  for (const path of [...IN_CHECKOUT.map((name) => join(root, name)), ...Object.keys(included)]) {
    const stat = lstatOrNone(path);
    if (stat !== undefined && isBlocking(stat)) found.push(path);
  }
  const removed = [...new Set(found)].filter((path) => unblock(path, included[path] ?? null));
  if (removed.includes(join(gitDir, 'HEAD')) && head !== '') writeWhole(join(gitDir, 'HEAD'), head);
  return removed.map((path) => relative(commonDir, path));
}

const isBlocking = (entry: Pick<Dirent, 'isFIFO' | 'isCharacterDevice' | 'isBlockDevice'>): boolean =>
  entry.isFIFO() || entry.isCharacterDevice() || entry.isBlockDevice();

function below(top: string): string[] {
  const found: string[] = [];
  const folders = [top];
  for (let count = 0; folders.length > 0 && count < MOST_FOLDERS; count += 1) {
    const folder = folders.pop() ?? '';
    for (const entry of entriesOf(folder)) {
      if (entry.isDirectory()) folders.push(join(folder, entry.name));
      else if (isBlocking(entry)) found.push(join(folder, entry.name));
    }
  }
  return found;
}

/** None through a link. */
function entriesOf(folder: string): Dirent[] {
  if (lstatOrNone(folder)?.isDirectory() !== true) return [];
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** @param text what stood there. */
function unblock(path: string, text: string | null): boolean {
  try {
    // For both ends: whoever waits for the other one continues.
    const isFifo = lstatOrNone(path)?.isFIFO() === true;
    const fd = isFifo ? openSync(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW) : null;
    unlinkSync(path);
    if (text !== null) writeWhole(path, text);
    if (fd !== null) closeSync(fd);
    return true;
  } catch {
    return false;
  }
}

/** What HEAD of the checkout says; '' where that can't be read. */
export const headText = ({ gitDir }: Repository): string => plainTextOf(join(gitDir, 'HEAD'), 4096) ?? '';
