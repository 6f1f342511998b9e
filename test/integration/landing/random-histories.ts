import type { CommitSpec, FileSpec } from './history.ts';

/** Random numbers that are the same at every run. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** 0 ≤ … < 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** True one time in so many. */
  once(in_: number): boolean {
    return this.below(in_) === 0;
  }

  of<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)];
    if (one === undefined) throw new Error('nothing to choose from');
    return one;
  }
}

export type Tree = ReadonlyMap<string, FileSpec>;

/** A history of two branches that parted once or several times, and the commits at their ends. */
export interface History {
  readonly commits: readonly CommitSpec[];
  /** Places in `commits`. */
  readonly ours: number;
  readonly theirs: number;
}

/** @param first what the places of the commits begin at: several histories are made by one call of git. */
export function randomHistory(dice: Dice, first: number): History {
  const commits: CommitSpec[] = [];
  const trees: Tree[] = [];
  const add = (parents: readonly number[], tree: Tree): number => {
    const from = parents[0] === undefined ? new Map<string, FileSpec>() : (trees[parents[0] - first] ?? new Map());
    commits.push({ parents, files: difference(from, tree) });
    return first + trees.push(tree) - 1;
  };
  const treeOf = (at: number): Tree => trees[at - first] ?? new Map();
  const grow = (at: number, calm: boolean): number => add([at], mutated(dice, treeOf(at), calm));
  const root = add([], startTree(dice));
  const calm = [!dice.once(3), !dice.once(3)] as const;
  let [ours, theirs] = [root, root];
  const rounds = 1 + dice.below(3);
  for (let round = 0; round < rounds; round++) {
    const [mine, other] = [ours, theirs];
    if (dice.below(5) > 0) ours = grow(ours, calm[0]);
    if (dice.below(5) > 0) theirs = grow(theirs, calm[1]);
    // The branch merges base in, or base the branch as it was; both at once is a criss-cross.
    if (dice.once(6) && mine !== theirs && mine !== root)
      theirs = add([theirs, mine], union(treeOf(theirs), treeOf(mine)));
    if (dice.once(8) && other !== ours && other !== root) ours = add([ours, other], union(treeOf(ours), treeOf(other)));
  }
  return { commits, ours, theirs };
}

const NAMES = ['a', 'b', 'c', 'd', 'sp ace', 'new\nline', 'ta\tb"q', '\xc3\xbc', 'Z', 'a.b', 'a-'];
/** Not UTF-8. */
const ODD_NAMES = ['caf\xe9', 'caf\xe8', '\xe9t\xe9/x'];
const FOLDERS = ['', 'dir/', 'lib/', 'lib/', 'dir/sub/', 'a/', 'sp ace/', 'deep/er/'];
const SUBMODULES = ['1', '2', '3'].map((digit) => digit.repeat(40));

const pathIn = (dice: Dice): string => dice.of(FOLDERS) + (dice.once(25) ? dice.of(ODD_NAMES) : dice.of(NAMES));

function startTree(dice: Dice): Tree {
  const tree = new Map<string, FileSpec>();
  const count = 6 + dice.below(10);
  for (let i = 0; i < count; i++) put(tree, pathIn(dice), { data: text(dice) });
  put(tree, 'board/TODO.md', { data: text(dice) });
  put(tree, 'board/TESTING.md', { data: text(dice) });
  put(tree, 'CHANGELOG.md', { data: text(dice) });
  return tree;
}

const text = (dice: Dice): string => {
  const word = `${dice.below(1000)}`;
  return Array.from({ length: 12 }, (_, i) => `${word} line ${i}\n`).join('');
};

/** @param calm nothing is removed or renamed, as in most branches. */
function mutated(dice: Dice, old: Tree, calm: boolean): Tree {
  const tree = new Map(old);
  const deeds = calm ? CALM : [...CALM, ...WILD];
  const count = 1 + dice.below(2);
  for (let i = 0; i < count; i++) dice.of(deeds)(dice, tree);
  return tree;
}

type Deed = (dice: Dice, tree: Map<string, FileSpec>) => void;

