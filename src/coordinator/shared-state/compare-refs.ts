import { join } from 'node:path';
import { worktrees } from '../../git/checkout.ts';
import { git, type Repository } from '../../git/git.ts';
import { updateRefs, type RefResult } from '../../git/refs.ts';
import type { EndedRunTrace } from './compare-shared.ts';
import * as messages from './messages.ts';
import { readReflog, readText } from './reflogs.ts';
import { WrittenRefs } from './ref-writers.ts';
import { aliasOf, listRefs, type Refs, type SharedStateBefore } from './shared-state.ts';

/** Commands after which refs are compared; the others of git move none but the task's own. */
const MOVES_REFS: ReadonlySet<string> = new Set(
  `branch tag update-ref push fetch pull replace symbolic-ref notes remote checkout switch worktree filter-branch reset
  commit merge rebase cherry-pick revert am`.split(/\s+/),
);

/** What the run changed of refs: restored where that is safe, else only reported. */
export async function compareRefs(
  repo: Repository,
  before: SharedStateBefore,
  { brief, commands }: Pick<EndedRunTrace, 'brief' | 'commands'>,
): Promise<RefFindings> {
  const findings: RefFindings = { faults: [], notes: [], restored: [] };
  if (!commands.some((argv) => argv.some((word) => MOVES_REFS.has(word)))) return findings;
  const { branch, base, taskId, identity } = brief;
  const now = await listRefs(repo, []);
  const context = {
    repo,
    before: before.refs,
    now,
    email: identity.email,
    written: new WrittenRefs(commands),
    rescue: rescueRefs(taskId, now),
  };
  const own = new Set([branch, base, 'refs/stash']);
  for (const ref of new Set([...Object.keys(before.refs), ...Object.keys(now)])) {
    // Remote-tracking refs follow the remote; commits on base are reported as such.
    if (before.refs[ref] === now[ref] || own.has(ref) || ref.startsWith('refs/remotes/')) continue;
    await compareRef(ref, context, findings);
  }
  return findings;
}

/** A ref that a run had changed. An alias is written as in `Refs`. */
export interface RestoredRef {
  readonly ref: string;
  /** What it is again; null: it is gone. */
  readonly from: string | null;
  /** What the run had made of it; null: it had deleted it. */
  readonly current: string | null;
}

interface RefFindings {
  readonly faults: string[];
  readonly notes: string[];
  readonly restored: RestoredRef[];
}

interface RefContext {
  readonly repo: Repository;
  readonly before: Refs;
  readonly now: Refs;
  /** Of the run's identity. */
  readonly email: string;
  readonly written: WrittenRefs;
  /** The next free ref for what is replaced. */
  readonly rescue: () => string;
}

async function compareRef(ref: string, context: RefContext, { faults, notes, restored }: RefFindings): Promise<void> {
  const { repo } = context;
  const current = context.now[ref] ?? null;
  const change = changeOf(ref, context);
  if (change === null || change.from === current) return;
  const { from } = change;
  const what = messages.refChanged(ref, from, aliasOf(current) ?? (current === null ? null : ''));
  const why = untouchableBecause(ref, change, context);
  if (why !== null) {
    faults.push(messages.refLeft(what, why, ref, from));
    return;
  }
  // What is replaced stays reachable, whoever made it; an alias holds nothing.
  const keep = current === null || aliasOf(current) !== null ? null : context.rescue();
  const done = await restore(repo, { ref, from, current }, keep);
  if (done.ok) restored.push({ ref, from, current });
  // A branch that an agent made for itself harms nobody.
  if (from === null && ref.startsWith('refs/heads/') && done.ok)
    notes.push(messages.branchRemoved(what, current ?? '', keep));
  else faults.push(done.ok ? messages.refRestored(what, keep) : messages.refNotRestored(what, done.message, ref, from));
}

/** @param keep the ref that is to keep what is replaced */
async function restore(repo: Repository, { ref, from, current }: RestoredRef, keep: string | null): Promise<RefResult> {
  const kept = keep === null ? [] : [{ ref: keep, to: current, from: null }];
  const named = aliasOf(from);
  if (named === null) {
    // What an alias names may move at any moment; the alias itself is what is changed.
    const now = aliasOf(current) === null ? { from: current } : {};
    return updateRefs(repo, [{ ref, to: from, ...now }, ...kept]);
  }
  const done = await updateRefs(repo, kept);
  if (done.ok) await git(['symbolic-ref', '-m', 'kanban', ref, named], { cwd: repo.root });
  return done;
}

/** Why the ref is left as it is; null = it is restored. */
function untouchableBecause(
  ref: string,
  { since }: RefChange,
  { repo, before, now }: RefContext,
): messages.RefLeftWhy | null {
  if (since) return 'moved-again';
  if (isKanbans(ref, before, now)) return 'kanban-moves-it';
  return now[ref] !== undefined && isCheckedOut(repo, ref) ? 'checked-out' : null;
}

/** The next free names under `refs/kanban/rescue/<id>/`. */
export function rescueRefs(taskId: string, now: Refs): () => string {
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
function changeOf(ref: string, { repo, before: refs, now, email, written }: RefContext): RefChange | null {
  const before = refs[ref] ?? null;
  const current = now[ref] ?? null;
  const isAlias = aliasOf(before) !== null || aliasOf(current) !== null;
  const log = current === null || isAlias ? [] : readReflog(repo, ref);
  if (current === null || log.at(-1)?.sha !== current) return written.has(ref) ? { from: before, since: false } : null;
  // Only what came after the run began: an earlier run of the entry had the same identity.
  const began = before === null ? 0 : log.findLastIndex(({ sha }) => sha === before) + 1;
  return changeInLog(log.slice(began), before, email, written.has(ref));
}

/** @param log entries of the reflog since the run began. @param isWritten a command of the trace writes this ref */
function changeInLog(
  log: ReturnType<typeof readReflog>,
  before: string | null,
  email: string,
  isWritten: boolean,
): RefChange | null {
  const first = log.findIndex((entry) => entry.email === email);
  if (first < 0) return null;
  const trailing = log.findLastIndex((entry) => entry.email !== email) + 1;
  const entry = log[trailing] ?? log[first];
  // A copy or a new name takes the reflog with it, by an entry that begins where it ends.
  const isNew = before === null && (trailing === 0 || isWritten);
  const from = isNew ? null : entry === undefined || /^0+$/.test(entry.old) ? before : entry.old;
  return { from, since: log.at(-1)?.email !== email };
}

/** May kanban itself have moved the ref meanwhile? */
function isKanbans(ref: string, before: Refs, now: Refs): boolean {
  if (ref.startsWith('refs/kanban/')) return true;
  if (!ref.startsWith('refs/heads/') || now[ref] !== undefined) return false;
  // A task's branch that is gone: with its start it was retired, without it, it was deleted.
  const start = `refs/kanban/start/${ref.split('/').at(-1)}`;
  return before[start] !== undefined && now[start] === undefined;
}

const isCheckedOut = (repo: Repository, ref: string): boolean =>
  worktrees(repo).some(({ gitDir }) => readText(join(gitDir, 'HEAD')).trim() === `ref: ${ref}`);
