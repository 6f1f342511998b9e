import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  keepShared,
  putShared,
  readShared,
  stampOfShared,
  trustedShared,
  trustShared,
  type SharedFiles,
} from '../effects/shared-files.ts';
import type { RunRecord } from '../effects/runs.ts';
import type { KanbanEvent } from '../event.ts';
import { git, GitError, type Repository } from '../git/git.ts';
import { trustConfig } from '../git/harmless.ts';
import type { Found } from '../pipeline/world.ts';
import { traceFile, tracedCommands } from '../runner/git-trace.ts';
import {
  commandFor,
  describe,
  isByHookManager,
  isDangerous,
  isHarmless,
  isTraced,
  sharedChanges,
  type SharedChange,
} from './shared-changes.ts';
import { compareShared, readSharedState, type SharedStateBefore } from './shared-state.ts';

/** In a run's folder: what all worktrees share, before it began; and what was found out about it. */
const BEFORE_FILE = 'shared.json';
const FOUND_FILE = 'found.json';

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
  #stamp = '';
  #trusted: SharedFiles | null = null;

  constructor(repo: Repository, emit: (event: KanbanEvent) => void) {
    this.#repo = repo;
    this.#emit = emit;
  }

  /** What was found out about runs that have ended, by run id. */
  get found(): ReadonlyMap<string, Found> {
    return this.#found;
  }

  /**
   * The state before a run, as a file for its folder, by its name: the folder is made with it, or not at all.
   * @param refs branches and the kanban's own refs, as listed last; null: not known
   */
  async before(refs: ReadonlyMap<string, string> | null): Promise<Readonly<Record<string, string>>> {
    return { [BEFORE_FILE]: JSON.stringify(await readSharedState(this.#repo, refs)) };
  }

  /** Once a tick, before anything else is read. @returns whether a run's end was inspected or something was restored. */
  async look(records: readonly RunRecord[]): Promise<boolean> {
    const open = records.filter(({ taken, brief }) => taken === null && brief.check === undefined);
    for (const id of this.#found.keys()) if (!open.some(({ runId }) => runId === id)) this.#found.delete(id);
    const restored = await this.#lookAtFiles(open.filter(hasBegun));
    let inspected = false;
    for (const record of open) {
      if (record.result === null || this.#inspected.has(record.runId)) continue;
      await this.#inspect(record);
      inspected = true;
    }
    return restored || inspected;
  }

  async #lookAtFiles(active: readonly RunRecord[]): Promise<boolean> {
    const stamp = stampOfShared(this.#repo);
    if (this.#trusted !== null && stamp === this.#stamp) return false;
    const now = readShared(this.#repo);
    this.#trusted ??= active.length === 0 ? null : trustedShared(this.#repo);
    const before = this.#trusted;
    const changes = before === null ? [] : sharedChanges(before, now);
    if (before === null || changes.length === 0 || active.length === 0) return this.#trust(now, stamp);
    const back = this.#judge(changes, active, now);
    const failed = back.length === 0 ? null : await this.#restore(back, before, changes.length === back.length);
    // Another process has the lock: once more at the next tick.
    if (failed !== null) {
      this.#emit({ type: 'told', message: `${back.map(describe).join(', ')} can't be restored yet: ${failed}` });
      return false;
    }
    return this.#trust(readShared(this.#repo), stampOfShared(this.#repo), back.length > 0);
  }

  #trust(files: SharedFiles, stamp: string, changed = false): boolean {
    this.#trusted = files;
    this.#stamp = stamp;
    trustShared(this.#repo, files);
    trustConfig(this.#repo.commonDir);
    return changed;
  }

  /** Reports every change with the runs that it may be of. @returns those that are to be restored. */
  #judge(changes: readonly SharedChange[], active: readonly RunRecord[], now: SharedFiles): SharedChange[] {
    const commands = new Map(active.map((record) => [record, tracedCommands(record.brief)]));
    return changes.filter((change) => {
      if (isHarmless(change)) return false;
      const owners = active.filter((record) => isTraced(change, commands.get(record) ?? []));
      const isTools = isByHookManager(change, now.get(change.file));
      if (owners.length === 0 && !isDangerous(change)) {
        this.#note(
          active,
          `${describe(change)} changed while it was active; it was left as it is, since kanban cannot tell who changed it`,
        );
        return false;
      }
      const kept = change.key === null ? now.get(change.file) : undefined;
      const again =
        commandFor(change) ??
        (kept === undefined
          ? null
          : `cp '${keepShared(this.#repo, change.file, kept)}' '${join(this.#repo.commonDir, change.file)}'`);
      const text = `${describe(change)} was changed, and restored${again === null ? '' : `. If you changed it yourself: ${again}`}`;
      const [only, ...others] = owners.length > 0 ? owners : active;
      if (isTools || only === undefined || (owners.length === 0 && others.length > 0)) this.#note(active, text);
      else for (const record of owners.length > 0 ? owners : [only]) this.#fault(record, text);
      return true;
    });
  }

  async #restore(changes: readonly SharedChange[], before: SharedFiles, all: boolean): Promise<string | null> {
    for (const file of new Set(changes.map((change) => change.file))) {
      const own = changes.filter((change) => change.file === file);
      const whole = all || own.some(({ key }) => key === null);
      const failed = whole ? putShared(this.#repo, file, before.get(file) ?? null) : await this.#restoreKeys(file, own);
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

  /** What else a run may have changed, once it has ended. */
  async #inspect(record: RunRecord): Promise<void> {
    const { folder, runId, brief, result } = record;
    this.#inspected.add(runId);
    const known = readJson<Found>(join(folder, FOUND_FILE));
    if (known !== null) this.#found.set(runId, known);
    if (known?.done === true || lstatSync(traceFile(brief), { throwIfNoEntry: false }) === undefined) return;
    const before = readJson<SharedStateBefore>(join(folder, BEFORE_FILE));
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
    this.#found.get(runId) ?? readJson<Found>(join(folder, FOUND_FILE)) ?? { faults: [], notes: [] };

  #fault(record: RunRecord, text: string): void {
    const found = this.#of(record);
    if (found.faults.includes(text)) return;
    this.#save(record, { ...found, faults: [...found.faults, text] });
    this.#emit({ type: 'told', message: `run ${record.runId}: ${text}` });
  }

  #note(records: readonly RunRecord[], text: string): void {
    for (const record of records) {
      const found = this.#of(record);
      this.#save(record, { ...found, notes: [...found.notes, text] });
    }
    this.#emit({
      type: 'told',
      message: `${records.length === 1 ? 'run' : 'runs'} ${records.map(({ runId }) => runId).join(', ')}: ${text}`,
    });
  }

  #save({ runId, folder }: RunRecord, found: Found): void {
    this.#found.set(runId, found);
    const path = join(folder, FOUND_FILE);
    writeFileSync(`${path}.draft`, JSON.stringify(found), { mode: 0o600 });
    renameSync(`${path}.draft`, path);
  }
}

/** Its agent has been started: what changed before was the user's own hooks. */
const hasBegun = ({ brief }: RunRecord): boolean =>
  lstatSync(traceFile(brief), { throwIfNoEntry: false }) !== undefined;

function listed(paths: readonly string[]): string {
  return paths.length <= 5 ? paths.join(', ') : `${paths.slice(0, 5).join(', ')} and ${paths.length - 5} more`;
}

function readJson<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return null;
  }
}
