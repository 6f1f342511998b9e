import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkoutOf, worktrees } from '../../git/checkout.ts';
import { git, type Repository } from '../../git/git.ts';
import { updateRefs } from '../../git/refs.ts';
import { lstatOrNone, MOST_BYTES, plainTextOf } from '../../system/plain-file.ts';
import type { Brief } from '../../contract/brief.ts';
import type { RunResult } from '../../contract/result.ts';
import { WrittenRefs } from './ref-writers.ts';

interface StashEntry {
  readonly sha: string;
  readonly email: string;
  readonly message: string;
}

/** What all worktrees share besides files of the git dir, before a run. */
export interface SharedStateBefore {
  /** `.git/HEAD` of the main worktree. */
  readonly head: string;
  /** The newest first, as `git stash list` has it. */
  readonly stash: readonly StashEntry[];
  /** Full name → object. */
  readonly refs: Readonly<Record<string, string>>;
}

/** What a run changed of it. */
export interface Compared {
  readonly faults: readonly string[];
  readonly notes: readonly string[];
  /** Files of the user's checkout that changed meanwhile, by whomever. */
  readonly files: readonly { readonly path: string; readonly stamp: number }[];
  /** Only the user can decide what is to become of the branch. */
  readonly escalate: string | null;
}

/**
 * Reads it. No git process as long as tags and the like stay as they are.
 * @param known branches and the kanban's own refs, as the coordinator has listed them; null: everything is listed.
 */
export async function readSharedState(
  repo: Repository,
  known: ReadonlyMap<string, string> | null,
): Promise<SharedStateBefore> {
  const refs = known === null ? await listRefs(repo, []) : { ...Object.fromEntries(known), ...(await otherRefs(repo)) };
  return { head: readText(join(repo.gitDir, 'HEAD')).trim(), stash: readStash(repo), refs };
}

type Refs = Readonly<Record<string, string>>;

async function listRefs({ root }: Repository, patterns: readonly string[]): Promise<Refs> {
  const { stdout } = await git(['for-each-ref', '--format=%(refname) %(objectname)', ...patterns], { cwd: root });
  const lines = stdout.split('\n').filter(Boolean);
  return Object.fromEntries(lines.map((line) => line.split(' ') as [string, string]));
}

/** Folders below `refs/` that the coordinator lists itself, or that follow the remote. */
const LISTED: ReadonlySet<string> = new Set(['heads', 'kanban', 'remotes']);
const others = new WeakMap<Repository, { readonly stamp: string; readonly refs: Refs }>();

/** Tags, notes, replace refs…: listed again when git has changed one, which changes its folder or packed-refs. */
async function otherRefs(repo: Repository): Promise<Refs> {
  const folder = join(repo.commonDir, 'refs');
  const names = foldersIn(folder).filter((name) => !LISTED.has(name));
  const packed = statOf(join(repo.commonDir, 'packed-refs'));
  const stamp = [packed, ...names.map((name) => stampOfFolder(join(folder, name)))].join(' ');
  const last = others.get(repo);
  if (last?.stamp === stamp) return last.refs;
  const all = await listRefs(repo, []);
  const refs = Object.fromEntries(Object.entries(all).filter(([name]) => !LISTED.has(name.split('/')[1] ?? '')));
  others.set(repo, { stamp, refs });
  return refs;
}

const stampOfFolder = (folder: string): string =>
  [folder, statOf(folder), ...foldersIn(folder).map((name) => stampOfFolder(join(folder, name)))].join(' ');

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function statOf(path: string): string {
  const stat = lstatOrNone(path);
  return stat === undefined ? '-' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
}

/**
 * Compares, and puts back what can be put back without touching anybody's files. A change counts as the run's if git's own
 * trace or a reflog says so: the user moves branches, stashes and commits while runs are active.
 */
