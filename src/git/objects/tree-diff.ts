import { git, type Repository } from '../git.ts';
import { keptTreeBytes, readTreeBytes } from './objects.ts';
import { fromBytes, TREE_MODE, type TreeEntry } from './tree.ts';
import { entryDifferences } from './tree-bytes.ts';

/** A path that differs between two trees; null = nothing there. Never a folder. */
export interface TreeChange {
  readonly path: string;
  readonly before: TreeEntry | null;
  readonly after: TreeEntry | null;
}

/**
 * `git diff-tree -r --no-renames`, in this process: equal subtrees aren't opened, and two folders that were compared
 * lately aren't compared again (each landing of a chain differs from the one before in a few folders only).
 * @param a,b full SHAs; null = empty.
 */
export async function diffTrees(repo: Repository, a: string | null, b: string | null): Promise<readonly TreeChange[]> {
  const walk = new Walk(repo);
  for (;;) {
    const changes = walk.differences('', a, b);
    if (walk.missing.size === 0) return changes;
    await walk.load();
  }
}

/**
 * Finds out by one git process what `diffTrees` is about to be asked for. git reads many folders faster than they come
 * through a pipe; a few, or such as are known, are left to `diffTrees`.
 * @param pairs full SHAs of trees.
 */
export async function diffAtOnce(repo: Repository, pairs: readonly (readonly [string, string])[]): Promise<void> {
  const memory = memoryOf(repo);
  const unknown = new Set(
    pairs.filter(([a, b]) => a !== b && !memory.pairs.has(pairKey(a, b, ''))).map(([a, b]) => `${a} ${b}`),
  );
  if (unknown.size <= FEW) return;
  const args = ['diff-tree', '--stdin', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', '--ignore-submodules=none'];
  const input = [...unknown].map((pair) => `${pair}\n`).join('');
  const { stdout } = await git(args, { cwd: repo.root, input, encoding: 'buffer' });
  for (const [pair, changes] of parseDiffs(stdout.toString('latin1'), unknown)) remember(memory, `${pair} `, changes);
}

const FEW = 4;

/** For each pair a line that repeats it, then `:mode mode sha sha status NUL path NUL` for each file (git-diff-tree(1)). */
function parseDiffs(output: string, pairs: ReadonlySet<string>): Map<string, readonly TreeChange[]> {
  const found = new Map<string, TreeChange[]>([...pairs].map((pair) => [pair, []]));
  let changes: TreeChange[] = [];
  const fields = output.split('\0');
  for (let at = 0; at < fields.length; at += 2) {
    let head = fields[at] ?? '';
    for (let end = head.indexOf('\n'); end >= 0; end = head.indexOf('\n')) {
      changes = found.get(head.slice(0, end)) ?? [];
      head = head.slice(end + 1);
    }
    const path = fields[at + 1];
    const [mode = '', modeAfter = '', sha = '', shaAfter = ''] = head.slice(1).split(' ');
    if (path === undefined) continue;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const entry = (its: string, object: string): TreeEntry | null =>
      its === '000000' ? null : { mode: its, name, sha: object };
    changes.push({ path: fromBytes(path), before: entry(mode, sha), after: entry(modeAfter, shaAfter) });
  }
  return found;
}

const pairKey = (a: string | null, b: string | null, folder: string): string => `${a} ${b} ${folder}`;

/** As far as the trees are at hand; those that are missing are read all at once, and then it begins again. */
class Walk {
  readonly missing = new Set<string>();
  readonly #repo: Repository;
  readonly #memory: Memory;
  readonly #loaded = new Map<string, Buffer>();

  constructor(repo: Repository) {
    this.#repo = repo;
    this.#memory = memoryOf(repo);
  }

  async load(): Promise<void> {
    const shas = [...this.missing];
    this.missing.clear();
    const trees = await Promise.all(shas.map((sha) => readTreeBytes(this.#repo, sha)));
    for (const [index, sha] of shas.entries()) this.#loaded.set(sha, trees[index]!);
  }

  /** @param folder in the form of TreeEntry, ending in `/` */
  differences(folder: string, a: string | null, b: string | null): readonly TreeChange[] {
    if (a === b) return [];
    const key = pairKey(a, b, folder);
    const known = this.#memory.pairs.get(key);
    if (known !== undefined) return known;
    const [left, right] = [this.#bytes(a), this.#bytes(b)];
    if (left === null || right === null) return [];
    const missing = this.missing.size;
    const shaBytes = (a ?? b ?? '').length / 2;
    const changes = entryDifferences(left, right, shaBytes).flatMap(({ before, after }) =>
      this.#one(folder, before, after),
    );
    if (this.missing.size === missing) remember(this.#memory, key, changes);
    return changes;
  }

  #one(folder: string, before: TreeEntry | null, after: TreeEntry | null): readonly TreeChange[] {
    const path = folder + (before ?? after)!.name;
    const [file, fileAfter] = [asFile(before), asFile(after)];
    const [tree, treeAfter] = [asTree(before), asTree(after)];
    const changes = tree === treeAfter ? [] : this.differences(`${path}/`, tree, treeAfter);
    return file || fileAfter ? [{ path: fromBytes(path), before: file, after: fileAfter }, ...changes] : changes;
  }

  #bytes(sha: string | null): Buffer | null {
    if (sha === null) return EMPTY;
    const bytes = this.#loaded.get(sha) ?? keptTreeBytes(this.#repo, sha);
    if (bytes === null) this.missing.add(sha);
    return bytes;
  }
}

const EMPTY = Buffer.alloc(0);

const asFile = (entry: TreeEntry | null): TreeEntry | null => (entry?.mode === TREE_MODE ? null : entry);
const asTree = (entry: TreeEntry | null): string | null => (entry?.mode === TREE_MODE ? entry.sha : null);

/** Changes that are kept at most, over all pairs of folders. */
const MOST_KEPT = 20_000;

interface Memory {
  readonly pairs: Map<string, readonly TreeChange[]>;
  size: number;
}
const memories = new WeakMap<Repository, Memory>();

function memoryOf(repo: Repository): Memory {
  let memory = memories.get(repo);
  if (!memory) memories.set(repo, (memory = { pairs: new Map(), size: 0 }));
  return memory;
}

function remember(memory: Memory, key: string, changes: readonly TreeChange[]): void {
  if (changes.length > MOST_KEPT / 10) return;
  if (memory.size > MOST_KEPT) {
    memory.pairs.clear();
    memory.size = 0;
  }
  memory.pairs.set(key, changes);
  memory.size += changes.length + 1;
}
