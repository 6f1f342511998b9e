import { isAncestor } from '../../git/history/is-ancestor.ts';
import { join } from 'node:path';
import { git, type Repository } from '../../git/git.ts';
import { isCommitOpen } from '../../landing/open-commit.ts';
import { checkoutOf, openOperation, type Worktree } from '../../git/checkout.ts';
import { resolve } from '../../git/objects/objects.ts';
import { readRefs } from '../../git/refs.ts';
import { integratedBy, readBaseHistory } from '../../git/history/base-history.ts';
import type { HistoryCommit as LoggedCommit } from '../../git/history/trailers.ts';
import { HistoryFold, RUN_IDENTITY, type HistoryCommit } from '../../pipeline/history.ts';
import * as messages from './messages.ts';

/** Where the coordinator keeps what is one per repository. */
export const kanbanDir = (repo: Repository): string => join(repo.commonDir, 'kanban');

export const SEEN = 'refs/kanban/seen';

/** git's state as one tick sees it. */
export interface GitState {
  /** Full ref of base. */
  readonly baseRef: string;
  /** null: base does not exist. */
  readonly base: string | null;
  /** The worktree that has base checked out with nothing open in it; its text counts. */
  readonly checkout: { readonly path: string; readonly gitDir: string } | null;
  /** A merge, rebase, commit or the like of base that the user has open: base is not moved. */
  readonly open: string | null;
  /** Full ref name → commit: all branches, and the kanban's own refs. */
  readonly refs: ReadonlyMap<string, string>;
}

/** How old a full list of refs may be; what the coordinator itself works with is asked for every time. */
const LIST_GOOD_FOR = 1_000;
/** Looking for a commit of the user's means looking at all processes: some milliseconds. */
const COMMIT_GOOD_FOR = 1_000;

