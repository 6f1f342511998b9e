import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { branchFaults } from '../git/branch/branch-faults.ts';
import { knowHonestMerges } from '../git/branch/judged-merges.ts';
import type { Repository } from '../git/git.ts';
import {
  changedFiles,
  commitAt,
  commitsAhead,
  isRewritten,
  orNull,
  repositoryOf,
  standingOf,
} from './git/branch-facts.ts';
import type { Standing } from './git/branch-facts.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import type { Brief } from '../contract/brief.ts';
import type { Rescue, OutsideCommit } from '../contract/result.ts';
import { GitFailed, mustGit } from './git/runner-git.ts';
import { commitLeftovers } from './git/leftovers.ts';
import { lstatOrNone, readPlain, removeWhatever } from '../system/plain-file.ts';
import { unaliasBranch } from './git/plain-branch.ts';
import { repairWorktree } from './git/repair-worktree.ts';
import { identityOf, rescueCommit } from './git/rescue.ts';
import { outsideCommits } from './git/outside-commits.ts';
import { writeWhole } from '../system/write-once.ts';
import * as messages from './messages.ts';

/** The facts of a run: what git and the report file say once nothing of it is alive. */
export interface Collected {
  readonly tip: string;
  readonly ahead: number;
  readonly changed: readonly string[];
  readonly leftovers: string | null;
  readonly rescued: readonly Rescue[];
  readonly boardRestored: readonly string[];
  /** Files whose changes git was not to show; absent: none. */
  readonly unhidden?: readonly string[];
  readonly faults: readonly string[];
  /** Commits outside its branch, newest first. */
  readonly strays: readonly OutsideCommit[];
  readonly reported: boolean;
  /** Why nothing was collected, with what the user can do: only the user can put it right. */
  readonly refused?: string;
}

export interface CollectOptions {
  /** Message for uncommitted work where committing it is the agent's way of working (`shell`), not an omission. */
  readonly message?: string;
  /** Merges that git made for us without a conflict: clean by construction, not looked at again. */
  readonly cleanMerges?: readonly string[];
  /** The repository to read from in this process; one per root, which stays open, by default. */
  readonly repo?: Repository;
}

/**
 * Takes the run's work in: report copied out, operations in progress undone, HEAD back on its branch, uncommitted
 * work committed or rescued, board put back; then the facts. Only to be called when nothing of the run is alive.
 * Calling it again changes nothing more. A worktree that git can't read gives a fault, no exception.
 */
export async function collect(folder: string, brief: Brief, options: CollectOptions = {}): Promise<Collected> {
  const repo = options.repo ?? repositoryOf(brief);
  const replaced = replacedBy(brief.worktree);
  if (replaced !== null) {
    const rest = { leftovers: null, rescued: [], boardRestored: [], strays: [], reported: false, faults: [] };
    return { ...rest, ...(await branchAlone(brief, repo)), refused: messages.folderReplaced(brief.worktree, replaced) };
  }
  const reported = takeReport(folder, brief);
  const nothing = { leftovers: null, rescued: [], boardRestored: [], strays: [], reported };
  try {
    const worktree = lstatOrNone(brief.worktree);
    if (worktree?.isDirectory() !== true)
      return {
        ...nothing,
        ...(await branchAlone(brief, repo)),
        faults: [worktree === undefined ? messages.WORKTREE_GONE : messages.worktreeReplaced(brief.worktree)],
      };
    return { ...(await collectWork(brief, repo, options)), reported };
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    return {
      ...nothing,
      ...(await branchAlone(brief, repo)),
      faults: [messages.worktreeUnreadable(error.message)],
    };
  }
}

