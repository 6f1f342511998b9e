import { join } from 'node:path';
import type { Snapshot } from '../contract/snapshot.ts';
import { Inspection } from '../coordinator/inspect/inspect.ts';
import {
  currentSnapshot,
  keptSnapshot,
  livingCoordinator,
  withActivity,
} from '../coordinator/inspect/read-snapshot.ts';
import { SnapshotFiles } from '../coordinator/publish/snapshot-files.ts';
import type { Repository } from '../git/git.ts';
import { ok, type Result } from '../problem.ts';

/** How things stand, again and again: from the files of a living coordinator; without one, by looks of its own with a memo. */
export class SnapshotSource {
  readonly #repo: Repository;
  readonly #files: SnapshotFiles;
  #inspection: Inspection | null = null;
  #boardFolder: string | null = null;
  /** Looks follow each other: they share a memo. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(repo: Repository) {
    this.#repo = repo;
    this.#files = new SnapshotFiles(repo.root);
  }

  get coordinator(): number | null {
    return livingCoordinator(this.#repo);
  }

  /** Where the column files are, absolute; null: not known, for a coordinator reads them. */
  get boardFolder(): string | null {
    return this.#boardFolder;
  }

  /** What is known now: a coordinator may not have seen the newest commit yet. */
  read(): Promise<Result<Snapshot>> {
    return this.#inTurn(async () => this.#from(await keptSnapshot(this.#repo, this.#files)));
  }

  /** What holds after all commits that base has now. */
  current(): Promise<Result<Snapshot>> {
    return this.#inTurn(async () => this.#from(await currentSnapshot(this.#repo, this.#files)));
  }

  async #inTurn<T>(look: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(look, look);
    this.#last = mine.catch(() => {});
    return mine;
  }

  async #from(kept: Snapshot | null): Promise<Result<Snapshot>> {
    if (kept === null) {
      this.#inspection ??= new Inspection(this.#repo);
      const looked = await this.#inspection.look();
      if (!looked.ok) return looked;
      const { snapshot, board } = looked.value;
      this.#boardFolder = join(snapshot.base.checkout ?? this.#repo.root, board);
      return ok(snapshot);
    }
    this.#inspection = null;
    return ok(withActivity(kept, this.#repo.root));
  }
}
