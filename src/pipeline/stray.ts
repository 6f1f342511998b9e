import type { Stray } from '../runner/folder.ts';

/** Commits that an agent made outside its branch, one a line: `1a2b3c4d5e on main: subject (a.ts, b.ts)`. */
export function evidence(strays: readonly Stray[], most: number): string[] {
  const lines = strays
    .slice(0, most)
    .map((stray) => `${short(stray)} on ${placeOf(stray)}: ${stray.subject} (${filesOf(stray)})`);
  return strays.length > most ? [...lines, `and ${strays.length - most} more`] : lines;
}

/**
 * The commands that take them back, newest first. Where a commit lies on another branch than the one that is checked
 * out, that one must be checked out first, and the words say so.
 */
export function undoing(strays: readonly Stray[]): string {
  const commands: { readonly on: string; readonly isMerge: boolean; readonly shas: string[] }[] = [];
  for (const stray of strays) {
    const last = commands.at(-1);
    if (last?.on === stray.on && last.isMerge === stray.isMerge) last.shas.push(short(stray));
    else commands.push({ on: stray.on, isMerge: stray.isMerge, shas: [short(stray)] });
  }
  return commands
    .map(({ on, isMerge, shas }, n) => {
      const where = n > 0 && commands[n - 1]?.on === on ? '' : ` (on ${placeOf({ on })})`;
      return `git revert ${isMerge ? '-m 1 ' : ''}${shas.join(' ')}${where}`;
    })
    .join(' && ')
    .replace(/^(.*?) \((on [^)]*)\)$/, '$1, $2,');
}

const short = ({ sha }: Stray): string => sha.slice(0, 10);

const placeOf = ({ on }: Pick<Stray, 'on'>): string => (on === '' ? 'the detached HEAD of your checkout' : on);

const MOST_FILES = 5;

function filesOf({ files }: Stray): string {
  if (files.length === 0) return 'no files';
  const more = files.length - MOST_FILES;
  return `${files.slice(0, MOST_FILES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
