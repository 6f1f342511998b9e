import { failed, ok, type Result } from '../../problem.ts';
import { CatFile, type GitObject } from './cat-file.ts';
import { git, GitError, type Repository } from '../git.ts';
import { forgetSigners, signersOf, type Identity } from '../config/identity.ts';
import { writeLoose, type ObjectType } from './loose.ts';
import { parseTree, serialiseTree, toBytes, TREE_MODE, type TreeEntry } from './tree.ts';
import { findEntries, withEntries } from './tree-bytes.ts';
import * as messages from '../messages.ts';

/** What a commit object says. */
export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
}

/** The SHA (of a commit, for an annotated tag) that a ref or other revision stands for now; null: there is none. */
export async function resolve(repo: Repository, revision: string): Promise<string | null> {
  return (await storeOf(repo).catFile.info(revision))?.sha ?? null;
}

/** @param sha a full SHA. @returns null when it is missing or no commit. */
export async function readCommit(repo: Repository, sha: string): Promise<Commit | null> {
  const object = await read(repo, sha);
  if (object?.type !== 'commit') return null;
  const text = object.bytes.toString();
  const end = text.indexOf('\n\n');
  const head = (end < 0 ? text : text.slice(0, end)).split('\n');
  const values = (name: string) => head.filter((l) => l.startsWith(`${name} `)).map((l) => l.slice(name.length + 1));
  const message = end < 0 ? '' : text.slice(end + 2);
  return { sha, tree: values('tree')[0] ?? '', parents: values('parent'), message };
}

/** @param sha a full SHA of a tree. @throws when it is missing. */
export async function readTree(repo: Repository, sha: string): Promise<TreeEntry[]> {
  return parseTree(await readTreeBytes(repo, sha), sha.length / 2);
}

/** The same, as git stores it. Don't change the bytes. */
export async function readTreeBytes(repo: Repository, sha: string): Promise<Buffer> {
  if (sha === emptyTree(repo)) return NO_BYTES;
  const object = await read(repo, sha);
  if (object?.type !== 'tree') throw new Error(`tree ${sha} is missing in the repository`);
  return object.bytes;
}

/** The same, if it is at hand: read or written lately. */
export function keptTreeBytes(repo: Repository, sha: string): Buffer | null {
  if (sha === emptyTree(repo)) return NO_BYTES;
  const object = keptIn(storeOf(repo), sha);
  return object?.type === 'tree' ? object.bytes : null;
}

const NO_BYTES = Buffer.alloc(0);

/** What stands at `path` in a commit or tree; null if nothing. */
export async function entryAt(repo: Repository, treeish: string, path: string): Promise<TreeEntry | null> {
  const commit = await readCommit(repo, treeish);
  let entry: TreeEntry = { mode: TREE_MODE, name: '', sha: commit ? commit.tree : treeish };
  for (const name of toBytes(path).split('/')) {
    if (entry.mode !== TREE_MODE) return null;
    const found = findEntries(await readTreeBytes(repo, entry.sha), entry.sha.length / 2, [name]).get(name);
    if (!found) return null;
    entry = found;
  }
  return entry;
}

/** The bytes of the file at `path` in a commit or tree (full SHA); null if no file stands there. Don't change them. */
export async function readBlob(repo: Repository, treeish: string, path: string): Promise<Buffer | null> {
  const entry = await entryAt(repo, treeish, path);
  return entry && entry.mode !== TREE_MODE && entry.mode !== '160000' ? readBytes(repo, entry.sha) : null;
}

/** Reads the commits from this one (full SHA) along first parents, so many at once that a walk asks for nothing else. */
export async function readAhead(repo: Repository, sha: string, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, behind) => read(repo, behind === 0 ? sha : `${sha}~${behind}`)));
}

/** The bytes of a blob (full SHA); null if it is missing. Don't change them. */
export async function readBytes(repo: Repository, sha: string): Promise<Buffer | null> {
  return (await read(repo, sha))?.bytes ?? null;
}

/** @param bytes not to be changed afterwards */
export const writeBlob = (repo: Repository, bytes: Uint8Array): string =>
  write(repo, 'blob', Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));

