import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Brief } from '../../contract/brief.ts';
import type { Rescue } from '../../contract/result.ts';
import { READY_FILE } from '../hooks.ts';
import { git, mustGit } from './runner-git.ts';
import { unhide } from './hidden-work.ts';
import { lstatOrNone, plainTextOf, removeWhatever } from '../../system/plain-file.ts';
import { unaliasBranch } from './plain-branch.ts';
import { rescueCommit, rescuePaths } from './rescue.ts';
import { removeSpecialAmong, removeSpecialFiles } from './special-files.ts';
import { readWorktree, shortName } from './worktree-state.ts';
import type { Operation, WorktreeState } from './worktree-state.ts';
import * as messages from './messages.ts';

/** A worktree that stands on its branch with nothing in progress, and what it took to get there. */
export interface RepairedWorktree {
  readonly state: WorktreeState;
  readonly rescued: readonly Rescue[];
  readonly faults: readonly string[];
  /** Files whose changes git was not to show. */
  readonly unhidden: readonly string[];
}

/**
 * Ends what the agent left in progress and brings HEAD back to the task's branch; whatever that would lose is
 * rescued first. A clean worktree costs the one `git status`.
 */
export async function repairWorktree(brief: Brief): Promise<RepairedWorktree> {
  await removeStaleLocks(brief);
  const rescued: Rescue[] = [];
  const isMadeAgain = makeGitDir(brief);
  const faults = [...(isMadeAgain ? [messages.GIT_DIR_REMOVED] : []), ...fixLink(brief), ...fixGitDir(brief)];
  // Without an index every file would count as deleted.
  if (isMadeAgain) await mustGit(brief, ['reset', '-q']);
  const unhidden = await unhide(brief);
  const special = removeSpecialFiles(brief);
  const alias = await unaliasBranch(brief);
  rescued.push(...alias.rescued);
  faults.push(...alias.faults);
  let state = await withoutRemnant(brief, await readWorktree(brief));
  const tracked = state.changes.flatMap(({ kind, path }) => (kind === 'changed' ? [path] : []));
  special.push(...removeSpecialAmong(brief.worktree, tracked));
  if (special.length > 0) faults.push(messages.leftSpecialFiles(special));
  const unmerged = state.changes.some((change) => change.kind === 'unmerged');
  if (state.operation !== null || unmerged) {
    const what = state.operation === null ? messages.UNMERGED : messages.inOperation(state.operation);
    const kept = await rescuePaths(
      brief,
      state.changes.map((change) => change.path),
      messages.worktreeLeft(what),
      state.head,
    );
    await abort(brief, state.operation);
    rescued.push(kept);
    faults.push(messages.worktreeLeftAndUndone(what, kept.ref));
    state = await readWorktree(brief);
  }
  if (state.branch === shortName(brief.branch) && state.head !== null) return { state, rescued, faults, unhidden };
  const back = await backToBranch(brief, state);
  return {
    state: await readWorktree(brief),
    rescued: [...rescued, ...back.rescued],
    faults: [...faults, ...back.faults],
    unhidden,
  };
}

/**
 * A cherry-pick or revert that was committed, of which git could not take its own mark away (a sandbox in which refs can't
 * be deleted): there is nothing in progress but the mark.
 */
async function withoutRemnant(brief: Brief, state: WorktreeState): Promise<WorktreeState> {
  const { operation, changes } = state;
  if (operation !== 'cherry-pick' && operation !== 'revert') return state;
  if (changes.some(({ kind }) => kind !== 'untracked') || existsSync(join(brief.gitDir, 'sequencer'))) return state;
  await git(brief, [operation, '--quit']);
  return readWorktree(brief);
}

/** The worktree's folder in the repository's git dir, if it is gone: nothing of the run could be read without it. */
function makeGitDir({ gitDir, gitCommonDir, worktree, branch }: Brief): boolean {
  if (lstatOrNone(gitDir)?.isDirectory() === true) return false;
  removeWhatever(gitDir);
  mkdirSync(gitDir, { recursive: true });
  writeFileSync(join(gitDir, 'commondir'), `${gitCommonDir}\n`);
  writeFileSync(join(gitDir, 'gitdir'), `${join(worktree, '.git')}\n`);
  writeFileSync(join(gitDir, 'HEAD'), `ref: ${branch}\n`);
  // Else it would be taken for a worktree of the user's.
  writeFileSync(join(gitDir, READY_FILE), '');
  return true;
}

/** Bytes: a path has at most 4096. */
const MOST_LINK = 8192;

/** The worktree's `.git` must lead to its own git dir; what an agent put there instead is set aside. */
function fixLink(brief: Brief): string[] {
  const link = join(brief.worktree, '.git');
  const stat = lstatOrNone(link);
  const text = stat?.isFile() ? plainTextOf(link, MOST_LINK) : null;
  if (text !== null && leadsTo(brief, text)) return [];
  const aside = join(brief.gitDir, `kanban-replaced-${randomBytes(4).toString('hex')}`);
  if (stat) renameSync(link, aside);
  writeFileSync(link, `gitdir: ${brief.gitDir}\n`);
  return [stat ? messages.linkReplaced(aside) : messages.LINK_REMOVED];
}

