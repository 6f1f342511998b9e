import { git, type Repository } from '../../git/git.ts';
import { resolve } from '../../git/objects/objects.ts';
import { trackingRef } from '../../git/remote/remote.ts';
import { updateRefs } from '../../git/refs.ts';
import { isAncestor } from '../../git/history/is-ancestor.ts';

/** A commit on base that the coordinator did not make and the remote lacks. */
export interface ForeignCommit {
  readonly sha: string;
  readonly subject: string;
  readonly author: string;
}

/** The commit of base that this repository has pushed last; it exists if this repository may push. */
export const pushedRef = (base: string): string => `refs/kanban/pushed/${base}`;

/**
 * Commits on base's first-parent line that the remote lacks and that the coordinator did not make, newest first. The
 * first push would publish them with the landings, and the user has not decided that.
 * @param remoteTip the remote's branch; null = it has none yet: then what its other branches have, as last fetched,
 *   counts as there.
 */
export async function foreignCommits(
  repo: Repository,
  { remote, remoteTip, base }: { readonly remote: string; readonly remoteTip: string | null; readonly base: string },
): Promise<ForeignCommit[]> {
  const args = ['log', '--first-parent', '-z', '--no-color', '--no-show-signature', '--no-mailmap', FORMAT, base];
  args.push('--not', ...(remoteTip === null ? [] : [remoteTip]), `--remotes=${remote}`, '--');
  const { stdout } = await git(args, { cwd: repo.root });
  const fields = stdout.split('\0');
  const found: ForeignCommit[] = [];
  for (let at = 0; at + FIELDS <= fields.length; at += FIELDS) {
    const [sha = '', author = '', subject = '', trailers = ''] = fields.slice(at, at + FIELDS);
    if (!isOurs(subject, trailers)) found.push({ sha, subject, author });
  }
  return found;
}

/** Has this repository pushed base before? */
export async function hasPushed(repo: Repository, base: string): Promise<boolean> {
  return (await resolve(repo, pushedRef(base))) !== null;
}

/**
 * The remote has it: from now on whatever stands on base goes out with the landings. It is known here too, also where
 * git's own settings keep no such branch of the remote.
 */
export async function markPushed(
  repo: Repository,
  { remote, base, sha }: { readonly remote: string; readonly base: string; readonly sha: string },
): Promise<void> {
  const tracking = trackingRef(remote, base);
  const tip = await resolve(repo, tracking);
  const known = tip !== null && (tip === sha || (await isAncestor(repo, sha, tip)));
  await updateRefs(repo, [{ ref: pushedRef(base), to: sha }, ...(known ? [] : [{ ref: tracking, to: sha }])]);
}

/**
 * Does the remote's branch lack what was pushed to it last, while base here still has it? Then it was rewritten
 * there, and the next push would bring back what they took out. A branch that is gone there is no such case: it is made
 * again.
 * @returns the commit that is missing there; null = none is.
 */
async function lostThere(repo: Repository, { branch, base, remoteTip }: Asked): Promise<string | null> {
  const pushed = await resolve(repo, pushedRef(branch));
  if (pushed === null || remoteTip === null || pushed === remoteTip) return null;
  return !(await isAncestor(repo, pushed, remoteTip)) && (await isAncestor(repo, pushed, base)) ? pushed : null;
}

/** What the next push would publish against the user's will. */
export interface AgainstWill {
  /** Commits for which the first push waits; empty once there was one. */
  readonly foreign: readonly ForeignCommit[];
  /** A commit that was pushed and then removed from the remote's branch. */
  readonly lost: string | null;
}

interface Asked {
  readonly remote: string;
  /** Short name of base. */
  readonly branch: string;
  /** Its tip here. */
  readonly base: string;
  readonly remoteTip: string | null;
}

/** The same question at every tick: asked only when one of the two tips is another. */
export class FirstPush {
  readonly #repo: Repository;
  #known: ({ readonly key: string } & AgainstWill) | null = null;

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  async observe(asked: Asked): Promise<AgainstWill> {
    const key = JSON.stringify(asked);
    if (this.#known?.key !== key) {
      const foreign = (await hasPushed(this.#repo, asked.branch)) ? [] : await foreignCommits(this.#repo, asked);
      this.#known = { key, foreign, lost: await lostThere(this.#repo, asked) };
    }
    return this.#known;
  }
}

const FIELDS = 4;
const FORMAT = '--format=%H%x00%an%x00%s%x00%(trailers:only,unfold)';

/** The user's own edits of the board are committed as `kanban: …` too. */
const isOurs = (subject: string, trailers: string): boolean =>
  subject.startsWith('kanban: ') || /^Kanban-\w+:/m.test(trailers);
