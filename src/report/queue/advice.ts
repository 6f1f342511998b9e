import { plain } from '../plain.ts';

/**
 * What the user can do about what holds the queue up, or what it does by itself; null: the words say it already, or there
 * is nothing to say. Commands in it stand in backticks.
 * @param why as in `SnapshotQueue.held`, or the words of a remote
 */
export function adviceFor(
  why: string,
  { base, remote }: { readonly base: string; readonly remote: string | null },
): string | null {
  if (NAMES_A_WAY.test(why)) return null;
  const advice = ADVICE.find(([pattern]) => pattern.test(why))?.[1] ?? null;
  return advice?.replaceAll('{base}', plain(base)).replaceAll('{remote}', plain(remote ?? 'the remote')) ?? null;
}

/** What the server refused says nothing by itself about what to do. */
export const REFUSED =
  'see to it on the server: it is tried again after ten minutes; where it takes no pushes at all, work on a branch for the kanban: `kanban init --base agents`';

const NAMES_A_WAY =
  /commit or stash|finish or abort|make it a plain|merge them by hand|\bkanban (show|resume|doctor|queue|preflight)\b/;

/** The first that fits. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /\byou have (changed|staged|deleted)\b|files that git does not track/,
    'commit or stash it; meanwhile the queue continues with the rest, and what is held lands once the way is free',
  ],
  [/\bis red\b/, 'nobody is blamed; fix {base}, or what the check needs: `kanban queue --log` shows what it printed'],
  [
    /check could not be carried out/,
    'it says nothing about any task, and is tried again by itself: `kanban queue --log`',
  ],
  [/another git process/, 'it continues when that has ended; `kanban doctor` if nothing is at work there'],
  [/refused the login/, 'git must get in without asking: `git fetch {remote}` shows what it asks'],
  [/there is no repository at/, 'its address is wrong, or you may not see it: `git remote -v`'],
  [/cannot be reached/, 'nothing is to be done: it is asked again by itself, more and more rarely'],
  [/disk (is|was) full/, 'make room; it is tried again by itself'],
];
