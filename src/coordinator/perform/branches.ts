import { existsSync } from 'node:fs';
import { runCommand } from '../../system/processes.ts';
import { hookEnvironment } from '../../system/environment.ts';
import { removeWorktree, rescueWorktree } from '../../worktrees/worktrees.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import { git, type Repository } from '../../git/git.ts';
import { readRefs, updateRefs, type RefUpdate } from '../../git/refs.ts';
import type { Settings } from '../../workflow/settings.ts';
import { branchName, startRef, worktreePath } from '../observe/names.ts';
import * as messages from './messages.ts';
import { shellPath } from '../../shell-word.ts';

/** Why worktree or branch of an entry are still there, and what helps. */
export interface CleanUpFailure {
  readonly why: string;
  readonly fix: string | null;
  /** Time does not help. */
  readonly lasting?: boolean;
}

/** Removes worktrees and branches of ours; whatever is not on base or on the branch is kept under a ref first. */
export class Branches {
  readonly #repo: Repository;
  readonly #emit: (event: KanbanEvent) => void;
  readonly #ended: (id: string, failure: CleanUpFailure | null) => void;
  /** Entries whose `before_remove` has run since their worktree was last made. */
  readonly #hooked = new Set<string>();
  /** Removals continue beside the tick; by id, so that a start of the same entry waits for it. */
  readonly #work = new Map<string, Promise<void>>();

  /** @param ended how each removal came out; null = it is done */
  constructor(
    repo: Repository,
    emit: (event: KanbanEvent) => void,
    ended: (id: string, failure: CleanUpFailure | null) => void,
  ) {
    this.#repo = repo;
    this.#emit = emit;
    this.#ended = ended;
  }

  isBusy(id: string): boolean {
    return this.#work.has(id);
  }

