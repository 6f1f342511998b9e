import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { plainTextOf } from '../../system/plain-file.ts';
import type { Brief } from '../../contract/brief.ts';
import type { Rescue } from '../../contract/result.ts';
import { git, mustGit } from './runner-git.ts';
import type { Where } from './runner-git.ts';
import { rescueCommit, rescuePaths } from './rescue.ts';
import { readWorktree, shortName } from './worktree-state.ts';
import * as messages from './messages.ts';

/** Bytes: a ref name has at most 4096. */
const MOST_REF = 8192;

/**
 * What the task's branch is an alias of, by its file: packed refs are never symbolic. Whatever is written to such a
 * branch lands on the other one, base for example. null: it is a ref of its own, or gone.
 */
export function aliasOf({ gitCommonDir, branch }: Brief): string | null {
  const file = join(gitCommonDir, branch);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink()) return readlinkSync(file);
  const text = stat?.isFile() ? plainTextOf(file, MOST_REF) : null;
  return /^ref:\s*(\S.*?)\s*$/s.exec(text ?? '')?.[1] ?? null;
}

/** Makes a symbolic task branch a ref of its own again, where the run began. What only the alias led to is kept. */
export async function unaliasBranch(
  brief: Brief,
  where: Where = brief,
): Promise<{ rescued: Rescue[]; faults: string[] }> {
  const alias = aliasOf(brief);
  if (alias === null) return { rescued: [], faults: [] };
  const there = await git(where, ['rev-parse', '-q', '--verify', `${brief.branch}^{commit}`]);
  const target = there.code === 0 ? there.stdout.trim() : null;
  const rescued: Rescue[] = [];
  const found = new Set(target === null ? [] : [target]);
  if (where === brief) {
    const { changes, head } = await readWorktree(brief);
    if (head !== null) found.add(head);
    const paths = changes.flatMap(({ kind, path }) => (kind === 'untracked' ? [] : [path]));
    if (paths.length > 0) rescued.push(await rescuePaths(brief, paths, messages.MADE_ALIAS, head));
  }
  for (const commit of found)
    if (!(await isKept(brief, where, commit)))
      rescued.push(await rescueCommit({ ...brief, ...where }, commit, messages.MADE_ALIAS));
  await mustGit(where, ['update-ref', '--no-deref', '-m', messages.REFLOG_NO_ALIAS, brief.branch, brief.tip]);
  if (where === brief) {
    await mustGit(brief, ['symbolic-ref', 'HEAD', brief.branch]);
    await mustGit(brief, ['reset', '-q', '--hard']);
  }
  const kept = rescued.map(({ ref }) => ref);
  return { rescued, faults: [messages.branchWasAlias(shortName(brief.branch), shortName(alias), kept)] };
}

async function isKept(brief: Brief, where: Where, commit: string): Promise<boolean> {
  for (const holder of [brief.base, brief.tip])
    if ((await git(where, ['merge-base', '--is-ancestor', commit, holder])).code === 0) return true;
  return false;
}
