import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { diverge, type CommitNode, type Divergence } from '../history/ancestry.ts';
import { parseConfig } from '../config/config-file.ts';
import { git, GitError, type Repository } from '../git.ts';
import { filesWithMarkers, hasMarkerLines } from './conflict-markers.ts';
import { writeLoose } from '../objects/loose.ts';
import { isLost } from './lost-lines.ts';
import { PATCH, readPatch } from './patch.ts';
import { editTree, entryAt, readBlob, readBytes, readCommit, writeTree, type TreeEdit } from '../objects/objects.ts';
import { isReplanted, takenBack } from './taken-back.ts';
import type { TreeEntry } from '../objects/tree.ts';
import { diffTrees, type TreeChange } from '../objects/tree-diff.ts';

/** A branch that is to be judged as a whole. */
export interface JudgedBranch {
  readonly id: string;
  /** Full SHAs. `start`: the commit of base that the branch starts from. */
  readonly base: string;
  readonly tip: string;
  readonly start: string;
  /** Board folder, relative: nothing in it lands. */
  readonly board: string;
}

/**
 * What keeps a branch from landing, whatever its runs reported: a merge in start..tip that drops what git merges clean
 * (`-s ours`, `checkout --ours .`) and that no later commit repaired; conflict markers in the added lines of base...tip.
 * A passed test and a landing both ask this. Merges that base contains are base's own.
 * @returns one text per fault, each with the commands that fix it. Without merges and markers no git process is started.
 */
export async function branchFaults(repo: Repository, branch: JudgedBranch): Promise<string[]> {
  const { base, tip, start } = branch;
  const memory = memoryOf(repo);
  const key = [base, tip, start].join(' ');
  const known = memory.branches.get(key);
  if (known !== undefined) return [...known];
  const faults: string[] = [];
  try {
    const split = await diverge(repo, base, tip);
    const merges = split === null ? await mergesByGit(repo, branch) : mergesIn([...split.right.values()]);
    for (const merge of merges) faults.push(...(await mergeFaults(repo, branch, merge)));
    faults.push(...(await contentFaults(repo, branch, split?.mergeBase ?? null)));
    if (await isReplanted(repo, branch, split)) faults.push(...(await takenBackFaults(repo, branch, split)));
    if (memory.branches.size >= MAX_REMEMBERED) memory.branches.clear();
    memory.branches.set(key, faults);
  } catch (error) {
    // An object that an agent removed, say. What can't be examined doesn't land.
    if (!(error instanceof GitError) || error.code !== BROKEN) throw error;
    const words = error.stderr.trim().split('\n').at(0) ?? '';
    return [...faults, `the branch can't be examined: ${words}. Fix: git fsck --connectivity-only`];
  }
  return [...faults];
}

/** git's exit code where it cannot continue. */
const BROKEN = 128;

/** Merges that git made itself, without a conflict: nothing needs to be looked at again. */
export function knowHonestMerges(repo: Repository, shas: readonly string[], board: string): void {
  for (const sha of shas) memoryOf(repo).merges.set(`${sha} ${board}`, null);
}

interface Merge {
  readonly sha: string;
  readonly parents: readonly string[];
}

const mergesIn = (commits: readonly CommitNode[]): Merge[] => commits.filter(({ parents }) => parents.length > 1);

async function mergesByGit(repo: Repository, { base, tip, start }: JudgedBranch): Promise<Merge[]> {
  const args = ['rev-list', '--merges', '--parents', tip, `^${start}`, `^${base}`, '--'];
  const { stdout } = await git(args, { cwd: repo.root });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [sha = '', ...parents] = line.split(' ');
      return { sha, parents };
    });
}

/** A path of a merge whose content is simply that of one side, where git would have merged both. */
interface Dropped {
  readonly path: string;
  /** What git's own merge has there. */
  readonly expected: TreeEntry | null;
  /** What the merge has there. */
  readonly actual: TreeEntry | null;
  /** The parents that have something else there. */
  readonly sides: readonly string[];
}

