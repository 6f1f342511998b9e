import type { HoldReason } from '../../contract/hold.ts';
import { plain } from '../plain.ts';

/**
 * What the user can do about what holds the queue up, or what it does by itself; null: the reason's own text says it
 * already, or there is nothing to say. Commands in it stand in backticks.
 */
export function adviceFor(
  { code }: HoldReason,
  { base, remote }: { readonly base: string; readonly remote: string | null },
): string | null {
  const advice = ADVICE[code];
  return advice?.replaceAll('{base}', plain(base)).replaceAll('{remote}', plain(remote ?? 'the remote')) ?? null;
}

/** The server's own message does not say what to do. */
export const REFUSED =
  'allow the push on the server; kanban tries it again after ten minutes. If the server takes no pushes at all, work on a branch for kanban: `kanban init --base agents`';

const ADVICE: Readonly<Record<HoldReason['code'], string | null>> = {
  'files-in-the-way': 'commit or stash it; the queue continues with the other tasks, and lands the held one after that',
  'base-fails': 'no task is the cause; fix {base}, or what the check needs: `kanban queue --log` shows the output',
  'check-not-run': 'this says nothing about any task; kanban tries it again: `kanban queue --log`',
  'git-locked': 'it continues when that process has ended; if no git is running: `kanban doctor`',
  'login-refused': 'git must log in without asking: `git fetch {remote}` shows what it asks',
  'repository-missing': 'the address is wrong, or you have no access: `git remote -v`',
  'remote-away': 'nothing is to be done: kanban tries again, less and less often',
  'disk-full': 'make room; kanban tries again',
  // Their texts name the fix.
  'push-rejected': null,
  stopped: null,
  other: null,
};
