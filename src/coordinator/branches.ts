import { runCommand } from '../effects/processes.ts';
import { hookEnvironment } from '../effects/environment.ts';
import { removeWorktree, rescueWorktree } from '../effects/worktrees.ts';
import type { KanbanEvent } from '../event.ts';
import { git, type Repository } from '../git/git.ts';
import { readRefs, updateRefs, type RefUpdate } from '../git/refs.ts';
import type { Settings } from '../workflow/settings.ts';
import { startRef } from './git-view.ts';
import { branchName, worktreePath } from './observe.ts';

/** Removes worktrees and branches of ours; whatever is not on base or on the branch is kept under a ref first. */
export class Branches {
  readonly #repo: Repository;
  readonly #emit: (event: KanbanEvent) => void;
  /** Removals go on beside the tick; by id, so that a start of the same entry waits for it. */
  readonly #work = new Map<string, Promise<boolean>>();

  constructor(repo: Repository, emit: (event: KanbanEvent) => void) {
    this.#repo = repo;
    this.#emit = emit;
  }

  isBusy(id: string): boolean {
    return this.#work.has(id);
  }

  async settled(): Promise<void> {
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
        (await this.#removeWorktree(id, settings)) &&
        ((known !== null && (await this.#removeKnown(id, settings, known))) ||
          (await this.#removeRefs(id, settings, ''))),
    );
  }

  /** The same for a branch that is not in base: it is kept under `refs/kanban/abandoned/`. `mark` parts what a person rescoped from what comes back. */
  keep(id: string, settings: Settings, mark: '' | '-rescoped'): void {
    this.#beside(
      id,
      async () => (await this.#removeWorktree(id, settings)) && (await this.#removeRefs(id, settings, mark)),
    );
  }

  /** A branch that was put away comes back as it was. */
  async restore(
    id: string,
    kept: { readonly ref: string; readonly tip: string },
    settings: Settings,
    base: string,
  ): Promise<void> {
    const { stdout } = await git(['merge-base', base, kept.tip], { cwd: this.#repo.root, okExit: [0, 1] });
    const start = stdout.trim();
    if (start === '')
      return this.#emit({ type: 'removal-held', id, why: `${kept.ref} has no commit in common with base` });
    await updateRefs(this.#repo, [
      { ref: `refs/heads/${branchName(settings, id)}`, to: kept.tip, from: null },
      { ref: startRef(id), to: start, from: null },
      { ref: kept.ref, to: null, from: kept.tip },
    ]);
  }

  #beside(id: string, work: () => Promise<boolean>): void {
    if (this.#work.has(id)) return;
    const done = work()
      .catch((error: unknown) => {
        this.#emit({ type: 'removal-held', id, why: error instanceof Error ? error.message : String(error) });
        return false;
      })
      .finally(() => this.#work.delete(id));
    this.#work.set(id, done);
  }

  async #removeWorktree(id: string, settings: Settings): Promise<boolean> {
    const path = worktreePath(this.#repo, settings, id);
    const worktree = { repo: this.#repo, id, branchRef: `refs/heads/${branchName(settings, id)}`, path };
    if (settings.hooks.before_remove !== '') await this.#beforeRemove(id, path, settings);
    const first = await removeWorktree(worktree);
    if (first.ok) return true;
    const kept = await rescueWorktree(worktree);
    if (!kept.ok || kept.ref === null) return this.#held(id, kept.ok ? first.why : kept.why);
    this.#emit({ type: 'work-rescued', id, ref: kept.ref, why: first.why });
    const second = await removeWorktree(worktree, kept.ref);
    return second.ok ? true : this.#held(id, second.why);
  }

  #held(id: string, why: string): boolean {
    this.#emit({ type: 'removal-held', id, why });
    return false;
  }

  async #beforeRemove(id: string, path: string, settings: Settings): Promise<void> {
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
    if (ended.code !== 0) this.#emit({ type: 'told', message: `before_remove of ${id} failed: ${ended.tail}` });
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

  async #removeRefs(id: string, settings: Settings, mark: '' | '-rescoped'): Promise<boolean> {
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
    if (start !== undefined) updates.push({ ref: startRef(id), to: null, from: start });
    // Without its start ref a branch is a person's.
    if (tip !== undefined && start !== undefined) updates.push({ ref: name, to: null, from: tip });
    if (tip !== undefined && tip !== start) {
      const kept = `refs/kanban/abandoned/${id}/${nextNumber(refs.keys(), id)}${mark}`;
      updates.push({ ref: kept, to: tip, from: null });
      this.#emit({ type: 'branch-kept', id, ref: kept });
    }
    const removed = await updateRefs(this.#repo, updates);
    return removed.ok ? true : this.#held(id, removed.message);
  }
}

function nextNumber(names: Iterable<string>, id: string): number {
  const prefix = `refs/kanban/abandoned/${id}/`;
  const numbers = [...names]
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number.parseInt(name.slice(prefix.length), 10));
  return 1 + Math.max(0, ...numbers.filter(Number.isSafeInteger));
}
