import { existsSync, readFileSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkoutState } from '../git/checkout.ts';
import { git, type Repository } from '../git/git.ts';
import { setIndexEntries, stagedEntries } from '../git/index.ts';
import { clearIndexDraft } from '../git/index-file.ts';
import { entryAt, readBytes, readCommit, resolve } from '../git/objects.ts';
import { updateRefs, type RefUpdate } from '../git/refs.ts';
import { isUtf8Path, toBytes } from '../git/tree.ts';
import { diffTrees, type TreeChange } from '../git/tree-diff.ts';
import { placeOf } from './disk-file.ts';
import { removeJournal, type LandingJournal } from './journal.ts';
import type { FollowingRef } from './move.ts';
import { contentOf, lookAt } from './preflight.ts';
import type { RecoveryEvent } from './recover.ts';
import { contains, gone } from './recover-move.ts';
import { clearDeadLocks } from './dead-lock.ts';

/**
 * A landing that was cut off. Base has it: what is left is done. Base hasn't: files and index that git had begun to
 * change go back to what HEAD has, the landing is built anew from the board.
 */
export async function recoverLanding(
  repo: Repository,
  journal: LandingJournal,
  step: (name: string) => void,
): Promise<RecoveryEvent[]> {
  if (!(await gone(journal.process))) {
    return [{ type: 'blocked', message: `git (process ${journal.process.pid}) is still at ${whatOf(journal)}` }];
  }
  clearIndexDraft(journal.checkout.gitDir);
  clearDeadLocks(repo, journal);
  if (!(await contains(repo, journal.baseRef, journal.newBase))) return takeBackLanding(repo, journal, step);
  await endLanding(
    repo,
    journal,
    journal.follow.map((ref) => ({ ref })),
  );
  step('recovered');
  return [{ type: 'landing-finished', id: journal.id, commit: journal.newBase }];
}

const whatOf = ({ id, what }: LandingJournal): string => what ?? `the landing of ${id}`;

/** Base and checkout are at the landing: the refs that follow, the pin, the journal. */
export async function endLanding(
  repo: Repository,
  journal: LandingJournal,
  follow: readonly FollowingRef[],
): Promise<void> {
  const updates: RefUpdate[] = follow.map(({ ref, to }) => ({ ref, to: to === undefined ? journal.newBase : to }));
  if (await resolve(repo, journal.pin)) updates.push({ ref: journal.pin, to: null });
  const result = await updateRefs(repo, updates);
  // A lock that stays is somebody else's trouble: the journal stays too, and the next start or landing ends it.
  if (result.ok) removeJournal(repo, 'landing');
}

/** Undoes what a `git merge --ff-only` did before it was cut off. A person's own bytes stay. May be repeated. */
export async function takeBackLanding(
  repo: Repository,
  journal: LandingJournal,
  step: (name: string) => void = () => {},
): Promise<RecoveryEvent[]> {
  const there = existsSync(journal.checkout.gitDir);
  const theirs = there ? await wrongBranch(journal) : null;
  const kept = there ? await restore(repo, journal, theirs, step) : [];
  if (kept === 'locked') {
    const lock = join(journal.checkout.gitDir, 'index.lock');
    return [
      {
        type: 'blocked',
        message: `${whatOf(journal)} can't be taken back while ${lock} exists (remove it if no git is at work)`,
      },
    ];
  }
  if (theirs !== null)
    await git(['update-ref', '-m', `${REFLOG}taken back`, 'HEAD', theirs, journal.newBase], {
      cwd: journal.checkout.path,
    });
  await dropLanding(repo, journal);
  step('recovered');
  const message = 'it was changed since the landing was cut off, and is left as it stands';
  const events: RecoveryEvent[] = kept.map((path) => ({ type: 'file-kept', path, message }));
  return [{ type: 'landing-taken-back', id: journal.id, commit: journal.newBase }, ...events];
}

/** For a landing of which git has touched nothing: only the pin and the journal go. */
export async function dropLanding(repo: Repository, journal: LandingJournal): Promise<void> {
  if (await resolve(repo, journal.pin)) await updateRefs(repo, [{ ref: journal.pin, to: null }]);
  removeJournal(repo, 'landing');
}

/** What the merge of a landing writes into the reflog begins with this. */
export const REFLOG = 'kanban: ';

/**
 * A person who switches branches in the very moment gets the landing on theirs, for git merges into whatever HEAD is.
 * @returns what their branch was before; null = it did not happen.
 */
async function wrongBranch({ checkout, baseRef, newBase }: LandingJournal): Promise<string | null> {
  if (checkoutState(checkout.gitDir).branch === baseRef) return null;
  const args = ['log', '-g', '-2', '--no-show-signature', '--format=%H %gs', 'HEAD', '--'];
  const { stdout } = await git(args, { cwd: checkout.path, okExit: [0, 128] });
  const [last = '', before = ''] = stdout.split('\n');
  return last.startsWith(`${newBase} ${REFLOG}`) ? (before.split(' ')[0] ?? '') || null : null;
}

async function restore(
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
  const back = gone.filter((path) => isFree(checkout.path, path));
  kept.push(...gone.filter((path) => !back.includes(path)));
  if (back.length > 0) {
    const input = Buffer.from(back.map((path) => `${toBytes(path)}\0`).join(''), 'latin1');
    await git(['-c', 'core.hooksPath=/dev/null', 'checkout-index', '-f', '-u', '-q', '-z', '--stdin'], {
      cwd: checkout.path,
      input,
    });
  }
  step('files-restored');
  return kept;
}

/** With `-f`, git would remove whatever stands where a file, or a folder above it, is to come. */
function isFree(root: string, path: string): boolean {
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
    const above = lookAt(placeOf(root, path.slice(0, at)));
    if (above && !above.isDirectory()) return false;
  }
  if (!lookAt(placeOf(root, path))?.isDirectory()) return true;
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

/** Which files the merge had begun to change (`ours`), and which hold something of the person's (`kept`). */
async function sort(
  repo: Repository,
  { checkout }: LandingJournal,
  changes: readonly TreeChange[],
): Promise<{ ours: TreeChange[]; kept: string[] }> {
  const ours: TreeChange[] = [];
  const kept: string[] = [];
  for (const change of changes) {
    const { path, before, after } = change;
    if (before?.mode === '160000' || after?.mode === '160000') continue;
    const place = placeOf(checkout.path, path);
    const stat = lookAt(place);
    if (!stat || stat.isDirectory()) {
      if (before) ours.push(change);
      continue;
    }
    const executable = (stat.mode & 0o100n) !== 0n;
    const raw = contentOf(repo, place, stat);
    const sha = raw !== before?.sha && raw !== after?.sha && stat.isFile() ? await cleaned(checkout.path, path) : raw;
    if (before && sha === before.sha && (!stat.isFile() || executable === (before.mode === '100755'))) continue;
    const mine = sha === after?.sha || (before && after && before.sha === after.sha && sha === before.sha);
    if (mine || (after && stat.isFile() && (await isPart(repo, checkout.path, path, after.sha)))) ours.push(change);
    else if (sha !== before?.sha) kept.push(path);
  }
  return { ours, kept };
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

/** Puts the index entries back; entries that a person has staged otherwise stay. */
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
  const edits = behind.map(({ path, before, after }) => ({
    path,
    allowed: [after?.sha ?? null],
    to: before && { mode: before.mode, sha: before.sha },
  }));
  const result = await setIndexEntries(repo, checkout, edits);
  if (result.ok) return 'ok';
  return 'locked';
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