/** A `.git` file that names another git dir would have git work on another repository, by its settings. */
function leadsTo({ worktree, gitDir }: Brief, text: string): boolean {
  const target = /^gitdir: (.+?)\s*$/.exec(text)?.[1];
  return target !== undefined && canonical(resolve(worktree, target)) === canonical(gitDir);
}

/** The git dir must lead to the repository's own: else git reads another config and other refs. */
function fixGitDir({ gitDir, gitCommonDir }: Brief): string[] {
  const file = join(gitDir, 'commondir');
  const stat = lstatSync(file, { throwIfNoEntry: false });
  const target = stat?.isFile() ? (plainTextOf(file, MOST_LINK) ?? '').trim() : '';
  if (target !== '' && canonical(resolve(gitDir, target)) === canonical(gitCommonDir)) return [];
  rmSync(file, { recursive: true, force: true });
  writeFileSync(file, `${gitCommonDir}\n`);
  return [messages.fileRestored(file)];
}

function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Locks of git processes that were killed; nothing of the run is alive any more, so nobody holds them. */
async function removeStaleLocks(brief: Brief): Promise<void> {
  for (const lock of [
    join(brief.gitDir, 'index.lock'),
    join(brief.gitDir, 'HEAD.lock'),
    join(brief.gitCommonDir, `${brief.branch}.lock`),
  ]) {
    // The user's own git in that worktree gets its time.
    for (let waited = 0; existsSync(lock) && waited < 2_000; waited += 100) {
      if (Date.now() - changedAt(lock) > 60_000) break;
      await pause(100);
    }
    removeWhatever(lock);
  }
}

function changedAt(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

async function abort(brief: Brief, operation: Operation | null): Promise<void> {
  if (operation === 'bisect') await git(brief, ['bisect', 'reset']);
  else if (operation !== null) await git(brief, [operation, '--abort']);
  const after = await readWorktree(brief);
  if (after.operation === null && !after.changes.some((change) => change.kind === 'unmerged')) return;
  // The abort itself failed ("entry not uptodate"): the tree is kept, so the operation is dropped by force.
  if (operation !== null && operation !== 'bisect') await git(brief, [operation, '--quit']);
  await mustGit(brief, ['reset', '-q', '--hard']);
  for (const name of [
    'MERGE_HEAD',
    'MERGE_MSG',
    'MERGE_MODE',
    'CHERRY_PICK_HEAD',
    'REVERT_HEAD',
    'rebase-merge',
    'rebase-apply',
    'sequencer',
    'BISECT_LOG',
  ]) {
    rmSync(join(brief.gitDir, name), { recursive: true, force: true });
  }
}

/** HEAD ahead of the branch: the branch follows. HEAD elsewhere: kept, left, and a fault. */
async function backToBranch(brief: Brief, state: WorktreeState): Promise<{ rescued: Rescue[]; faults: string[] }> {
  const tip = await tipOfBranch(brief);
  const { head } = state;
  const ahead = head !== null && (head === tip || (state.branch === null && (await isAncestor(brief, tip, head))));
  if (ahead) {
    if (head !== tip)
      await mustGit(brief, ['update-ref', '--no-deref', '-m', messages.REFLOG_UP_TO_HEAD, brief.branch, head, tip]);
    await mustGit(brief, ['symbolic-ref', 'HEAD', brief.branch]);
    return { rescued: [], faults: [] };
  }
  const where = messages.headElsewhere(head, state.branch);
  const rescued: Rescue[] = [];
  if (state.changes.length > 0)
    rescued.push(
      await rescuePaths(
        brief,
        state.changes.map((change) => change.path),
        messages.headLeft(where),
        head,
      ),
    );
  else if (head !== null && !(await isAncestor(brief, head, tip)))
    rescued.push(await rescueCommit(brief, head, messages.headLeft(where)));
  await mustGit(brief, ['checkout', '-q', '-f', shortName(brief.branch), '--']);
  return {
    rescued,
    faults: [
      messages.headLeft(
        where,
        rescued.map(({ ref }) => ref),
      ),
    ],
  };
}

/** The branch's tip; one that the agent deleted is made again where the run began. */
async function tipOfBranch(brief: Brief): Promise<string> {
  const found = await git(brief, ['rev-parse', '-q', '--verify', `${brief.branch}^{commit}`]);
  if (found.code === 0) return found.stdout.trim();
  await mustGit(brief, ['update-ref', '--no-deref', '-m', messages.REFLOG_MADE_AGAIN, brief.branch, brief.tip, '']);
  return brief.tip;
}

async function isAncestor(brief: Brief, older: string, newer: string): Promise<boolean> {
  return (await git(brief, ['merge-base', '--is-ancestor', older, newer])).code === 0;
}
