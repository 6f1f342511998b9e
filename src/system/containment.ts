import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { platform } from 'node:os';
import which from 'which';
import type { Problem } from '../problem.ts';
import { contained } from './contain.ts';
import type { Settings } from '../workflow/settings.ts';
import * as messages from './messages.ts';

/** How the processes of runs are held together on this machine. */
export interface Containment {
  /** bwrap's absolute path; null = by process group and sweep alone. */
  readonly bwrap: string | null;
  /** Why bubblewrap isn't used, as text; '' = it is. */
  readonly why: string;
  /** `contain: bwrap` can't be kept: nothing may start. */
  readonly problem: Problem | null;
}

/**
 * What `contain` comes to here. Whether bubblewrap works is tried once (in containers it often doesn't), and again now
 * and then while it doesn't, so that the user can fix it without a restart.
 */
export async function containmentOf(contain: Settings['contain']): Promise<Containment> {
  if (contain === 'group') return { bwrap: null, why: messages.GROUP_IS_SET, problem: null };
  const found = await bubblewrapHere();
  if (found.ok) return { bwrap: found.path, why: '', problem: null };
  const { why, fix } = found;
  const message = messages.bwrapNotPossible(why);
  return { bwrap: null, why, problem: contain === 'bwrap' ? { code: 'containment', message, fix } : null };
}

export type Bubblewrap =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly why: string; readonly fix: string };

/** @param path where to look for it, as in the environment */
export async function tryBubblewrap(path: string | undefined): Promise<Bubblewrap> {
  const found = await which('bwrap', { nothrow: true, ...(path === undefined ? {} : { path }) });
  if (found === null)
    return { ok: false, ...(platform() === 'linux' ? messages.BWRAP_MISSING : messages.BWRAP_ELSEWHERE) };
  const failure = await startsIn(found);
  return failure === null ? { ok: true, path: found } : { ok: false, ...messages.bwrapBroken(failure) };
}

/** Starts a program as a run would. @returns what went wrong, in a line; null = it works. */
function startsIn(bwrap: string): Promise<string | null> {
  const { file, args } = contained(bwrap, 'true', []);
  return new Promise((resolve) => {
    execFile(file, args, { timeout: LONGEST_TRY, cwd: '/' }, (error, _stdout, stderr) => {
      const output = stderr.trim().split('\n')[0]?.slice(0, 200) ?? '';
      resolve(error === null ? null : output === '' ? (error.message.split('\n')[0] ?? 'it failed') : output);
    });
  });
}

const LONGEST_TRY = 5_000;
/** ms after which one that did not work is tried again. */
const AGAIN_AFTER = 4_000;

let known: { readonly found: Bubblewrap; readonly at: number } | null = null;

async function bubblewrapHere(): Promise<Bubblewrap> {
  const good = known?.found.ok ? existsSync(known.found.path) : known !== null && Date.now() - known.at < AGAIN_AFTER;
  if (known !== null && good) return known.found;
  known = { found: await tryBubblewrap(process.env['PATH']), at: Date.now() };
  return known.found;
}
