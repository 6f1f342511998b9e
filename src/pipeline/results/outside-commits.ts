import type { OutsideCommit } from '../../contract/result.ts';

/** Commits that an agent made outside its branch, one a line: `1a2b3c4d5e on main: subject (a.ts, b.ts)`. */
export function evidence(strays: readonly OutsideCommit[], most: number): string[] {
  const lines = strays
    .slice(0, most)
    .map(
      (stray) =>
        `${short(stray)} on ${stray.on === '' ? 'the detached HEAD of your checkout' : stray.on}: ${stray.subject} (${filesOf(stray)})`,
    );
  return strays.length > most ? [...lines, `and ${strays.length - most} more`] : lines;
}

/** The commands that take them back, newest first, each to be given where its branch is checked out (`evidence` names it). */
export function undoing(strays: readonly OutsideCommit[]): string {
  const moved = strays.filter(({ onlyRef }) => onlyRef === true);
  const made = strays.filter(({ onlyRef }) => onlyRef !== true);
  return [...reverting(made), ...committing(moved)].join(' && ');
}

/** The checkout's files are what they were: committing them takes the commits back, where `git revert` would refuse. */
function committing(strays: readonly OutsideCommit[]): string[] {
  if (strays.length === 0) return [];
  const files = [...new Set(strays.flatMap((stray) => stray.files))].map(quoted).join(' ');
  const reverts = strays.map(({ sha }) => ` -m 'This reverts commit ${sha}.'`).join('');
  return [`git commit -m 'Revert what an agent committed'${reverts} -- ${files}`];
}

const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function reverting(strays: readonly OutsideCommit[]): string[] {
  const commands: { readonly isMerge: boolean; readonly shas: string[] }[] = [];
  for (const stray of strays) {
    const last = commands.at(-1);
    if (last?.isMerge === stray.isMerge) last.shas.push(short(stray));
    else commands.push({ isMerge: stray.isMerge, shas: [short(stray)] });
  }
  return commands.map(({ isMerge, shas }) => `git revert ${isMerge ? '-m 1 ' : ''}${shas.join(' ')}`);
}

const short = ({ sha }: OutsideCommit): string => sha.slice(0, 10);

const MOST_FILES = 5;

function filesOf({ files }: OutsideCommit): string {
  if (files.length === 0) return 'no files';
  const more = files.length - MOST_FILES;
  return `${files.slice(0, MOST_FILES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