export async function compareShared(
  repo: Repository,
  before: SharedStateBefore,
  brief: Brief,
  result: RunResult,
  commands: readonly (readonly string[])[],
): Promise<Compared> {
  const stash = await compareStash(repo, before, brief, result, commands);
  const refs = await compareRefs(repo, before, brief, commands);
  return {
    faults: [...stash.faults, ...compareHead(repo, before, brief, commands), ...refs.faults],
    notes: refs.notes,
    files: await changedFiles(repo, brief, result),
    escalate: stash.escalate,
  };
}

const readStash = (repo: Repository): StashEntry[] =>
  readReflog(repo, 'refs/stash')
    .map(({ sha, email, message }) => ({ sha, email, message }))
    .toReversed();

/** `<old> <new> <name> <email> <time> <zone>\t<message>`, oldest first. */
function readReflog({ commonDir }: Repository, ref: string): (StashEntry & { readonly old: string })[] {
  return readText(join(commonDir, 'logs', ref))
    .split('\n')
    .flatMap((line) => {
      const [, old, sha, email, message] = /^([0-9a-f]+) ([0-9a-f]+) [^<]*<([^>]*)> [^\t]*\t?(.*)$/.exec(line) ?? [];
      return old === undefined || sha === undefined ? [] : [{ old, sha, email: email ?? '', message: message ?? '' }];
    });
}

async function compareStash(
  repo: Repository,
  before: SharedStateBefore,
  { identity, worktree, taskId, tip }: Brief,
  result: RunResult,
  commands: readonly (readonly string[])[],
): Promise<{ readonly faults: string[]; readonly escalate: string | null }> {
  const now = readStash(repo);
  const had = new Set(before.stash.map(({ sha }) => sha));
  const has = new Set(now.map(({ sha }) => sha));
  const faults = now
    .filter(({ sha, email }) => !had.has(sha) && email === identity.email)
    .map(
      ({ sha, message }) =>
        `it left work in a stash, ${sha.slice(0, 10)} (${message}). Fix: git stash apply ${sha.slice(0, 10)}, then commit`,
    );
  const isDropping = commands.some(
    (argv) => argv.includes('stash') && argv.some((word) => /^(pop|drop|clear|branch)$/.test(word)),
  );
  // A task may take back what its own earlier runs left.
  const own = new RegExp(`^${taskId.toLowerCase()}\\.[a-z]+\\..*@kanban\\.invalid$`);
  const gone = isDropping ? before.stash.filter(({ sha, email }) => !has.has(sha) && !own.test(email)) : [];
  for (const { sha, message } of gone.toReversed())
    await git(['stash', 'store', '-m', message, sha], { cwd: repo.root });
  if (gone.length === 0) return { faults, escalate: null };
  const names = gone.map(({ sha, message }) => `${sha.slice(0, 10)} (${message})`).join(', ');
  const text = `it took your stash ${names}, which is restored`;
  if (result.tip === tip) return { faults: [...faults, text], escalate: null };
  const escalate = `${text}; what it held may be in the branch. Fix: git -C '${worktree}' reset --keep ${tip.slice(0, 10)} (or kanban rescope ${taskId})`;
  return { faults: [...faults, text], escalate };
}

/** The main worktree's HEAD: by its reflog, or a command that writes none. */
function compareHead(
  repo: Repository,
  before: SharedStateBefore,
  { identity }: Brief,
  commands: readonly (readonly string[])[],
): string[] {
  const now = readText(join(repo.gitDir, 'HEAD')).trim();
  if (now === before.head || before.head === '') return [];
  const last =
    readText(join(repo.gitDir, 'logs', 'HEAD'))
      .trimEnd()
      .split('\n')
      .at(-1) ?? '';
  const isIts = last.includes(`<${identity.email}>`) || new WrittenRefs(commands).has('HEAD');
  if (!isIts) return [];
  const shown = (head: string): string => head.replace(/^ref: (refs\/heads\/)?/, '');
  const branch = before.head.startsWith('ref: ') ? shown(before.head) : `--detach ${before.head}`;
  return [
    `it switched your checkout from ${shown(before.head)} to ${shown(now)}; kanban does not touch your files. Fix: git -C '${repo.root}' switch ${branch}`,
  ];
}

