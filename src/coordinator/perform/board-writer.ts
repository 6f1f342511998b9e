import type { HoldReason } from '../../contract/hold.ts';
import { handMoves, placesOf, type HandMove } from './hand-moves.ts';
import * as messages from './messages.ts';
import type { LockProof } from '../../system/lock.ts';
import { COLUMNS, type BoardTexts, type Column } from '../../board/entry.ts';
import { applyEdits, type BoardEdit } from '../../board/edit/edit.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import { parseIdentity, type Identity } from '../../git/config/identity.ts';
import { signersOf } from '../../git/config/identity.ts';
import { readDisk } from '../../landing/disk-file.ts';
import { commitMove, writeFiles, type MoveFile } from '../../landing/move.ts';
import { SAVED_AS, type SaveReading } from '../../board/saves/save.ts';
import type { ReadSave } from '../../board/saves/save-history.ts';
import { keepSave } from '../observe/kept-saves.ts';
import { stillSince } from '../observe/still-since.ts';
import { readBlob } from '../../git/objects/objects.ts';
import { ok, type Problem, type Result } from '../../problem.ts';
import { join } from 'node:path';
import type { Settings } from '../../workflow/settings.ts';
import { handEditMessage, type Message } from '../../landing/commit-message.ts';
import { SEEN } from '../observe/git-state.ts';
import { withCr, withoutCr } from '../observe/board/line-endings.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';

/**
 * `later`: not tried, a file is being edited. `failed`: it can't be written now. `refused`: the edit would change more than
 * it should. `stale`: what was decided on has changed; `edited`: the
 * user has just saved this file.
 */
export type Written =
  | { readonly kind: 'done'; readonly sha: string }
  | { readonly kind: 'later'; readonly why: string; readonly reason?: HoldReason }
  | { readonly kind: 'failed'; readonly why: string; readonly reason?: HoldReason }
  | { readonly kind: 'stale'; readonly edited?: string | undefined }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** A file that changed this short a time ago is one that the user saves, ms. */
const JUST_SAVED = 2_000;

/** A file besides the board that goes into the same commit. */
export interface ExtraFile {
  readonly path: string;
  readonly change: (text: string | null) => string;
}

/** Writes the board in the course of one tick: each change is one commit on base, and the next one builds on it. */
export class BoardWriter {
  /** The proof that this process may move base. */
  readonly lock: LockProof;
  readonly #observer: Observer;
  readonly #emit: (event: KanbanEvent) => void;
  readonly #seen: Observation;
  #base: string;
  #texts: BoardTexts;
  #committed: BoardTexts;
  #disk: BoardTexts | null;
  #gone = false;

  constructor(observer: Observer, observation: Observation, emit: (event: KanbanEvent) => void, lock: LockProof) {
    this.lock = lock;
    this.#observer = observer;
    this.#emit = emit;
    this.#seen = observation;
    this.#base = observation.git.base;
    this.#texts = observation.board.texts;
    this.#committed = observation.board.committed;
    this.#disk = observation.board.disk;
  }

  get base(): string {
    return this.#base;
  }

  get checkout(): Observation['git']['checkout'] {
    return this.#seen.git.checkout;
  }

  /** Base's own texts, as far as this tick brought them. */
  get committed(): BoardTexts {
    return this.#committed;
  }

  /** The board's text as committed in base, once hand edits of this column are committed. */
  textOf(column: Column): string | null {
    return this.#texts[column];
  }

