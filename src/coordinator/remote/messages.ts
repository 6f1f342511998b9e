/* Pushes. */

export const pushInterrupted = (remote: string): string => `the push to ${remote} was interrupted`;

export const pushNotArrived = (why: string): string => `the push did not arrive: ${why}`;

export const LOCK_NOT_OURS = 'another coordinator holds the lock';

export const pushRejected = (remote: string, why: string): string =>
  `${remote} rejects the push: ${why}. Allow it there, then run kanban resume`;

export const firstPushPublishes = (
  { sha, subject, author }: { readonly sha: string; readonly subject: string; readonly author: string },
  more: number,
  target: string,
): string =>
  `the first push would publish ${sha.slice(0, 10)} "${subject}" (${author})${more > 0 ? ` and ${more} more` : ''}: push it yourself first (git push ${target})`;

export const lostOnRemote = (remote: string, base: string, sha: string): string =>
  `${remote}/${base} no longer has ${sha.slice(0, 10)}, which was pushed from here: push it again (git push ${remote} ${base}), or remove it from ${base} here too`;

/* Base and the remote. */

export const REMOTE_COMMITS = "the remote's commits";

export const askingRemote = (remote: string): string => `${remote} is asked for its state`;

export const behindRemote = (base: string, remote: string): string =>
  `${base} must be brought up to ${remote}/${base} first`;

export const bringingUp = (base: string, from: string): string => `bringing ${base} up to ${from}`;

export const notBroughtUp = (base: string, from: string, why: string): string =>
  `${base} cannot be brought up to ${from}: ${why}`;

export const mergeConflict = (base: string, from: string, files: string): string =>
  `${base} and ${from} conflict in ${files}: merge them by hand (git merge ${from})`;

export const noCommonHistory = (base: string, from: string, isShallow: boolean): string =>
  `${base} and ${from} have no common history: ${isShallow ? 'this clone is shallow (git fetch --unshallow)' : 'is that the right branch?'}`;

export const broughtUpSubject = (base: string, from: string): string => `kanban: ${base} brought up to ${from}`;

export const mergedSubject = (from: string, base: string): string => `kanban: ${from} merged into ${base}`;

export const landedThere = (ids: readonly string[]): string => `landed there: ${ids.join(', ')}`;

/* The lock. */

export const UNNAMED_HOST = 'an unnamed machine';
export const UNKNOWN_HOLDER = 'an unknown holder';

/** @param since ISO time */
export const holder = ({ pid, host }: { readonly pid: number; readonly host: string }, since: string): string =>
  `process ${pid} on ${host}, since ${since.slice(0, 16)}Z`;

export const askingForLock = (remote: string, base: string): string => `${remote} is asked for the lock of ${base}`;

export const lockedBy = (base: string, remote: string, by: string): string =>
  `another coordinator works on ${base} of ${remote}: ${by}`;

export const tookOver = (of: {
  readonly base: string;
  readonly remote: string;
  readonly holder: string;
  readonly minutes: number;
}): string =>
  `took over the lock of ${of.base} on ${of.remote} from ${of.holder}: it was not renewed for ${of.minutes} minutes`;

export const noLock = (of: {
  readonly base: string;
  readonly remote: string;
  readonly ref: string;
  readonly why: string;
}): string =>
  `${of.remote} accepts no lock (${of.ref}): ${of.why}. Run only one coordinator of ${of.base}: nothing prevents a second one on another clone`;
