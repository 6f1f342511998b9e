import { git, GitError, type Repository } from '../../git/git.ts';
import * as messages from './messages.ts';
import { putShared } from './restore-shared.ts';
import type { SharedFile } from './shared-files.ts';

/** Files that decide which objects the repository has. They are restored after all others. */
export const DECIDE_OBJECTS: ReadonlySet<string> = new Set(['objects/info/alternates', 'shallow']);

/** A big repository takes minutes; a hostile alternate has files that never end. */
const COPY_TIMEOUT_MS = 10 * 60_000;
/** A failed attempt is made again for the same file only then. */
const RETRY_INTERVAL_MS = 5 * 60_000;

const failures = new Map<string, { readonly why: string; readonly at: number }>();

/**
 * Puts such a file back as `putShared` does, so that no object is lost that a ref, reflog or index leads to: what is only in
 * an alternate is copied into the repository first, and a `shallow` stays while commits need it.
 * @param now what stands there. @returns why not; null = done.
 */
export async function putObjectFile(
  repo: Repository,
  name: string,
  file: SharedFile | null,
  now: SharedFile | null,
): Promise<string | null> {
  const key = `${repo.commonDir} ${name} ${now?.kind} ${now?.bytes.toString('base64')}`;
  const last = failures.get(key);
  if (last !== undefined && Date.now() - last.at < RETRY_INTERVAL_MS) return last.why;
  failures.clear();
  const { why, isLasting } = await (name === 'shallow'
    ? putShallow(repo, file, now)
    : putAlternates(repo, name, file, now));
  if (why !== null && isLasting) failures.set(key, { why, at: Date.now() });
  return why;
}

interface Outcome {
  readonly why: string | null;
  /** Not just another git that has the lock. */
  readonly isLasting: boolean;
}

async function putAlternates(
  repo: Repository,
  name: string,
  file: SharedFile | null,
  now: SharedFile | null,
): Promise<Outcome> {
  // Without -d: nothing is removed.
  const failed = now === null || now.kind === 'other' ? null : await attempt(repo, ['repack', '-a', '-q']);
  if (failed === null) return { why: putShared(repo, name, file), isLasting: false };
  const why = messages.borrowedNotCopied(failed, `${repo.commonDir}/${name}`);
  return { why, isLasting: true };
}

async function putShallow(repo: Repository, file: SharedFile | null, now: SharedFile | null): Promise<Outcome> {
  const failed = putShared(repo, 'shallow', file);
  if (failed !== null || now === null || now.kind === 'other') return { why: failed, isLasting: false };
  if ((await attempt(repo, ['rev-list', '--all', '--quiet'])) === null) return { why: null, isLasting: false };
  putShared(repo, 'shallow', now);
  return { why: messages.SHALLOW_NEEDED, isLasting: true };
}

/** @returns why it failed; null = it did not. */
async function attempt({ root }: Repository, args: readonly string[]): Promise<string | null> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), COPY_TIMEOUT_MS);
  try {
    await git(args, { cwd: root, signal: controller.signal });
    return null;
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return error.stderr.trim().split('\n')[0] ?? '';
  } finally {
    clearTimeout(timer);
  }
}
