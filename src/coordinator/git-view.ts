import { join } from 'node:path';
import { git, type Repository } from '../git/git.ts';
import { gitDirOf, openOperation } from '../git/checkout.ts';
import { readRefs, type Ref } from '../git/refs.ts';
import { readHistory } from '../git/trailers.ts';
import { HistoryFold, RUN_IDENTITY, type HistoryCommit } from '../pipeline/history.ts';

/** Where the coordinator keeps what is one per repository. */
export const kanbanDir = (repo: Repository): string => join(repo.commonDir, 'kanban');

export const SEEN = 'refs/kanban/seen';
export const startRef = (id: string): string => `refs/kanban/start/${id}`;

/** git's state as one tick sees it. */
export interface GitView {
  /** Full ref of base. */
  readonly baseRef: string;
  /** null: base does not exist. */
  readonly base: string | null;
  /** The worktree that has base checked out with nothing open in it; its text counts. */
  readonly checkout: { readonly path: string; readonly gitDir: string } | null;
  /** A merge, rebase or the like of base that a person has open: base is not moved. In words. */
  readonly open: string | null;
  readonly refs: ReadonlyMap<string, Ref>;
}

/** One look at the refs, and at the git dir of the checkout that has base. */
export async function viewGit(repo: Repository, baseName: string): Promise<GitView> {
  const baseRef = `refs/heads/${baseName}`;
  const refs = new Map((await readRefs(repo, ['refs/heads/', 'refs/kanban/'])).map((ref) => [ref.name, ref]));
  const base = refs.get(baseRef);
  const operation = openOperation(repo, baseRef);
  const open = operation === null ? null : `a ${operation.operation} of ${baseName} is open in ${operation.path}`;
  const path = base?.worktree ?? null;
  const gitDir = path === null ? null : gitDirOf(path);
  const checkout = path === null || gitDir === null || open !== null ? null : { path, gitDir };
  return { baseRef, base: base?.sha ?? null, checkout, open, refs };
}

/** What base's history tells, kept up to date from commit to commit. */
export class HistoryReader {
  readonly #repo: Repository;
  #fold = new HistoryFold();
  #at: string | null = null;
  /** Branches that base contains: read anew when somebody else moved base. */
  #merged = new Map<string, string>();
  /** Run identity → first-parent commits of base under it. */
  readonly #strays = new Map<string, string[]>();

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  get history(): HistoryFold {
    return this.#fold;
  }

  /** Does base contain this branch's tip? (As far as somebody else's move of base may have brought it there.) */
  isMerged(branch: string, tip: string): boolean {
    return this.#merged.get(branch) === tip;
  }

  /** Commits on base's first-parent line that carry this run identity. */
  strays(email: string): readonly string[] {
    return this.#strays.get(email) ?? [];
  }

  /** A commit of our own: nothing needs to be read. */
  own(commit: HistoryCommit): void {
    this.#fold.add(commit);
    this.#at = commit.sha;
  }

  /** A landing of our own: base contains this branch's tip. */
  ownLanding(branch: string, tip: string): void {
    this.#merged.set(branch, tip);
  }

  /**
   * Catches up with base.
   * @returns `rewritten` when base no longer contains what was read last.
   */
  async follow(base: string): Promise<'same' | 'moved' | 'rewritten'> {
    if (this.#at === base) return 'same';
    const rewritten = this.#at !== null && !(await contains(this.#repo, base, this.#at));
    if (rewritten) this.#fold = new HistoryFold();
    const from = rewritten ? null : this.#at;
    for (const { sha, at, committer, trailers } of (await readHistory(this.#repo, from, base)).toReversed()) {
      this.#fold.add({ sha, at, committerEmail: committer.email, trailers: trailers.map(({ key, value }) => ({ name: key, value })) });
      if (committer.email.endsWith(RUN_IDENTITY)) this.#strays.set(committer.email, [...this.strays(committer.email), sha]);
    }
    this.#at = base;
    this.#merged = await mergedBranches(this.#repo, base);
    return rewritten ? 'rewritten' : 'moved';
  }
}

/** Does `base` contain `commit`? A commit that is gone is not contained. */
export async function contains(repo: Repository, base: string, commit: string): Promise<boolean> {
  const { code } = await git(['merge-base', '--is-ancestor', commit, base], { cwd: repo.root, okExit: [0, 1, 128] });
  return code === 0;
}

async function mergedBranches(repo: Repository, base: string): Promise<Map<string, string>> {
  const { stdout } = await git(['for-each-ref', '--format=%(refname) %(objectname)', `--merged=${base}`, 'refs/heads/'], { cwd: repo.root });
  return new Map(stdout.split('\n').filter(Boolean).map((line) => line.split(' ', 2) as [string, string]));
}
