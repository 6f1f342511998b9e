import { join } from 'node:path';
import { COLUMNS, type Board, type BoardTexts, type Column } from '../board/entry.ts';
import { createSectionMemo, parseBoard, type BoardOptions } from '../board/parse.ts';
import { readSave } from '../board/reconcile.ts';
import { git, type Repository } from '../git/git.ts';
import { readBlob } from '../git/objects.ts';
import { stillSince } from '../effects/still-since.ts';
import { readFollowing } from '../plain-file.ts';
import type { Problem } from '../problem.ts';
import type { GitView } from './git-view.ts';
import { isInMotion } from './in-motion.ts';
import { LineEnds, withoutCr } from './line-ends.ts';

/** A save that may be an old buffer is waited for this long: the person may be about to save the other file. */
const SECOND_HALF = 2_000;
/** How many versions of a column are kept to read saves against. */
const VERSIONS = 60;

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
  /** Problems that stop everything: a file that is no text or can't be read. */
  readonly unreadable: readonly Problem[];
  /** Saves that were read as old buffers, with the ids that stay where they are. */
  readonly oldBuffers: readonly { readonly column: Column; readonly kept: readonly string[] }[];
  /** Epoch ms until which a column is not to be written; absent = it may be. */
  readonly busyUntil: ReadonlyMap<Column, number>;
}

/**
 * Reads the board: the files of the checkout that has base, or base's tip; saves from old buffers are laid over what was
 * moved since. It never writes.
 */
export class BoardKeeper {
  readonly #repo: Repository;
  readonly #memo = createSectionMemo();
  readonly lineEnds: LineEnds;
  readonly #versions = new Map<Column, string[]>(COLUMNS.map((column) => [column, []]));
  #committed: { readonly base: string; readonly folder: string; readonly texts: BoardTexts } | null = null;
  /** Since when a save has stood as it stands. */
  readonly #saves = new Map<Column, { readonly text: string; readonly since: number }>();
  #parsed: { readonly texts: BoardTexts; readonly ids: string; readonly board: Board } | null = null;
  /** Entry text → since when it stands unchanged in TODO. */
  #standing = new Map<string, number>();
  #started = false;
  /** Epoch ms: what git's index says of that time is our own doing. */
  #wroteAt = 0;

  constructor(repo: Repository) {
    this.#repo = repo;
    this.lineEnds = new LineEnds(repo);
  }

  options(settings: { readonly ids: readonly string[]; readonly board: string }): BoardOptions {
    return { ids: settings.ids, boardPath: settings.board, memo: this.#memo };
  }

  /**
   * @param stillness ms for which a file must have been still before it may be written
   * @param gone ids that left the board for good: an old buffer doesn't bring them back
   */
  async read(
    view: GitView & { readonly base: string },
    settings: { readonly ids: readonly string[]; readonly board: string },
    now: number,
    stillness: number,
    gone: ReadonlySet<string>,
  ): Promise<BoardView> {
    const committed = await this.#readCommitted(view.base, settings.board);
    const {
      texts: raw,
      unreadable,
      changedAt,
    } = view.checkout === null ? NOWHERE : readDisk(view.checkout.path, settings.board, now);
    const { disk, crlf } = await this.#asGitTakesIt(view.checkout?.path ?? '', settings.board, raw, committed);
    const { texts, oldBuffers, busy } =
      disk === null
        ? { texts: committed, oldBuffers: [], busy: new Map<Column, number>() }
        : await this.#readSaves(committed, disk, settings, now, gone);
    // Our own writes are no reason to wait.
    for (const column of this.#edited(disk)) {
      const until = (changedAt.get(column) ?? 0) + stillness;
      if (until > now) busy.set(column, Math.max(busy.get(column) ?? 0, until));
    }
    const board = this.#parse(texts, settings);
    this.#watchStanding(board, committed, now, changedAt.get('TODO') ?? now);
    return { texts, board, committed, disk, crlf, unreadable, oldBuffers, busyUntil: busy };
  }

  async #asGitTakesIt(
    checkout: string,
    folder: string,
    raw: BoardTexts | null,
    committed: BoardTexts,
  ): Promise<{ readonly disk: BoardTexts | null; readonly crlf: ReadonlySet<Column> }> {
    const crlf = new Set<Column>();
    if (raw === null) return { disk: null, crlf };
    const disk: Record<Column, string | null> = { ...raw };
    for (const column of COLUMNS) {
      const text = raw[column];
      if (text === null || !(await this.lineEnds.areGits(checkout, `${folder}/${column}.md`, text, committed[column])))
        continue;
      disk[column] = withoutCr(text);
      crlf.add(column);
    }
    return { disk, crlf };
  }

  /** Were these texts read while git was changing the files? Then they are to be read again. */
  async isInMotion(view: GitView & { readonly base: string }, { disk }: BoardView): Promise<boolean> {
    return this.#edited(disk).length > 0 && (await isInMotion(this.#repo, view, this.#wroteAt));
  }

