import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { detect } from 'package-manager-detector/detect';
import type { Found } from './detect.ts';
import { findWorkspaces, readPackage } from '../preflight/gather/workspaces.ts';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** `unlocked`: there are dependencies, but git has no lock file that says which. */
export interface Install {
  readonly manager: PackageManager | null;
  readonly afterCreate: Found<string> | null;
  readonly unlocked: boolean;
}

/**
 * How the dependencies of a new worktree are installed: exactly what the lock file says. Without one nothing is filled
 * in: an install that resolves anew gives every worktree other packages, and writes files that the task didn't.
 */
export async function detectInstall(root: string, tracked: ReadonlySet<string>): Promise<Install> {
  const pkg = await readPackage(root);
  if (pkg === null) return { manager: null, afterCreate: null, unlocked: false };
  const found = await detect({ cwd: root, stopDir: root });
  const manager = MANAGERS.find((name) => name === found?.name) ?? 'npm';
  const needed = DEPENDENCIES.some((key) => !isEmpty(pkg[key])) || (await findWorkspaces(root)) !== null;
  if (!needed) return { manager: found ? manager : null, afterCreate: null, unlocked: false };
  const lock = LOCKS[manager].find((name) => tracked.has(name));
  // A lock file that git doesn't have isn't in a new worktree either.
  if (lock === undefined) return { manager, afterCreate: null, unlocked: true };
  const command = await frozen(manager, found?.agent === 'yarn@berry', root);
  return { manager, afterCreate: { value: command, from: lock }, unlocked: false };
}

const MANAGERS = ['npm', 'pnpm', 'yarn', 'bun'] as const;
const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;
const LOCKS: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ['package-lock.json', 'npm-shrinkwrap.json'],
  pnpm: ['pnpm-lock.yaml'],
  yarn: ['yarn.lock'],
  bun: ['bun.lock', 'bun.lockb'],
};

async function frozen(manager: PackageManager, berry: boolean, root: string): Promise<string> {
  if (manager === 'npm') return 'npm ci';
  if (manager !== 'yarn') return `${manager} install --frozen-lockfile`;
  // Berry's lock file says so; its packageManager field may be missing.
  const modern =
    berry ||
    existsSync(join(root, '.yarnrc.yml')) ||
    /^__metadata:/m.test(await readFile(join(root, 'yarn.lock'), 'utf8'));
  return modern ? 'yarn install --immutable' : 'yarn install --frozen-lockfile';
}

const isEmpty = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || Object.keys(value).length === 0;
