import { readFileSync, rmdirSync, unlinkSync, type BigIntStats } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkoutState } from '../../git/checkout.ts';
import { git, type Repository } from '../../git/git.ts';
import { setIndexEntries, stagedEntries } from '../../git/index/edit-index.ts';
import { entryAt, readBytes, readCommit, resolve } from '../../git/objects/objects.ts';
import { isUtf8Path, toBytes, type TreeEntry } from '../../git/objects/tree.ts';
import { diffTrees, type TreeChange } from '../../git/objects/tree-diff.ts';
import { objectName } from '../../git/objects/loose.ts';
import { placeOf } from '../disk-file.ts';
import type { LandingJournal } from '../journal.ts';
import { replaceFile } from '../write-ahead.ts';
import { contentOf, inspectPath } from '../files-in-the-way.ts';

/**
 * Puts files and index of a checkout back to what they were before a `git merge` that was cut off; what is neither as it
 * was nor as git was about to make it is the user's, and stays. May be repeated.
 * @param theirs the commit that HEAD is to go back to; null: HEAD is where it was.
 * @returns the files that stay as they are; `locked`: somebody holds index.lock, and nothing was done.
 */
export async function restoreCheckout(
  repo: Repository,
  journal: LandingJournal,
  theirs: string | null,
  step: (name: string) => void,
): Promise<string[] | 'locked'> {
  const { checkout } = journal;
  const changes = theirs === null ? await atHead(repo, journal) : await between(repo, theirs, journal.newBase);
  const { ours, kept } = await sort(repo, journal, changes);
  const staged = await stagedToo(repo, journal, changes, false);
  if (ours.length === 0 && staged === 'ok') return kept;
  if (checkoutState(checkout.gitDir).indexLocked) return 'locked';
  if ((await stagedToo(repo, journal, changes, true)) === 'locked') return 'locked';
  step('index-restored');
  for (const { path, before } of ours) if (before === null) removeAdded(checkout.path, path);
  const gone = ours.filter(({ before }) => before !== null).map(({ path }) => path);
  const free = gone.filter((path) => isFree(checkout.path, path));
  kept.push(...gone.filter((path) => !free.includes(path)));
  const written = await byRename(repo, checkout.path, ours);
  const back = free.filter((path) => !written.has(path));
  if (back.length > 0) {
    const input = Buffer.from(back.map((path) => `${toBytes(path)}\0`).join(''), 'latin1');
    await git(['checkout-index', '-f', '-u', '-q', '-z', '--stdin'], {
      cwd: checkout.path,
      input,
    });
  }
  step('files-restored');
  return kept;
}

/** At most this many files are put back by rename; git is faster with many. */
const MAX_RENAMED = 50;

/**
 * Puts back what stands on disk exactly as the landing has it, by rename: a reader finds it with its new or its old bytes (I11).
 * @returns the paths that need no more
 */
async function byRename(repo: Repository, root: string, changes: readonly TreeChange[]): Promise<ReadonlySet<string>> {
  const written = new Set<string>();
  for (const { path, before, after } of changes.length > MAX_RENAMED ? [] : changes) {
    if (!before || !after || before.mode !== after.mode || !before.mode.startsWith('100') || !isUtf8Path(path))
      continue;
    const place = join(root, path);
    const stat = inspectPath(place);
    if (!stat?.isFile() || objectName(repo, 'blob', readFileSync(place)) !== after.sha) continue;
    const [bytes, landed] = [await readBytes(repo, before.sha), await readBytes(repo, after.sha)];
    if (bytes === null || landed === null) continue;
    if (replaceFile(repo, place, landed, bytes)) written.add(path);
  }
  return written;
}

/** With `-f`, git would remove whatever stands where a file, or a folder above it, is to come. */
function isFree(root: string, path: string): boolean {
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
    const above = inspectPath(placeOf(root, path.slice(0, at)));
    if (above && !above.isDirectory()) return false;
  }
  if (!inspectPath(placeOf(root, path))?.isDirectory()) return true;
  try {
    rmdirSync(placeOf(root, path));
    return true;
  } catch {
    return false;
  }
}

/** The landing's changes, as far as the checkout's HEAD still has what was there before. */
async function atHead(repo: Repository, journal: LandingJournal): Promise<readonly TreeChange[]> {
  const { branch, head } = checkoutState(journal.checkout.gitDir);
  const sha = branch === null ? head : await resolve(repo, branch);
  const [old, landed] = await Promise.all([readCommit(repo, journal.oldBase), readCommit(repo, journal.newBase)]);
  if (sha === null || !old || !landed) return [];
  const changes = await between(repo, old.sha, landed.sha);
  if (sha === journal.oldBase) return changes;
  const same = await Promise.all(
    changes.map(async ({ path, before }) => ((await entryAt(repo, sha, path))?.sha ?? null) === (before?.sha ?? null)),
  );
  return changes.filter((_, i) => same[i]);
}

