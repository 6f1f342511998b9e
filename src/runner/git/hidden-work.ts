import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { scanIndex } from '../../git/index/index-scan.ts';
import type { IndexScan } from '../../git/index/index-scan.ts';
import type { Brief } from '../../contract/brief.ts';
import { git, zeroSplit } from './runner-git.ts';

/**
 * Brings changes to light that `git status` does not show: files that are assumed unchanged, and files that are there
 * though their entry says that sparse checkout left them out. From then on they count like other uncommitted work.
 * @returns their paths
 */
export async function unhide(brief: Brief): Promise<readonly string[]> {
  const { gitDir, tip } = brief;
  const { assumed, skipped } = scanIndex(gitDir, tip.length === 64 ? 'sha256' : 'sha1') ?? (await scanByGit(brief));
  const there = skipped.filter((path) => exists(join(brief.worktree, path)));
  if (assumed.length > 0) await update(brief, '--no-assume-unchanged', assumed);
  if (there.length > 0) await update(brief, '--no-skip-worktree', there);
  return [...new Set([...assumed, ...there])];
}

async function update(brief: Brief, flag: string, paths: readonly string[]): Promise<void> {
  await git(brief, ['update-index', flag, '-z', '--stdin'], { input: paths.map((path) => `${path}\0`).join('') });
}

/** `git ls-files -v`: a small letter for assumed unchanged, `S` (`s`) for skip-worktree. */
async function scanByGit(brief: Brief): Promise<Omit<IndexScan, 'gitlinks'>> {
  const { stdout } = await git(brief, ['ls-files', '-v', '-z']);
  const lines = zeroSplit(stdout);
  const of = (isIt: (tag: string) => boolean): string[] =>
    lines.filter((line) => isIt(line[0] ?? '')).map((line) => line.slice(2));
  return { assumed: of((tag) => /[a-z]/.test(tag)), skipped: of((tag) => tag === 'S' || tag === 's') };
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