export function writeTree(repo: Repository, entries: readonly TreeEntry[]): string {
  return write(repo, 'tree', serialiseTree(entries));
}

/** What is put at a path: bytes (a file that is there keeps its mode), an entry as it is, or null = nothing. */
export type TreeEdit = Uint8Array | Pick<TreeEntry, 'mode' | 'sha'> | null;

/**
 * The tree with these paths changed; folders that become empty go. A folder may be put as an entry, and files below it
 * changed on top.
 * @param root full SHA of a tree.
 */
export async function editTree(repo: Repository, root: string, edits: ReadonlyMap<string, TreeEdit>): Promise<string> {
  const puts = new Map<string, Put>();
  for (const [path, edit] of edits) {
    puts.set(toBytes(path), edit instanceof Uint8Array ? { mode: null, sha: writeBlob(repo, edit) } : edit);
  }
  return (await edited(repo, root, puts)) ?? writeTree(repo, []);
}

interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author?: Identity | undefined;
  readonly by?: 'kanban' | 'user' | undefined;
  readonly committer?: Identity | undefined;
  readonly sign?: boolean | undefined;
}

/**
 * Writes a commit as the user; signed by git itself where `commit.gpgsign` says so. The committer is the user always: a
 * signature belongs to that name.
 * Problems: `no-identity`, `signing-failed`.
 * @param commit `author`: instead of the user (and as committer where git knows none). `by`: `kanban` puts `(kanban)` behind the
 *   user's name, where no author is given; `user` takes a given author only where git knows none.
 */
export async function writeCommit(repo: Repository, commit: NewCommit): Promise<Result<string>> {
  const signers = await signersOf(repo, commit.author);
  if (!signers.ok) return signers;
  const author = authorOf(commit, signers.value.author);
  const committer = commit.committer ?? signers.value.committer;
  if (commit.sign ?? signers.value.sign) return signedCommit(repo, commit, author, committer);
  const when = stamp(new Date());
  const lines = [`tree ${commit.tree}`, ...commit.parents.map((parent) => `parent ${parent}`)];
  lines.push(
    `author ${author.name} <${author.email}> ${when}`,
    `committer ${committer.name} <${committer.email}> ${when}`,
  );
  return ok(write(repo, 'commit', Buffer.from(`${lines.join('\n')}\n\n${commit.message.replaceAll('\0', '')}`)));
}

function authorOf({ author, by }: Pick<NewCommit, 'author' | 'by'>, user: Identity): Identity {
  if (by === 'user') return user;
  return author ?? (by === 'kanban' ? { ...user, name: `${user.name} (kanban)` } : user);
}

/** Ends the processes that answer for this repository. They start again when they are needed. */
export function closeObjects(repo: Repository): void {
  stores.get(repo)?.catFile.close();
  stores.delete(repo);
}

/** Objects never change, so they may be kept: the board's files and the trees above them are read all the time. */
const CACHE_BYTES = 16 * 1024 * 1024;
const LARGEST_KEPT = 4 * 1024 * 1024;

interface Store {
  readonly catFile: CatFile;
  readonly kept: Map<string, GitObject>;
  /** Questions that are open. */
  readonly asked: Map<string, Promise<GitObject | null>>;
  size: number;
}
const stores = new WeakMap<Repository, Store>();

function storeOf(repo: Repository): Store {
  let store = stores.get(repo);
  if (!store) stores.set(repo, (store = { catFile: new CatFile(repo), kept: new Map(), asked: new Map(), size: 0 }));
  return store;
}

async function read(repo: Repository, sha: string): Promise<GitObject | null> {
  const store = storeOf(repo);
  const kept = keptIn(store, sha);
  if (kept) return kept;
  // Many branches are looked at side by side, and all of them ask for base's newest commits.
  return store.asked.get(sha) ?? ask(store, sha);
}

function ask(store: Store, sha: string): Promise<GitObject | null> {
  const asked = store.catFile
    .contents(sha)
    .then((object) => {
      if (object) keep(store, object);
      return object;
    })
    .finally(() => store.asked.delete(sha));
  store.asked.set(sha, asked);
  return asked;
}

