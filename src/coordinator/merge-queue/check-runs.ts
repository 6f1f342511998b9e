import { join } from 'node:path';
import { bringCheckPlace } from './check-worktree.ts';
import { containmentOf } from '../../system/containment.ts';
import type { RunnerPool } from '../../runs/runner-pool.ts';
import { createRun, linkLost, markTaken, requestStop } from '../../runs/run-store.ts';
import { listRuns, type RunRecord } from '../../runs/list-runs.ts';
import { runsFolder } from '../../runs/runs-folder.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import type { Repository } from '../../git/git.ts';
import type { CheckResult, CheckRun } from '../../pipeline/check-run.ts';
import { RUN_FILES } from '../../contract/run-files.ts';
import type { Settings } from '../../workflow/settings.ts';
import { checkBriefOf, checkEnvironmentOf, newCheckId } from './check-brief.ts';
import { notCopied } from '../launch/messages.ts';
import { BackgroundWork, removeEndedSignal, Salvages } from '../launch/run-lifecycle.ts';
import { checkOf, survivorsOf } from './check-record.ts';
import * as messages from './messages.ts';

/** What is to be checked. */
export type CheckOrder = Pick<CheckRun, 'key' | 'commit' | 'entries' | 'attempt'>;

/** After this time without a claim, a check never gets one, ms. */
const CLAIM_TIMEOUT_MS = 60_000;
/** Between two tries to close a check whose runner is gone (a full disk), ms. */
const SALVAGE_RETRY_MS = 3_000;
/** A runner that can't be seen (another pid namespace) is given up this long after its deadline, ms. */
const FOREIGN_RUNNER_GRACE_MS = 10 * 60_000;

/**
 * The merge queue's checks: started beside the tick, carried out by runners in run folders of their own under
 * `.kanban/checks/`, so that they outlive this process and the next one adopts them.
 */
export class CheckRuns {
  readonly #repo: Repository;
  readonly #pool: RunnerPool;
  readonly #emit: (event: KanbanEvent) => void;
  /** Checks under preparation, handed over and not yet claimed, or ended without a folder; by id. */
  readonly #own = new Map<string, CheckRun>();
  readonly #stopped = new Map<string, string>();
  readonly #work: BackgroundWork;
  readonly #salvages: Salvages;
  /** Lost checks that could not be closed: when that is tried again, epoch ms. */
  readonly #salvageAt = new Map<string, number>();
  /** Recorded, though a full disk may not have let it be written down. */
  readonly #taken = new Set<string>();
  readonly #reported = new Set<string>();

  constructor(parts: {
    readonly repo: Repository;
    readonly pool: RunnerPool;
    readonly emit: (event: KanbanEvent) => void;
    readonly wake: () => void;
  }) {
    this.#repo = parts.repo;
    this.#pool = parts.pool;
    this.#emit = parts.emit;
    this.#work = new BackgroundWork(parts.wake);
    this.#salvages = new Salvages(this.#work);
  }

  /**
   * Starts a check and comes back at once; a start that fails ends as `error`. One check at a time: a second one is a bug
   * and throws.
   * @param base full ref of base, for KANBAN_BASE
   * @returns its id
   */
  start(order: CheckOrder, settings: Settings, base = `refs/heads/${settings.base}`): string {
    const now = Date.now();
    const current = this.observe().find(({ state }) => state !== 'ended');
    if (current !== undefined) throw new Error(`a check is on (${current.id}), and there is one worktree for all`);
    const id = newCheckId(this.#records().map(({ runId }) => runId));
    this.#own.set(id, {
      ...order,
      id,
      state: 'starting',
      startedAt: now,
      deadlineAt: now + settings.merge_queue.check_timeout,
      log: join(runsFolder(this.#repo.root, 'checks'), id, RUN_FILES.output),
      result: null,
    });
    this.#work.add(
      this.#prepare(id, order, settings, base)
        .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
        .then((why) => {
          if (why !== null) this.#refuse(id, why);
        }),
    );
    return id;
  }