const CALM: readonly Deed[] = [
  (dice, tree) => edit(dice, tree, codeIn(dice, tree)),
  (dice, tree) => edit(dice, tree, codeIn(dice, tree)),
  addFile,
  addFile,
  addFile,
  addFresh,
  addFresh,
  (dice, tree) => edit(dice, tree, dice.of(['board/TODO.md', 'board/TESTING.md', 'CHANGELOG.md'])),
  (dice, tree) => {
    const path = codeIn(dice, tree);
    const file = tree.get(path);
    if (file && (file.mode ?? '100644') === '100644') tree.set(path, { ...file, mode: '100755' });
  },
  (dice, tree) => replace(tree, codeIn(dice, tree), { mode: '120000', data: dice.of(['a', 'dir', '../x']) }),
  (dice, tree) =>
    put(tree, dice.of(['module', 'lib/module', 'dir/module', 'a.module', 'b.module']), {
      mode: '160000',
      data: dice.of(SUBMODULES),
    }),
];

const WILD: readonly Deed[] = [
  moveFolder,
  moveFolder,
  moveFolder,
  (dice, tree) => void tree.delete(codeIn(dice, tree)),
  // A file gives way to a folder, or a folder to a file.
  (dice, tree) => put(tree, `${dice.of(NAMES)}/${dice.of(NAMES)}`, { data: text(dice) }),
  (dice, tree) => put(tree, dice.of(['a', 'dir', 'sp ace', 'lib']), { data: text(dice) }),
  (dice, tree) => {
    const path = codeIn(dice, tree);
    if (dice.once(2)) edit(dice, tree, path);
    move(tree, path, pathIn(dice));
  },
];

function addFile(dice: Dice, tree: Map<string, FileSpec>): void {
  put(tree, pathIn(dice) + dice.below(5), { data: text(dice) });
}

/** What one branch makes a file the other may make a folder. */
function addFresh(dice: Dice, tree: Map<string, FileSpec>): void {
  const path = dice.of(['fresh', 'fresh/x', 'fresh/y/z']);
  if (![...tree.keys()].some((other) => other.startsWith('fresh'))) put(tree, path, { data: text(dice) });
}

function moveFolder(dice: Dice, tree: Map<string, FileSpec>): void {
  const folders = ['dir/', 'lib/', 'a/', 'dir/sub/'].filter((folder) =>
    [...tree.keys()].some((path) => path.startsWith(folder)),
  );
  if (folders.length === 0) return;
  const [from, to] = [dice.of(folders), dice.of(['moved/', 'lib/', 'dir/'])];
  for (const path of [...tree.keys()]) if (path.startsWith(from)) move(tree, path, to + path.slice(from.length));
}

const isOwn = (path: string): boolean => path === 'CHANGELOG.md' || path.startsWith('board/');

/** A file that is no landing's own; there is always one. */
function codeIn(dice: Dice, tree: Map<string, FileSpec>): string {
  const paths = [...tree.keys()].filter((path) => !isOwn(path));
  if (paths.length > 0) return dice.of(paths);
  put(tree, 'last', { data: text(dice) });
  return 'last';
}

function edit(dice: Dice, tree: Map<string, FileSpec>, path: string): void {
  const file = tree.get(path);
  if (!file || (file.mode ?? '100644').startsWith('1006') === false) return;
  const lines = file.data.split('\n');
  lines[dice.below(lines.length)] = `edited ${dice.below(1000)}`;
  tree.set(path, { ...file, data: lines.join('\n') });
}

function replace(tree: Map<string, FileSpec>, path: string, file: FileSpec): void {
  if (tree.has(path)) tree.set(path, file);
}

function move(tree: Map<string, FileSpec>, from: string, to: string): void {
  const file = tree.get(from);
  if (!file || from === to || to.startsWith(`${from}/`)) return;
  tree.delete(from);
  put(tree, to, file);
}

/** Whatever would have to be file and folder at once goes. */
function put(tree: Map<string, FileSpec>, path: string, file: FileSpec): void {
  for (const other of [...tree.keys()])
    if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) tree.delete(other);
  tree.set(path, file);
}

function union(a: Tree, b: Tree): Tree {
  const tree = new Map(a);
  for (const [path, file] of b) if (!a.has(path)) put(tree, path, file);
  return tree;
}

function difference(from: Tree, to: Tree): CommitSpec['files'] {
  const files: Record<string, FileSpec | null> = {};
  for (const path of from.keys()) if (!to.has(path)) files[path] = null;
  for (const [path, file] of to) {
    const old = from.get(path);
    if (old?.data !== file.data || old.mode !== file.mode) files[path] = file;
  }
  return files;
}