/** What git itself makes of a merge, and what the merge lacks of it. */
interface JudgedMerge {
  readonly tree: string;
  readonly dropped: readonly Dropped[];
}

interface Memory {
  /** By SHA and board: a merge never changes. null: nothing to object to. */
  readonly merges: Map<string, JudgedMerge | typeof UNKNOWN | null>;
  readonly branches: Map<string, string[]>;
}

const MAX_REMEMBERED = 2_000;
const memories = new WeakMap<Repository, Memory>();

function memoryOf(repo: Repository): Memory {
  let memory = memories.get(repo);
  if (!memory) memories.set(repo, (memory = { merges: new Map(), branches: new Map() }));
  return memory;
}

async function mergeFaults(repo: Repository, branch: JudgedBranch, merge: Merge): Promise<string[]> {
  const { merges } = memoryOf(repo);
  const key = `${merge.sha} ${branch.board}`;
  let judged = merges.get(key);
  if (judged === undefined) {
    judged = await faultsOfMerge(repo, merge, branch.board);
    if (merges.size >= MAX_REMEMBERED) merges.clear();
    merges.set(key, judged);
  }
  if (judged === null) return [];
  if (judged === UNKNOWN)
    return [
      `merge ${merge.sha.slice(0, 10)} can't be examined: git does not merge its parents. Fix: git reset --hard ${merge.parents[0]?.slice(0, 10)}, then merge again`,
    ];
  const paths = await stillDropped(repo, branch, judged);
  if (paths.length === 0) return [];
  const [short, tree] = [merge.sha.slice(0, 10), judged.tree.slice(0, 10)];
  return [
    `merge ${short} drops what git merges clean: ${listed(paths)}. Fix: git diff --binary ${short} ${tree} -- ${paths.slice(0, MAX_IN_COMMAND).map(quoted).join(' ')} | git apply --3way --index && git commit -m '${branch.id}: put back what the merge dropped'`,
  ];
}

/** What git can't merge either may hide anything. */
const UNKNOWN = 'unknown';

async function faultsOfMerge(
  repo: Repository,
  merge: Merge,
  board: string,
): Promise<JudgedMerge | typeof UNKNOWN | null> {
  const actual = await readCommit(repo, merge.sha);
  if (actual === null) return UNKNOWN;
  if (await isPlainlyHonest(repo, merge, actual.tree)) return null;
  const own = await ownMerge(repo, merge.parents);
  if (own === null) return UNKNOWN;
  const inConflict = new Set(own.conflicted);
  const differing = (await diffTrees(repo, own.tree, actual.tree)).filter(
    ({ path }) => !inConflict.has(path) && !path.startsWith(`${board}/`),
  );
  if (differing.length === 0) return null;
  const sides = await Promise.all(
    merge.parents.map(async (parent) => {
      const side = await readCommit(repo, parent);
      const changes = side === null ? [] : await diffTrees(repo, side.tree, actual.tree);
      return { parent, changed: new Set(changes.map(({ path }) => path)) };
    }),
  );
  // A path that does not differ between one parent and the merge is that parent's. What else differs may be a repair.
  const whole = differing.filter(({ path }) => sides.some(({ changed }) => !changed.has(path)));
  const partly = await withDroppedLines(repo, merge.parents, own.tree, without(differing, whole));
  const dropped = [...whole, ...partly];
  if (dropped.length === 0) return null;
  return {
    tree: own.tree,
    dropped: dropped.map(({ path, before, after }) => ({
      path,
      expected: before,
      actual: after,
      sides: sides.flatMap(({ parent, changed }) => (changed.has(path) ? [parent] : [])),
    })),
  };
}

const without = (all: readonly TreeChange[], some: readonly TreeChange[]): TreeChange[] =>
  all.filter((change) => !some.includes(change));

