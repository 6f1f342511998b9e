import { COLUMNS, type Board, type BoardTexts, type Column } from '../../../board/entry.ts';
import { createSectionMemo, parseBoard, type BoardOptions } from '../../../board/parse.ts';
import type { LostText } from '../../../board/saves/replaced-texts.ts';
import { type ReadSave, type Reads, SaveHistory } from '../../../board/saves/save-history.ts';
import type { RestoredEntry } from '../../../board/saves/save.ts';
import { git, type Repository } from '../../../git/git.ts';
import { readBlob, readCommit } from '../../../git/objects/objects.ts';
import { SavePauses } from './save-pauses.ts';
import type { Problem } from '../../../problem.ts';
import { type BoardPlace, Glimpses } from './glimpses.ts';
import type { GitState } from '../git-state.ts';
import { isIndexLocked, isInMotion } from '../checkout-in-motion.ts';
import { isByUser, restoredInGit, versionsInGit } from './versions-in-git.ts';
import { foundIn } from './found-in.ts';
import { NOWHERE, readDisk, readTexts, type DiskRead } from './disk-board.ts';
import { LineEnds } from './line-endings.ts';
import * as messages from '../messages.ts';

/** How long git's answer about a missing column file is good, ms. */
const SPARSE_GOOD_FOR = 3_000;

/** The board as one tick sees it. */
export interface BoardView {
  /** What the board says, all saves read. */
  readonly texts: BoardTexts;
  readonly board: Board;
  /** Base's tip's own texts. */
  readonly committed: BoardTexts;
  /** The files' texts; null: base is checked out nowhere. With LF where git turns the CRLF of the disk into LF. */
  readonly disk: BoardTexts | null;
  /** Columns whose file is in CRLF on disk because git writes it so. */
  readonly crlf: ReadonlySet<Column>;
  /** Column files that base has and the checkout lacks: base's text counts. */
  readonly missing: readonly Problem[];
  /** Problems that stop everything: a file that is no text or can't be read. */
  readonly unreadable: readonly Problem[];
  /** Saves that are not simply as they were saved: made from an old buffer. */
  readonly oldBuffers: readonly ReadSave[];
  /** Texts of the user that an older text took the place of, and that no commit has. */
  readonly lost: readonly LostText[];
  /** Epoch ms until which a column is not to be written; absent = it may be. */
  readonly busyUntil: ReadonlyMap<Column, number>;
}

export interface BoardReadOptions {
  /** Epoch ms. */
  readonly now: number;
  /** ms for which a file must have been still before it may be written. */
  readonly stillness: number;
  /** Ids that left the board for good: an old buffer doesn't bring them back. */
  readonly gone: ReadonlySet<string>;
}

/**
 * Reads the board: the files of the checkout that has base, or base's tip; saves from old buffers are laid over what was
 * moved since. It never writes.
 */
export class BoardReader {
  readonly #repo: Repository;
  readonly #memo = createSectionMemo();
  readonly lineEnds: LineEnds;
  readonly saves: SaveHistory;
  readonly glimpses = new Glimpses();
  readonly #pauses = new SavePauses();
  #committed: { readonly base: string; readonly folder: string; readonly texts: BoardTexts } | null = null;
  readonly #recalled = new Set<Column>();
  /** What git has been asked of column files that are not on disk. */
  #sparse: { readonly key: string; readonly at: number; readonly skipped: ReadonlySet<string> } | null = null;
  #parsed: { readonly texts: BoardTexts; readonly ids: string; readonly board: Board } | null = null;
  /** Entry text → since when it stands unchanged in TODO. */
  #standing = new Map<string, number>();
  #started = false;
  /** git's index was locked when the files were read last. */
  #wasLocked = false;
  /** Epoch ms: what git's index says of that time is our own doing. */
  #wroteAt = 0;

  /** @param remembersLoose see SaveHistory */
  constructor(repo: Repository, remembersLoose = true) {
    this.#repo = repo;
    this.saves = new SaveHistory(remembersLoose);
    this.lineEnds = new LineEnds(repo);
  }

