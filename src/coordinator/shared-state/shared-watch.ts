import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { headText, removeBlocking } from './blocking-files.ts';
import { DECIDE_OBJECTS, putObjectFile } from './borrowed-objects.ts';
import {
  keepShared,
  lockOf,
  putShared,
  readShared,
  replaceWith,
  setWaitingShared,
  stampOfShared,
  trustedShared,
  trustShared,
  waitingShared,
  type SharedFiles,
} from './shared-files.ts';
import type { RunRecord } from '../../runs/list-runs.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import { git, GitError, type Repository } from '../../git/git.ts';
import { trustConfig } from '../../git/config/harmless.ts';
import { clearDeadLock } from '../../landing/recovery/dead-ref-locks.ts';
import { WAITS, waitAfter } from '../../pipeline/backoff.ts';
import type { Found } from '../../pipeline/world.ts';
import { lstatOrNone, plainJsonOf } from '../../system/plain-file.ts';
import { traceFile, tracedCommands } from '../../runner/git/git-trace.ts';
import { MOST_RECORD, MOST_SMALL_RECORD } from '../../contract/records.ts';
import { flag, guard, list, object, optional, sha, text } from '../../contract/shape.ts';
import {
  commandFor,
  describe,
  idOf,
  isBreaking,
  isByHookManager,
  isDangerous,
  isHarmless,
  isOfOneWorktree,
  isReplaced,
  isTraced,
  sharedChanges,
  type SharedChange,
} from './shared-changes.ts';
import { compareShared, readSharedState, type SharedStateBefore } from './shared-state.ts';

/** In a run's folder: what all worktrees share, before it began; and what was found out about it. */
const BEFORE_FILE = 'shared.json';
const FOUND_FILE = 'found.json';
/** Milliseconds from one look for FIFOs to the next, while a run is active. */
const BLOCKING_EVERY = 2_000;

/**
 * Compares what all worktrees share before and after every run (DESIGN.md section 5), and puts back what a run changed.
 * Files of the git dir are looked at in every tick while a run is active, for they break everybody else's git; the stash,
 * refs and the user's checkout once, when a run has ended. docs/failures.md has the table of what is restored, held and
 * only reported.
 */
