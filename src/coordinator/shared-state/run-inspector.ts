import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { MOST_RECORD } from '../../contract/records.ts';
import type { RunResult } from '../../contract/result.ts';
import { guard, list, object, sha, text } from '../../contract/shape.ts';
import { GitError, type Repository } from '../../git/git.ts';
import { traceFile, tracedCommands } from '../../runner/git/git-trace.ts';
import type { RunRecord } from '../../runs/list-runs.ts';
import { lstatOrNone, plainJsonOf } from '../../system/plain-file.ts';
import { compareShared } from './compare-shared.ts';
import * as messages from './messages.ts';
import type { RunFindings } from './run-findings.ts';
import { readSharedState, type SharedStateBefore } from './shared-state.ts';

/** In a run's folder: what all worktrees share, before the run. */
const BEFORE_FILE = 'shared.json';

const isBefore = guard<SharedStateBefore>(
  object({
    head: text(),
    stash: list(object({ sha, email: text(), message: text() })),
    refs: (value) => object({})(value) && Object.values(value as object).every(sha),
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

  /** @param before is filled by `before()` */
  constructor(repo: Repository, findings: RunFindings, before: Map<string, SharedStateBefore>) {
    this.#repo = repo;
    this.#findings = findings;
    this.#before = before;
  }

  /**
   * The state before a run, as a file for its folder, by its name: the folder is made with it, or not at all.
   * @param refs branches and the kanban's own refs, as listed last; null: not known
   */
  async before(runId: string, refs: ReadonlyMap<string, string> | null): Promise<Readonly<Record<string, string>>> {
    const before = await readSharedState(this.#repo, refs);
    this.#before.set(runId, before);
    return { [BEFORE_FILE]: JSON.stringify(before) };
  }

  /** The run's result is recorded: nothing of it is asked for any more. */
  forget(runId: string): void {
    this.#before.delete(runId);
    this.#begun.delete(runId);
  }

  /** Its agent has been started: what changed before was the user's own hooks. */
  hasBegun({ brief }: RunRecord): boolean {
    if (lstatOrNone(traceFile(brief)) !== undefined) this.#begun.add(brief.runId);
    return this.#begun.has(brief.runId);
  }

  /** Once for each run that has ended. @returns whether it was inspected now */
  async inspectOnce(record: RunRecord): Promise<boolean> {
    const { runId, result } = record;
    if (result === null || this.#inspected.has(runId)) return false;
    this.#inspected.add(runId);
    try {
      await this.#inspect(record, result);
    } catch (error) {
      // One run's files keep no other from being looked at.
      this.#findings.note([record], messages.notCompared((error as Error).message));
    }
    return true;
  }

  async #inspect(record: RunRecord, result: RunResult): Promise<void> {
    const { folder, runId, brief } = record;
    if (this.#findings.adopt(record) || !this.hasBegun(record)) return;
    const before = this.#before.get(runId) ?? plainJsonOf(join(folder, BEFORE_FILE), isBefore, MOST_RECORD);
    if (before !== null) {
      try {
        await this.#compare(record, before, result);
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
        this.#findings.note([record], messages.notCompared(error.message));
      }
    }
    this.#findings.change(record, { done: true });
    rmSync(traceFile(brief), { force: true });
  }

  async #compare(record: RunRecord, before: SharedStateBefore, result: RunResult): Promise<void> {
    const { brief } = record;
    const compared = await compareShared(this.#repo, before, { brief, result, commands: tracedCommands(brief) });
    for (const fault of compared.faults) this.#findings.fault(record, fault);
    const fresh = compared.files.filter(({ path, stamp }) => !this.#reportedFiles.has(`${path} ${stamp}`));
    for (const { path, stamp } of fresh) this.#reportedFiles.add(`${path} ${stamp}`);
    if (fresh.length > 0) this.#findings.note([record], messages.filesChanged(fresh.map(({ path }) => path)));
    for (const note of compared.notes) this.#findings.note([record], note);
    if (compared.escalate !== null) this.#findings.change(record, { escalate: compared.escalate });
  }
}