  /** Columns whose file is not as the coordinator left it. */
  #edited(disk: BoardTexts | null): Column[] {
    return disk === null
      ? []
      : COLUMNS.filter((column) => (disk[column] ?? '') !== (this.#versions.get(column)?.at(-1) ?? ''));
  }

  /** When a TODO entry's text has stood unchanged long enough (epoch ms). */
  settlesAt(source: string, settle: number): number {
    const since = this.#standing.get(source) ?? 0;
    return since === 0 ? 0 : since + settle;
  }

  /** The coordinator wrote or committed these texts: later saves are read against them. */
  wrote(base: string, folder: string, texts: BoardTexts): void {
    this.#committed = { base, folder, texts };
    this.#wroteAt = Date.now();
    for (const column of COLUMNS) this.#remember(column, texts[column] ?? '');
  }

  /** An entry that came by a command needs no settling. */
  settled(source: string): void {
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
    this.wrote(base, folder, texts);
    return texts;
  }

  async #readSaves(
    committed: BoardTexts,
    disk: BoardTexts,
    settings: { readonly ids: readonly string[]; readonly board: string },
    now: number,
    gone: ReadonlySet<string>,
  ): Promise<{ texts: BoardTexts; oldBuffers: { column: Column; kept: string[] }[]; busy: Map<Column, number> }> {
    const texts: Record<Column, string | null> = { ...disk };
    const oldBuffers: { column: Column; kept: string[] }[] = [];
    const busy = new Map<Column, number>();
    for (const column of COLUMNS) {
      const saved = disk[column];
      const versions = this.#versions.get(column) ?? [];
      if (saved === null || saved === (committed[column] ?? '') || saved === versions.at(-1)) {
        this.#saves.delete(column);
        continue;
      }
      if (versions.length < 2) await this.#recallVersions(column, settings.board);
      const since = this.#sinceOf(column, saved, now);
      const read = readSave(
        { column, versions: this.#versions.get(column) ?? [], disk: saved, others: texts, gone },
        this.options(settings),
      );
      if (read.ambiguous.length > 0 && now - since < SECOND_HALF) {
        busy.set(column, since + SECOND_HALF);
        continue;
      }
      if (read.text !== saved) oldBuffers.push({ column, kept: read.moved.map(({ id }) => id) });
      texts[column] = read.text;
      Object.assign(texts, read.others);
    }
    return { texts, oldBuffers, busy };
  }

  #sinceOf(column: Column, text: string, now: number): number {
    const save = this.#saves.get(column);
    if (save?.text === text) return save.since;
    this.#saves.set(column, { text, since: now });
    return now;
  }

  #remember(column: Column, text: string): void {
    const versions = this.#versions.get(column);
    if (versions === undefined || versions.at(-1) === text) return;
    versions.push(text);
    if (versions.length > VERSIONS) versions.shift();
  }

  /** After a restart the versions that an open editor may hold are read from git. */
  async #recallVersions(column: Column, folder: string): Promise<void> {
    const base = this.#committed?.base;
    if (base === undefined) return;
    const path = `${folder}/${column}.md`;
    const { stdout } = await git(['log', '--first-parent', '-n', '30', '--format=%H', base, '--', path], {
      cwd: this.#repo.root,
    });
    const older: string[] = [];
    for (const sha of stdout.split('\n').filter(Boolean).toReversed()) {
      const bytes = await readBlob(this.#repo, sha, path);
      if (bytes !== null) older.push(bytes.toString());
    }
    const newest = this.#versions.get(column)?.at(-1);
    this.#versions.set(column, [...older.filter((text) => text !== newest), ...(newest === undefined ? [] : [newest])]);
  }

  #watchStanding(board: Board, committed: BoardTexts, now: number, changedAt: number): void {
    const standing = new Map<string, number>();
    for (const { source } of board.columns.TODO.entries) {
      const known = this.#standing.get(source);
      const since = known ?? ((committed.TODO ?? '').includes(source) ? 0 : this.#started ? now : changedAt);
      standing.set(source, since);
    }
    this.#standing = standing;
    this.#started = true;
  }
}

interface DiskRead {
  readonly texts: BoardTexts | null;
  readonly unreadable: readonly Problem[];
  readonly changedAt: ReadonlyMap<Column, number>;
}

const NOWHERE: DiskRead = { texts: null, unreadable: [], changedAt: new Map() };

function readDisk(checkout: string, folder: string, now: number): DiskRead {
  const texts: Record<Column, string | null> = { TODO: null, IN_PROGRESS: null, REVIEW: null, TESTING: null };
  const unreadable: Problem[] = [];
  const changedAt = new Map<Column, number>();
  for (const column of COLUMNS) {
    const shown = `${folder}/${column}.md`;
    const path = join(checkout, shown);
    try {
      const bytes = readFollowing(path);
      if (bytes === null) continue;
      const text = bytes.toString('utf8');
      if (!Buffer.from(text, 'utf8').equals(bytes))
        unreadable.push({ code: 'board-not-utf8', message: `${shown} is not UTF-8 text`, fix: 'save it as UTF-8' });
      texts[column] = text;
      changedAt.set(column, stillSince(path, now) ?? now);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR')
        unreadable.push({
          code: 'board-unreadable',
          message: `${shown} can't be read: ${message}`,
          fix:
            code === 'ENOTPLAIN'
              ? `something else stands there: move it aside, then git checkout -- '${shown}'`
              : `make it readable: chmod u+r '${shown}'`,
        });
    }
  }
  return { texts, unreadable, changedAt };
}

async function readTexts(read: (path: string) => Promise<Buffer | null>, folder: string): Promise<BoardTexts> {
  const texts: Record<Column, string | null> = { TODO: null, IN_PROGRESS: null, REVIEW: null, TESTING: null };
  for (const column of COLUMNS) texts[column] = (await read(`${folder}/${column}.md`))?.toString() ?? null;
  return texts;
}
