import type { Repository } from '../git.ts';
import { readAhead, readBytes } from '../objects/objects.ts';

/** What a walk through history needs of a commit. */
export interface CommitNode {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  /** Committer date, seconds since the epoch. */
  readonly date: number;
  readonly committerEmail: string;
}

/** Two histories, apart from what they share. */
export interface Divergence {
  /** Their best common ancestor. */
  readonly mergeBase: CommitNode;
  /** Commits that only the left (right) one contains, by SHA. */
  readonly left: ReadonlyMap<string, CommitNode>;
  readonly right: ReadonlyMap<string, CommitNode>;
}

/**
 * `git merge-base left right`, `git rev-list right..left` and `left..right` in one walk in this process: commits come
 * from the `git cat-file` that stays, and are read once per process.
 * @param left,right full SHAs of commits.
 * @returns null where git is to be asked: several merge bases or none, a shallow clone, a commit that is missing, more
 * than `MOST_READ` commits to read (one process of git is cheaper then).
 */
export async function diverge(repo: Repository, left: string, right: string): Promise<Divergence | null> {
  if (repo.shallow) return null;
  const walk = new Walk(repo);
  if (!(await walk.add(left, LEFT)) || !(await walk.add(right, RIGHT))) return null;
  for (let node = walk.next(); node !== null; node = walk.next()) {
    const marks = walk.marks(node.sha);
    const shared = (marks & BOTH) === BOTH;
    for (const parent of node.parents) if (!(await walk.add(parent, shared ? marks | STALE : marks))) return null;
  }
  return walk.result();
}

/**
 * Prepares many calls of `diverge` with the same left side: what they will walk through is read at once, and not one
 * commit after the other.
 */
export async function prepareDiverge(repo: Repository, left: string, rights: readonly string[]): Promise<void> {
  const unknown = rights.filter((sha) => !nodesOf(repo).has(sha));
  const ahead = nodesOf(repo).has(left) ? [] : [readAhead(repo, left, MOST_READ / 4)];
  await Promise.all([...ahead, ...unknown.map((sha) => readBytes(repo, sha))]);
}

/** The commits from `from` along first parents, as far as `inside` goes, newest first. */
export function firstParents(from: string, inside: ReadonlyMap<string, CommitNode>): CommitNode[] {
  const line: CommitNode[] = [];
  for (let node = inside.get(from); node !== undefined; node = inside.get(node.parents[0] ?? '')) line.push(node);
  return line;
}

/** Everything in `inside` that `from` contains. */
export function reachable(from: string, inside: ReadonlyMap<string, CommitNode>): Set<string> {
  const found = new Set<string>();
  const open = [from];
  for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
    const node = inside.get(sha);
    if (node === undefined || found.has(sha)) continue;
    found.add(sha);
    open.push(...node.parents);
  }
  return found;
}

/** @returns null when it is missing or no commit. */
async function readNode(repo: Repository, sha: string): Promise<CommitNode | null> {
  const nodes = nodesOf(repo);
  const known = nodes.get(sha);
  if (known) return known;
  const bytes = await readBytes(repo, sha);
  const node = bytes === null ? null : parseNode(sha, bytes);
  if (node !== null) {
    if (nodes.size >= MOST_KEPT) nodes.clear();
    nodes.set(sha, node);
  }
  return node;
}

const LEFT = 1;
const RIGHT = 2;
const BOTH = LEFT | RIGHT;
/** An ancestor of a common ancestor. */
const STALE = 4;

const MOST_READ = 200;
const MOST_KEPT = 5_000;

/**
 * git's own walk (paint_down_to_common in commit-reach.c): newest first, marks go from commits to their parents. It
 * continues a little longer, through commits as old as the oldest one in doubt: commits made by a program often share
 * their second, and then their order by date says nothing.
 */
class Walk {
  readonly #repo: Repository;
  readonly #seen = new Map<string, { readonly node: CommitNode; marks: number; waits: boolean }>();
  /** Newest first; of one date, first come first. */
  readonly #queue: CommitNode[] = [];
  #read = 0;

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  marks(sha: string): number {
    return this.#seen.get(sha)?.marks ?? 0;
  }

  async add(sha: string, marks: number): Promise<boolean> {
    let seen = this.#seen.get(sha);
    if (seen === undefined) {
      const known = nodesOf(this.#repo).get(sha);
      if (known === undefined && ++this.#read > MOST_READ) return false;
      const node = known ?? (await readNode(this.#repo, sha));
      if (node === null) return false;
      this.#seen.set(sha, (seen = { node, marks: 0, waits: false }));
    }
    if ((seen.marks & marks) === marks) return true;
    seen.marks |= marks;
    if (!seen.waits) this.#enqueue(seen.node);
    seen.waits = true;
    return true;
  }

  next(): CommitNode | null {
    const first = this.#queue[0];
    if (first === undefined || (this.#onlyStale() && first.date < this.#oldestInDoubt())) return null;
    this.#queue.shift();
    const seen = this.#seen.get(first.sha);
    if (seen) seen.waits = false;
    return first;
  }

  result(): Divergence | null {
    const of = (wanted: number): CommitNode[] =>
      [...this.#seen.values()].filter(({ marks }) => marks === wanted).map(({ node }) => node);
    const [mergeBase, another] = of(BOTH);
    if (mergeBase === undefined || another !== undefined) return null;
    const bySha = (nodes: readonly CommitNode[]) => new Map(nodes.map((node) => [node.sha, node]));
    return { mergeBase, left: bySha(of(LEFT)), right: bySha(of(RIGHT)) };
  }

  #enqueue(node: CommitNode): void {
    let at = this.#queue.length;
    while (at > 0 && (this.#queue[at - 1]?.date ?? 0) < node.date) at -= 1;
    this.#queue.splice(at, 0, node);
  }

  #onlyStale(): boolean {
    return this.#queue.every(({ sha }) => (this.marks(sha) & STALE) !== 0);
  }

  #oldestInDoubt(): number {
    let oldest = Infinity;
    for (const { node, marks } of this.#seen.values()) if ((marks & STALE) === 0) oldest = Math.min(oldest, node.date);
    return oldest;
  }
}

const kept = new WeakMap<Repository, Map<string, CommitNode>>();

function nodesOf(repo: Repository): Map<string, CommitNode> {
  let nodes = kept.get(repo);
  if (!nodes) kept.set(repo, (nodes = new Map()));
  return nodes;
}

/** `tree …`, `parent …`*, `author …`, `committer Name <email> seconds zone`, then other headers and the message. */
function parseNode(sha: string, bytes: Buffer): CommitNode | null {
  const end = bytes.indexOf('\n\n');
  const head = bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
  const tree = /^tree ([0-9a-f]+)$/m.exec(head)?.[1];
  const [, committerEmail, date] = /^committer [^\n]*<([^\n>]*)> (\d+)/m.exec(head) ?? [];
  if (tree === undefined || committerEmail === undefined || date === undefined) return null;
  return {
    sha,
    tree,
    parents: [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] ?? ''),
    date: Number(date),
    committerEmail,
  };
}
