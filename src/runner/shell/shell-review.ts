import { outsidePaths } from '../../named-paths.ts';
import { filesWithMarkers } from '../../git/branch/conflict-markers.ts';
import { PATCH } from '../../git/branch/patch.ts';
import { changedFiles, standingOf } from '../git/branch-facts.ts';
import type { Brief } from '../../contract/brief.ts';
import { mustGit, git } from '../git/runner-git.ts';
import * as messages from './messages.ts';

/** What a program can see in a change. */
export interface Review {
  readonly changed: readonly string[];
  /** What fails the review. */
  readonly findings: readonly string[];
  /** Worth a word, no failure. */
  readonly shown: readonly string[];
}

const MOST_SHOWN = 10;

/**
 * Checks the branch over base: something changed, only what `files` allows, no conflict left.
 * @param files globs (picomatch), or folders; empty = any file.
 */
export async function reviewByProgram(brief: Brief, files: readonly string[]): Promise<Review> {
  const range = `${brief.base}...${brief.tip}`;
  const check = git(brief, ['diff', '--check', '--no-renames', '--no-ext-diff', '--no-color', range]);
  const changed = await changedFiles(await standingOf(brief, brief.tip));
  const { stdout: hits } = await check;
  const findings: string[] = [];
  if (changed.length === 0) findings.push(messages.NOTHING_CHANGED);
  const outside = outsidePaths(changed, files);
  if (outside.length > 0) findings.push(messages.changedOutside(files, outside));
  const marked = await conflicted(brief, range, hits);
  if (marked.length > 0) findings.push(messages.markersLeft(marked));
  return { changed, findings, shown: whitespace(hits) };
}

/** `git diff --check` also names a lone `=======`; only a file with three hits is worth reading its patch. */
async function conflicted(brief: Brief, range: string, check: string): Promise<string[]> {
  const hits = new Map<string, number>();
  for (const line of check.split('\n')) {
    const file = /^(.+):\d+: leftover conflict marker$/.exec(line)?.[1];
    if (file !== undefined) hits.set(file, (hits.get(file) ?? 0) + 1);
  }
  const suspects = [...hits].filter(([, count]) => count >= 3).map(([file]) => file);
  if (suspects.length === 0) return [];
  return filesWithMarkers(
    await mustGit(brief, ['--literal-pathspecs', 'diff', ...PATCH, '--no-renames', range, '--', ...suspects]),
  );
}

function whitespace(check: string): string[] {
  const errors = check
    .split('\n')
    .filter((line) => /^.+:\d+: (?!leftover conflict marker)\S/.test(line) && !line.startsWith('+'));
  return errors.length <= MOST_SHOWN
    ? errors
    : [...errors.slice(0, MOST_SHOWN), messages.more(errors.length - MOST_SHOWN)];
}
