import { join } from 'node:path';
import type { Repository } from '../../git/git.ts';
import { readIndexFile } from '../../git/index/index-file.ts';
import { writeLoose } from '../../git/objects/loose.ts';
import { editTree, readCommit } from '../../git/objects/objects.ts';
import type { TreeEdit } from '../../git/objects/objects.ts';
import { statOrNone } from '../../system/plain-file.ts';
import type { Brief } from '../../contract/brief.ts';
import { git } from './runner-git.ts';
import { identityOf } from './rescue.ts';

/** A commit object under the run's own identity, unsigned. @returns its SHA; no ref knows it yet. */
export function writeRunCommit(
  repo: Repository,
  brief: Brief,
  commit: { readonly tree: string; readonly parents: readonly string[]; readonly message: string },
): string {
  // As git does: these would end the field.
  const clean = (text: string): string => text.replace(/[<>\n\0]/g, '').trim();
  const who = `${clean(brief.identity.name)} <${clean(brief.identity.email)}> ${stamp(new Date())}`;
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${who}`,
    `committer ${who}`,
  ];
  return writeLoose(repo, 'commit', Buffer.from(`${lines.join('\n')}\n\n${commit.message.replaceAll('\0', '')}`));
}

/**
 * Commits what is staged of these paths: the tree is put together in this process, from HEAD's and the index, and one
 * `git update-ref` moves the branch; `git commit` costs twice that.
 * @returns the commit; `nothing` when nothing is staged; null when it is a matter for `git commit`: an index of many
 * files or with features that only git knows, a path that isn't UTF-8, a file where a folder was, a HEAD that moved.
 */
export async function commitStaged(
  repo: Repository,
  brief: Brief,
  { head, paths, message }: { readonly head: string; readonly paths: readonly string[]; readonly message: string },
): Promise<string | 'nothing' | null> {
  if (paths.some((path) => path.includes('\uFFFD') || path.endsWith('/')) || hasFolderForFile(paths)) return null;
  if ((statOrNone(join(brief.gitDir, 'index'))?.size ?? Infinity) > LARGEST_INDEX) return null;
  const staged = readIndexFile(brief.gitDir, repo.objectFormat, new Set(paths));
  if (staged === null || [...staged.values()].some(({ stage, special }) => stage !== 0 || special)) return null;
  const before = (await readCommit(repo, head))?.tree;
  if (before === undefined) return null;
  const edits = new Map<string, TreeEdit>(paths.map((path) => [path, staged.get(path) ?? null]));
  const tree = await editTree(repo, before, edits);
  if (tree === before) return 'nothing';
  const commit = writeRunCommit(repo, brief, { tree, parents: [head], message: `${message}\n` });
  const moved = await git(
    brief,
    ['update-ref', '--no-deref', '-m', `commit: ${message.split('\n')[0] ?? ''}`, brief.branch, commit, head],
    { env: identityOf(brief) },
  );
  return moved.code === 0 ? commit : null;
}

/** Bytes: some 10,000 files. */
const LARGEST_INDEX = 1024 * 1024;

function hasFolderForFile(paths: readonly string[]): boolean {
  const all = new Set(paths);
  return paths.some((path) => {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1))
      if (all.has(path.slice(0, slash))) return true;
    return false;
  });
}

/** Seconds since the epoch and the zone, as in a commit. */
function stamp(now: Date): string {
  const minutes = -now.getTimezoneOffset();
  const [h, m] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${Math.floor(now.getTime() / 1000)} ${minutes < 0 ? '-' : '+'}${String(h).padStart(2, '0')}${String(m).padStart(2, '0')}`;
}
