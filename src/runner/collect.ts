import { closeSync, existsSync, fstatSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_FILES } from './folder.ts';
import type { Brief, Rescue } from './folder.ts';
import { git, GitFailed, mustGit, zeroSplit } from './git.ts';
import type { Where } from './git.ts';
import { commitLeftovers } from './leftovers.ts';
import { checkMerges } from './merge-check.ts';
import { putRight } from './put-right.ts';
import { identityOf, rescueCommit } from './rescue.ts';
import type { WorktreeState } from './worktree-state.ts';

/** The facts of a run: what git and the report file say once nothing of it is alive. */
export interface Collected {
  readonly tip: string;
  readonly ahead: number;
  readonly changed: readonly string[];
  readonly leftovers: string | null;
  readonly rescued: readonly Rescue[];
  readonly boardRestored: readonly string[];
  readonly faults: readonly string[];
  readonly reported: boolean;
}

export interface CollectOptions {
  /** Message for uncommitted work where committing it is the agent's way of working (`shell`), not an omission. */
  readonly message?: string;
  /** Files changed over base, where the caller has just asked git; used if the tip is still `tip`. */
  readonly known?: { readonly tip: string; readonly changed: readonly string[] };
}

/**
 * Takes the run's work in: report copied out, operations in progress undone, HEAD back on its branch, uncommitted
 * work committed or rescued, board put back; then the facts. Only to be called when nothing of the run is alive.
 * Calling it again changes nothing more. A worktree that git can't read gives a fault, no exception.
 */
export async function collect(folder: string, brief: Brief, options: CollectOptions = {}): Promise<Collected> {
  const reported = takeReport(folder, brief);
  const nothing = { leftovers: null, rescued: [], boardRestored: [], reported };
  try {
    if (!existsSync(brief.worktree)) return { ...nothing, ...(await branchAlone(brief)), faults: ['the worktree is gone'] };
    return { ...(await collectWork(brief, options)), reported };
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    return { ...nothing, ...(await branchAlone(brief)), faults: [`the worktree can't be read: ${error.message}`] };
  }
}

async function branchAlone(brief: Brief): Promise<Pick<Collected, 'tip' | 'ahead' | 'changed'>> {
  const repository = { worktree: brief.root, gitDir: brief.gitCommonDir };
  const tip = (await git(repository, ['rev-parse', '-q', '--verify', `${brief.branch}^{commit}`])).stdout.trim() || brief.tip;
  return { tip, ...(await readFacts(brief, null, tip, undefined, repository)) };
}

/** Copies the agent's report into the run folder and takes it out of the worktree. */
export function takeReport(folder: string, brief: Brief): boolean {
  const kept = join(folder, RUN_FILES.report);
  try {
    const fd = openSync(brief.report, 'r');
    const text = Buffer.alloc(Math.min(fstatSync(fd).size, LONGEST_REPORT));
    readSync(fd, text, 0, text.length, 0);
    closeSync(fd);
    writeFileSync(kept, text, { mode: 0o600 });
  } catch {
    // There is none, or it is a folder: no report.
  }
  rmSync(brief.report, { force: true, recursive: true });
  return existsSync(kept);
}

const LONGEST_REPORT = 1024 * 1024;

async function collectWork(brief: Brief, options: CollectOptions): Promise<Omit<Collected, 'reported'>> {
  const { state, rescued, faults } = await putRight(brief);
  const moved = state.head === null || state.head === brief.tip ? { rescued: [], faults: [], merged: false } : await lookAtCommits(brief, state.head);
  const message = options.message ?? `${brief.taskId}: left uncommitted by the ${brief.role} agent`;
  const leftovers = await commitLeftovers(brief, state, message);
  const tip = leftovers.commit ?? state.head ?? brief.tip;
  const [facts, foreign] = await Promise.all([readFacts(brief, state, tip, options.known), commitsOnBase(brief, tip)]);
  const board = facts.changed.filter((path) => path.startsWith(`${brief.board}/`));
  const restored = board.length === 0 ? null : await restoreBoard(brief, tip);
  const end = restored === null ? { tip, ...facts } : { tip: restored, ...(await readFacts(brief, null, restored)) };
  return {
    ...end,
    leftovers: options.message === undefined ? leftovers.commit : null,
    rescued: [...rescued, ...moved.rescued, ...leftovers.rescued],
    boardRestored: board,
    faults: [...faults, ...moved.faults, ...leftovers.faults, ...foreign],
  };
}