  async drain(): Promise<void> {
    await Promise.all(this.#work.values());
  }

  /** The worktree goes, the branch stays. */
  clear(id: string, settings: Settings): void {
    this.#beside(id, () => this.#removeWorktree(id, settings));
  }

  /** Worktree, branch and start ref go: base contains the branch's tip, or there is nothing on it. A branch that has moved since is kept. */
  drop(id: string, settings: Settings, known: { readonly tip: string; readonly start: string } | null): void {
    this.#beside(
      id,
      async () =>
        (await this.#removeWorktree(id, settings)) ??
        (known !== null && (await this.#removeKnown(id, settings, known))
          ? null
          : await this.#removeRefs(id, settings, '')),
    );
  }

  /** The same for a branch that is not in base: it is kept under `refs/kanban/abandoned/`. `mark` parts what the user rescoped from what comes back. */
  keep(id: string, settings: Settings, mark: '' | '-rescoped'): void {
    this.#beside(
      id,
      async () => (await this.#removeWorktree(id, settings)) ?? (await this.#removeRefs(id, settings, mark)),
    );
  }

  /** Restores a kept branch as it was. @returns why not; null = it is back */
  async restore(
    id: string,
    kept: { readonly ref: string; readonly tip: string },
    settings: Settings,
    base: string,
  ): Promise<string | null> {
    const { stdout } = await git(['merge-base', base, kept.tip], { cwd: this.#repo.root, okExit: [0, 1] });
    const start = stdout.trim();
    if (start === '') return messages.unrelated(kept.ref);
    const restored = await updateRefs(this.#repo, [
      { ref: `refs/heads/${branchName(settings, id)}`, to: kept.tip, from: null },
      { ref: startRef(id), to: start, from: null },
      { ref: kept.ref, to: null, from: kept.tip },
    ]);
    return restored.ok ? null : restored.message;
  }

  #beside(id: string, work: () => Promise<CleanUpFailure | null>): void {
    if (this.#work.has(id)) return;
    const done = work()
      .catch((error: unknown) => ({ why: error instanceof Error ? error.message : String(error), fix: null }))
      .then((failure) => {
        this.#work.delete(id);
        if (failure === null) this.#hooked.delete(id);
        this.#ended(id, failure);
      });
    this.#work.set(id, done);
  }

  async #removeWorktree(id: string, settings: Settings): Promise<CleanUpFailure | null> {
    const path = worktreePath(this.#repo, settings, id);
    const worktree = { repo: this.#repo, id, branchRef: `refs/heads/${branchName(settings, id)}`, path };
    if (settings.hooks.before_remove !== '') await this.#beforeRemove(id, path, settings);
    const remove = `git worktree remove --force --force ${shellPath(path)}`;
    const first = await removeWorktree(worktree);
    if (first.ok) return null;
    if (first.fix !== undefined) return { why: first.why, fix: first.fix, lasting: true };
    const kept = await rescueWorktree(worktree);
    if (!kept.ok || kept.ref === null)
      return { why: kept.ok ? first.why : kept.why, fix: messages.inspectThen(remove) };
    if (kept.isNew) this.#emit({ type: 'work-rescued', id, ref: kept.ref, why: first.why });
    const second = await removeWorktree(worktree, kept.ref);
    return second.ok ? null : { why: second.why, fix: second.fix ?? messages.inspectThen(remove) };
  }

  /** Once for a worktree, however often its removal is tried. */
  async #beforeRemove(id: string, path: string, settings: Settings): Promise<void> {
    if (this.#hooked.has(id) || !existsSync(path)) return;
    this.#hooked.add(id);
    const env = hookEnvironment(settings.env, {
      root: this.#repo.root,
      worktree: path,
      taskId: id,
      branch: branchName(settings, id),
      base: settings.base,
    });
    const ended = await runCommand({
      command: settings.hooks.before_remove,
      cwd: path,
      env,
      timeout: settings.hooks.timeout,
    });
    if (ended.code !== 0) this.#emit({ type: 'notice', message: messages.beforeRemoveFailed(id, ended.telling) });
  }

  async #removeKnown(
    id: string,
    settings: Settings,
    { tip, start }: { readonly tip: string; readonly start: string },
  ): Promise<boolean> {
    const removed = await updateRefs(this.#repo, [
      { ref: `refs/heads/${branchName(settings, id)}`, to: null, from: tip },
      { ref: startRef(id), to: null, from: start },
    ]);
    return removed.ok;
  }

  async #removeRefs(id: string, settings: Settings, mark: '' | '-rescoped'): Promise<CleanUpFailure | null> {
    const name = `refs/heads/${branchName(settings, id)}`;
    const refs = new Map(
      (await readRefs(this.#repo, [name, startRef(id), `refs/kanban/abandoned/${id}/`])).map((ref) => [
        ref.name,
        ref.sha,
      ]),
    );
    const tip = refs.get(name);
    const start = refs.get(startRef(id));
    const updates: RefUpdate[] = [];
    let kept: string | null = null;
    if (start !== undefined) updates.push({ ref: startRef(id), to: null, from: start });
    // Without its start ref a branch is the user's.
    if (tip !== undefined && start !== undefined) updates.push({ ref: name, to: null, from: tip });
    if (tip !== undefined && tip !== start) {
      kept = `${abandonedRef(refs.keys(), id)}${mark}`;
      updates.push({ ref: kept, to: tip, from: null });
    }
    const removed = await updateRefs(this.#repo, updates);
    if (!removed.ok) return { why: messages.branchNotRemoved(removed.message), fix: lockFix(removed) };
    if (kept !== null) this.#emit({ type: 'branch-kept', id, ref: kept });
    return null;
  }
}

/** A lock that stays was left behind by a git that was killed. */
function lockFix({ why, message }: { readonly why: 'stale' | 'locked'; readonly message: string }): string | null {
  const lock = /'([^']+\.lock)'/.exec(message)?.[1];
  return why === 'locked' && lock !== undefined ? messages.removeLock(lock) : null;
}

/** The ref under which a branch of this entry is kept next. @param names refs that there are */
export function abandonedRef(names: Iterable<string>, id: string): string {
  const prefix = `refs/kanban/abandoned/${id}/`;
  const numbers = [...names]
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number.parseInt(name.slice(prefix.length), 10));
  return `${prefix}${1 + Math.max(0, ...numbers.filter(Number.isSafeInteger))}`;
}
