import { closeSync, fstatSync, readSync } from 'node:fs';
import { plainOutput } from '../plain-text.ts';
import { lstatOrNone, openPlain } from '../system/plain-file.ts';
import { tellingLine } from '../telling-line.ts';
import { JsonShortener } from './shorten-json.ts';

const CHUNK = 64 * 1024;
const LINES_PER_LOOK = 4 * 1024 * 1024;
/** Longer lines are shortened if they are JSON, dropped otherwise. */
const LONG_LINE = 1024 * 1024;
/** Bytes that are kept of a long line. */
const LONGEST_KEPT = 8 * 1024 * 1024;
const TAIL_BYTES = 4096;
const TAIL_LINES = 20;
/** The line that tells why may stand far above the last lines: summaries, stacks and totals follow it. */
const SEARCHED_BYTES = 512 * 1024;

/**
 * Reads new lines of a growing file, in bounded chunks. Of a line of JSON over 1 MB the long texts are shortened; another
 * line of that length is dropped.
 */
export class LineReader {
  private readonly source: string | number;
  private readonly onLine: (line: string) => void;
  private readonly buffer = Buffer.allocUnsafe(CHUNK);
  private offset: number;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private dropping = false;
  private shortener: JsonShortener | null = null;

  /** @param source a path, or a descriptor that stays open: what an agent does to the path then changes nothing. */
  constructor(source: string | number, offset: number, onLine: (line: string) => void) {
    this.source = source;
    this.offset = offset;
    this.onLine = onLine;
  }

  /** Takes in at most 4 MB (all there is with `toEnd`) of what was written since the last look. */
  poll(toEnd = false): void {
    const fd = typeof this.source === 'number' ? this.source : openOrNull(this.source);
    if (fd === null) return;
    try {
      for (let taken = 0; toEnd || taken < LINES_PER_LOOK;) {
        const read = readSync(fd, this.buffer, 0, CHUNK, this.offset);
        if (read === 0) break;
        this.offset += read;
        taken += read;
        this.split(this.buffer.subarray(0, read));
      }
      if (toEnd && this.pendingBytes > 0) this.emit();
    } finally {
      if (typeof this.source !== 'number') closeSync(fd);
    }
  }

  private split(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      this.keep(chunk.subarray(from, end));
      this.emit();
      from = end + 1;
    }
    this.keep(chunk.subarray(from));
  }

  private keep(part: Buffer): void {
    if (part.length === 0 || this.dropping) return;
    if (this.shortener === null && this.pendingBytes + part.length > LONG_LINE) this.shorten();
    const kept = this.shortener === null ? Buffer.from(part) : this.shortener.take(part);
    this.pendingBytes += kept.length;
    if (this.pendingBytes <= LONGEST_KEPT && !this.dropping) this.pending.push(kept);
    else this.drop();
  }

  /** The line is a long one: what there is of it, and all that comes, is shortened. */
  private shorten(): void {
    const begun = Buffer.concat(this.pending);
    if (begun[0] !== OPENING_BRACE) return this.drop();
    this.shortener = new JsonShortener();
    const kept = this.shortener.take(begun);
    this.pending = [kept];
    this.pendingBytes = kept.length;
  }

  private drop(): void {
    this.dropping = true;
    this.pending = [];
    // A line is there, even if nothing of it is kept.
    this.pendingBytes = 1;
  }

  private emit(): void {
    if (!this.dropping) this.onLine(Buffer.concat(this.pending).toString('utf8').replace(/\r$/, ''));
    this.pending = [];
    this.pendingBytes = 0;
    this.dropping = false;
    this.shortener = null;
  }
}

const OPENING_BRACE = 0x7b;

function openOrNull(path: string): number | null {
  try {
    return openPlain(path);
  } catch {
    return null;
  }
}

/** Bytes of a plain file; 0 for all else. */
export function sizeOf(path: string): number {
  const stat = lstatOrNone(path);
  return stat?.isFile() === true ? stat.size : 0;
}

/** The last lines of a file: at most 20 lines and 4 KiB, without colours and other control characters. */
export const tailOf = (path: string, from = 0): string => lastLines(endOf(path, from, TAIL_BYTES));

/** The line of an output that tells most about a failure; '' = there is no output. */
export const reasonIn = (path: string, from = 0): string => tellingLine(endOf(path, from, SEARCHED_BYTES));

function endOf(path: string, from: number, most: number): string {
  const fd = openOrNull(path);
  if (fd === null) return '';
  try {
    const size = fstatSync(fd).size;
    const start = Math.max(from, size - most);
    const bytes = Buffer.alloc(Math.max(0, size - start));
    readSync(fd, bytes, 0, bytes.length, start);
    return bytes.toString('utf8').replace(/^\uFFFD+/, '');
  } finally {
    closeSync(fd);
  }
}

/** The last 20 lines of a text. */
export function lastLines(text: string): string {
  return plainOutput(text).trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
