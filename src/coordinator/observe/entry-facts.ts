import type { Entry } from '../../board/entry.ts';
import { gitDirOf, headOf } from '../../git/checkout.ts';
import type { Repository } from '../../git/git.ts';
import type { BranchFacts, EntryFacts, QueueNote } from '../../pipeline/world.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { BoardReader } from './board/board-reader.ts';
import { isAncestor } from '../../git/history/is-ancestor.ts';
import { type GitState, type HistoryReader } from './git-state.ts';
import { branchName, startRef, worktreePath } from './names.ts';
import * as messages from './messages.ts';

export interface EntryContext {
  readonly git: GitState & { readonly base: string };
  readonly settings: Settings;
  /** Messages of the problems that hold an entry, by its key. */
  readonly problems: ReadonlyMap<string, string[]>;
  /** The merge queue's last statuses, by task id. */
  readonly queued: ReadonlyMap<string, QueueNote>;
}

/** What git has of an entry: its branch, its worktree, whether its commit is in base. */
export class EntryFactsReader {
  readonly #repo: Repository;
  readonly #board: BoardReader;
  readonly #history: HistoryReader;
  /** Whether base contains a commit, by commit. */
  readonly #inBase = new Map<string, boolean>();

  constructor(repo: Repository, board: BoardReader, history: HistoryReader) {
    this.#repo = repo;
    this.#board = board;
    this.#history = history;
  }

  /** Base has moved. */
  baseMoved(): void {
    this.#inBase.clear();
  }

  async read(entry: Entry, context: EntryContext): Promise<EntryFacts> {
    const { git, settings } = context;
    const problems = context.problems.get(entry.key) ?? [];
    const settlesAt = entry.column === 'TODO' ? this.#board.settlesAt(entry.source, settings.settle) : 0;
    const none = { entry, problems, settlesAt, branch: null, kept: null, testedInBase: false };
    if (entry.id === null) return none;
    const branch = this.branch(entry.id, git, settings);
    if (branch === 'foreign') return none;
    const { gone, landed } = this.#history.history;
    const landing = gone.has(entry.id) ? landed.get(entry.id) : undefined;
    if (entry.column === 'TODO' && branch === null && landing !== undefined) {
      // Nothing lands twice under an id, whatever brought its text back (an editor with an old buffer).
      return {
        ...none,
        problems: [
          ...problems,
          messages.withFix(messages.landedAlready(entry.id, landing), messages.DELETE_OR_RENUMBER),
        ],
      };
    }
    return {
      ...none,
      branch,
      kept: branch === null && entry.column !== 'TODO' ? newestKept(git, entry.id) : null,
      testedInBase: branch === null && (await this.#isTestedInBase(entry, git.base)),
      landing: entry.column === 'TESTING' ? (context.queued.get(entry.id) ?? null) : null,
    };
  }

  /** The task's branch; `foreign`: a branch of that name that the coordinator did not make; null: there is none. */
  branch(id: string, git: GitState, settings: Settings): BranchFacts | null | 'foreign' {
    const name = `refs/heads/${branchName(settings, id)}`;
    const tip = git.refs.get(name);
    const start = git.refs.get(startRef(id));
    if (tip === undefined) return null;
    if (start === undefined) return 'foreign';
    const gitDir = gitDirOf(worktreePath(this.#repo, settings, id));
    return {
      tip,
      start,
      inBase: tip !== start && this.#history.isMerged(name, tip),
      worktree: gitDir === null ? 'none' : 'there',
      attached: gitDir !== null && headOf(gitDir) === name,
    };
  }

  /** A landing that records the tester's result leaves no `tested` behind; the reviewed commit shows it as well. */
  async #isTestedInBase({ column, tested, reviewed }: Entry, base: string): Promise<boolean> {
    const commit = tested ?? reviewed;
    if (column !== 'TESTING' || commit === null) return false;
    const known = this.#inBase.get(commit);
    if (known !== undefined) return known;
    const inBase = await isAncestor(this.#repo, commit, base);
    this.#inBase.set(commit, inBase);
    return inBase;
  }
}

/** The newest branch that was kept when its entry left the board; one that the user rescoped is left where it is. */
function newestKept({ refs }: GitState, id: string): { ref: string; tip: string } | null {
  const prefix = `refs/kanban/abandoned/${id}/`;
  const numbers = [...refs.keys()]
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)));
  const ref = `${prefix}${Math.max(...numbers)}`;
  const tip = numbers.length === 0 ? undefined : refs.get(ref);
  return tip === undefined ? null : { ref, tip };
}