/** Looks at git once a tick. Listing all refs takes a process; asking for known ones takes none. */
export class GitStateReader {
  readonly #repo: Repository;
  #listed = -Infinity;
  #listing: Promise<void> | null = null;
  #refs = new Map<string, string>();
  #commit = { askedAt: -Infinity, isOpen: false };

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  /**
   * @param baseName short name of base
   * @param fresh refs to be asked for whatever is known (the branches in work)
   */
  async read(baseName: string, fresh: readonly string[] = []): Promise<GitState> {
    const baseRef = `refs/heads/${baseName}`;
    if (performance.now() - this.#listed > LIST_GOOD_FOR) await this.list();
    else await this.#ask([baseRef, ...fresh]);
    const operation = openOperation(this.#repo, baseRef);
    const there = checkoutOf(this.#repo, baseRef);
    const open =
      operation !== null
        ? messages.operationOpen(operation.operation, baseName, operation.path)
        : there !== null && this.#isCommitOpen(there)
          ? messages.commitOpen(there.path)
          : null;
    const checkout = open === null ? there : null;
    return { baseRef, base: this.#refs.get(baseRef) ?? null, checkout, open, refs: this.#refs };
  }

  #isCommitOpen(checkout: Worktree): boolean {
    const now = performance.now();
    if (now - this.#commit.askedAt > COMMIT_GOOD_FOR)
      this.#commit = { askedAt: now, isOpen: isCommitOpen(this.#repo, checkout) };
    return this.#commit.isOpen;
  }

  /** Lists all refs; the next `view` waits for a listing that is under way. */
  list(): Promise<void> {
    this.#listing ??= this.#list().finally(() => (this.#listing = null));
    this.#listing.catch(() => {});
    return this.#listing;
  }

  async #list(): Promise<void> {
    const at = performance.now();
    this.#refs = new Map(
      (await readRefs(this.#repo, ['refs/heads/', 'refs/kanban/'])).map(({ name, sha }) => [name, sha]),
    );
    this.#listed = at;
  }

  async #ask(names: readonly string[]): Promise<void> {
    const shas = await Promise.all(names.map((name) => resolve(this.#repo, name)));
    const refs = new Map(this.#refs);
    for (const [index, name] of names.entries()) {
      const sha = shas[index] ?? null;
      if (sha === null) refs.delete(name);
      else refs.set(name, sha);
    }
    this.#refs = refs;
  }
}

/** Facts from base's history, kept up to date from commit to commit. */
export class HistoryReader {
  readonly #repo: Repository;
  #fold = new HistoryFold();
  #at: string | null = null;
  /** The look that follows knows of all that was read. */
  #reported = true;
  /** Branches that base contains: read anew when another process moved base. */
  #merged = new Map<string, string>();
  /** Base's first-parent commits; true = not made under a run's identity. */
  readonly #own = new Map<string, boolean>();

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  get history(): HistoryFold {
    return this.#fold;
  }

  /**
   * Whether this branch was merged. Base contains its tip; and a tip that is one of base's own commits counts only if a
   * run made it (a fast-forward by hand): else the branch has merely been brought up to base.
   */
  isMerged(branch: string, tip: string): boolean {
    return this.#merged.get(branch) === tip && this.#own.get(tip) !== true;
  }

  /** A commit of our own: nothing needs to be read. */
  own(commit: HistoryCommit): void {
    this.#fold.add(commit);
    this.#own.set(commit.sha, true);
    this.#at = commit.sha;
  }

  /** A landing of our own: base contains this branch's tip. */
  ownLanding(branch: string, tip: string): void {
    this.#merged.set(branch, tip);
  }

  /** This process brought base up to another copy of it: it is read, and the next call of `follow` returns a move. */
  async brought(base: string, name: string): Promise<void> {
    this.#reported = (await this.follow(base, name)) === 'same';
  }

  /**
   * Catches up with base.
   * @param name short name of base, by which the user's `git pull` is known
   * @returns `rewritten` when base no longer contains what was read last.
   */
  async follow(base: string, name: string): Promise<'same' | 'moved' | 'rewritten'> {
    if (this.#at === base) {
      const moved = !this.#reported;
      this.#reported = true;
      return moved ? 'moved' : 'same';
    }
    const rewritten = this.#at !== null && !(await isAncestor(this.#repo, this.#at, base));
    if (rewritten) this.#fold = new HistoryFold();
    const from = rewritten ? null : this.#at;
    const [commits, merged] = await Promise.all([
      readBaseHistory(this.#repo, { from, to: base, base: name }),
      mergedBranches(this.#repo, base),
    ]);
    this.#add(commits.toReversed(), name);
    this.#at = base;
    this.#reported = true;
    this.#merged = merged;
    return rewritten ? 'rewritten' : 'moved';
  }

  /** @param commits oldest first; what a merge brought from elsewhere stands right before it */
  #add(commits: readonly LoggedCommit[], name: string): void {
    const brought = broughtIn(commits, name);
    const before = new Map<string, { readonly gone: boolean; readonly landed: string | undefined }>();
    for (const commit of commits) {
      const { sha, at, committer, trailers } = commit;
      const isBrought = brought.has(sha);
      // On either side gone is gone; what the other side did with the entry meanwhile doesn't bring it back.
      if (isBrought)
        for (const id of movedIn(commit))
          before.set(id, before.get(id) ?? { gone: this.#fold.gone.has(id), landed: this.#fold.landed.get(id) });
      this.#fold.add({
        sha,
        at,
        committerEmail: committer.email,
        trailers: trailers.map(({ key, value }) => ({ name: key, value })),
      });
      this.#own.set(sha, !committer.email.endsWith(RUN_IDENTITY));
      if (isBrought || before.size === 0) continue;
      for (const [id, was] of before) this.#fold.keepGone(id, was);
      before.clear();
    }
  }
}

/** Commits that came to base by a merge with a copy of it, not by its own first-parent line. */
function broughtIn(commits: readonly LoggedCommit[], name: string): ReadonlySet<string> {
  if (!commits.some((commit) => integratedBy(commit, name) !== null)) return new Set();
  const found = new Set(commits.map(({ sha }) => sha));
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]));
  for (let at = commits.at(-1); at !== undefined; at = bySha.get(at.parents[0] ?? '')) found.delete(at.sha);
  return found;
}

/** Ids whose entry a commit moved; but for those that it brought back from the CHANGELOG. */
const movedIn = ({ trailers }: LoggedCommit): string[] =>
  trailers.flatMap(({ key, value }) => {
    const [id = '', from = ''] = value.split(' ');
    return key === 'Kanban-Move' && from !== 'CHANGELOG' ? [id] : [];
  });

async function mergedBranches(repo: Repository, base: string): Promise<Map<string, string>> {
  const { stdout } = await git(
    ['for-each-ref', '--format=%(refname) %(objectname)', `--merged=${base}`, 'refs/heads/'],
    { cwd: repo.root },
  );
  return new Map(
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ', 2) as [string, string]),
  );
}