/**
 * Paths that are nobody's as they stand, of which one side's part is missing nevertheless: its file, or the lines of one
 * of its changes. A line that was reworked is there.
 */
async function withDroppedLines(
  repo: Repository,
  parents: readonly string[],
  expected: string,
  differing: readonly TreeChange[],
): Promise<TreeChange[]> {
  const files = differing.filter(({ before, after }) => isFile(before) && isFile(after));
  const lost = new Set(differing.filter(({ before, after }) => (before === null) !== (after === null)));
  if (files.length === 0) return [...lost];
  const texts = new Map<string, { change: TreeChange; wanted: string; now: string }>();
  for (const change of files) {
    const [wanted, now] = await Promise.all([readBytes(repo, change.before!.sha), readBytes(repo, change.after!.sha)]);
    if (wanted === null || now === null) lost.add(change);
    else texts.set(change.path, { change, wanted: wanted.toString(), now: now.toString() });
  }
  for (const parent of parents) {
    // Without paths: those of a large merge would not fit into a command line.
    const some = files.length > MAX_IN_COMMAND ? [] : files.map(({ path }) => path);
    const args = ['--literal-pathspecs', 'diff', ...PATCH, '--no-renames', parent, expected, '--', ...some];
    for (const { path, hunks } of readPatch((await git(args, { cwd: repo.root })).stdout)) {
      const text = texts.get(path);
      if (text !== undefined && hunks.some((hunk) => isLost(hunk, text.wanted, text.now))) lost.add(text.change);
    }
  }
  return [...lost];
}

/** In this process: of a merge of two sides that removed nothing and touched no path both, each has to be there whole. */
async function isPlainlyHonest(repo: Repository, { parents }: Merge, tree: string): Promise<boolean> {
  const [first = '', second = '', third] = parents;
  if (third !== undefined) return false;
  const split = await diverge(repo, first, second);
  const [ours, theirs] = await Promise.all([readCommit(repo, first), readCommit(repo, second)]);
  if (split === null || ours === null || theirs === null) return false;
  const from = split.mergeBase.tree;
  const [mine, other] = await Promise.all([diffTrees(repo, from, ours.tree), diffTrees(repo, from, theirs.tree)]);
  const all = [...mine, ...other];
  if (all.length > MAX_PLAIN_PATHS || all.some(({ after }) => after === null)) return false;
  const paths = new Set(mine.map(({ path }) => path));
  if (other.some(({ path }) => paths.has(path))) return false;
  const merged = await diffTrees(repo, from, tree);
  const wanted = new Map(all.map((change) => [change.path, change]));
  return merged.length === all.length && merged.every((change) => isSame(change, wanted.get(change.path)));
}

const MAX_PLAIN_PATHS = 5_000;

const isSame = (change: TreeChange, other: TreeChange | undefined): boolean =>
  other !== undefined && isSameEntry(change.after, other.after);

const isSameEntry = (a: TreeEntry | null, b: TreeEntry | null): boolean => a?.sha === b?.sha && a?.mode === b?.mode;

/** git's own merge of these commits, side by side as an octopus does it; null: git can't merge them. */
async function ownMerge(
  repo: Repository,
  parents: readonly string[],
): Promise<{ readonly tree: string; readonly conflicted: readonly string[] } | null> {
  const conflicted: string[] = [];
  let ours = parents[0] ?? '';
  let tree: string | null = null;
  for (const [index, theirs] of parents.slice(1).entries()) {
    const args = ['merge-tree', '--write-tree', '--name-only', '-z', '--no-messages', '--allow-unrelated-histories'];
    const { code, stdout } = await git([...args, ours, theirs], { cwd: repo.root, okExit: ANY_EXIT });
    const [found, ...files] = stdout.split('\0').filter(Boolean);
    // 2.39: exit 1 also for an unknown commit, then without a tree.
    if ((code !== 0 && code !== 1) || found === undefined || !/^[0-9a-f]{40,64}$/.test(found)) return null;
    tree = found;
    conflicted.push(...files);
    if (index === parents.length - 2) break;
    ours = writeSide(repo, tree, [ours, theirs]);
  }
  return tree === null ? null : { tree, conflicted };
}