/** What stands in place of the worktree's folder; null: nothing else does. Nothing is done through a link. */
function replacedBy(worktree: string): string | null {
  const stat = lstatSync(worktree, { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) return null;
  return stat.isSymbolicLink() ? messages.linkTo(readlinkSync(worktree)) : messages.A_FILE;
}

async function branchAlone(brief: Brief, repo: Repository): Promise<Pick<Collected, 'tip' | 'ahead' | 'changed'>> {
  const root = { worktree: brief.root, gitDir: brief.gitCommonDir };
  await orNull(unaliasBranch(brief, root));
  const tip = (await commitAt(repo, root, brief.branch)) ?? brief.tip;
  return factsOf(await standingOf(brief, tip, repo, root));
}

/** Copies the agent's report into the run folder and takes it out of the worktree. */
export function takeReport(folder: string, brief: Brief): boolean {
  const kept = join(folder, RUN_FILES.report);
  if (isFolder(dirname(brief.report))) {
    try {
      const bytes = readPlain(brief.report, LONGEST_REPORT);
      if (bytes !== null) writeWhole(kept, bytes);
    } catch {
      // A link, a folder, a FIFO: no report.
    }
    removeWhatever(brief.report);
  }
  return isFile(kept);
}

/** Is there a report: a plain file, in a folder that no link leads to? */
export const hasReport = (folder: string, brief: Brief): boolean =>
  (isFolder(dirname(brief.report)) && isFile(brief.report)) || isFile(join(folder, RUN_FILES.report));

const isFolder = (path: string): boolean => lstatOrNone(path)?.isDirectory() === true;
const isFile = (path: string): boolean => lstatOrNone(path)?.isFile() === true;

const LONGEST_REPORT = 1024 * 1024;
const MOST_UNHIDDEN = 20;

async function collectWork(
  brief: Brief,
  repo: Repository,
  options: CollectOptions,
): Promise<Omit<Collected, 'reported'>> {
  const { state, rescued, faults, unhidden } = await repairWorktree(brief);
  const hid = unhidden.length === 0 ? {} : { unhidden: unhidden.slice(0, MOST_UNHIDDEN) };
  const message = options.message ?? messages.leftoversSubject(brief.taskId, brief.role);
  const leftovers = await commitLeftovers(brief, repo, state, message);
  const tip = leftovers.commit ?? state.head ?? brief.tip;
  const standing = await standingOf(brief, tip, repo);
  const replaced = await takeBackReplaced(standing, state.head ?? brief.tip);
  if (replaced !== null)
    return {
      ...(await factsOf(await standingOf(brief, brief.tip, repo))),
      leftovers: null,
      rescued: [...rescued, replaced.rescue, ...leftovers.rescued],
      boardRestored: [],
      ...hid,
      strays: await outsideCommits(standing),
      faults: [...faults, replaced.fault, ...leftovers.faults],
    };
  const moved = await inspectCommits(standing, state.head ?? brief.tip, options.cleanMerges ?? []);
  const strays = await outsideCommits(standing);
  const facts = await factsOf(standing);
  const board = facts.changed.filter((path) => path.startsWith(`${brief.board}/`));
  const end = board.length === 0 ? facts : await factsOf(await standingOf(brief, await restoreBoard(brief, tip), repo));
  return {
    ...end,
    leftovers: options.message === undefined ? leftovers.commit : null,
    rescued: [...rescued, ...moved.rescued, ...leftovers.rescued],
    boardRestored: board,
    ...hid,
    faults: [...faults, ...moved.faults, ...leftovers.faults, ...outsideFaults(strays)],
    strays,
  };
}

const factsOf = async (standing: Standing): Promise<Pick<Collected, 'tip' | 'ahead' | 'changed'>> => ({
  tip: standing.tip,
  ahead: await commitsAhead(standing),
  changed: await changedFiles(standing),
});

const outsideFaults = (strays: readonly OutsideCommit[]): string[] =>
  strays.length === 0 ? [] : [messages.committedOutside(strays.map(({ sha }) => sha))];

/** After the review nothing may replace what was reviewed: the branch goes back to it. null: it still contains it. */
async function takeBackReplaced(
  standing: Standing,
  head: string,
): Promise<{ readonly rescue: Rescue; readonly fault: string } | null> {
  const { brief, tip } = standing;
  const isReviewed = brief.role === 'tester' || brief.purpose === 'mend';
  if (!isReviewed || head === brief.tip || !(await isRewritten(standing, head))) return null;
  const rescue = await rescueCommit(brief, tip, messages.REPLACED_REVIEWED);
  await mustGit(brief, ['reset', '-q', '--hard', brief.tip]);
  return { rescue, fault: messages.reviewedReplaced(brief.tip, rescue.ref) };
}

/**
 * Was history rewritten? And the branch as a whole, whoever made its commits (a reviewer that changed nothing is not asked:
 * its own verdict counts).
 */
async function inspectCommits(
  standing: Standing,
  head: string,
  clean: readonly string[],
): Promise<{ rescued: Rescue[]; faults: string[] }> {
  const { brief, repo, base, tip } = standing;
  const rescued =
    head !== brief.tip && (await isRewritten(standing, head))
      ? [await rescueCommit(brief, brief.tip, messages.HISTORY_REWRITTEN)]
      : [];
  if (brief.role === 'reviewer' && tip === brief.tip) return { rescued, faults: [] };
  knowHonestMerges(repo, clean, brief.board);
  const { taskId: id, startSha: start, board } = brief;
  return { rescued, faults: await branchFaults(repo, { id, base: base ?? brief.baseSha, tip, start, board }) };
}

/** Puts board files back to what they were where the branch left base. @returns the commit. */
async function restoreBoard(brief: Brief, tip: string): Promise<string> {
  const from = (await mustGit(brief, ['merge-base', brief.base, tip])).trim();
  const had = (await mustGit(brief, ['ls-tree', from, '--', brief.board])).trim() !== '';
  await mustGit(
    brief,
    had
      ? ['restore', '--ignore-skip-worktree-bits', `--source=${from}`, '--staged', '--worktree', '--', brief.board]
      : ['rm', '-rqf', '--sparse', '--', brief.board],
  );
  const message = messages.boardRestoredCommit(brief.taskId, brief.board);
  await mustGit(brief, ['commit', '-q', '--no-verify', '-F', '-'], { env: identityOf(brief), input: message });
  return (await mustGit(brief, ['rev-parse', 'HEAD'])).trim();
}
