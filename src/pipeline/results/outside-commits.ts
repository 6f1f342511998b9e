import { firstOf } from '../../first-of.ts';
import type { OutsideCommit } from '../../contract/result.ts';
import * as messages from '../messages.ts';
import { shellPath } from '../../shell-word.ts';

/** Commits that an agent made outside its branch, one a line: `1a2b3c4d5e on main: subject (a.ts, b.ts)`. */
export function evidence(outsideCommits: readonly OutsideCommit[], most: number): string[] {
  const lines = outsideCommits
    .slice(0, most)
    .map(
      (commit) =>
        `${short(commit)} on ${commit.on === '' ? messages.DETACHED_HEAD : commit.on}: ${commit.subject} (${filesOf(commit)})`,
    );
  return outsideCommits.length > most ? [...lines, `and ${outsideCommits.length - most} more`] : lines;
}

/** The commands that take them back, newest first, each to be given where its branch is checked out (`evidence` names it). */
export function undoing(outsideCommits: readonly OutsideCommit[]): string {
  const moved = outsideCommits.filter(({ onlyRef }) => onlyRef === true);
  const made = outsideCommits.filter(({ onlyRef }) => onlyRef !== true);
  return [...reverting(made), ...committing(moved)].join(' && ');
}

/** The checkout's files are what they were: committing them takes the commits back, where `git revert` would refuse. */
function committing(outsideCommits: readonly OutsideCommit[]): string[] {
  if (outsideCommits.length === 0) return [];
  const files = [...new Set(outsideCommits.flatMap((commit) => commit.files))].map(shellPath).join(' ');
  const reverts = outsideCommits.map(({ sha }) => ` -m 'This reverts commit ${sha}.'`).join('');
  return [`git commit -m 'Revert what an agent committed'${reverts} -- ${files}`];
}

function reverting(outsideCommits: readonly OutsideCommit[]): string[] {
  const commands: { readonly isMerge: boolean; readonly shas: string[] }[] = [];
  for (const commit of outsideCommits) {
    const last = commands.at(-1);
    if (last?.isMerge === commit.isMerge) last.shas.push(short(commit));
    else commands.push({ isMerge: commit.isMerge, shas: [short(commit)] });
  }
  return commands.map(({ isMerge, shas }) => `git revert ${isMerge ? '-m 1 ' : ''}${shas.join(' ')}`);
}

const short = ({ sha }: OutsideCommit): string => sha.slice(0, 10);

const MOST_FILES = 5;

const filesOf = ({ files }: OutsideCommit): string => (files.length === 0 ? 'no files' : firstOf(files, MOST_FILES));
