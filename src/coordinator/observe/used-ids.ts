import { COLUMNS, type Board } from '../../board/entry.ts';
import { idsInText } from '../../board/next-id.ts';
import { git, type Repository } from '../../git/git.ts';
import type { Settings } from '../../workflow/settings.ts';

/** Ids that no new entry may get: those of the board, refs, tags, base's history and saves. */
export class UsedIds {
  readonly #repo: Repository;
  #tags: ReadonlySet<string> | null = null;

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  /** Tags that look like ids; listed once, since listing them takes a process. */
  async tags({ ids }: Settings): Promise<ReadonlySet<string>> {
    if (this.#tags !== null) return this.#tags;
    const { stdout } = await git(['tag', '-l', ...ids.map((prefix) => `${prefix}-*`)], { cwd: this.#repo.root });
    return (this.#tags = new Set(stdout.split('\n').filter(Boolean)));
  }

  /** @param known ids of base's history and of saves */
  async read(
    board: Board,
    refs: ReadonlyMap<string, string>,
    settings: Settings,
    known: Iterable<string>,
  ): Promise<ReadonlySet<string>> {
    const used = new Set([...known, ...(await this.tags(settings))]);
    for (const column of COLUMNS) {
      const of = board.columns[column];
      for (const id of idsInText(of, of.text, settings.ids)) used.add(id);
    }
    const idInRef = new RegExp(`(?:^|/)((?:${settings.ids.join('|')})-\\d+)(?:/|$)`);
    for (const name of refs.keys()) {
      const id = idInRef.exec(name)?.[1];
      if (id !== undefined) used.add(id);
    }
    return used;
  }
}