  /** Asks a check to end. It has ended once `observe` shows that; then it is `stopped`, unless it was over by itself before. */
  stop(id: string, why: string): void {
    const record = this.#records().find(({ runId }) => runId === id);
    if (record !== undefined)
      this.#write(`stop ${id}`, () => requestStop(record.folder, { cause: 'stopped', detail: why, at: Date.now() }));
    else if (this.#own.get(id)?.state === 'starting') this.#stopped.set(id, why);
  }

  /** All checks that are starting, alive, or ended and not recorded yet: oldest first. Those whose runner is gone are closed. */
  observe(): CheckRun[] {
    const now = Date.now();
    const found: CheckRun[] = [];
    for (const record of this.#records()) {
      if (record.taken !== null || this.#taken.has(record.runId)) continue;
      const run = this.#follow(record, now);
      if (run !== null) found.push(run);
    }
    const known = new Set(found.map(({ id }) => id));
    return [...found, ...[...this.#own.values()].filter(({ id }) => !known.has(id))];
  }

  /** Its result is in the check log: it is forgotten. The setting `keep` says how long its folder stays. */
  take(id: string): void {
    this.#own.delete(id);
    this.#salvageAt.delete(id);
    const record = this.#records().find(({ runId }) => runId === id);
    this.#taken.add(id);
    if (record !== undefined)
      this.#write(`take ${id}`, () =>
        markTaken(record.folder, { at: Date.now(), commit: null, why: messages.IN_CHECK_LOG }),
      );
    removeEndedSignal(this.#repo.root, id);
  }

  /** Is something under way here that must come to its end before this process leaves? Not the checks themselves. */
  get isBusy(): boolean {
    return this.#work.isBusy;
  }

  drain(): Promise<void> {
    return this.#work.drain();
  }

  #records(): readonly RunRecord[] {
    return listRuns(this.#repo.root, 'checks').runs.filter(({ brief }) => brief.check !== undefined);
  }

  /** @returns null for one that never began: it is not reported. */
  #follow(record: RunRecord, now: number): CheckRun | null {
    const { runId, state, brief } = record;
    if (brief.check === undefined) return null;
    const run = checkOf(record, brief.check);
    if (record.claim !== null) this.#own.delete(runId);
    switch (state) {
      case 'unclaimed':
        return this.#unclaimed(record, now);
      case 'foreign':
        if (now > run.deadlineAt + brief.hooks.timeout + FOREIGN_RUNNER_GRACE_MS) this.#salvage(record, now);
        return run;
      case 'dead':
      case 'lost':
        this.#salvage(record, now);
        return run;
      default:
        return run;
    }
  }

  /** A check that an earlier coordinator prepared, and that no runner began, is discarded. */
  #unclaimed({ runId, folder, brief }: RunRecord, now: number): CheckRun | null {
    const own = this.#own.get(runId);
    if (own !== undefined && now < brief.createdAt + CLAIM_TIMEOUT_MS) return own;
    if (own !== undefined) this.#refuse(runId, messages.NOT_CLAIMED);
    else this.#disown(runId, folder, messages.NEVER_CLAIMED);
    return this.#own.get(runId) ?? null;
  }

  #salvage(record: RunRecord, now: number): void {
    const { runId } = record;
    if (now < (this.#salvageAt.get(runId) ?? 0)) return;
    this.#salvages.start(record, (why) => {
      if (why === null) this.#salvageAt.delete(runId);
      else {
        this.#salvageAt.set(runId, Date.now() + SALVAGE_RETRY_MS);
        this.#tell(messages.checkNotClosed(runId), why);
      }
    });
  }

  /** @returns why not; null when the check is handed over. */
  async #prepare(id: string, order: CheckOrder, settings: Settings, base: string): Promise<string | null> {
    const { root } = this.#repo;
    const last = this.#records().findLast(({ result }) => result !== null)?.result ?? null;
    const left = last === null ? null : survivorsOf(last);
    if (left !== null) return left;
    const held = await containmentOf(settings.contain);
    if (held.problem !== null) return held.problem.message;
    const place = await bringCheckPlace(this.#repo, settings, order.commit);
    if (!place.ok) return `${place.problem.message}; ${place.problem.fix ?? ''}`;
    for (const file of place.notCopied) this.#emit({ type: 'notice', message: notCopied(file, place.path) });
    if (this.#stopped.has(id)) return '';
    const brief = checkBriefOf(this.#repo, settings, { id, order, base, place, bwrap: held.bwrap });
    const folder = createRun(root, brief, '');
    this.#pool.start(folder, checkEnvironmentOf(settings, brief));
    return null;
  }

  /** It ends without having begun. A folder that was made by then is no runner's any more. */
  #refuse(id: string, why: string): void {
    const own = this.#own.get(id);
    if (own === undefined) return;
    const folder = join(runsFolder(this.#repo.root, 'checks'), id);
    const record = this.#records().find(({ runId }) => runId === id);
    if (record !== undefined && record.taken === null && !this.#disown(id, folder, why)) return;
    const stopped = this.#stopped.get(id);
    const rest = { detail: stopped ?? why, tail: '', ms: Date.now() - own.startedAt };
    const result: CheckResult = { outcome: stopped === undefined ? 'error' : 'stopped', ...rest };
    this.#stopped.delete(id);
    this.#own.set(id, { ...own, state: 'ended', result });
  }

  /** @returns false when a runner has it, or nothing can be written now. */
  #disown(id: string, folder: string, why: string): boolean {
    return this.#write(`disown ${id}`, () => {
      if (!linkLost(folder)) return false;
      markTaken(folder, { at: Date.now(), commit: null, why });
      this.#taken.add(id);
      return true;
    });
  }

  /** On a full disk what can't be written now is tried again at the next tick, or by the next coordinator. */
  #write(what: string, work: () => unknown): boolean {
    try {
      return work() !== false;
    } catch (error) {
      if (typeof (error as NodeJS.ErrnoException | null)?.code !== 'string') throw error;
      this.#tell(messages.checkFolderNotWritten(what), error);
      return false;
    }
  }

  #tell(what: string, error: unknown): void {
    if (this.#reported.has(what)) return;
    this.#reported.add(what);
    this.#emit({ type: 'notice', message: `${what}: ${error instanceof Error ? error.message : String(error)}` });
  }
}
