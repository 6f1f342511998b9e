import type { KanbanEvent } from '../../contract/event.ts';
import { trustConfig } from '../../git/config/harmless.ts';
import type { Repository } from '../../git/git.ts';
import { waitAfter, WAITS } from '../../pipeline/backoff.ts';
import type { Found } from '../../pipeline/world.ts';
import type { RunRecord } from '../../runs/list-runs.ts';
import { attributeChanges } from './attribute-changes.ts';
import { BaseWatch } from './base-watch.ts';
import { BlockingWatch } from './blocking-watch.ts';
import * as messages from './messages.ts';
import { restoreChanges } from './restore-changes.ts';
import { RunFindings } from './run-findings.ts';
import { RunInspector } from './run-inspector.ts';
import { describe, idOf, sharedChanges, type SharedChange } from './shared-changes.ts';
import { readShared, stampOfShared, type SharedFiles } from './shared-files.ts';
import type { SharedStateBefore } from './shared-state.ts';
import { setWaitingShared, trustedShared, trustShared, waitingShared } from './trusted-shared.ts';

/** Changes that wait, at most. */
const MAX_WAITING = 1_000;
/** Reports that something can't be restored, until it is. */
const MAX_REPORTS = 20;

/**
 * Compares what all worktrees share before and after every run, and restores what a run changed. Files of the git dir are
 * looked at in every tick while a run is active, for they break git for everybody; the stash, refs and the user's checkout
 * once, when a run has ended. docs/failures.md has the table of what is restored, held and only reported.
 */
