import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failed, ok, type Problem, type Result } from '../../problem.ts';
import { lstatOrNone, statOrNone } from '../../system/plain-file.ts';
import type { Bundle, BundleFile } from './bundle.ts';
import * as messages from './messages.ts';

export interface Written {
  /** Absolute. */
  readonly folder: string;
  /** Relative to the folder. */
  readonly written: readonly string[];
  readonly replaced: readonly string[];
  readonly unchanged: readonly string[];
  /** Columns with entries of their own: they stay, whatever is asked for. */
  readonly kept: readonly string[];
}

/** The code of the problem that a file is there and different. */
export const EXISTS = 'exists';

type State = 'new' | 'same' | 'different' | 'has-entries';

/**
 * Writes a bundle. A folder that is not there appears whole. In one that is there each file is written aside and renamed, and
 * nothing is written if a file would be replaced and `overwrite` is not set.
 * @param folder absolute. Problems: each file that is there and different; what is in the way.
 */
export function writeBundle(folder: string, bundle: Bundle, overwrite: boolean): Result<Written> {
  if (bundle.checkouts.some((checkout) => isSame(folder, checkout)))
    return failed([{ code: 'own-board', message: messages.isRepository(folder), fix: messages.OTHER_FOLDER }]);
  const inTheWay = obstacles(folder, bundle.files);
  if (inTheWay.length > 0) return failed(inTheWay);
  const states = new Map(bundle.files.map((file) => [file, stateOf(join(folder, file.path), file)]));
  const of = (state: State): BundleFile[] => bundle.files.filter((file) => states.get(file) === state);
  if (!overwrite && of('different').length > 0)
    return failed(
      of('different').map(({ path }) => ({
        code: EXISTS,
        message: messages.isThere(join(folder, path)),
        fix: messages.OVERWRITE,
      })),
    );
  try {
    if (lstatOrNone(folder) === undefined) writeFolder(folder, bundle.files);
    else for (const file of [...of('new'), ...of('different')]) writeFile(folder, file, overwrite);
  } catch (error) {
    const { code, path = folder } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string') throw error;
    return failed([{ code: 'not-written', message: messages.notWritten(path, code) }]);
  }
  const paths = (state: State): string[] => of(state).map(({ path }) => path);
  return ok({
    folder,
    written: paths('new'),
    replaced: paths('different'),
    unchanged: paths('same'),
    kept: paths('has-entries'),
  });
}

function isSame(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}

/** What stands where a folder or a file is to be. */
function obstacles(folder: string, files: readonly BundleFile[]): Problem[] {
  const folders = new Set(files.map(({ path }) => join(folder, dirname(path))));
  const problems: Problem[] = [];
  const here = statOrNone(folder);
  if (here !== undefined && !here.isDirectory()) return [notAFolder(folder)];
  for (const path of folders) {
    const stat = path === folder ? undefined : lstatOrNone(path);
    if (stat?.isSymbolicLink() === true) problems.push(link(path));
    else if (stat !== undefined && !stat.isDirectory()) problems.push(notAFolder(path));
  }
  if (problems.length > 0) return problems;
  return files.flatMap(({ path }) => {
    const stat = lstatOrNone(join(folder, path));
    if (stat === undefined || stat.isFile()) return [];
    return [stat.isSymbolicLink() ? link(join(folder, path)) : notAFolder(join(folder, path))];
  });
}

const link = (path: string): Problem => ({ code: 'link', message: messages.isLink(path), fix: messages.REMOVE_LINK });
const notAFolder = (path: string): Problem => ({ code: 'not-a-folder', message: messages.notAFolder(path) });

function stateOf(path: string, { text, isColumn }: BundleFile): State {
  if (lstatOrNone(path) === undefined) return 'new';
  const there = readFileSync(path, 'utf8');
  if (there === text) return 'same';
  return isColumn && there.trim() !== '' ? 'has-entries' : 'different';
}

/** Under another name beside it, then renamed. */
function writeFolder(folder: string, files: readonly BundleFile[]): void {
  const aside = asideOf(folder);
  try {
    for (const { path, text } of files) {
      mkdirSync(dirname(join(aside, path)), { recursive: true });
      writeFileSync(join(aside, path), text, { flag: 'wx' });
    }
    renameSync(aside, folder);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Without `overwrite` a file that came meanwhile stays: `link` replaces none. */
function writeFile(folder: string, { path, text }: BundleFile, overwrite: boolean): void {
  const file = join(folder, path);
  const aside = asideOf(file);
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(aside, text, { flag: 'wx' });
    if (overwrite) renameSync(aside, file);
    else linkSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
}

const asideOf = (path: string): string => `${path}.kanban-${process.pid}-${randomBytes(4).toString('hex')}`;
