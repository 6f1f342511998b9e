import { git, GitError, type Repository } from '../git/git.ts';
import * as messages from './messages.ts';

/** What merging a tip into base would give. */
export type Merge =
  | { readonly tip: string; readonly clean: true; readonly tree: string }
  /** `tree` holds conflict markers in `files`, which are never none: a conflict of folders names the folders. */
  | { readonly tip: string; readonly clean: false; readonly tree: string; readonly files: readonly string[] }
  /** No common history: a shallow clone, or a branch made from nothing. */
  | { readonly tip: string; readonly clean: false; readonly tree: null; readonly files: readonly [] };

/**
 * Merges each tip into base in the object store (`git merge-tree`): no checkout is touched. One process for all; what
 * was asked before is remembered.
 * @param base,tips full SHAs of commits that exist: an unknown name would look like a conflict to git 2.39.
 */
export async function mergeTrees(repo: Repository, base: string, tips: readonly string[]): Promise<Merge[]> {
  const memory = memoryOf(repo);
  const unknown = [...new Set(tips)].filter((tip) => !memory.has(`${base} ${tip}`));
  for (const merge of await ask(repo, base, unknown)) {
    if (memory.size >= REMEMBERED) memory.clear();
    memory.set(`${base} ${merge.tip}`, merge);
  }
  return tips.map((tip) => memory.get(`${base} ${tip}`)!);
}

/** Has this merge been asked for before? */
export const isMergeKnown = (repo: Repository, base: string, tip: string): boolean =>
  memoryOf(repo).has(`${base} ${tip}`);

const REMEMBERED = 500;
const memories = new WeakMap<Repository, Map<string, Merge>>();

function memoryOf(repo: Repository): Map<string, Merge> {
  let memory = memories.get(repo);
  if (!memory) memories.set(repo, (memory = new Map()));
  return memory;
}

async function ask(repo: Repository, base: string, tips: readonly string[]): Promise<Merge[]> {
  if (tips.length === 0) return [];
  if (tips.length === 1) return [await one(repo, base, tips[0]!)];
  const input = tips.map((tip) => `${base} ${tip}\n`).join('');
  try {
    const { stdout } = await git(['merge-tree', '--stdin', '--name-only', '--messages'], { cwd: repo.root, input });
    return parseAll(stdout, tips);
  } catch (error) {
    // One tip without common history ends the whole call: then one by one.
    if (!(error instanceof GitError) || error.code === null) throw error;
    const merges: Merge[] = [];
    for (const tip of tips) merges.push(await one(repo, base, tip));
    return merges;
  }
}

/** Each answer: `1` or `0`, then what `readAnswer` reads, then an empty field; all ended by NUL. */
function parseAll(stdout: string, tips: readonly string[]): Merge[] {
  const fields = stdout.split('\0');
  let at = 0;
  return tips.map((tip) => {
    const clean = fields[at++] === '1';
    const { end, tree, files } = readAnswer(fields, at);
    at = end + 1;
    if (!SHA.test(tree)) throw new Error(messages.noTree(tip));
    return clean ? { tip, clean, tree } : { tip, clean: false, tree, files };
  });
}

async function one(repo: Repository, base: string, tip: string): Promise<Merge> {
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--messages', base, tip];
  const { code, stdout, stderr } = await git(args, { cwd: repo.root, okExit: [0, 1, 128] });
  const { tree, files } = readAnswer(stdout.split('\0'), 0);
  if (SHA.test(tree)) return code === 0 ? { tip, clean: true, tree } : { tip, clean: false, tree, files };
  if (/unrelated histories/.test(stderr)) return { tip, clean: false, tree: null, files: [] };
  throw new GitError(args, code, stderr || 'no tree');
}

/**
 * The tree, the files in conflict, an empty field, and messages: number of paths, those paths, kind, text. A conflict of
 * folders (one that was split in two, say) stands in the messages only (git-merge-tree, "MISTAKES TO AVOID").
 */
function readAnswer(fields: readonly string[], from: number): { tree: string; files: string[]; end: number } {
  const files = new Set<string>();
  let at = from + 1;
  for (; fields[at]; at++) files.add(fields[at] ?? '');
  at += 1;
  while (fields[at]) {
    const paths = at + 1 + Number(fields[at]);
    const named = fields.slice(at + 1, paths);
    if (fields[paths]?.startsWith('CONFLICT') && !named.some((path) => files.has(path)))
      for (const path of named) files.add(path);
    at = paths + 2;
  }
  return { tree: fields[from] ?? '', files: [...files], end: at };
}

const SHA = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