  options(settings: { readonly ids: readonly string[]; readonly board: string }): BoardOptions {
    return { ids: settings.ids, boardPath: settings.board, memo: this.#memo };
  }

  async read(
    view: GitState & { readonly base: string },
    settings: { readonly ids: readonly string[]; readonly board: string },
    { now, stillness, gone }: BoardReadOptions,
  ): Promise<BoardView> {
    const committed = await this.#readCommitted(view.base, settings.board);
    this.#wasLocked = isIndexLocked(view);
    const onDisk = view.checkout === null ? NOWHERE : readDisk(view.checkout.path, settings.board, now);
    const { texts: raw, unreadable, changedAt } = onDisk;
    const { disk, crlf } = await this.lineEnds.columnsAsInGit(
      view.checkout?.path ?? '',
      settings.board,
      raw,
      committed,
    );
    const glimpsed = this.glimpses.take(placeOf(view, settings.board));
    const { texts, saves, lost } = await this.#readSaves(committed, disk, settings, { now, gone, glimpsed });
    const busy = new Map(saves.flatMap(({ column, waitsUntil }) => (waitsUntil > now ? [[column, waitsUntil]] : [])));
    for (const [column, until] of this.#stillAt(disk, changedAt, now, stillness))
      busy.set(column, Math.max(busy.get(column) ?? 0, until));
    const board = this.#parse(texts, settings);
    const missing =
      view.checkout === null ? [] : await this.#missing(view.checkout.path, settings.board, raw, committed);
    this.#watchStanding(board, committed, now, changedAt.get('TODO') ?? now);
    return { texts, board, committed, disk, crlf, unreadable, missing, oldBuffers: saves, lost, busyUntil: busy };
  }

  /** Until when the files that the user has just saved may be written still. Our own writes are no reason to wait. */
  #stillAt(
    disk: BoardTexts | null,
    changedAt: DiskRead['changedAt'],
    now: number,
    stillness: number,
  ): Map<Column, number> {
    const busy = new Map<Column, number>();
    const edited = this.#edited(disk);
    for (const column of COLUMNS) {
      if (!edited.includes(column)) this.#pauses.over(column);
      else {
        const until = this.#pauses.until(column, changedAt.get(column) ?? 0, now, stillness);
        if (until > now) busy.set(column, until);
      }
    }
    return busy;
  }

  /** A column file that base has is not on disk. That is not a deletion: base's text counts, and the next move writes it again. */
  async #missing(checkout: string, folder: string, disk: BoardTexts | null, committed: BoardTexts): Promise<Problem[]> {
    if (disk === null) return [];
    if (COLUMNS.every((column) => disk[column] !== null)) this.#sparse = null;
    const paths = COLUMNS.flatMap((column) =>
      disk[column] === null && committed[column] !== null ? [`${folder}/${column}.md`] : [],
    );
    if (paths.length === 0) return [];
    const key = `${checkout} ${paths.join(' ')}`;
    if (this.#sparse?.key !== key || Date.now() - this.#sparse.at > SPARSE_GOOD_FOR) {
      const { stdout } = await git(['ls-files', '-t', '--', ...paths], { cwd: checkout, okExit: [0, 128] });
      const skipped = new Set(stdout.split('\n').flatMap((line) => (line.startsWith('S ') ? [line.slice(2)] : [])));
      this.#sparse = { key, at: Date.now(), skipped };
    }
    return paths.filter((path) => !this.skipped.has(path)).map(messages.columnMissing);
  }

  /** Column files that the checkout leaves out on purpose (sparse checkout), by their path in the repository. */
  get skipped(): ReadonlySet<string> {
    return this.#sparse?.skipped ?? new Set();
  }

  /** Were these texts read while git was changing the files? Then they are to be read again. */
  async isInMotion(view: GitState & { readonly base: string }, { disk }: BoardView): Promise<boolean> {
    return this.#edited(disk).length > 0 && (this.#wasLocked || (await isInMotion(this.#repo, view, this.#wroteAt)));
  }

