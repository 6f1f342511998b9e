import { git, type Repository } from '../../git/git.ts';
import { resolve } from '../../git/objects/objects.ts';
import { isAncestor } from '../../git/history/is-ancestor.ts';
import { type GitState } from './git-state.ts';

const MAIN_HEAD = 'main-worktree/HEAD';

/** Sees when commits that agents made outside their branch are undone. Asks git only when a branch has moved. */
export class OutsideCommitWatch {
  readonly #repo: Repository;
  #at = '';
  #undone: ReadonlySet<string> = NONE;

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  /**
   * Which of these commits are undone: on base, and a later commit of its first-parent line says `This reverts
   * commit <sha>.`; or not on base, and every branch (and the user's HEAD) that contains it holds such a commit. So is
   * what nothing contains any more.
   * @param ours task branches: one that began after such a commit contains it too, and does not count.
   */
  async undone(view: GitState, ours: ReadonlySet<string>, shas: readonly string[]): Promise<ReadonlySet<string>> {
    if (shas.length === 0 || view.base === null) return NONE;
    const tips = await this.#tips(view, ours);
    const at = [view.base, ...tips, '', ...shas].join(' ');
    if (at === this.#at) return this.#undone;
    const undone = new Set<string>();
    for (const sha of new Set(shas)) if (await this.#isUndone(sha, view.base, tips)) undone.add(sha);
    this.#at = at;
    this.#undone = undone;
    return undone;
  }

  async #isUndone(sha: string, base: string, tips: readonly string[]): Promise<boolean> {
    if (await isAncestor(this.#repo, sha, base)) return this.#isReverted(sha, base);
    for (const tip of tips)
      if ((await isAncestor(this.#repo, sha, tip)) && !(await this.#isReverted(sha, tip))) return false;
    return true;
  }

  async #isReverted(sha: string, tip: string): Promise<boolean> {
    // At the beginning of a line: our own commits quote the command that would make such a commit.
    const pattern = `--grep=^This reverts commit ${sha}`;
    const args = ['log', '--first-parent', '--max-count=1', pattern, '--format=%H', `${sha}..${tip}`];
    const { stdout } = await git([...args, '--'], { cwd: this.#repo.root });
    return stdout.trim() !== '';
  }

  /** The user's own branches and HEAD. */
  async #tips({ refs, baseRef }: GitState, ours: ReadonlySet<string>): Promise<string[]> {
    const head = await resolve(this.#repo, `${MAIN_HEAD}^{commit}`);
    const theirs = [...refs].filter(([name]) => name.startsWith('refs/heads/') && name !== baseRef && !ours.has(name));
    return [...new Set([...theirs.map(([, sha]) => sha), ...(head === null ? [] : [head])])].toSorted();
  }
}

const NONE: ReadonlySet<string> = new Set();