export class SharedWatch {
  readonly #repo: Repository;
  readonly #emit: (event: KanbanEvent) => void;
  readonly #findings: RunFindings;
  readonly #inspector: RunInspector;
  readonly #blocking: BlockingWatch;
  readonly #base: BaseWatch;
  #stamp = '';
  #trusted: SharedFiles | null = null;
  /** Changes that can't be restored yet, by their ids. */
  #waits: {
    readonly ids: readonly string[];
    readonly why: string;
    readonly tries: number;
    /** Epoch ms of the next try. */
    readonly until: number;
  } | null = null;
  /** Changes that were looked at and stay, while others wait. */
  readonly #left = new Set<string>();

  constructor(repo: Repository, emit: (event: KanbanEvent) => void) {
    this.#repo = repo;
    this.#emit = emit;
    const before = new Map<string, SharedStateBefore>();
    this.#findings = new RunFindings(emit, (runId) => before.has(runId));
    this.#inspector = new RunInspector(repo, this.#findings, before);
    this.#blocking = new BlockingWatch(repo);
    this.#base = new BaseWatch(repo, this.#findings);
  }

  /** What was found about runs that have ended, by run id. */
  get found(): ReadonlyMap<string, Found> {
    return this.#findings.all;
  }

  /** Why landings wait; null = they don't. */
  get held(): string | null {
    return this.#waits?.why ?? null;
  }

  /** Why nothing can be read of base, with what to do; null = it can. */
  get baseHeld(): string | null {
    return this.#base.held;
  }

  /** The state before a run, as a file for its folder. @param base full ref */
  before(runId: string, base: string): Promise<Readonly<Record<string, string>>> {
    return this.#inspector.before(runId, base);
  }

  /** Once a tick, before anything else is read. @returns whether a run's end was inspected or something was restored. */
  async observe(records: readonly RunRecord[]): Promise<boolean> {
    const open = openOf(records);
    for (const { runId, taken } of records) if (taken !== null) this.#inspector.forget(runId);
    this.#findings.keep(new Set(open.map(({ runId }) => runId)));
    const restored = await this.observeFiles(records);
    const movedBack = await this.observeBase(records);
    let inspected = false;
    this.#inspector.saveRestored(open);
    for (const record of open) if (await this.#inspector.inspectOnce(record, open)) inspected = true;
    return restored || movedBack || inspected;
  }

  /** Looks only at base. @returns whether it was moved back */
  async observeBase(records: readonly RunRecord[]): Promise<boolean> {
    try {
      return await this.#base.follow(openOf(records));
    } catch (error) {
      // A config that can't be restored yet: git reads nothing, of base either.
      if (this.#waits === null) throw error;
      return false;
    }
  }

  /** Looks only at files of the git dir. @returns whether something was restored or reported */
  async observeFiles(records: readonly RunRecord[]): Promise<boolean> {
    const active = openOf(records).filter((record) => this.#inspector.hasBegun(record));
    this.#followBlocking(active);
    const stamp = stampOfShared(this.#repo);
    const isEarly = this.#waits === null || Date.now() < this.#waits.until;
    if (this.#trusted !== null && stamp === this.#stamp && isEarly) return false;
    const now = readShared(this.#repo);
    const waitingIds = new Set(this.#waits?.ids ?? waitingShared(this.#repo));
    this.#trusted ??= active.length === 0 && waitingIds.size === 0 ? null : trustedShared(this.#repo);
    const before = this.#trusted;
    const isActive = active.length > 0;
    if (before === null) return this.#trust(now, stamp, isActive);
    return this.#compareFiles({ active, before, now, stamp, waitingIds });
  }

  async #compareFiles({ active, before, now, stamp, waitingIds }: FileLook): Promise<boolean> {
    const isActive = active.length > 0;
    const id = (change: SharedChange): string => idOf(change, now.get(change.file));
    const changes = sharedChanges(before, now);
    const waiting = changes.filter((change) => waitingIds.has(id(change)));
    const fresh = changes.filter((change) => !waitingIds.has(id(change)) && !this.#left.has(id(change)));
    const attributed = isActive ? attributeChanges(this.#repo, fresh, { active, before, now }, this.#findings) : [];
    const undone = [...waiting, ...attributed.map(({ change }) => change)];
    if (undone.length === 0) return this.#trust(now, stamp, isActive);
    const isAll = changes.length === undone.length;
    const failed = await restoreChanges(this.#repo, { changes: undone, before, now, isAll });
    for (const { report } of attributed) report(failed);
    for (const change of fresh) if (!undone.includes(change)) this.#left.add(id(change));
    if (failed === null) return this.#trustRestored(before, new Set(changes.map(id)), isActive);
    this.#wait(undone.map(id), messages.notRestorable(undone.map(describe), failed));
    this.#stamp = stampOfShared(this.#repo);
    return attributed.length > 0;
  }

  /** What changed while the files were restored is not trusted: the next look compares it. @param seen ids of changes */
  #trustRestored(before: SharedFiles, seen: ReadonlySet<string>, isActive: boolean): true {
    const stamp = stampOfShared(this.#repo);
    const now = readShared(this.#repo);
    const isSeen = (change: SharedChange): boolean => seen.has(idOf(change, now.get(change.file)));
    if (sharedChanges(before, now).every(isSeen)) this.#trust(now, stamp, isActive);
    else this.#stamp = '';
    return true;
  }

  #followBlocking(active: readonly RunRecord[]): void {
    const [only, ...others] = active;
    if (only === undefined) {
      this.#blocking.stop();
      return;
    }
    const removed = this.#blocking.follow(active.some(({ result }) => result !== null));
    if (removed.length === 0) return;
    const text = messages.fifoRemoved(removed);
    if (others.length > 0) this.#findings.note(active, text);
    else this.#findings.fault(only, text);
  }

  #trust(files: SharedFiles, stamp: string, isActive: boolean): false {
    if (this.#waits !== null) {
      this.#emit({ type: 'notice', message: messages.RESTORED });
      this.#waits = null;
    }
    this.#left.clear();
    this.#trusted = files;
    this.#stamp = stamp;
    trustShared(this.#repo, files, isActive);
    setWaitingShared(this.#repo, []);
    trustConfig(this.#repo.commonDir);
    return false;
  }

  /** What can't be restored now is not trusted, is tried again, and holds landings meanwhile. It is reported once. */
  #wait(ids: readonly string[], why: string): void {
    const tries = (this.#waits?.tries ?? 0) + 1;
    const all = [...new Set([...(this.#waits?.ids ?? []), ...ids])].slice(-MAX_WAITING);
    if (this.#waits?.why !== why && tries <= MAX_REPORTS)
      this.#emit({ type: 'notice', message: messages.landingsHeld(why) });
    this.#waits = { ids: all, why, tries, until: Date.now() + waitAfter(tries, WAITS.local) };
    setWaitingShared(this.#repo, all);
  }
}

interface FileLook {
  readonly active: readonly RunRecord[];
  readonly before: SharedFiles;
  readonly now: SharedFiles;
  readonly stamp: string;
  /** Ids of changes that could not be restored yet. */
  readonly waitingIds: ReadonlySet<string>;
}

/** Runs whose result is not recorded; checks change nothing of this kind. */
const openOf = (records: readonly RunRecord[]): RunRecord[] =>
  records.filter(({ taken, brief }) => taken === null && brief.check === undefined);
