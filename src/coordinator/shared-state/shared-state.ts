import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { git, type Repository } from '../../git/git.ts';
import { lstatOrNone } from '../../system/plain-file.ts';
import { readStash, readText, type StashEntry } from './reflogs.ts';

/** What all worktrees share besides files of the git dir, before a run. */
export interface SharedStateBefore {
  /** `.git/HEAD` of the main worktree. */
  readonly head: string;
  /** The newest first, as `git stash list` has it. */
  readonly stash: readonly StashEntry[];
  /** Full name → object. */
  readonly refs: Readonly<Record<string, string>>;
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

export type Refs = Readonly<Record<string, string>>;

export async function listRefs({ root }: Repository, patterns: readonly string[]): Promise<Refs> {
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
