import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { textFollowing } from '../system/plain-file.ts';

/** The file that declares workspaces of npm, yarn or pnpm; null = none does. */
export async function findWorkspaces(root: string): Promise<string | null> {
  if (existsSync(join(root, 'pnpm-workspace.yaml'))) return 'pnpm-workspace.yaml';
  const pkg = await readPackage(root);
  return pkg !== null && hasItems(pkg['workspaces']) ? 'package.json' : null;
}

/** package.json as far as it can be read; null = there is none, or it is broken. */
export async function readPackage(root: string): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    const data: unknown = JSON.parse((textFollowing(join(root, 'package.json')) ?? '').replace(/^\uFEFF/, ''));
    return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** `workspaces: []` or `{ packages: [] }`. */
function hasItems(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'object' && value !== null && hasItems((value as Record<string, unknown>)['packages']);
}