/** Commands after which refs are compared; the others of git move none but the task's own. */
const MOVES_REFS: ReadonlySet<string> = new Set(
  `branch tag update-ref push fetch pull replace symbolic-ref notes remote checkout switch worktree filter-branch reset
  commit merge rebase cherry-pick revert am`.split(/\s+/),
);

async function compareRefs(
  repo: Repository,
  before: SharedStateBefore,
  { branch, base, taskId, identity }: Brief,
  commands: readonly (readonly string[])[],
): Promise<{ readonly faults: string[]; readonly notes: string[] }> {
  const faults: string[] = [];
  const notes: string[] = [];
  if (!commands.some((argv) => argv.some((word) => MOVES_REFS.has(word)))) return { faults, notes };
  const written = new WrittenRefs(commands);
  const now = await listRefs(repo, []);
  const names = [...new Set([...Object.keys(before.refs), ...Object.keys(now)])];
  const rescue = rescueRefs(taskId, now);
  for (const ref of names) {
    const current = now[ref] ?? null;
    // Remote-tracking refs follow the remote; commits on base are reported as such.
    if ((before.refs[ref] ?? null) === current) continue;
    if ([branch, base, 'refs/stash'].includes(ref) || ref.startsWith('refs/remotes/')) continue;
    const change = changeOf(repo, ref, before.refs[ref] ?? null, current, identity.email, written);
    if (change === null || change.from === current) continue;
    const { from } = change;
    const what = `${ref} was ${from === null ? 'made' : current === null ? 'deleted' : 'moved'}`;
    const command = from === null ? `git update-ref -d ${ref}` : `git update-ref ${ref} ${from}`;
    if (change.since) {
      faults.push(`${what}, and moved again by somebody else, so it was left as it is. Before: ${from ?? 'none'}`);
      continue;
    }
    if (isKanbans(ref, before.refs, now)) {
      faults.push(`${what}; kanban moves it as well, so it was left as it is. Fix: ${command}`);
      continue;
    }
    if (current !== null && isCheckedOut(repo, ref)) {
      faults.push(`${what}; it is checked out, so it was left as it is. Fix: ${command}`);
      continue;
    }
    // What is replaced stays reachable, whoever made it.
    const keep = current === null ? [] : [{ ref: rescue(), to: current, from: null }];
    const done = await updateRefs(repo, [{ ref, to: from, from: current }, ...keep]);
    const kept = keep.map((one) => `; what it was is kept as ${one.ref}`).join('');
    const restored = done.ok ? `restored${kept}` : `not restored (${done.message}). Fix: ${command}`;
    // A branch that an agent made for itself harms nobody.
    if (from === null && current !== null && ref.startsWith('refs/heads/') && done.ok)
      notes.push(`${what} at ${current.slice(0, 10)}, and removed; it is kept as ${keep[0]?.ref}`);
    else faults.push(`${what}, and ${restored}`);
  }
  return { faults, notes };
}

/** The next free names under `refs/kanban/rescue/<id>/`. */
function rescueRefs(taskId: string, now: Refs): () => string {
  const folder = `refs/kanban/rescue/${taskId}/`;
  const numbers = Object.keys(now).flatMap((ref) => {
    const number = ref.startsWith(folder) ? Number(ref.slice(folder.length)) : Number.NaN;
    return Number.isSafeInteger(number) ? [number] : [];
  });
  let last = Math.max(0, ...numbers);
  return () => `${folder}${(last += 1)}`;
}

interface RefChange {
  /** What the run replaced; null: there was none. */
  readonly from: string | null;
  /** Somebody else moved it afterwards. */
  readonly since: boolean;
}

/**
 * Did the run change this ref? The reflog says who moved a branch; for what has none (a tag, a branch that is gone), a
 * command that writes just that ref has to be in the trace.
 */
