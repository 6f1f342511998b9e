import { failed, ok, type Problem, type Result } from '../../problem.ts';
import { git, GitError, type Repository } from '../git.ts';
import * as messages from '../messages.ts';

export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** Who commits here, as git itself says (config, then environment, then the machine). */
export interface Signers {
  readonly author: Identity;
  readonly committer: Identity;
  /** `commit.gpgsign` */
  readonly sign: boolean;
}

/** The user may set their identity while we run; so often is it read again. */
const KEPT_FOR = 60_000;
const known = new WeakMap<Repository, { readonly at: number; readonly signers: Signers }>();

/**
 * @param fallback used where git knows no identity (`commits.author`).
 * Problem: `no-identity`.
 */
export async function signersOf(repo: Repository, fallback?: Identity): Promise<Result<Signers>> {
  const last = known.get(repo);
  if (last && Date.now() - last.at < KEPT_FOR) return ok(last.signers);
  const [author, committer, sign] = await Promise.all([
    ident(repo, 'GIT_AUTHOR_IDENT'),
    ident(repo, 'GIT_COMMITTER_IDENT'),
    git(['config', '--type=bool', '--get', 'commit.gpgsign'], { cwd: repo.root, okExit: [0, 1] }),
  ]);
  const who = { author: author ?? fallback, committer: committer ?? fallback };
  if (!who.author || !who.committer) return failed([NO_IDENTITY]);
  const signers = { author: who.author, committer: who.committer, sign: sign.stdout.trim() === 'true' };
  if (author && committer) known.set(repo, { at: Date.now(), signers });
  return ok(signers);
}

/** To be asked for again: a signature failed, which the user will fix in git's settings. */
export const forgetSigners = (repo: Repository): void => void known.delete(repo);

/** `Name <mail@host>` taken apart; null if it is something else. */
export function parseIdentity(text: string): Identity | null {
  const [, name, email] = /^\s*([^<>\n]+?)\s*<([^<>\s]+)>/.exec(text) ?? [];
  return name && email ? { name, email } : null;
}

async function ident(repo: Repository, variable: string): Promise<Identity | null> {
  try {
    const { stdout } = await git(['var', variable], { cwd: repo.root });
    return parseIdentity(stdout);
  } catch (error) {
    if (error instanceof GitError && error.code !== null) return null;
    throw error;
  }
}

const NO_IDENTITY: Problem = {
  code: 'no-identity',
  message: messages.NO_IDENTITY,
  fix: messages.SET_IDENTITY,
};