/** A commit that only git's merge is to see: no ref leads to it. */
function writeSide(repo: Repository, tree: string, parents: readonly string[]): string {
  const who = 'kanban <kanban@kanban.invalid> 0 +0000';
  const lines = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`), `author ${who}`, `committer ${who}`];
  return writeLoose(repo, 'commit', Buffer.from(`${lines.join('\n')}\n\nside\n`));
}

const ANY_EXIT = Array.from({ length: 256 }, (_, code) => code);

/** Less what later commits of the branch put back, reworked, or made equal to base. */
async function stillDropped(
  repo: Repository,
  { base, tip }: JudgedBranch,
  { dropped }: JudgedMerge,
): Promise<string[]> {
  const left: string[] = [];
  const changed: (Dropped & { readonly now: TreeEntry })[] = [];
  for (const one of dropped) {
    const now = await entryAt(repo, tip, one.path);
    if (isSameEntry(now, one.expected)) continue;
    if (isSameEntry(now, one.actual)) {
      // Base itself has it so by now: nothing of base is lost. A side that base lacks (another task) would be.
      const isBases = isSameEntry(now, await entryAt(repo, base, one.path));
      if (!isBases || !(await areInBase(repo, base, one.sides))) left.push(one.path);
    } else if (isFile(now) && isFile(one.actual) && isFile(one.expected)) changed.push({ ...one, now: now! });
  }
  return [...left, ...(await withoutTheDropped(repo, base, changed))].toSorted();
}

const isFile = (entry: TreeEntry | null): boolean => entry !== null && entry.mode.startsWith('100');

async function areInBase(repo: Repository, base: string, shas: readonly string[]): Promise<boolean> {
  for (const sha of shas) {
    const { code } = await git(['merge-base', '--is-ancestor', sha, base], { cwd: repo.root, okExit: [0, 1, 128] });
    if (code !== 0) return false;
  }
  return true;
}

/**
 * Files that were edited since the merge: the dropped part is there if laying it over the file changes nothing. Where that
 * conflicts, those lines were rewritten, and have to be there in some form as long as base has them.
 */
async function withoutTheDropped(
  repo: Repository,
  base: string,
  changed: readonly (Dropped & { readonly now: TreeEntry })[],
): Promise<string[]> {
  if (changed.length === 0) return [];
  const commitOf = async (of: (one: Dropped & { readonly now: TreeEntry }) => TreeEntry | null, parents: string[]) => {
    const edits = new Map(changed.map((one): [string, TreeEdit] => [one.path, of(one)]));
    const tree = await editTree(repo, writeTree(repo, []), edits);
    return { commit: writeSide(repo, tree, parents), tree };
  };
  const from = await commitOf(({ actual }) => actual, []);
  const now = await commitOf((one) => one.now, [from.commit]);
  const wanted = await commitOf(({ expected }) => expected, [from.commit]);
  const merged = await ownMerge(repo, [now.commit, wanted.commit]);
  if (merged === null) return [];
  const inConflict = new Set(merged.conflicted);
  const left = (await diffTrees(repo, now.tree, merged.tree))
    .map(({ path }) => path)
    .filter((path) => !inConflict.has(path));
  if (inConflict.size === 0) return left;
  const args = ['diff', ...PATCH, '--no-renames', from.tree, wanted.tree, '--'];
  for (const { path, hunks } of readPatch((await git(args, { cwd: repo.root })).stdout)) {
    const one = changed.find((other) => other.path === path);
    if (one === undefined || !inConflict.has(path)) continue;
    // What base has changed since is not asked for.
    const ofBase = (await readBlob(repo, base, path))?.toString() ?? '';
    const [expected, text] = [await textOf(repo, one.expected), await textOf(repo, one.now)];
    const stillIn = new Set(ofBase.split('\n'));
    const still = hunks.map(({ added }) => added.filter((line) => stillIn.has(line)));
    if (still.some((added) => added.length > 0 && isLost({ removed: [], added }, expected, text))) left.push(path);
  }
  return left;
}

const textOf = async (repo: Repository, entry: TreeEntry | null): Promise<string> =>
  entry === null ? '' : ((await readBytes(repo, entry.sha))?.toString() ?? '');

/** Faults of what the branch changes, whichever commit did it. */
async function contentFaults(repo: Repository, branch: JudgedBranch, mergeBase: CommitNode | null): Promise<string[]> {
  const { base, tip, board } = branch;
  const tree = (await readCommit(repo, tip))?.tree;
  const from = mergeBase ?? (await mergeBaseByGit(repo, base, tip)) ?? (await readCommit(repo, branch.start));
  if (tree === undefined || from === null)
    return [`commit ${tip.slice(0, 10)} can't be examined: it has nothing in common with base`];
  const changed = (await diffTrees(repo, from.tree, tree)).filter(
    ({ path, after }) => after !== null && !path.startsWith(`${board}/`),
  );
  return [...(await gitlinkFaults(repo, branch, changed)), ...(await markerFaults(repo, branch, changed))];
}

