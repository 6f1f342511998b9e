import { linkSync, mkdirSync, renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TimedEvent } from '../contract/event.ts';
import { EVENT_ID } from '../contract/event-id.ts';
import { guard, object, text, time } from '../contract/shape.ts';
import { namesIn } from '../system/folder-names.ts';
import { appendPlain, lstatOrNone, readFrom, removeWhatever, statOrNone } from '../system/plain-file.ts';

/**
 * The log of events: `.kanban/events.jsonl`, a line each, and as many older files as the setting `keep.events` allows,
 * `events-<n>.jsonl`, the oldest with the lowest number. The number of `events.jsonl` is one above theirs. A file keeps its
 * number when it is renamed, so `events-<n>:<offset in bytes>` names a line for as long as its file is kept.
 */
const CURRENT = 'events.jsonl';
/** A file that has more bytes is renamed. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** Where less is kept than this number of such files has, files are smaller. */
const MIN_FILES = 4;
/** A longer line is no event. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const LINE_BREAK = 0x0a;

export interface LoggedEvent {
  /** `events-<n>:<offset>` */
  readonly id: string;
  readonly event: TimedEvent;
}

export interface ReadEvents {
  /** Oldest first. */
  readonly events: readonly LoggedEvent[];
  /** Where to read on. */
  readonly next: EventPlace;
  /** The file that was to be read is gone, or is another one: events were missed. */
  readonly missed: boolean;
}

export interface EventPlace {
  readonly file: number;
  /** In bytes. */
  readonly offset: number;
}

const folderOf = (root: string): string => join(root, '.kanban');

/**
 * Adds an event to the log. A disk that is full or read-only is no error: the audit trail is git's.
 * @param root of the repository
 * @param keep bytes that all its files may have; null: older files are not removed
 */
export function appendEvent(root: string, event: TimedEvent, keep: number | null = null): string {
  const line = `${JSON.stringify(event)}\n`;
  try {
    mkdirSync(folderOf(root), { recursive: true, mode: 0o700 });
    rotate(root, keep);
    appendPlain(join(folderOf(root), CURRENT), line);
  } catch {
    // Events are a convenience.
  }
  return line;
}

/**
 * Gives a full file its number. Coordinator and commands may do this at once: `link` replaces no file, and only the process
 * that made the link removes the old name. Until it has, the file counts as `events.jsonl` for every reader.
 */
function rotate(root: string, keep: number | null): void {
  const maxBytes = Math.min(MAX_FILE_BYTES, (keep ?? Infinity) / MIN_FILES);
  const path = join(folderOf(root), CURRENT);
  const size = sizeOf(path);
  if (keep !== null && allowed.get(root) !== keep) removeOld(root, keep, maxBytes, null);
  if (size <= maxBytes) return;
  const number = currentNumber(root);
  const target = pathOf(root, number);
  if (!linkNew(path, target)) {
    // Another process is at it; or it was killed between its two steps, and the file grew on.
    if (size <= maxBytes + MAX_LINE_BYTES || !isSameFile(path, target)) return;
  } else if (sizeOf(target) <= maxBytes) {
    // Another process has renamed the full file meanwhile: this is the new one.
    return unlinkSync(target);
  }
  unlinkIfThere(path);
  if (keep !== null) removeOld(root, keep, maxBytes, number);
}

/** By the folder of the repository: what older files were allowed last. */
const allowed = new Map<string, number>();

/**
 * Removes the oldest files, by bytes: those of a time when more was kept are larger. @param keep bytes of all files
 * @param full the number of the file that has just been renamed: it stays
 */
function removeOld(root: string, keep: number, maxBytes: number, full: number | null): void {
  allowed.set(root, keep);
  let bytes = 0;
  for (const number of oldFiles(root).toReversed()) {
    const path = pathOf(root, number);
    const size = sizeOf(path);
    // A full file has a line more than it may have.
    bytes += size < 2 * maxBytes ? Math.min(size, maxBytes) : size;
    if (bytes > keep - maxBytes && number !== full) removeWhatever(path);
  }
}

