import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { git } from '../git/git.ts';
import { textFollowing } from '../system/plain-file.ts';
import type { FilePlan } from './init-files.ts';
import { shellPath } from '../shell-word.ts';

/** The command line that commits what init wrote and what the install of kanban changed, and nothing else. */
export interface SetupCommit {
  /** null = there is nothing to commit. */
  readonly line: string | null;
  /** package.json names kanban, and is changed in other ways too: it is left to the user, with its lock files. */
  readonly mixed: readonly string[];
}

interface Asked {
  readonly cwd: string;
  /** The checkout of base. */
  readonly folder: string;
  readonly files: readonly FilePlan[];
  /** Further files that init writes, absolute. */
  readonly more: readonly string[];
  /** Is base worked on in the user's own checkout, where kanban is installed? */
  readonly isOwnCheckout: boolean;
}

/** To be asked before the files are written: a folder that is there may hold more than init writes. */
export async function planSetupCommit({ cwd, folder, files, more, isOwnCheckout }: Asked): Promise<SetupCommit> {
  const own = files.filter((file) => file.folder === folder).map(({ path }) => path);
  const tracked = more.flatMap((path) => {
    const inside = relative(folder, path);
    return inside.startsWith('..') || inside.startsWith('.git/') ? [] : [inside];
  });
  const install = isOwnCheckout ? await installedFiles(folder) : { paths: [], mixed: [] };
  const short = [...own, ...tracked, ...install.paths].map((path) => {
    const top = path.slice(0, path.lastIndexOf('/'));
    return path.includes('/') && !existsSync(join(folder, top)) ? top : path;
  });
  const paths = [...new Set(short)].map(shellPath).join(' ');
  if (paths === '') return { line: null, mixed: install.mixed };
  const there = relative(cwd, folder);
  const where = there === '' ? 'git' : `git -C ${shellPath(there)}`;
  const only = (await hasStaged(folder)) ? ` -- ${paths}` : '';
  return { line: `${where} add ${paths} && ${where} commit -m "kanban: set up"${only}`, mixed: install.mixed };
}

/** What the user has staged is no part of the set-up. A folder that is still to be made holds nothing. */
async function hasStaged(folder: string): Promise<boolean> {
  if (!existsSync(folder)) return false;
  const { code } = await git(['diff', '--cached', '--quiet'], { cwd: folder, okExit: [0, 1] });
  return code === 1;
}

const PACKAGE = 'package.json';
const LOCK_FILES = [
  ...['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'],
  ...['.pnp.cjs', '.pnp.loader.mjs', '.yarn/cache'],
];

/** What `npm i -D file-kanban` and its like changed: package.json by that dependency alone, and the lock file. */
async function installedFiles(folder: string): Promise<{
  readonly paths: readonly string[];
  readonly mixed: readonly string[];
}> {
  const args = ['status', '--porcelain', '-z', '--no-renames', '--', PACKAGE, ...LOCK_FILES];
  const { stdout } = await git(args, { cwd: folder });
  const changed = stdout.split('\0').flatMap((line) => (line === '' ? [] : [line.slice(3)]));
  const now = parsed(textFollowing(join(folder, PACKAGE)));
  if (!changed.includes(PACKAGE) || !namesKanban(now)) return { paths: [], mixed: [] };
  const paths = [PACKAGE, ...changed.filter((path) => path !== PACKAGE)];
  const before = await git(['show', `HEAD:./${PACKAGE}`], { cwd: folder, okExit: [0, 128] });
  const isAlone = JSON.stringify(withoutKanban(now)) === JSON.stringify(withoutKanban(parsed(before.stdout)));
  return isAlone ? { paths, mixed: [] } : { paths: [], mixed: paths };
}

type Package = Readonly<Record<string, unknown>>;

const NAME = 'file-kanban';
const DEPENDENCIES = ['dependencies', 'devDependencies'];

const isMap = (value: unknown): value is Package =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string | null): Package {
  try {
    const data: unknown = JSON.parse(text ?? '');
    return isMap(data) ? data : {};
  } catch {
    return {};
  }
}

const namesKanban = (pkg: Package): boolean =>
  DEPENDENCIES.some((key) => isMap(pkg[key]) && Object.hasOwn(pkg[key], NAME));

/** A map of dependencies that holds nothing else goes too: the install made it. */
function withoutKanban(pkg: Package): readonly (readonly [string, unknown])[] {
  return Object.entries(pkg)
    .map(([key, value]): [string, unknown] =>
      DEPENDENCIES.includes(key) && isMap(value)
        ? [key, Object.entries(value).filter(([name]) => name !== NAME)]
        : [key, value],
    )
    .filter(([key, value]) => !DEPENDENCIES.includes(key) || (Array.isArray(value) && value.length > 0))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