/** A history that was replaced: what landed since the task began has to be in it as base has it. */
async function takenBackFaults(
  repo: Repository,
  { id, base, tip, start, board }: JudgedBranch,
  split: Divergence | null,
): Promise<string[]> {
  const begun = await readCommit(repo, start);
  const tree = (await readCommit(repo, tip))?.tree;
  const landed = split?.mergeBase ?? (await mergeBaseByGit(repo, base, tip));
  if (begun === null || tree === undefined || landed === null) return [];
  const trees = { from: begun.tree, landed: landed.tree, tree };
  const paths = await takenBack(repo, trees, (path) => !path.startsWith(`${board}/`));
  if (paths.length === 0) return [];
  const [from, to] = [begun.tree.slice(0, 10), landed.tree.slice(0, 10)];
  return [
    `the branch was put on a later base and takes back what landed there: ${listed(paths)}. Fix: git diff --binary ${from} ${to} -- ${paths.slice(0, MAX_IN_COMMAND).map(quoted).join(' ')} | git apply --3way --index && git commit -m '${id}: put back what had landed'`,
  ];
}

/** Repositories of their own, committed without `.gitmodules`: git keeps their commit id and not one of their files. */
async function gitlinkFaults(
  repo: Repository,
  { id, tip }: JudgedBranch,
  changed: readonly TreeChange[],
): Promise<string[]> {
  const links = changed.filter(({ after, before }) => after?.mode === GITLINK && before?.mode !== GITLINK);
  if (links.length === 0) return [];
  const modules = parseConfig((await readBlob(repo, tip, '.gitmodules'))?.toString('utf8') ?? '') ?? [];
  const known = new Set(modules.flatMap(({ name, value }) => (/^submodule\..*\.path$/s.test(name) ? [value] : [])));
  return links.filter(({ path }) => !known.has(path)).map(({ path }) => nestedFault(id, path, true));
}

const GITLINK = '160000';

/** @param isCommitted git has its commit id in the branch */
export function nestedFault(id: string, path: string, isCommitted: boolean): string {
  const folder = quoted(path);
  const drop = isCommitted ? `git rm -q --cached ${folder} && ` : '';
  return `${path} is a repository of its own: git keeps none of its files in the branch. Fix: ${drop}rm -rf ${quoted(`${path}/.git`)} && git add ${folder} && git commit -m '${id}: the files of ${path.replaceAll("'", '')}'`;
}