  /** Edits the board in one commit. Hand edits of the files concerned are committed first, under the user's name. */
  async change(edits: readonly BoardEdit[], message: Message, extra: readonly ExtraFile[] = []): Promise<Written> {
    if (this.#gone) return { kind: 'stale' };
    const { settings } = this.#seen.workflow;
    const applied = applyEdits(this.#texts, edits, this.#observer.boardReader.options(settings));
    if (!applied.ok) return { kind: 'refused', problem: applied.problem };
    const touched = COLUMNS.filter((column) => applied.texts[column] !== this.#texts[column]);
    const edited = await this.commitEdits(touched);
    if (edited.kind !== 'done') return edited;
    // What was committed may name the refs of saves that were kept.
    const anew = applyEdits(this.#texts, edits, this.#observer.boardReader.options(settings));
    if (!anew.ok) return { kind: 'refused', problem: anew.problem };
    const { texts } = anew;
    const files = touched.map((column) => this.#file(column, texts[column]));
    const others = await Promise.all(extra.map((file) => this.#extra(file)));
    const held = others.find((file): file is { held: string } => 'held' in file);
    if (held !== undefined) return { kind: 'failed', why: held.held };
    const committed = { ...this.#committed };
    for (const column of touched) committed[column] = texts[column];
    const written = await this.#commit(
      [...files, ...others.flatMap((file) => ('held' in file ? [] : [file]))],
      committed,
      message,
    );
    if (written.kind === 'done')
      this.#observer.boardReader.saves.moved(edits.flatMap((edit) => (edit.type === 'move' ? [edit.key] : [])));
    return written;
  }

  /** Commits what the user has edited, if one of these columns holds an edit of theirs. */
  async commitEdits(columns: readonly Column[]): Promise<Written> {
    // As of the look: what it read of a save that was to be waited for is not what the save means once the wait is over.
    const { now } = this.#seen.world;
    const busy = columns.find((column) => (this.#seen.board.busyUntil.get(column) ?? 0) > now && this.#disk !== null);
    if (busy !== undefined) return { kind: 'later', why: messages.beingEdited(`${busy}.md`) };
    if (this.#disk === null || !columns.some((column) => this.#isEdited(column)))
      return { kind: 'done', sha: this.#base };
    const edited = this.#standing(
      COLUMNS.filter((column) => this.#isEdited(column) && (this.#seen.board.busyUntil.get(column) ?? 0) <= now),
      columns,
    );
    const texts = { ...this.#committed };
    for (const column of edited) texts[column] = this.#texts[column];
    const saves = this.#seen.board.oldBuffers.filter(
      ({ column, disk }) => edited.includes(column) && this.#disk?.[column] === disk,
    );
    const kept = await this.#keep(saves);
    if (!kept.ok) return { kind: 'later', why: kept.error };
    for (const save of saves) {
      const [ref] = kept.value.get(save) ?? [];
      if (ref !== undefined) this.#nameKept(ref, this.#path(save.column), texts, edited);
    }
    const restored = saves.flatMap(({ reading }) => reading.restored.map(({ id }) => id));
    const isEdit = COLUMNS.some((column) => (texts[column] ?? '') !== (this.#committed[column] ?? ''));
    const files = edited.map((column) => this.#file(column, this.#texts[column]));
    const message = handEditMessage(this.#movesBetween(this.#committed, texts), restored, isEdit);
    const written =
      isEdit || restored.length > 0
        ? await this.#commit(files, texts, message, 'user')
        : await this.#rewrite(files, texts);
    if (written.kind !== 'done') return written;
    for (const save of saves) {
      this.#observer.boardReader.saves.settled(save, this.#texts[save.column] ?? '');
      this.#emit(oldBufferRead(this.#path(save.column), save.reading, kept.value.get(save) ?? []));
    }
    if (isEdit)
      this.#emit({ type: 'board-edited', files: edited.map((column) => this.#path(column)), commit: written.sha });
    return written;
  }

  /**
   * Columns to commit: those that are asked for, and those whose file stands as it was read, with all that belongs to the same
   * edit. Who saves one file after the other without a pause would else be waited for.
   */
  #standing(edited: readonly Column[], wanted: readonly Column[]): Column[] {
    const { checkout } = this;
    if (checkout === null) return [...edited];
    const stands = (column: Column): boolean =>
      sameBytes(readDisk(join(checkout.path, this.#path(column))), this.#file(column, null).from);
    const moved = new Set(edited.filter((column) => !wanted.includes(column) && !stands(column)));
    if (moved.size === 0) return [...edited];
    return edited.filter((column) => {
      const group = this.#editedWith(column, edited);
      return group.some((one) => wanted.includes(one)) || !group.some((one) => moved.has(one));
    });
  }

  /** The columns that an edit of one belongs together with: words and entries went from one to the other. */
  #editedWith(column: Column, edited: readonly Column[]): Column[] {
    const pairs: (readonly Column[])[] = [
      ...this.#seen.board.oldBuffers.map((save) => [
        save.column,
        ...COLUMNS.filter((one) => save.reading.others[one] !== undefined),
        ...save.reading.moved.flatMap(({ to }) => to ?? []),
      ]),
      ...this.#movesBetween(this.#committed, this.#texts).flatMap(({ from, to }) => (to === null ? [] : [[from, to]])),
    ];
    const group = new Set([column]);
    for (let size = 0; size < group.size;) {
      size = group.size;
      for (const pair of pairs) if (pair.some((one) => group.has(one))) for (const one of pair) group.add(one);
    }
    return edited.filter((one) => group.has(one));
  }

  /** Feedback that names a kept save gets its ref, in the columns that are committed now. */
  #nameKept(ref: string, path: string, texts: Record<Column, string | null>, edited: readonly Column[]): void {
    const named = { ...this.#texts };
    for (const column of edited)
      texts[column] = named[column] = this.#texts[column]?.replaceAll(SAVED_AS, `git show ${ref}:${path}`) ?? null;
    this.#texts = named;
  }

  /** Keeps what of the user's saves will be in no file. @returns the refs, by save */
  async #keep(saves: readonly ReadSave[]): Promise<Result<ReadonlyMap<ReadSave, readonly string[]>, string>> {
    const kept = new Map<ReadSave, readonly string[]>();
    for (const save of saves) {
      const refs: string[] = [];
      for (const text of save.reading.keep) {
        const ref = await keepSave(this.#observer.repo, this.#base, this.#path(save.column), { text, isOlder: true });
        if (!ref.ok) return ref;
        refs.push(ref.value);
      }
      kept.set(save, refs);
    }
    return ok(kept);
  }

  /** The board is as base has it, and only the files are not. */
  async #rewrite(files: readonly MoveFile[], texts: BoardTexts): Promise<Written> {
    const { git } = this.#seen;
    const { baseRef, checkout } = git;
    if (checkout === null) return { kind: 'done', sha: this.#base };
    const written = await writeFiles(this.#observer.repo, { baseRef, oldBase: this.#base, checkout, files });
    if (written.ok) {
      this.#moved(this.#base, texts, files);
      return { kind: 'done', sha: this.#base };
    }
    if ('held' in written) return { kind: 'later', why: written.held, reason: written.reason };
    return this.#stale(written.path);
  }

  /** Nothing more can be written by this look. @param path a file that is not as it was read */
  #stale(path: string | undefined): Written {
    this.#gone = true;
    const { checkout } = this;
    if (path === undefined || checkout === null) return { kind: 'stale' };
    const now = Date.now();
    const since = stillSince(join(checkout.path, path), now) ?? now;
    return { kind: 'stale', edited: now - since < JUST_SAVED ? path : undefined };
  }

  /** Keeps texts of the user that are in no file and in no commit. */
  async keepLost(): Promise<void> {
    for (const lost of this.#seen.board.lost) {
      const file = this.#path(lost.column);
      const ref = await keepSave(this.#observer.repo, this.#base, file, lost);
      // A lock is gone at the next look.
      if (!ref.ok) return;
      this.#observer.boardReader.saves.kept(lost);
      // What the user took out or reworded while they typed is kept without a word.
      if (lost.isOlder)
        this.#emit({ type: 'old-buffer-read', file, kept: [], restored: [], paused: [], saved: [ref.value] });
    }
  }

  /** A landing brought base further. */
  landed(sha: string, texts: BoardTexts): void {
    this.#moved(sha, texts);
  }

  /** Texts with an edit laid over them, for a landing that writes the board itself. */
  edited(edits: readonly BoardEdit[], on: BoardTexts = this.#texts): BoardTexts | null {
    const applied = applyEdits(on, edits, this.#observer.boardReader.options(this.#seen.workflow.settings));
    return applied.ok ? applied.texts : null;
  }

  /** Is any column's text not yet as the coordinator wants it on disk (an old buffer that was read)? */
  needsWriting(): Column[] {
    const disk = this.#disk;
    if (disk === null) return [];
    return COLUMNS.filter(
      (column) => disk[column] !== null && (this.#texts[column] !== disk[column] || this.#hasRemoval(column)),
    );
  }

  /** The user took an entry out of a column of work: the next coordinator must know of it, too. */
  #hasRemoval(column: Column): boolean {
    if (column === 'TODO' || this.#texts[column] === this.#committed[column]) return false;
    const { settings } = this.#seen.workflow;
    const there = placesOf(this.#observer.boardReader.parse(this.#texts, settings));
    const before = this.#observer.boardReader.parse(this.#committed, settings).columns[column].entries;
    return before.some(({ id }) => id !== null && !there.has(id));
  }

  #isEdited(column: Column): boolean {
    return (
      (this.#texts[column] ?? '') !== (this.#committed[column] ?? '') ||
      (this.#disk !== null && this.#disk[column] !== null && this.#disk[column] !== (this.#texts[column] ?? ''))
    );
  }

  #path(column: Column): string {
    return `${this.#seen.workflow.settings.board}/${column}.md`;
  }

  #file(column: Column, to: string | null): MoveFile {
    const crlf = this.#seen.board.crlf.has(column);
    const onDisk = (text: string | null): string | null => (crlf && text !== null ? withCr(text) : text);
    return {
      path: this.#path(column),
      from: bytesOf(onDisk(this.#disk?.[column] ?? null)),
      committed: bytesOf(this.#committed[column]),
      to: bytesOf(onDisk(to)),
      crlf,
      skipped: this.#disk?.[column] === null && this.#observer.boardReader.skipped.has(this.#path(column)),
    };
  }

  async #extra({ path, change }: ExtraFile): Promise<MoveFile | { held: string }> {
    const committed = await readBlob(this.#observer.repo, this.#base, path);
    const disk = this.checkout === null ? null : readDisk(join(this.checkout.path, path));
    const was = committed?.toString() ?? null;
    const crlf =
      this.checkout !== null &&
      (await this.#observer.boardReader.lineEnds.areGits(this.checkout.path, path, disk?.toString() ?? null, was));
    const same = crlf ? withoutCr(disk?.toString() ?? '') === was : sameBytes(disk, committed);
    if (this.checkout !== null && !same) return { held: messages.youChanged(path) };
    const text = change(was);
    return { path, from: disk, committed, to: Buffer.from(crlf ? withCr(text) : text), crlf };
  }

  async #commit(
    files: readonly MoveFile[],
    texts: BoardTexts,
    message: Message,
    by: 'kanban' | 'user' = 'kanban',
  ): Promise<Written> {
    const { repo } = this.#observer;
    const { git, workflow } = this.#seen;
    const author = authorOf(workflow.settings);
    const moved = await commitMove(repo, {
      lock: this.lock,
      baseRef: git.baseRef,
      oldBase: this.#base,
      extraRefs: [{ ref: SEEN }],
      checkout: git.checkout,
      files,
      message: message.text,
      by,
      ...(author === undefined ? {} : { author }),
    });
    if (!moved.ok) {
      if ('held' in moved) return { kind: 'failed', why: moved.held, reason: moved.reason };
      return this.#stale(moved.path);
    }
    const signers = await signersOf(repo, author);
    const committerEmail = signers.ok ? signers.value.committer.email : '';
    this.#observer.history.own({ sha: moved.sha, at: Date.now(), committerEmail, trailers: message.trailers });
    if (moved.kept.length > 0) this.#gone = true;
    this.#moved(moved.sha, texts, files);
    return { kind: 'done', sha: moved.sha };
  }

  #moved(sha: string, committed: BoardTexts, files: readonly MoveFile[] = []): void {
    const texts = { ...this.#texts };
    const disk = this.#disk === null ? null : { ...this.#disk };
    const written = new Set(files.map(({ path }) => path));
    for (const column of COLUMNS) {
      if (committed[column] === this.#committed[column] && !written.has(this.#path(column))) continue;
      texts[column] = committed[column];
      if (disk !== null) disk[column] = committed[column];
    }
    this.#base = sha;
    this.#texts = texts;
    this.#committed = committed;
    this.#disk = disk;
    this.#observer.boardReader.wrote(sha, this.#seen.workflow.settings.board, committed);
  }

  #movesBetween(before: BoardTexts, after: BoardTexts): HandMove[] {
    const { settings } = this.#seen.workflow;
    const { boardReader } = this.#observer;
    return handMoves(boardReader.parse(before, settings), boardReader.parse(after, settings), after);
  }
}

/** @param saved refs that keep what is in no file */
function oldBufferRead(file: string, reading: SaveReading, saved: readonly string[]): KanbanEvent {
  const of = (isPaused: boolean): string[] =>
    reading.restored.filter(({ paused }) => paused === isPaused).map(({ id }) => id);
  return {
    type: 'old-buffer-read',
    file,
    kept: reading.moved.map(({ id }) => id),
    restored: of(false),
    paused: [...of(true), ...reading.returned],
    saved,
  };
}

/** `commits.author`, where it is set. */
export function authorOf(settings: Settings): Identity | undefined {
  return settings.commits.author === '' ? undefined : (parseIdentity(settings.commits.author) ?? undefined);
}

const bytesOf = (text: string | null): Uint8Array | null => (text === null ? null : Buffer.from(text, 'utf8'));

const sameBytes = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : Buffer.from(a).equals(b);