export class SharedWatch {
  readonly #repo: Repository;
  readonly #emit: (event: KanbanEvent) => void;
  readonly #found = new Map<string, Found>();
  readonly #inspected = new Set<string>();
  readonly #reportedFiles = new Set<string>();
  /** Runs whose agents were seen to have begun: an agent can remove its trace. */
  readonly #begun = new Set<string>();
  /** What was there before, by the run's folder: its copy on disk is in the reach of its agent. */
  readonly #before = new Map<string, SharedStateBefore>();
  #stamp = '';
  #timer: NodeJS.Timeout | null = null;
  #head = '';
  readonly #blocking = new Set<string>();
  #trusted: SharedFiles | null = null;
  /** Changes that can't be restored yet, by their ids. */
  #waits: {
    readonly ids: readonly string[];
    readonly why: string;
    readonly tries: number;
    readonly until: number;
  } | null = null;
  /** Changes that were looked at and stay, while others wait. */
  readonly #left = new Set<string>();

  constructor(repo: Repository, emit: (event: KanbanEvent) => void) {
    this.#repo = repo;
    this.#emit = emit;
  }

  /** What was found out about runs that have ended, by run id. */
  get found(): ReadonlyMap<string, Found> {
    return this.#found;
  }

  /** Why landings wait; null = they don't. */
  get held(): string | null {
    return this.#waits?.why ?? null;
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

  /** Once a tick, before anything else is read. @returns whether a run's end was inspected or something was restored. */
  async observe(records: readonly RunRecord[]): Promise<boolean> {
    const open = openOf(records);
    for (const { runId } of records.filter(({ taken }) => taken !== null)) {
      this.#before.delete(runId);
      this.#begun.delete(runId);
    }
    for (const id of this.#found.keys()) if (!open.some(({ runId }) => runId === id)) this.#found.delete(id);
    const restored = await this.observeFiles(records);
    let inspected = false;
    for (const record of open) {
      if (record.result === null || this.#inspected.has(record.runId)) continue;
      this.#inspected.add(record.runId);
      try {
        await this.#inspect(record);
      } catch (error) {
        // One run's files keep no other from being looked at.
        this.#note([record], `what it changed besides its branch could not be compared: ${(error as Error).message}`);
      }
      inspected = true;
    }
    return restored || inspected;
  }

  /** By a timer: the look itself may be what waits for a git that a FIFO blocks. */
  #lookForBlocking(active: readonly RunRecord[]): void {
    const [only, ...others] = active;
    if (only === undefined) {
      if (this.#timer !== null) clearInterval(this.#timer);
      this.#timer = null;
      this.#blocking.clear();
      return;
    }
    this.#head = headText(this.#repo) || this.#head;
    if (this.#timer === null || active.some(({ result }) => result !== null)) this.#unblock();
    this.#timer ??= setInterval(() => this.#unblock(), BLOCKING_EVERY).unref();
    if (this.#blocking.size === 0) return;
    const names = [...this.#blocking];
    this.#blocking.clear();
    const text = `${listed(names.map((name) => join('.git', name)))} was made a FIFO or device, for which git waits without end; it was removed${names.includes('index') ? '. Fix: git reset' : ''}`;
    if (others.length > 0) this.#note(active, text);
    else this.#fault(only, text);
  }

  #unblock(): void {
    try {
      for (const name of removeBlocking(this.#repo, this.#head)) this.#blocking.add(name);
    } catch {
      // The disk is full, or the like: once more at the next turn.
    }
  }

  /** Only at files of the git dir. @returns whether something was restored or reported */
  async observeFiles(records: readonly RunRecord[]): Promise<boolean> {
    const active = openOf(records).filter((record) => this.#hasBegun(record));
    this.#lookForBlocking(active);
    const stamp = stampOfShared(this.#repo);
    const isEarly = this.#waits === null || Date.now() < this.#waits.until;
    if (this.#trusted !== null && stamp === this.#stamp && isEarly) return false;
    const now = readShared(this.#repo);
    const ids = new Set(this.#waits?.ids ?? waitingShared(this.#repo));
    this.#trusted ??= active.length === 0 && ids.size === 0 ? null : trustedShared(this.#repo);
    const before = this.#trusted;
    const isActive = active.length > 0;
    if (before === null) return this.#trust(now, stamp, isActive);
    const changes = sharedChanges(before, now);
    const isKnown = (change: SharedChange, known: ReadonlySet<string>): boolean =>
      known.has(idOf(change, now.get(change.file)));
    const waiting = changes.filter((change) => isKnown(change, ids));
    const fresh = changes.filter((change) => !isKnown(change, ids) && !isKnown(change, this.#left));
    const judged = isActive ? this.#attribute(fresh, active, before, now) : [];
    const back = [...waiting, ...judged.map(({ change }) => change)];
    if (back.length === 0) return this.#trust(now, stamp, isActive);
    const failed = await this.#restore(back, before, now, changes.length === back.length);
    for (const { report } of judged) report(failed);
    if (failed !== null) {
      for (const change of fresh) if (!back.includes(change)) this.#left.add(idOf(change, now.get(change.file)));
      this.#wait(
        back.map((change) => idOf(change, now.get(change.file))),
        `${back.map(describe).join(', ')} can't be restored: ${failed}`,
      );
      this.#stamp = stampOfShared(this.#repo);
      return judged.length > 0;
    }
    return this.#trust(readShared(this.#repo), stampOfShared(this.#repo), isActive, true);
  }

  #trust(files: SharedFiles, stamp: string, isActive: boolean, changed = false): boolean {
    if (this.#waits !== null) {
      this.#emit({ type: 'notice', message: 'what runs changed in .git is restored; landings continue' });
      this.#waits = null;
    }
    this.#left.clear();
    this.#trusted = files;
    this.#stamp = stamp;
    trustShared(this.#repo, files, isActive);
    setWaitingShared(this.#repo, []);
    trustConfig(this.#repo.commonDir);
    return changed;
  }

  /** What can't be restored now is not trusted, is tried again, and holds landings meanwhile. It is reported once. */
  #wait(ids: readonly string[], why: string): void {
    const tries = (this.#waits?.tries ?? 0) + 1;
    const all = [...new Set([...(this.#waits?.ids ?? []), ...ids])].slice(-MOST_WAITING);
    if (this.#waits?.why !== why && tries <= MOST_REPORTS)
      this.#emit({ type: 'notice', message: `${why}. Landings are held until it is, and it is tried again` });
    this.#waits = { ids: all, why, tries, until: Date.now() + waitAfter(tries, WAITS.local) };
    setWaitingShared(this.#repo, all);
  }

  /** Says of every change which runs it may be of. @returns those that are to be restored. */
  #attribute(
    changes: readonly SharedChange[],
    active: readonly RunRecord[],
    before: SharedFiles,
    now: SharedFiles,
  ): Attributed[] {
    const commands = new Map(active.map((record) => [record, tracedCommands(record.brief)]));
    return changes.flatMap((change): Attributed[] => {
      if (isHarmless(change)) return [];
      const owners = active.filter((record) => isTraced(change, commands.get(record) ?? []));
      const file = now.get(change.file);
      const isTools = isByHookManager(change, file);
      // A git command that no run gave: the user's own. Written in place, it may be anybody's.
      const isUsers = owners.length === 0 && change.key !== null && isReplaced(before.get(change.file), file);
      if (owners.length === 0 && !(isUsers ? isBreaking(change) : isDangerous(change))) {
        this.#note(
          active,
          `${describe(change)} changed while it was active; it was left as it is, since kanban cannot tell who changed it`,
        );
        return [];
      }
      const kept = change.key === null ? file : undefined;
      const again = commandFor(change) ?? (kept === undefined ? null : keepShared(this.#repo, change.file, kept));
      const report = (failed: string | null): void => {
        const done =
          failed === null ? 'restored' : `will be restored: it can't be now (${failed}), and landings are held`;
        const text = `${describe(change)} was changed, and ${done}${again === null ? '' : `. If you changed it yourself: ${again}`}`;
        const [only, ...others] = owners.length > 0 ? owners : active;
        if (isTools || isUsers || only === undefined || (owners.length === 0 && others.length > 0))
          this.#note(active, text);
        else for (const record of owners.length > 0 ? owners : [only]) this.#fault(record, text);
      };
      return [{ change, report }];
    });
  }

  async #restore(
    changes: readonly SharedChange[],
    before: SharedFiles,
    now: SharedFiles,
    all: boolean,
  ): Promise<string | null> {
    const files = [...new Set(changes.map((change) => change.file))];
    const inTurn = [
      ...files.filter((file) => !DECIDE_OBJECTS.has(file)),
      ...files.filter((file) => DECIDE_OBJECTS.has(file)),
    ];
    for (const file of inTurn) {
      const own = changes.filter((change) => change.file === file);
      const whole = (all && !isOfOneWorktree(file)) || own.some(({ key }) => key === null);
      const old = before.get(file) ?? null;
      const put = (): string | null | Promise<string | null> => {
        if (DECIDE_OBJECTS.has(file)) return putObjectFile(this.#repo, file, old, now.get(file) ?? null);
        return whole ? putShared(this.#repo, file, old) : this.#restoreKeys(file, own);
      };
      let failed = await put();
      // Another git may hold the lock for a moment; the lock of a git that is dead, or of none, goes.
      for (let wait = 20; failed !== null && wait <= 80; wait *= 2) {
        await pause(wait);
        failed = await put();
      }
      const lock = lockOf(this.#repo, file);
      if (failed !== null && lock !== null && clearDeadLock(this.#repo, lock)) failed = await put();
      if (failed !== null) return failed;
    }
    return null;
  }

  /** Some settings of a file are the user's, and stay. */
  async #restoreKeys(file: string, changes: readonly SharedChange[]): Promise<string | null> {
    // Nowhere in the repository: its config may be what keeps git from working there.
    const config = (...args: string[]) =>
      git(['config', '--file', join(this.#repo.commonDir, file), ...args], { cwd: '/', okExit: [0, 5] });
    try {
      for (const { key, before } of changes) {
        if (key === null) continue;
        await config('--unset-all', key);
        for (const value of before) await config('--add', key, value ?? 'true');
      }
      return null;
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      return error.stderr.trim();
    }
  }

  /** Its agent has been started: what changed before was the user's own hooks. */
  #hasBegun({ brief }: RunRecord): boolean {
    if (lstatOrNone(traceFile(brief)) !== undefined) this.#begun.add(brief.runId);
    return this.#begun.has(brief.runId);
  }

  /** What else a run may have changed, once it has ended. */
  async #inspect(record: RunRecord): Promise<void> {
    const { folder, runId, brief, result } = record;
    const known = plainJsonOf(join(folder, FOUND_FILE), isFound, MOST_SMALL_RECORD);
    const isOwn = this.#found.has(runId) || this.#before.has(runId);
    if (known !== null && !isOwn) this.#found.set(runId, known);
    if ((known?.done === true && !isOwn) || !this.#hasBegun(record)) return;
    const before = this.#before.get(runId) ?? plainJsonOf(join(folder, BEFORE_FILE), isBefore, MOST_RECORD);
    if (before !== null && result !== null) {
      try {
        const compared = await compareShared(this.#repo, before, brief, result, tracedCommands(brief));
        for (const text of compared.faults) this.#fault(record, text);
        const fresh = compared.files.filter(({ path, stamp }) => !this.#reportedFiles.has(`${path} ${stamp}`));
        for (const { path, stamp } of fresh) this.#reportedFiles.add(`${path} ${stamp}`);
        if (fresh.length > 0)
          this.#note(
            [record],
            `files in your checkout changed while it was active: ${listed(fresh.map(({ path }) => path))}. If it was not you, look at them: git diff`,
          );
        for (const text of compared.notes) this.#note([record], text);
        if (compared.escalate !== null) this.#save(record, { ...this.#of(record), escalate: compared.escalate });
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
        this.#note([record], `what it changed besides its branch could not be compared: ${error.message}`);
      }
    }
    this.#save(record, { ...this.#of(record), done: true });
    rmSync(traceFile(brief), { force: true });
  }

  #of = ({ runId, folder }: RunRecord): Found =>
    this.#found.get(runId) ??
    (this.#before.has(runId) ? null : plainJsonOf(join(folder, FOUND_FILE), isFound, MOST_SMALL_RECORD)) ?? {
      faults: [],
      notes: [],
    };

  #fault(record: RunRecord, text: string): void {
    const found = this.#of(record);
    if (found.faults.includes(text) || found.faults.length >= MOST_FINDINGS) return;
    this.#save(record, { ...found, faults: [...found.faults, text] });
    this.#emit({ type: 'notice', message: `run ${record.runId}: ${text}` });
  }

  #note(all: readonly RunRecord[], text: string): void {
    const records = all.filter((record) => {
      const { notes } = this.#of(record);
      return !notes.includes(text) && notes.length < MOST_FINDINGS;
    });
    if (records.length === 0) return;
    for (const record of records) {
      const found = this.#of(record);
      this.#save(record, { ...found, notes: [...found.notes, text] });
    }
    this.#emit({
      type: 'notice',
      message: `${records.length === 1 ? 'run' : 'runs'} ${records.map(({ runId }) => runId).join(', ')}: ${text}`,
    });
  }

  #save({ runId, folder }: RunRecord, found: Found): void {
    this.#found.set(runId, found);
    try {
      replaceWith(join(folder, FOUND_FILE), JSON.stringify(found), 0o600);
    } catch {
      // The folder is gone or the disk full: this coordinator knows it all the same.
    }
  }
}

const openOf = (records: readonly RunRecord[]): RunRecord[] =>
  records.filter(({ taken, brief }) => taken === null && brief.check === undefined);

interface Attributed {
  readonly change: SharedChange;
  /** @param failed why it could not be restored */
  readonly report: (failed: string | null) => void;
}

/** Of one run; an agent can make changes without end. */
const MOST_FINDINGS = 50;
/** Changes that wait. */
const MOST_WAITING = 1_000;
/** Reports that something can't be restored, until it is. */
const MOST_REPORTS = 20;

const isFound = guard<Found>(
  object({
    faults: list(text()),
    notes: list(text()),
    escalate: optional(text()),
    done: optional(flag),
  }),
);
const isBefore = guard<SharedStateBefore>(
  object({
    head: text(),
    stash: list(object({ sha, email: text(), message: text() })),
    refs: (value) => object({})(value) && Object.values(value as object).every(sha),
  }),
);

function listed(paths: readonly string[]): string {
  return paths.length <= 5 ? paths.join(', ') : `${paths.slice(0, 5).join(', ')} and ${paths.length - 5} more`;
}