/** Files in whose added lines the three conflict markers stand in order. */
async function markerFaults(
  repo: Repository,
  { id, base, tip }: JudgedBranch,
  changed: readonly TreeChange[],
): Promise<string[]> {
  const suspects = await suspectsOf(repo, `${base}...${tip}`, changed);
  if (suspects.length === 0) return [];
  const patch = await git(['diff', ...PATCH, '--find-renames', `${base}...${tip}`, '--'], { cwd: repo.root });
  const sizes = await markerSizes(repo, tip, suspects);
  const marked = filesWithMarkers(patch.stdout, (path) => sizes.get(path) ?? 7).filter((path) =>
    suspects.includes(path),
  );
  if (marked.length === 0) return [];
  const files = marked.slice(0, MAX_IN_COMMAND).map(quoted).join(' ');
  const attributes = marked
    .slice(0, MAX_IN_COMMAND)
    .map((path) => quoted(`${attributePattern(path)} conflict-marker-size=32`));
  return [
    `conflict markers were left in ${listed(marked)}. Fix: resolve the lines that this prints, then commit: git grep -nE '^(<<<<<<<|=======|>>>>>>>)' -- ${files}. If the file is meant to contain them: printf '%s\\n' ${attributes.join(' ')} >> .gitattributes && git add .gitattributes && git commit -m '${id}: these files contain conflict markers on purpose'`,
  ];
}

/** Changed files that contain a marker at all, read in this process. */
async function suspectsOf(repo: Repository, range: string, changed: readonly TreeChange[]): Promise<string[]> {
  const files = changed.filter(({ after }) => isFile(after));
  if (files.length > MAX_READ) return suspectsByGit(repo, range);
  const suspects: string[] = [];
  for (const { path, after } of files) {
    const bytes = after === null ? null : await readBytes(repo, after.sha);
    if (bytes !== null && hasMarkerLines(bytes)) suspects.push(path);
  }
  return suspects;
}

/** Above so many files one process of git is cheaper. */
const MAX_READ = 200;

async function suspectsByGit(repo: Repository, range: string): Promise<string[]> {
  const args = ['diff', '--name-only', '-z', '--find-renames', '--diff-filter=d', '--text', '-G^<<<<<<<', range, '--'];
  return (await git(args, { cwd: repo.root })).stdout.split('\0').filter(Boolean);
}

async function mergeBaseByGit(repo: Repository, base: string, tip: string): Promise<{ readonly tree: string } | null> {
  const { stdout } = await git(['merge-base', base, tip], { cwd: repo.root, okExit: [0, 1] });
  const sha = stdout.trim();
  return sha === '' ? null : readCommit(repo, sha);
}

/** The attribute `conflict-marker-size` (gitattributes(5)), by which git itself knows files that contain markers. */
async function markerSizes(repo: Repository, tip: string, paths: readonly string[]): Promise<Map<string, number>> {
  const index = join(repo.commonDir, `kanban-attributes-${process.pid}-${randomBytes(4).toString('hex')}`);
  const options = { cwd: repo.root, env: { GIT_INDEX_FILE: index } };
  try {
    await git(['read-tree', tip], options);
    const input = paths.map((path) => `${path}\0`).join('');
    const args = ['check-attr', '--cached', '-z', '--stdin', 'conflict-marker-size'];
    const fields = (await git(args, { ...options, input })).stdout.split('\0');
    const sizes = new Map<string, number>();
    for (let at = 0; at + 2 < fields.length; at += 3)
      if (/^\d+$/.test(fields[at + 2] ?? '')) sizes.set(fields[at] ?? '', Number(fields[at + 2]));
    return sizes;
  } finally {
    for (const file of [index, `${index}.lock`]) rmSync(file, { force: true });
  }
}

const MAX_IN_COMMAND = 30;

const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** In .gitattributes blanks end a pattern, and `*?[\` match. */
const attributePattern = (path: string): string => `/${path.replaceAll(/[\s*?[\]\\"]/g, '?')}`;

const listed = (paths: readonly string[]): string =>
  paths.length <= 5 ? paths.join(', ') : `${paths.slice(0, 5).join(', ')} and ${paths.length - 5} more`;