/** @returns false: there is a file of that name */
function linkNew(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // A file system without hard links.
    if (lstatOrNone(to) !== undefined) return false;
    renameSync(from, to);
    return true;
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function isSameFile(one: string, other: string): boolean {
  const [a, b] = [lstatOrNone(one), lstatOrNone(other)];
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

/** The id's place, behind its line. @returns null: it is no id */
export function placeAfter(root: string, id: string): EventPlace | null {
  const [, file = '', offset = ''] = EVENT_ID.exec(id) ?? [];
  if (file === '') return null;
  const line = firstLine(readFrom(fileAt(root, Number(file)), Number(offset), MAX_LINE_BYTES));
  return { file: Number(file), offset: Number(offset) + (line ?? 0) };
}

/** Where the log ends now. */
export function endOfEvents(root: string): EventPlace {
  const file = currentNumber(root);
  return { file, offset: sizeOf(fileAt(root, file)) };
}

/** Where the log begins. */
export const startOfEvents = (root: string): EventPlace => ({
  file: oldFiles(root)[0] ?? currentNumber(root),
  offset: 0,
});

/**
 * Events from a place on, of at most 4 MB of one file. What is no event is skipped.
 * @param types only events of these types; absent: all
 */
export function readEvents(root: string, from: EventPlace, types?: readonly string[]): ReadEvents {
  const numbers = oldFiles(root);
  const current = (numbers.at(-1) ?? 0) + 1;
  const isKept = from.file === current || numbers.includes(from.file);
  const isSound = isKept && beginsLine(root, from);
  const bytes = readFrom(fileAt(root, from.file), from.offset, MAX_LINE_BYTES);
  // It was renamed while it was read: the number that was assumed is another file's.
  if (currentNumber(root) !== current) return readEvents(root, from, types);
  if (!isSound) return { ...readEvents(root, startOfEvents(root), types), missed: true };
  const end = bytes.lastIndexOf(LINE_BREAK) + 1;
  const events = eventsIn(bytes.subarray(0, end), from, types);
  if (end === 0 && bytes.length >= MAX_LINE_BYTES) return { events: [], next: endOfEvents(root), missed: true };
  if (end === 0 && from.file < current) return readEvents(root, { file: next(numbers, from.file), offset: 0 }, types);
  return { events, next: { file: from.file, offset: from.offset + end }, missed: false };
}

const next = (numbers: readonly number[], file: number): number =>
  numbers.find((number) => number > file) ?? (numbers.at(-1) ?? 0) + 1;

/** The place is the beginning of a file, or behind a line break. */
function beginsLine(root: string, { file, offset }: EventPlace): boolean {
  if (offset === 0) return true;
  return readFrom(fileAt(root, file), offset - 1, 1)[0] === LINE_BREAK;
}

function eventsIn(bytes: Buffer, { file, offset }: EventPlace, types?: readonly string[]): LoggedEvent[] {
  const events: LoggedEvent[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(LINE_BREAK, at);
    const line = bytes.toString('utf8', at, end);
    const event = isOther(line, types) ? null : eventIn(line);
    if (event !== null && types?.includes(event.type) !== false)
      events.push({ id: `events-${file}:${offset + at}`, event });
    at = end + 1;
  }
  return events;
}

/** An event of another type, recognised without parsing its JSON: the type stands first in what we write. */
function isOther(line: string, types: readonly string[] | undefined): boolean {
  if (types === undefined || !line.startsWith(TYPE)) return false;
  return !types.includes(line.slice(TYPE.length, line.indexOf('"', TYPE.length)));
}
const TYPE = '{"type":"';

/** One line of the log, if it is an event. */
function eventIn(line: string): TimedEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : null;
  } catch {
    return null;
  }
}

/** A newer version may have types that this one does not know. */
const isEvent = guard<TimedEvent>(object({ type: text(100), at: time }));

/** Length in bytes, line break included; null: it does not end. */
function firstLine(bytes: Buffer): number | null {
  const end = bytes.indexOf(LINE_BREAK);
  return end < 0 ? null : end + 1;
}

const currentNumber = (root: string): number => (oldFiles(root).at(-1) ?? 0) + 1;

const pathOf = (root: string, number: number): string => join(folderOf(root), `events-${number}.jsonl`);

/** The path of a file by its number, as it is now. */
const fileAt = (root: string, number: number): string =>
  number === currentNumber(root) ? join(folderOf(root), CURRENT) : pathOf(root, number);

/** Numbers of the files that were renamed, lowest first. One that is `events.jsonl` still is not among them. */
function oldFiles(root: string): number[] {
  const numbers = namesIn(folderOf(root))
    .flatMap((name) => /^events-(\d{1,15})\.jsonl$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const last = numbers.at(-1);
  const isLinked = last !== undefined && isSameFile(pathOf(root, last), join(folderOf(root), CURRENT));
  return isLinked ? numbers.slice(0, -1) : numbers;
}

const sizeOf = (path: string): number => statOrNone(path)?.size ?? 0;
