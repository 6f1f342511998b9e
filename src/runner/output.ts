import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const CHUNK = 64 * 1024;
const LINES_PER_LOOK = 4 * 1024 * 1024;
const LONGEST_LINE = 1024 * 1024;
const TAIL_BYTES = 4096;
const TAIL_LINES = 20;

/** Reads new lines of a growing file, in bounded chunks; a line over 1 MB is dropped. */
export class LineReader {
  private readonly path: string;
  private readonly onLine: (line: string) => void;
  private readonly buffer = Buffer.allocUnsafe(CHUNK);
  private offset: number;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private dropping = false;

  constructor(path: string, offset: number, onLine: (line: string) => void) {
    this.path = path;
    this.offset = offset;
    this.onLine = onLine;
  }

  /** Takes in at most 4 MB (all there is with `toEnd`) of what was written since the last look. */
  look(toEnd = false): void {
    const fd = openSync(this.path, 'r');
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
      closeSync(fd);
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
    this.pendingBytes += part.length;
    if (this.pendingBytes > LONGEST_LINE) {
      this.dropping = true;
      this.pending = [];
    } else this.pending.push(Buffer.from(part));
  }

  private emit(): void {
    if (!this.dropping) this.onLine(Buffer.concat(this.pending).toString('utf8').replace(/\r$/, ''));
    this.pending = [];
    this.pendingBytes = 0;
    this.dropping = false;
  }
}

/** The last lines of a file: at most 20 lines and 4 KiB, without colours and other control characters. */
export function tailOf(path: string, from = 0): string {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const size = fstatSync(fd).size;
    const start = Math.max(from, size - TAIL_BYTES);
    const bytes = Buffer.alloc(Math.max(0, size - start));
    readSync(fd, bytes, 0, bytes.length, start);
    return lastLines(bytes.toString('utf8').replace(/^\uFFFD+/, ''));
  } finally {
    closeSync(fd);
  }
}

/** The last 20 lines of a text. */
export function lastLines(text: string): string {
  const plain = stripVTControlCharacters(text)
    .replace(/[^\n]*\r(?!\n)/g, '')
    .replace(/(?![\n\t])\p{Cc}/gu, '');
  return plain.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