function keptIn(store: Store, sha: string): GitObject | undefined {
  const kept = store.kept.get(sha);
  if (kept) {
    store.kept.delete(sha);
    store.kept.set(sha, kept);
  }
  return kept;
}

function keep(store: Store, object: GitObject): void {
  if (object.bytes.length > LARGEST_KEPT || store.kept.has(object.sha)) return;
  store.kept.set(object.sha, object);
  store.size += object.bytes.length + 200;
  for (const [sha, oldest] of store.kept) {
    if (store.size <= CACHE_BYTES) break;
    store.kept.delete(sha);
    store.size -= oldest.bytes.length + 200;
  }
}

function write(repo: Repository, type: ObjectType, bytes: Buffer): string {
  const sha = writeLoose(repo, type, bytes);
  keep(storeOf(repo), { sha, type, bytes });
  return sha;
}

/** mode null = the one that is there, else a plain file's. */
type Put = { readonly mode: string | null; readonly sha: string } | null;

/** @returns null when nothing is left in the folder. */
async function edited(repo: Repository, tree: string | null, puts: ReadonlyMap<string, Put>): Promise<string | null> {
  const shaBytes = repo.objectFormat === 'sha1' ? 20 : 32;
  const bytes = tree === null ? NO_BYTES : await readTreeBytes(repo, tree);
  const below = new Map<string, Map<string, Put>>();
  const here = new Map<string, Put>();
  for (const [path, put] of puts) {
    const slash = path.indexOf('/');
    if (slash < 0) here.set(path, put);
    else inFolder(below, path.slice(0, slash)).set(path.slice(slash + 1), put);
  }
  const old = findEntries(bytes, shaBytes, [...here.keys(), ...below.keys()]);
  const set = new Map<string, Pick<TreeEntry, 'mode' | 'sha'> | null>();
  for (const [name, put] of here) set.set(name, put && { mode: put.mode ?? plainMode(old.get(name)), sha: put.sha });
  for (const [name, inside] of below) {
    const now = set.has(name) ? set.get(name) : old.get(name);
    const sha = await edited(repo, now?.mode === TREE_MODE ? now.sha : null, inside);
    set.set(name, sha === null ? null : { mode: TREE_MODE, sha });
  }
  const after = withEntries(bytes, shaBytes, set);
  return after.length > 0 ? write(repo, 'tree', after) : null;
}

function inFolder(below: Map<string, Map<string, Put>>, name: string): Map<string, Put> {
  let inside = below.get(name);
  if (inside === undefined) below.set(name, (inside = new Map()));
  return inside;
}

const plainMode = (old?: TreeEntry): string => (old?.mode === '100755' ? '100755' : '100644');

async function signedCommit(
  repo: Repository,
  commit: { readonly tree: string; readonly parents: readonly string[]; readonly message: string },
  author: Identity,
  committer: Identity,
): Promise<Result<string>> {
  const env = {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
  };
  const args = ['commit-tree', '-S', commit.tree, ...commit.parents.flatMap((parent) => ['-p', parent]), '-F', '-'];
  try {
    return ok((await git(args, { cwd: repo.root, input: commit.message, env })).stdout.trim());
  } catch (error) {
    if (!(error instanceof GitError) || error.code === null) throw error;
    forgetSigners(repo);
    const why = error.stderr.trim().split('\n').at(-1) ?? '';
    const fix = messages.FIX_SIGNING;
    return failed([{ code: 'signing-failed', message: messages.notSigned(why), fix }]);
  }
}

/** Seconds since the epoch and the zone, as in a commit. */
function stamp(now: Date): string {
  const minutes = -now.getTimezoneOffset();
  const [h, m] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const zone = `${minutes < 0 ? '-' : '+'}${String(h).padStart(2, '0')}${String(m).padStart(2, '0')}`;
  return `${Math.floor(now.getTime() / 1000)} ${zone}`;
}

const emptyTree = (repo: Repository): string =>
  repo.objectFormat === 'sha1'
    ? '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
    : '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321';
