import type { Repository } from '../../git/git.ts';
import { isAncestor } from '../../git/history/is-ancestor.ts';

/** Finds landings that were taken back and whose undoing the remote doesn't have yet: it is not left to wait for the next landing. */
export class UnpushedUndo {
  readonly #repo: Repository;
  /** Undoings that the remote has. */
  readonly #there = new Set<string>();

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  /**
   * @param takenBack id → the commit that took its landing back
   * @param remoteTip the remote's base as last fetched
   * @returns the ids; a process for each undoing that is new since the last call, or that the remote lacks.
   */
  async ids(takenBack: ReadonlyMap<string, string>, remoteTip: string): Promise<string[]> {
    const missing: string[] = [];
    for (const [id, sha] of takenBack) {
      if (this.#there.has(sha)) continue;
      if (await isAncestor(this.#repo, sha, remoteTip)) this.#there.add(sha);
      else missing.push(id);
    }
    return missing;
  }
}