async function between(repo: Repository, from: string, to: string): Promise<readonly TreeChange[]> {
  const [old, landed] = await Promise.all([readCommit(repo, from), readCommit(repo, to)]);
  return old && landed ? diffTrees(repo, old.tree, landed.tree) : [];
}

/** Which files the merge had begun to change (`ours`), and which hold something of the user's (`kept`). */
async function sort(
  repo: Repository,
  { checkout }: LandingJournal,
  changes: readonly TreeChange[],
): Promise<{ ours: TreeChange[]; kept: string[] }> {
  const ours: TreeChange[] = [];
  const kept: string[] = [];
  for (const change of changes) {
    const owner = await ownerOf(repo, checkout.path, change);
    if (owner === 'merge') ours.push(change);
    else if (owner === 'user') kept.push(change.path);
  }
  return { ours, kept };
}

/** Who wrote what stands at the path: the merge, the user, or nobody since the old base. */
async function ownerOf(
  repo: Repository,
  root: string,
  { path, before, after }: TreeChange,
): Promise<'merge' | 'user' | 'nobody'> {
  if (isGitlink(before) || isGitlink(after)) return 'nobody';
  const place = placeOf(root, path);
  const stat = inspectPath(place);
  if (!stat || stat.isDirectory()) return before ? 'merge' : 'nobody';
  const [old, landed] = [before?.sha, after?.sha];
  const raw = contentOf(repo, place, stat);
  const sha = raw !== old && raw !== landed && stat.isFile() ? await cleaned(root, path) : raw;
  if (sha === old && hasModeOf(before, stat)) return 'nobody';
  if (sha === landed) return 'merge';
  if (after !== null && stat.isFile() && (await isPart(repo, root, path, after.sha))) return 'merge';
  return sha === old ? 'nobody' : 'user';
}

/** A repository inside the repository. */
const isGitlink = (entry: TreeEntry | null): boolean => entry?.mode === '160000';

function hasModeOf(entry: TreeEntry | null, stat: BigIntStats): boolean {
  const isExecutable = (stat.mode & 0o100n) !== 0n;
  return !stat.isFile() || isExecutable === (entry?.mode === '100755');
}

/** Name that the file's bytes would get in git, line ends and filters considered. */
async function cleaned(cwd: string, path: string): Promise<string | null> {
  if (!isUtf8Path(path)) return null;
  const { code, stdout } = await git(['hash-object', '--', path], { cwd, okExit: [0, 128] });
  return code === 0 ? stdout.trim() : null;
}

/** The file is the beginning of what git was writing. */
async function isPart(repo: Repository, cwd: string, path: string, sha: string): Promise<boolean> {
  const disk = readFileSync(placeOf(cwd, path));
  const blob = await readBytes(repo, sha);
  if (blob && disk.length <= blob.length && blob.subarray(0, disk.length).equals(disk)) return true;
  if (!isUtf8Path(path)) return false;
  const filtered = await git(['cat-file', '--filters', `--path=${path}`, sha], {
    cwd,
    okExit: [0, 128],
    encoding: 'buffer',
  });
  return (
    filtered.code === 0 &&
    disk.length <= filtered.stdout.length &&
    filtered.stdout.subarray(0, disk.length).equals(disk)
  );
}

/** Puts the index entries back; entries that the user has staged otherwise stay. */
async function stagedToo(
  repo: Repository,
  { checkout }: LandingJournal,
  changes: readonly TreeChange[],
  write: boolean,
): Promise<'ok' | 'behind' | 'locked'> {
  const now = await stagedEntries(
    repo,
    checkout,
    changes.map((change) => change.path),
  );
  const behind = changes.filter(({ path, before, after }) => {
    const entry = now.get(path);
    const at = (tree: TreeChange['before']) =>
      (entry?.sha ?? null) === (tree?.sha ?? null) && (entry?.mode ?? null) === (tree?.mode ?? null);
    return at(after) && !at(before);
  });
  if (behind.length === 0) return 'ok';
  if (!write) return 'behind';
  let edits = behind.map(({ path, before, after }) => ({
    path,
    allowed: [after?.sha ?? null],
    to: before && { mode: before.mode, sha: before.sha },
  }));
  for (;;) {
    const result = await setIndexEntries(repo, checkout, edits);
    if (result.ok) return 'ok';
    if (result.why !== 'other') return 'locked';
    // The user has staged something there since.
    edits = edits.filter(({ path }) => path !== result.path);
  }
}

function removeAdded(root: string, path: string): void {
  try {
    unlinkSync(placeOf(root, path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  try {
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) rmdirSync(placeOf(root, folder));
  } catch {
    // Something else is in it.
  }
}