/** What the run committed itself: was history rewritten, are its merges honest? */
async function lookAtCommits(brief: Brief, head: string): Promise<{ rescued: Rescue[]; faults: string[] }> {
  const text = await mustGit(brief, ['rev-list', '--left-right', '--parents', `${brief.tip}...${head}`, `^${brief.startSha}`]);
  const lines = text.split('\n').filter((line) => line !== '');
  const rewritten = lines.some((line) => line.startsWith('<'));
  const rescued = rewritten ? [await rescueCommit(brief, brief.tip, 'the branch no longer contains what it had when the run began')] : [];
  const merges = lines.filter((line) => line.startsWith('>')).flatMap((line) => {
    const [commit = '', first, second, third] = line.slice(1).split(' ');
    return first !== undefined && second !== undefined && third === undefined ? [{ commit, parents: [first, second] as const }] : [];
  });
  const own = merges.length === 0 ? merges : await notOnBase(brief, merges, head);
  return { rescued, faults: await checkMerges(brief, own, head) };
}

/** Base's own merges (landings) came with a merge of base; they aren't the run's. */
async function notOnBase<T extends { commit: string }>(brief: Brief, merges: readonly T[], head: string): Promise<T[]> {
  const own = new Set((await mustGit(brief, ['rev-list', '--merges', `${brief.base}..${head}`])).split('\n'));
  return merges.filter((merge) => own.has(merge.commit));
}

async function readFacts(brief: Brief, state: WorktreeState | null, tip: string, known?: CollectOptions['known'], where: Where = brief): Promise<{ ahead: number; changed: readonly string[] }> {
  const counted = state !== null && state.ahead !== null && tip === state.head ? state.ahead : null;
  if (counted === 0) return { ahead: 0, changed: [] };
  if (known !== undefined && known.tip === tip) return { ahead: counted ?? (await countAhead(brief, where, tip)), changed: known.changed };
  const [ahead, diff] = await Promise.all([
    counted ?? countAhead(brief, where, tip),
    git(where, ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', `${brief.base}...${tip}`]),
  ]);
  return { ahead, changed: zeroSplit(diff.stdout) };
}

async function countAhead(brief: Brief, where: Where, tip: string): Promise<number> {
  const end = await git(where, ['rev-list', '--count', `${brief.base}..${tip}`]);
  return end.code === 0 ? Number(end.stdout.trim()) : 0;
}

/** Commits by the run's identity where it has no business: on base or in the person's checkout. */
async function commitsOnBase(brief: Brief, tip: string): Promise<string[]> {
  const email = brief.identity.email.replace(/[\\.*[\]^$+?(){}|]/g, '\\$&');
  const args = ['rev-list', '--max-count=3', '--ignore-missing', `--committer=<${email}>`, brief.base, 'main-worktree/HEAD', `^${tip}`, `^${brief.baseSha}`];
  const found = (await git(brief, args)).stdout.split('\n').filter((line) => line !== '');
  return found.length === 0 ? [] : [`it committed outside its branch: ${found.map((sha) => sha.slice(0, 10)).join(', ')}`];
}

/** Puts board files back to what they were where the branch left base. @returns the commit. */
async function restoreBoard(brief: Brief, tip: string): Promise<string> {
  const from = (await mustGit(brief, ['merge-base', brief.base, tip])).trim();
  const had = (await mustGit(brief, ['ls-tree', from, '--', brief.board])).trim() !== '';
  await mustGit(brief, had ? ['restore', `--source=${from}`, '--staged', '--worktree', '--', brief.board] : ['rm', '-rqf', '--', brief.board]);
  const message = `${brief.taskId}: board put back\n\nTask branches don't change ${brief.board}/.\n`;
  await mustGit(brief, ['commit', '-q', '--no-verify', '-F', '-'], { env: identityOf(brief), input: message });
  return (await mustGit(brief, ['rev-parse', 'HEAD'])).trim();
}
