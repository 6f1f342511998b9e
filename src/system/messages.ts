/* Imported by the runner, which starts in milliseconds: nothing heavy here. */

import { basename } from 'node:path';
import { shellPath } from '../shell-word.ts';

/* bubblewrap. */

export const GROUP_IS_SET = '`contain: group` is set';
export const bwrapNotPossible = (reason: string): string => `\`contain: bwrap\` can't be kept: ${reason}.`;
export const BWRAP_MISSING = {
  why: 'bubblewrap is not installed',
  fix: 'install it (`apt install bubblewrap`, `dnf install bubblewrap`…), or set `contain: group`',
};
export const BWRAP_ELSEWHERE = { why: 'bubblewrap is for Linux only', fix: 'set `contain: group`' };
export const bwrapBroken = (output: string): { readonly why: string; readonly fix: string } => ({
  why: `bubblewrap does not work here (${output})`,
  fix: 'allow it to make namespaces (for a user other than root: unprivileged user namespaces; on Ubuntu from 24.04 on an AppArmor profile for bwrap), or set `contain: group`',
});

/* Locks. */

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly claimedAt: number;
  readonly command?: string | undefined;
}

const nameOf = (holder: Holder | null): string =>
  holder === null ? "a process that can't be named: the lock can't be read" : `pid ${holder.pid} on ${holder.host}`;
export function lockHeld(path: string, holder: Holder | null): string {
  const since = holder === null ? '' : ` since ${new Date(holder.claimedAt).toISOString()}`;
  const what =
    basename(path) === 'lock'
      ? `${holder?.command === undefined ? 'A coordinator' : `\`${holder.command}\``} is at work in this repository:`
      : `The lock ${basename(path)} is held by`;
  return `${what} ${nameOf(holder)}${since}`;
}
export function freeLock(
  holder: Holder | null,
  { path, isAlive }: { readonly path: string; readonly isAlive: boolean },
): string {
  if (holder === null) return `ls -l ${shellPath(path)}    # it must be readable for you; then try again`;
  return isAlive
    ? `kanban stop    # or end ${nameOf(holder)}`
    : `make sure that nothing runs there, then: rm ${shellPath(path)}`;
}

/* Files and processes. */

export const folderReplaced = (paths: readonly string[]): string =>
  `${paths.join(', ')} was replaced by something that is not a folder; kanban has created it again`;
export const notPlain = (path: string): string => `${path} is not a plain file`;
export const PACKAGE_INCOMPLETE = 'the package of file-kanban is not complete: no package.json above its program';
export const couldNotBeStarted = (error: string): string => `could not be started: ${error}`;