  /** Columns whose file is not as the coordinator left it. */
  #edited(disk: BoardTexts | null): Column[] {
    return disk === null
      ? []
      : COLUMNS.filter((column) => disk[column] !== null && disk[column] !== (this.saves.newest(column) ?? ''));
  }

  /** When a TODO entry's text has stood unchanged long enough (epoch ms). */
  settlesAt(source: string, settle: number): number {
    const since = this.#standing.get(source) ?? 0;
    return since === 0 ? 0 : since + settle;
  }

  /** The coordinator wrote or committed these texts: later saves are read against them. */
  wrote(base: string, folder: string, texts: BoardTexts, by?: 'coordinator' | 'user'): void {
    const before = this.#committed?.folder === folder ? this.#committed.texts : null;
    this.#committed = { base, folder, texts };
    this.#wroteAt = Date.now();
    // A commit says nothing of the columns that it leaves as they are: a save of theirs may be newer.
    for (const column of COLUMNS)
      if (before === null || before[column] !== texts[column])
        this.saves.wrote(column, texts[column] ?? '', this.#wroteAt, by);
  }

  /** An entry that came by a command needs no settling. */
  haveSettled(source: string): void {
    this.#standing.set(source, 0);
  }

  /** Parses other texts with the same memo (a board before and after a hand edit). */
  parse(texts: BoardTexts, settings: { readonly ids: readonly string[]; readonly board: string }): Board {
    return parseBoard(texts, this.options(settings));
  }

  #parse(texts: BoardTexts, settings: { readonly ids: readonly string[]; readonly board: string }): Board {
    const ids = settings.ids.join();
    const last = this.#parsed;
    if (last !== null && last.ids === ids && COLUMNS.every((column) => last.texts[column] === texts[column]))
      return last.board;
    const board = this.parse(texts, settings);
    this.#parsed = { texts, ids, board };
    return board;
  }

  async #readCommitted(base: string, folder: string): Promise<BoardTexts> {
    if (this.#committed?.base === base && this.#committed.folder === folder) return this.#committed.texts;
    const texts = await readTexts((path) => readBlob(this.#repo, base, path), folder);
    const commit = await readCommit(this.#repo, base);
    this.wrote(base, folder, texts, commit !== null && isByUser(commit.message) ? 'user' : 'coordinator');
    return texts;
  }

  async #readSaves(
    committed: BoardTexts,
    disk: BoardTexts | null,
    settings: { readonly ids: readonly string[]; readonly board: string },
    known: Parameters<SaveHistory['read']>[2],
  ): Promise<Reads> {
    if (disk === null) return { texts: committed, saves: [], lost: [] };
    for (const column of this.#edited(disk)) await this.#recallVersions(column, settings.board);
    return this.saves.read(committed, disk, known, this.options(settings));
  }

  /** After a restart the versions that an open editor may hold are read from git. */
  async #recallVersions(column: Column, folder: string): Promise<void> {
    const base = this.#committed?.base;
    if (base === undefined || this.#recalled.has(column)) return;
    const older = await versionsInGit(this.#repo, base, `${folder}/${column}.md`);
    const text = this.#committed?.texts[column] ?? '';
    const restored = new Map<string, RestoredEntry>();
    for (const [id, at] of await restoredInGit(this.#repo, base))
      if (new RegExp(`(?<![\\w-])${id}(?![\\w-])`).test(text)) restored.set(id, { column, at });
    this.saves.recall(column, older, restored);
    this.#recalled.add(column);
  }

  #watchStanding(board: Board, committed: BoardTexts, now: number, changedAt: number): void {
    const isInBase = foundIn(committed.TODO ?? '');
    const since = (source: string): number =>
      this.#standing.get(source) ?? (isInBase(source) ? 0 : this.#started ? now : changedAt);
    this.#standing = new Map(board.columns.TODO.entries.map(({ source }) => [source, since(source)]));
    this.#started = true;
  }
}

const placeOf = (view: GitState, folder: string): BoardPlace | null =>
  view.checkout === null
    ? null
    : { root: view.checkout.path, gitDir: view.checkout.gitDir, baseRef: view.baseRef, folder };
