import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { MOST_RECORD } from '../../contract/records.ts';
import type { RunResult } from '../../contract/result.ts';
import { guard, list, object, oneOf, optional, sha, text } from '../../contract/shape.ts';
import { GitError, type Repository } from '../../git/git.ts';
import { traceFile, tracedCommands } from '../../runner/git/git-trace.ts';
import type { RunRecord } from '../../runs/list-runs.ts';
import { lstatOrNone, plainJsonOf } from '../../system/plain-file.ts';
import type { RestoredRef } from './compare-refs.ts';
import { compareShared } from './compare-shared.ts';
import * as messages from './messages.ts';
import { replaceWith } from './own-folder-files.ts';
import type { RunFindings } from './run-findings.ts';
import { aliasOf, readSharedState, type SharedStateBefore } from './shared-state.ts';

/** In a run's folder: what all worktrees share, before the run. */
const BEFORE_FILE = 'shared.json';

const isRefValue = (value: unknown): boolean => sha(value) || (text()(value) && aliasOf(value as string) !== null);

const isBefore = guard<SharedStateBefore>(
  object({
    head: text(),
    stash: list(object({ sha, email: text(), message: text() })),
    refs: (value) => object({})(value) && Object.values(value as object).every(isRefValue),
    hidden: optional(
      list(object({ folder: text(), path: text(), shownBy: oneOf('--no-assume-unchanged', '--no-skip-worktree') })),
    ),
  }),
);

/** Compares stash, refs and the user's checkout before and after a run. */
export class RunInspector {
  readonly #repo: Repository;
  readonly #findings: RunFindings;
  readonly #inspected = new Set<string>();
  /** Files that were reported, each with the time of its change. */
  readonly #reportedFiles = new Set<string>();
  /** Runs whose agents were seen to have begun: an agent can remove its trace. */
  readonly #begun = new Set<string>();
  /** The state before each run of this coordinator: its copy on disk is in the reach of the agent. */
  readonly #before: Map<string, SharedStateBefore>;

  /** Runs whose state on disk lacks what has been restored since. */
  readonly #unsaved = new Set<string>();

  /** Refs that were restored after a run, in that order. */
  readonly #restored: RestoredRef[] = [];

  /** @param before is filled by `before()` */
  constructor(repo: Repository, findings: RunFindings, before: Map<string, SharedStateBefore>) {
    this.#repo = repo;
    this.#findings = findings;
    this.#before = before;
  }

  /**
   * The state before a run, as a file for its folder, by its name: the folder is made with it, or not at all.
   * @param base full ref
   */
  async before(runId: string, base: string): Promise<Readonly<Record<string, string>>> {
    const known = this.#restored.length;
    const read = await readSharedState(this.#repo, base);
    // Restored while it was read.
    const before = this.#restored.slice(known).reduce(asRestored, read);
    this.#before.set(runId, before);
    return { [BEFORE_FILE]: JSON.stringify(before) };
  }

  /** The run's result is recorded: nothing of it is asked for any more. */
  forget(runId: string): void {
    this.#before.delete(runId);
    this.#begun.delete(runId);
    this.#unsaved.delete(runId);
  }

  /** Its agent has been started: what changed before was the user's own hooks. */
  hasBegun({ brief }: RunRecord): boolean {
    if (lstatOrNone(traceFile(brief)) !== undefined) this.#begun.add(brief.runId);
    return this.#begun.has(brief.runId);
  }

  /** Writes what was restored since into the folders of these runs, for the next coordinator. */
  saveRestored(open: readonly RunRecord[]): void {
    for (const record of open) {
      const state = this.#before.get(record.runId);
      if (this.#unsaved.delete(record.runId) && state !== undefined) saveBefore(record, state);
    }
  }

  /** Once for each run that has ended. @param open all whose results are not recorded @returns whether it was inspected now */
  async inspectOnce(record: RunRecord, open: readonly RunRecord[]): Promise<boolean> {
    const { runId, result } = record;
    if (result === null || this.#inspected.has(runId)) return false;
    this.#inspected.add(runId);
    try {
      await this.#inspect(record, result, open);
    } catch (error) {
      // One run's files keep no other from being looked at.
      this.#findings.note([record], messages.notCompared((error as Error).message));
    }
    return true;
  }

  async #inspect(record: RunRecord, result: RunResult, open: readonly RunRecord[]): Promise<void> {
    const { runId, brief } = record;
    if (this.#findings.adopt(record) || !this.hasBegun(record)) return;
    const before = this.#before.get(runId) ?? storedBefore(record);
    if (before !== null) {
      try {
        this.#follow(await this.#compare(record, before, result), open);
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
        this.#findings.note([record], messages.notCompared(error.message));
      }
    }
    this.#findings.change(record, { done: true });
    rmSync(traceFile(brief), { force: true });
  }

  /** Another run may have begun while a ref was what this one had made of it: it must not be restored to that. */
  #follow(restored: readonly RestoredRef[], open: readonly RunRecord[]): void {
    if (restored.length === 0) return;
    this.#restored.push(...restored);
    for (const [runId, state] of this.#before) {
      this.#before.set(runId, restored.reduce(asRestored, state));
      this.#unsaved.add(runId);
    }
    this.saveRestored(open);
    for (const record of open) {
      // Of an earlier coordinator: its state is on disk only.
      const state = this.#before.has(record.runId) ? null : storedBefore(record);
      if (state !== null) saveBefore(record, restored.reduce(asRestored, state));
    }
  }

  /** @returns refs that it restored */
  async #compare(record: RunRecord, before: SharedStateBefore, result: RunResult): Promise<readonly RestoredRef[]> {
    const { brief } = record;
    const compared = await compareShared(this.#repo, before, { brief, result, commands: tracedCommands(brief) });
    for (const fault of compared.faults) this.#findings.fault(record, fault);
    const fresh = compared.files.filter(({ path, stamp }) => !this.#reportedFiles.has(`${path} ${stamp}`));
    for (const { path, stamp } of fresh) this.#reportedFiles.add(`${path} ${stamp}`);
    if (fresh.length > 0) this.#findings.note([record], messages.filesChanged(fresh.map(({ path }) => path)));
    for (const note of compared.notes) this.#findings.note([record], note);
    if (compared.escalate !== null) this.#findings.change(record, { escalate: compared.escalate });
    return compared.restored;
  }
}

const storedBefore = ({ folder }: RunRecord): SharedStateBefore | null =>
  plainJsonOf(join(folder, BEFORE_FILE), isBefore, MOST_RECORD);

function saveBefore({ folder }: RunRecord, state: SharedStateBefore): void {
  try {
    replaceWith(join(folder, BEFORE_FILE), JSON.stringify(state), 0o600);
  } catch {
    // The folder is gone or the disk full: this coordinator knows it all the same.
  }
}

/** What a run had made of the ref counts as what it was before. */
function asRestored(state: SharedStateBefore, { ref, from, current }: RestoredRef): SharedStateBefore {
  if ((state.refs[ref] ?? null) !== current) return state;
  const { [ref]: _, ...others } = state.refs;
  return { ...state, refs: from === null ? others : { ...others, [ref]: from } };
}
