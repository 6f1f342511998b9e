import { existsSync } from 'node:fs';
import { COLUMNS } from '../../board/entry.ts';
import { isStillWritten } from '../../board/saves/vanished.ts';
import type { Repository } from '../../git/git.ts';
import type { BranchFacts, EntryFacts, OrphanBranch } from '../../pipeline/world.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { BoardView } from './board/board-reader.ts';
import type { EntryFactsReader } from './entry-facts.ts';
import type { GitState } from './git-state.ts';
import { START_REFS, worktreePath } from './names.ts';

/** A heading must be missing this long before its entry counts as vanished, ms. */
const MISSING_MS = 2_000;

export interface Orphans {
  readonly orphans: OrphanBranch[];
  /** Ids whose entry is missing, but not for certain yet. */
  readonly unsure: Set<string>;
}

/** Finds branches of ours whose entry is not on the board. */
export class OrphanFinder {
  readonly #repo: Repository;
  readonly #facts: EntryFactsReader;
  /** Since when an id has been missing, epoch ms. */
  readonly #missingSince = new Map<string, number>();
  /** Ids that are missing because the user rewrote base. */
  readonly #spared = new Set<string>();
  /** Titles as last read, of all entries that were on the board. */
  readonly #titles = new Map<string, string>();
  #isFirst = true;

  constructor(repo: Repository, facts: EntryFactsReader) {
    this.#repo = repo;
    this.#facts = facts;
  }

  find(
    entries: readonly EntryFacts[],
    board: BoardView,
    { git, settings, now }: { readonly git: GitState; readonly settings: Settings; readonly now: number },
  ): Orphans {
    const onBoard = new Set(entries.map(({ entry }) => entry.id));
    for (const { entry } of entries) if (entry.id !== null) this.#titles.set(entry.id, entry.title);
    const isMissing = (id: string): boolean =>
      !this.#spared.has(id) && !isStillWritten({ id, title: this.#titles.get(id) ?? null }, board.texts, onBoard);
    const isRead = isComplete(board);
    const found: Orphans = { orphans: [], unsure: new Set() };
    for (const [name, start] of git.refs) {
      if (!name.startsWith(START_REFS)) continue;
      const id = name.slice(START_REFS.length);
      if (onBoard.has(id)) {
        this.#missingSince.delete(id);
        this.#spared.delete(id);
        continue;
      }
      const branch = this.#branch(id, start, git, settings);
      // What is missing at the first look has been missing for longer than this process lives.
      const since = this.#missingSince.get(id) ?? (this.#isFirst ? 0 : now);
      this.#missingSince.set(id, since);
      if (branch.inBase || (isRead && now - since >= MISSING_MS && isMissing(id)))
        found.orphans.push(orphan(id, branch, since));
      else found.unsure.add(id);
    }
    this.#isFirst = false;
    return found;
  }

  /** The user rewrote base: an entry that is missing because of that was not removed on purpose. */
  spare({ refs }: GitState, board: BoardView): void {
    const onBoard = new Set(COLUMNS.flatMap((column) => board.board.columns[column].entries.map(({ id }) => id)));
    for (const name of refs.keys()) {
      const id = name.slice(START_REFS.length);
      if (name.startsWith(START_REFS) && !onBoard.has(id)) this.#spared.add(id);
    }
  }

  /** Without its branch, the start ref alone counts as one that has no commits. */
  #branch(
    id: string,
    start: string,
    git: GitState,
    settings: Settings,
  ): Pick<BranchFacts, 'tip' | 'start' | 'inBase' | 'worktree'> {
    const branch = this.#facts.branch(id, git, settings);
    if (branch !== null && branch !== 'foreign') return branch;
    const hasWorktree = existsSync(worktreePath(this.#repo, settings, id));
    return { tip: start, start, inBase: false, worktree: hasWorktree ? 'there' : 'none' };
  }
}

/** No column file is missing or empty that has text in base. */
const isComplete = ({ disk, committed }: BoardView): boolean =>
  disk === null || COLUMNS.every((column) => (disk[column] ?? '') !== '' || (committed[column] ?? '') === '');

const orphan = (
  id: string,
  { tip, start, inBase, worktree }: Pick<BranchFacts, 'tip' | 'start' | 'inBase' | 'worktree'>,
  since: number,
): OrphanBranch => ({
  id,
  tip,
  start,
  inBase,
  hasCommits: tip !== start,
  worktree: worktree === 'there',
  missedSince: since === 0 ? null : since,
});
