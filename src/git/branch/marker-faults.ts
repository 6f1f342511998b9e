import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { git, type Repository } from '../git.ts';
import { readBytes } from '../objects/objects.ts';
import type { TreeChange } from '../objects/tree-diff.ts';
import { filesWithMarkers, hasMarkerLines } from './conflict-markers.ts';
import type { JudgedBranch } from './judged-branch.ts';
import * as messages from './messages.ts';
import { PATCH } from './patch.ts';
import { isFile } from './still-dropped.ts';

/** Files in whose added lines the three conflict markers stand in order. */
export async function markerFaults(
  repo: Repository,
  { id, base, tip }: JudgedBranch,
  changed: readonly TreeChange[],
): Promise<string[]> {
  const suspects = await suspectsOf(repo, `${base}...${tip}`, changed);
  if (suspects.length === 0) return [];
  const patch = await git(['diff', ...PATCH, '--find-renames', `${base}...${tip}`, '--'], { cwd: repo.root });
  const sizes = await markerSizes(repo, tip, suspects);
  const marked = filesWithMarkers(patch.stdout, (path) => sizes.get(path) ?? 7).filter((path) =>
    suspects.includes(path),
  );
  if (marked.length === 0) return [];
  return [messages.markersLeft(id, marked)];
}

/** Changed files that contain a marker at all, read in this process. */
async function suspectsOf(repo: Repository, range: string, changed: readonly TreeChange[]): Promise<string[]> {
  const files = changed.filter(({ after }) => isFile(after));
  if (files.length > MAX_READ) return suspectsByGit(repo, range);
  const suspects: string[] = [];
  for (const { path, after } of files) {
    const bytes = after === null ? null : await readBytes(repo, after.sha);
    if (bytes !== null && hasMarkerLines(bytes)) suspects.push(path);
  }
  return suspects;
}

/** Above so many files one process of git is cheaper. */
const MAX_READ = 200;

async function suspectsByGit(repo: Repository, range: string): Promise<string[]> {
  const args = ['diff', '--name-only', '-z', '--find-renames', '--diff-filter=d', '--text', '-G^<<<<<<<', range, '--'];
  return (await git(args, { cwd: repo.root })).stdout.split('\0').filter(Boolean);
}

/** The attribute `conflict-marker-size` (gitattributes(5)), by which git itself knows files that contain markers. */
async function markerSizes(repo: Repository, tip: string, paths: readonly string[]): Promise<Map<string, number>> {
  const index = join(repo.commonDir, `kanban-attributes-${process.pid}-${randomBytes(4).toString('hex')}`);
  const options = { cwd: repo.root, env: { GIT_INDEX_FILE: index } };
  try {
    await git(['read-tree', tip], options);
    const input = paths.map((path) => `${path}\0`).join('');
    const args = ['check-attr', '--cached', '-z', '--stdin', 'conflict-marker-size'];
    const fields = (await git(args, { ...options, input })).stdout.split('\0');
    const sizes = new Map<string, number>();
    for (let at = 0; at + 2 < fields.length; at += 3)
      if (/^\d+$/.test(fields[at + 2] ?? '')) sizes.set(fields[at] ?? '', Number(fields[at + 2]));
    return sizes;
  } finally {
    for (const file of [index, `${index}.lock`]) rmSync(file, { force: true });
  }
}
