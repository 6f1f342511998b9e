import { checkoutState, type Worktree } from '../git/checkout.ts';
import { gitGated, GitError, type GitResult, type Repository } from '../git/git.ts';
import { resolve } from '../git/objects/objects.ts';
import { updateRefs } from '../git/refs.ts';
import { markProcess, writeJournal, type LandingJournal } from './journal.ts';
import { held, heldBy, heldByGit, type FollowingRef, type Refused, type Step } from './move.ts';
import { heldByFiles, type InTheWay } from './files-in-the-way.ts';
import { contains } from './recovery/recover-move.ts';
import { takeBackAhead, writeAhead, type WrittenAhead } from './write-ahead.ts';
import { dropLanding, endLanding, recoverLanding, REFLOG, takeBackLanding } from './recovery/recover-landing.ts';
import * as messages from './messages.ts';

export interface AdvanceCheckout {
  readonly id: string;
  /** In words, should it be cut off; "the landing of T-12" by default. */
  readonly what?: string;
  readonly baseRef: string;
  readonly oldBase: string;
  readonly sha: string;
  readonly checkout: Worktree;
  readonly extraRefs: readonly FollowingRef[];
  /** Files that are read at any time: they change by rename. */
  readonly watched?: readonly string[];
  readonly step: Step;
}

/**
 * Moves base and the checkout that has it to a landing, by one `git merge --ff-only` there: files, index and ref in git's
 * own safe order, refusing to touch anything of the user's. (`update-ref` under a checked-out branch loses data.)
 */
export async function advanceCheckout(
  repo: Repository,
  landing: AdvanceCheckout,
): Promise<{ readonly ok: true } | Refused> {
  const { id, baseRef, oldBase, sha, checkout, step } = landing;
  const pin = `refs/kanban/inflight/${/^[\w-]*/.exec(id)?.[0] || 'landing'}`;
  const follow = landing.extraRefs.filter(({ to }) => to === undefined).map(({ ref }) => ref);
  const { what = messages.landingOf(id) } = landing;
  const draft = {
    version: 1,
    kind: 'landing',
    id,
    what,
    baseRef,
    oldBase,
    newBase: sha,
    checkout,
    follow,
    pin,
  } as const;
  let journal: LandingJournal | null = null;
  let ahead: readonly WrittenAhead[] = [];
  const started = async (pid: number): Promise<boolean> => {
    journal = { ...draft, process: markProcess(pid) };
    writeJournal(repo, journal);
    step('journal');
    const pinned = await updateRefs(repo, [{ ref: pin, to: sha }]);
    step('pinned');
    // The user who has switched branches would get the landing on theirs: git merges into whatever HEAD is.
    const state = checkoutState(checkout.gitDir);
    if (!pinned.ok || state.branch !== baseRef || state.operation) return false;
    step('go');
    ahead = await writeAhead(repo, { oldBase, sha, checkout }, landing.watched ?? []);
    step('ahead');
    return true;
  };
  const merged = await merge(checkout, sha, `${REFLOG}${what}`, started);
  step('merged');
  if (journal === null) throw new Error(messages.MERGE_WITHOUT_JOURNAL);
  if (merged === null) {
    await dropLanding(repo, journal);
    return { ok: false, stale: 'base' };
  }
  // The user's commit on top of it, in the very moment, is no harm.
  if (merged.code === 0 && (await contains(repo, baseRef, sha))) {
    await endLanding(repo, journal, landing.extraRefs);
    step('ended');
    return { ok: true };
  }
  return refused(repo, landing, merged, { journal, ahead });
}

/** All that the user's configuration could change about a merge is set here. */
const SETTINGS = [
  'submodule.recurse=false',
  'merge.verifySignatures=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'merge.autoStash=false',
  'rerere.enabled=false',
];
const FF_ONLY = SETTINGS.flatMap((setting) => ['-c', setting]).concat(
  'merge',
  '-q',
  '--no-stat',
  '--ff-only',
  '--no-overwrite-ignore',
);

const ANY_EXIT = Array.from({ length: 256 }, (_, code) => code);

/** How git ended; `wasKilled`: by a signal, wherever it was. */
type Merged = GitResult & { readonly wasKilled: boolean };

async function merge(
  checkout: Worktree,
  sha: string,
  reflog: string,
  started: (pid: number) => Promise<boolean>,
): Promise<Merged | null> {
  try {
    const result = await gitGated([...FF_ONLY, sha], {
      cwd: checkout.path,
      okExit: ANY_EXIT,
      env: { GIT_REFLOG_ACTION: reflog },
      started,
    });
    return result && { ...result, wasKilled: false };
  } catch (error) {
    if (error instanceof GitError) return { code: 128, stdout: '', stderr: error.stderr, wasKilled: true };
    throw error;
  }
}

async function refused(
  repo: Repository,
  { oldBase, baseRef, checkout }: AdvanceCheckout,
  { stderr, wasKilled }: Merged,
  { journal, ahead }: { readonly journal: LandingJournal; readonly ahead: readonly WrittenAhead[] },
): Promise<{ readonly ok: true } | Refused> {
  if (!wasKilled && DECLINED.test(stderr)) {
    // With a locked index the journal stays, and the next landing or start takes back what was written ahead.
    if (!(await takeBackAhead(repo, checkout, ahead))) return heldByGit(messages.gitAtWork(checkout.path));
    await dropLanding(repo, journal);
  } else {
    const events = await (wasKilled ? recoverLanding(repo, journal, () => {}) : takeBackLanding(repo, journal));
    const blocked = events.find((event) => event.type === 'blocked');
    if (blocked) return heldByGit(blocked.message);
    if (events.some((event) => event.type === 'landing-finished')) return { ok: true };
  }
  const moved = checkoutState(checkout.gitDir).branch !== baseRef || (await resolve(repo, baseRef)) !== oldBase;
  if (moved) return { ok: false, stale: 'base' };
  const files = namedIn(stderr);
  if (files.length > 0) return heldBy(heldByFiles(files));
  if (/index\.lock/.test(stderr)) return heldByGit(messages.gitAtWork(checkout.path));
  const [line = ''] = stderr.trim().split('\n');
  return held(messages.checkoutNotUpdated(checkout.path, wasKilled ? messages.gitEnded(line) : line));
}

/** git looked, and touched nothing: so a file that is as it would have landed is the user's own doing. */
const DECLINED =
  /would be (overwritten|removed) by merge|would lose untracked files|not uptodate\. Cannot merge|Not possible to fast-forward|index\.lock'?: File exists|_HEAD exists/;

/** Files stand indented below the sentence that they belong to. */
function namedIn(stderr: string): InTheWay[] {
  const found: InTheWay[] = [];
  let what: InTheWay['what'] = 'changed';
  for (const line of stderr.split('\n')) {
    if (line.startsWith('\t')) found.push({ path: line.slice(1), what });
    else what = line.includes('untracked') ? 'not-in-git' : 'changed';
  }
  return found;
}
