import { join } from 'node:path';
import { git, type Repository } from '../../git/git.ts';
import { checkoutsOf, hiddenIn, type HiddenFile } from './hidden-files.ts';
import { readStash, readText, type StashEntry } from './reflogs.ts';

/** What all worktrees share besides files of the git dir, before a run. */
export interface SharedStateBefore {
  /** `.git/HEAD` of the main worktree. */
  readonly head: string;
  /** The newest first, as `git stash list` has it. */
  readonly stash: readonly StashEntry[];
  readonly refs: Refs;
  /** Files of the user's checkouts whose changes git does not show; absent: not known. */
  readonly hidden?: readonly HiddenFile[];
}

/** @param base full ref. Reads it, with one git process: of an older listing it would not be known whether an agent had its hands in it. */
export async function readSharedState(repo: Repository, base: string): Promise<SharedStateBefore> {
  return {
    head: readText(join(repo.gitDir, 'HEAD')).trim(),
    stash: readStash(repo),
    refs: await listRefs(repo, []),
    ...hiddenIn(repo, checkoutsOf(repo, base)),
  };
}

/** Full name → object; of an alias (a symbolic ref) what it names: `ref: refs/heads/main`. */
export type Refs = Readonly<Record<string, string>>;

/** What an alias names, in full; null = it is an object, or there is none. */
export const aliasOf = (value: string | null | undefined): string | null =>
  value?.startsWith(ALIAS) === true ? value.slice(ALIAS.length) : null;

const ALIAS = 'ref: ';

export async function listRefs({ root }: Repository, patterns: readonly string[]): Promise<Refs> {
  const format = '--format=%(refname) %(objectname) %(symref)';
  const { stdout } = await git(['for-each-ref', format, ...patterns], { cwd: root });
  const lines = stdout.split('\n').filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', sha = '', named = ''] = line.split(' ');
      return [name, named === '' ? sha : `${ALIAS}${named}`];
    }),
  );
}
