import type { Entry } from '../../board/entry.ts';
import { git } from '../../git/git.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';
import type { Place } from './ensure-place.ts';

/** What earlier runs found: the field in short, and the last failure's report in full. */
export async function findingsOf(observer: Observer, entry: Entry, start: string, base: string): Promise<string> {
  if (entry.feedback === null || entry.id === null) return '';
  const steps = await observer.lives.of(entry.id, start, base);
  const last = steps.at(-1)?.report ?? '';
  return last === '' || last === entry.feedback ? `${entry.feedback}\n` : `${entry.feedback}\n\n${last}\n`;
}

/** Paths that the branch changes: from the last run that ended on this tip, else by git. */
export async function changedFiles(
  { repo }: Observer,
  { runs }: Observation,
  id: string,
  { tip, base }: Pick<Place, 'tip'> & { readonly base: string },
): Promise<readonly string[]> {
  const known = runs.findLast(
    ({ brief, result }) => brief.taskId === id && result !== null && result.tip === tip && result.changed.length > 0,
  );
  if (known?.result) return known.result.changed;
  const { stdout } = await git(['diff', '--name-only', '-z', '--no-renames', `${base}...${tip}`, '--'], {
    cwd: repo.root,
    okExit: [0, 128],
  });
  return stdout.split('\0').filter(Boolean);
}