function changeOf(
  repo: Repository,
  ref: string,
  before: string | null,
  current: string | null,
  email: string,
  written: WrittenRefs,
): RefChange | null {
  const log = current === null ? [] : readReflog(repo, ref);
  if (current === null || log.at(-1)?.sha !== current) return written.has(ref) ? { from: before, since: false } : null;
  // Only what came after the run began: an earlier run of the entry had the same identity.
  const began = before === null ? 0 : log.findLastIndex(({ sha }) => sha === before) + 1;
  const fresh = log.slice(began);
  const first = fresh.findIndex((entry) => entry.email === email);
  if (first < 0) return null;
  const trailing = fresh.findLastIndex((entry) => entry.email !== email) + 1;
  const entry = fresh[trailing] ?? fresh[first];
  // A copy or a new name takes the reflog with it, by an entry that begins where it ends.
  const isNew = before === null && (trailing === 0 || written.has(ref));
  const from = isNew ? null : entry === undefined || /^0+$/.test(entry.old) ? before : entry.old;
  return { from, since: fresh.at(-1)?.email !== email };
}

/** May kanban itself have moved the ref meanwhile? */
function isKanbans(ref: string, before: Refs, now: Refs): boolean {
  if (ref.startsWith('refs/kanban/')) return true;
  if (!ref.startsWith('refs/heads/') || now[ref] !== undefined) return false;
  // A task's branch that is gone: with its start it was retired, without it somebody deleted it.
  const start = `refs/kanban/start/${ref.split('/').at(-1)}`;
  return before[start] !== undefined && now[start] === undefined;
}

const isCheckedOut = (repo: Repository, ref: string): boolean =>
  worktrees(repo).some(({ gitDir }) => readText(join(gitDir, 'HEAD')).trim() === `ref: ${ref}`);

/**
 * Files of the user's checkouts, that of base first, that differ from HEAD and changed while the run was active. One
 * `git status` each. Whether the user or the run wrote them can't be told.
 */
async function changedFiles(repo: Repository, brief: Brief, result: RunResult): Promise<Compared['files']> {
  const base = checkoutOf(repo, brief.base)?.path ?? repo.root;
  const inBase = await changedIn(base, base, brief, result);
  return base === repo.root ? inBase : [...inBase, ...(await changedIn(repo.root, base, brief, result))];
}

/** @param near paths in other folders are absolute */
async function changedIn(
  folder: string,
  near: string,
  { board, worktree }: Brief,
  { startedAt, endedAt }: RunResult,
): Promise<{ path: string; stamp: number }[]> {
  const args = ['status', '--porcelain', '-z', '--untracked-files=normal', '--no-renames', '--ignore-submodules=dirty'];
  const { code, stdout } = await git(args, { cwd: folder, okExit: [0, 128] });
  if (code !== 0) return [];
  return (
    stdout
      .split('\0')
      .filter(Boolean)
      .map((line) => line.slice(3))
      .filter((path) => !path.startsWith(`${board}/`))
      .map((path) => ({ path, stamp: changedAt(join(folder, path)) }))
      .filter(({ stamp }) => stamp >= startedAt - COARSE && stamp <= endedAt + COARSE)
      .map(({ path, stamp }) => ({ path: folder === near ? path : join(folder, path), stamp }))
      // A worktree that stands in another one without being ignored there.
      .filter(({ path }) => ![worktree, near].includes(path.replace(/\/$/, '')))
  );
}

/** File systems date changes by the kernel's tick, ms. */
const COARSE = 10;

/** Of a file that is gone: when its folder changed. */
function changedAt(path: string): number {
  return (lstatOrNone(path) ?? lstatOrNone(dirname(path)))?.ctimeMs ?? 0;
}

/** Of a plain file that is not too big; else it is as if it were not there. */
const readText = (path: string): string => plainTextOf(path, MOST_BYTES) ?? '';
