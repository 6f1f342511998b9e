import { join } from 'node:path';
import type { Repository } from '../../git/git.ts';
import { MOST_BYTES, plainTextOf } from '../../system/plain-file.ts';

export interface StashEntry {
  readonly sha: string;
  readonly email: string;
  readonly message: string;
}

/** The newest first, as `git stash list` has it. */
export const readStash = (repo: Repository): StashEntry[] =>
  readReflog(repo, 'refs/stash')
    .map(({ sha, email, message }) => ({ sha, email, message }))
    .toReversed();

/** `<old> <new> <name> <email> <time> <zone>\t<message>`, oldest first. */
export function readReflog({ commonDir }: Repository, ref: string): (StashEntry & { readonly old: string })[] {
  return readText(join(commonDir, 'logs', ref))
    .split('\n')
    .flatMap((line) => {
      const [, old, sha, email, message] = /^([0-9a-f]+) ([0-9a-f]+) [^<]*<([^>]*)> [^\t]*\t?(.*)$/.exec(line) ?? [];
      return old === undefined || sha === undefined ? [] : [{ old, sha, email: email ?? '', message: message ?? '' }];
    });
}

/** Of a plain file that is not too big; else it is as if it were not there. */
export const readText = (path: string): string => plainTextOf(path, MOST_BYTES) ?? '';
