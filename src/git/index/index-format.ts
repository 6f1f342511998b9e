import { createHash } from 'node:crypto';
import { toBytes } from '../objects/tree.ts';

/*
 * The bytes of a git index, by git's Documentation/gitformat-index.txt: versions 2 and 3, extensions TREE, REUC, EOIE and
 * IEOT. Everything else (version 4, split, sparse, untracked cache, file system monitor) is left to git.
 */

/** One file's entry in a git index. */
export interface IndexEntry {
  /** Octal text: `100644`. */
  readonly mode: string;
  readonly sha: string;
}

/** What an entry is to become, if it is now one of `allowed` (by SHA; null = no entry). */
export interface IndexEdit {
  readonly path: string;
  readonly allowed: readonly (string | null)[];
  readonly to: IndexEntry | null;
}

export interface RawEntry {
  readonly mode: string;
  readonly sha: string;
  readonly stage: number;
  /** Assumed unchanged, skip-worktree or intent-to-add: the file on disk says nothing. */
  readonly special: boolean;
  readonly start: number;
  readonly end: number;
  /** Seconds and nanoseconds, inode (32 bits), size (32 bits): what git compares with the file. */
  readonly stat: { readonly mtime: number; readonly mtimeNs: number; readonly ino: number; readonly size: number };
}

/** bytes null: there is nothing to change. */
export type BuiltIndex =
  | { readonly ok: true; readonly bytes: Buffer | null }
  | { readonly ok: false; readonly why: 'unsupported' }
  | { readonly ok: false; readonly why: 'other'; readonly path: string };

/** The index with the edits done, if every entry is what it may be. @param old null: there is no index yet. */
export function buildIndex(old: Buffer | null, format: 'sha1' | 'sha256', edits: readonly IndexEdit[]): BuiltIndex {
  const bytes = old ?? emptyIndex(format);
  if (!supported(bytes, format)) return { ok: false, why: 'unsupported' };
  const starts = entryStarts(bytes, format);
  const end = starts[starts.length - 1]!;
  const extensions = readExtensions(bytes, end, hashBytes(format));
  if (!extensions) return { ok: false, why: 'unsupported' };
  const removed = new Set(edits.flatMap(({ path, to }) => (to === null ? toBytes(path) : [])));
  const index = { bytes, format, starts };
  const found = edits.map((edit) => place(index, edit, removed));
  for (const { edit, now } of found) {
    const fits = now === 'clash' ? false : edit.allowed.includes(now === null ? null : now.stage === 0 ? now.sha : '-');
    if (!fits) return { ok: false, why: 'other', path: edit.path };
  }
  const changes = found.filter(({ edit, now }) => {
    const raw = now === 'clash' ? null : now;
    return edit.to === null ? raw !== null : raw === null || raw.sha !== edit.to.sha || raw.mode !== edit.to.mode;
  });
  return { ok: true, bytes: changes.length === 0 ? null : assemble(index, changes, extensions) };
}

/** The entries of these paths; null: this index needs git itself. */
export function findEntries(
  bytes: Buffer,
  format: 'sha1' | 'sha256',
  paths: ReadonlySet<string>,
): Map<string, RawEntry> | null {
  if (!supported(bytes, format)) return null;
  const found = new Map<string, RawEntry>();
  const starts = entryStarts(bytes, format);
  const index = { bytes, format, starts };
  if (isPartial(bytes, starts[starts.length - 1]!, hashBytes(format))) return null;
  for (const path of paths) {
    const name = bytesOf(path);
    const at = lowerBound(index, name);
    if (isAt(index, at, name)) found.set(path, entryAt(index, at));
  }
  return found;
}

const bytesOf = (path: string): Buffer => Buffer.from(toBytes(path), 'latin1');

const HEADER = 12;
const STAT = 40;
const hashBytes = (format: 'sha1' | 'sha256'): number => (format === 'sha1' ? 20 : 32);

function supported(bytes: Buffer, format: 'sha1' | 'sha256'): boolean {
  if (bytes.length < HEADER + hashBytes(format) || bytes.toString('latin1', 0, 4) !== 'DIRC') return false;
  const version = bytes.readUInt32BE(4);
  return version === 2 || version === 3;
}

/**
 * Offset of every entry, and of the end of the last. Only lengths are read: an index of 20,000 files is 2 MB, and making
 * strings of its entries costs ten times all the rest.
 */
function entryStarts(bytes: Buffer, format: 'sha1' | 'sha256'): Uint32Array {
  const flagsAt = STAT + hashBytes(format);
  const count = bytes.readUInt32BE(8);
  const starts = new Uint32Array(count + 1);
  let at = HEADER;
  for (let i = 0; i < count; i++) {
    starts[i] = at;
    const flags = (bytes[at + flagsAt]! << 8) | bytes[at + flagsAt + 1]!;
    const nameAt = at + flagsAt + ((flags & 0x4000) !== 0 ? 4 : 2);
    const length = flags & 0xfff;
    const nameEnd = length < 0xfff ? nameAt + length : bytes.indexOf(0, nameAt);
    at += (Math.floor((nameEnd - at) / 8) + 1) * 8;
  }
  starts[count] = at;
  return starts;
}

/** Where the entry's name begins and ends. */
function nameSpan(bytes: Buffer, format: 'sha1' | 'sha256', start: number): readonly [number, number] {
  const flagsAt = start + STAT + hashBytes(format);
  const flags = bytes.readUInt16BE(flagsAt);
  const from = flagsAt + ((flags & 0x4000) !== 0 ? 4 : 2);
  return [from, (flags & 0xfff) < 0xfff ? from + (flags & 0xfff) : bytes.indexOf(0, from)];
}

interface Index {
  readonly bytes: Buffer;
  readonly format: 'sha1' | 'sha256';
  /** As `entryStarts` gives it. */
  readonly starts: Uint32Array;
}

/** The first entry whose name is not below `name`; entries are sorted by bytes. */
function lowerBound({ bytes, format, starts }: Index, name: Buffer): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const [from, to] = nameSpan(bytes, format, starts[middle]!);
    if (bytes.compare(name, 0, name.length, from, to) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The entry's name is `name`, or begins with it. */
function isAt({ bytes, format, starts }: Index, at: number, name: Buffer, prefix = false): boolean {
  if (at >= starts.length - 1) return false;
  const [from, to] = nameSpan(bytes, format, starts[at]!);
  const end = prefix ? Math.min(to, from + name.length) : to;
  return bytes.compare(name, 0, name.length, from, end) === 0;
}

function entryAt({ bytes, format, starts }: Index, at: number): RawEntry {
  const [start, end] = [starts[at]!, starts[at + 1]!];
  const hash = hashBytes(format);
  const flags = bytes.readUInt16BE(start + STAT + hash);
  const more = (flags & 0x4000) !== 0 ? bytes.readUInt16BE(start + STAT + hash + 2) : 0;
  return {
    mode: bytes.readUInt32BE(start + 24).toString(8),
    sha: bytes.toString('hex', start + STAT, start + STAT + hash),
    stage: (flags >> 12) & 3,
    special: (flags & 0x8000) !== 0 || (more & 0x6000) !== 0,
    start,
    end,
    stat: {
      mtime: bytes.readUInt32BE(start + 8),
      mtimeNs: bytes.readUInt32BE(start + 12),
      ino: bytes.readUInt32BE(start + 20),
      size: bytes.readUInt32BE(start + 36),
    },
  };
}

interface Found {
  readonly edit: IndexEdit;
  /** `clash`: a file stands where the path needs a folder, or the other way round, and is not removed. */
  readonly now: RawEntry | null | 'clash';
  /** Where its entry is, or would be inserted. */
  readonly at: number;
}

function place(index: Index, edit: IndexEdit, removed: ReadonlySet<string>): Found {
  const { bytes, format, starts } = index;
  const name = bytesOf(edit.path);
  const nth = lowerBound(index, name);
  const at = starts[nth]!;
  if (isAt(index, nth, name)) return { edit, now: entryAt(index, nth), at };
  const below = bytesOf(`${edit.path}/`);
  let clash = false;
  for (let i = lowerBound(index, below); isAt(index, i, below, true); i++)
    clash ||= !removed.has(bytes.toString('latin1', ...nameSpan(bytes, format, starts[i]!)));
  for (let i = edit.path.indexOf('/'); i > 0; i = edit.path.indexOf('/', i + 1)) {
    const above = bytesOf(edit.path.slice(0, i));
    clash ||= isAt(index, lowerBound(index, above), above) && !removed.has(above.toString('latin1'));
  }
  return { edit, now: clash ? 'clash' : null, at };
}

function assemble(
  { bytes, format, starts }: Index,
  changes: readonly Found[],
  extensions: readonly Extension[],
): Buffer {
  const end = starts[starts.length - 1]!;
  const parts: Buffer[] = [];
  let count = bytes.readUInt32BE(8);
  let from = HEADER;
  const order = [...changes].sort((a, b) => a.at - b.at || (latin1(a) < latin1(b) ? -1 : 1));
  for (const { edit, now, at } of order) {
    parts.push(bytes.subarray(from, at));
    const old = now === 'clash' ? null : now;
    from = old ? old.end : at;
    if (edit.to) parts.push(entryBytes({ bytes, format }, edit.path, edit.to, old));
    count += (edit.to ? 1 : 0) - (old ? 1 : 0);
  }
  parts.push(bytes.subarray(from, end));
  for (const { name, data } of extensions) {
    if (name === 'EOIE' || name === 'IEOT') continue; // offsets for reading by several threads; optional
    const kept = name === 'TREE' ? invalidate(data, hashBytes(format), order.map(latin1)) : data;
    const head = Buffer.alloc(8);
    head.write(name, 'latin1');
    head.writeUInt32BE(kept.length, 4);
    parts.push(head, kept);
  }
  const header = Buffer.from(bytes.subarray(0, HEADER));
  header.writeUInt32BE(count, 8);
  const hash = createHash(format);
  for (const part of [header, ...parts]) hash.update(part);
  return Buffer.concat([header, ...parts, hash.digest()]);
}

const latin1 = ({ edit }: Found): string => toBytes(edit.path);

/** No stat data: git then compares the content, as after `update-index --cacheinfo`. */
function entryBytes(
  { bytes, format }: Pick<Index, 'bytes' | 'format'>,
  path: string,
  to: IndexEntry,
  old: RawEntry | null,
): Buffer {
  const hash = hashBytes(format);
  const stat = Buffer.alloc(STAT);
  stat.writeUInt32BE(parseInt(to.mode, 8), 24);
  const name = bytesOf(path);
  const flags = Buffer.alloc(2);
  flags.writeUInt16BE(Math.min(name.length, 0xfff));
  const head = old ? bytes.subarray(old.start + STAT + hash, nameSpan(bytes, format, old.start)[0]) : flags;
  const entry = Buffer.concat([stat, Buffer.from(to.sha, 'hex'), head, name]);
  return Buffer.concat([entry, Buffer.alloc(8 - (entry.length % 8))]);
}

interface Extension {
  readonly name: string;
  readonly data: Buffer;
}

/** Do entries stand elsewhere (a split index), or folders for the files in them (a sparse one)? */
function isPartial(bytes: Buffer, from: number, hash: number): boolean {
  for (let at = from; at + 8 <= bytes.length - hash; at += 8 + bytes.readUInt32BE(at + 4))
    if (['link', 'sdir'].includes(bytes.toString('latin1', at, at + 4))) return true;
  return false;
}

function readExtensions(bytes: Buffer, from: number, hash: number): Extension[] | null {
  const found: Extension[] = [];
  const end = bytes.length - hash;
  for (let at = from; at < end;) {
    if (at + 8 > end) return null;
    const name = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32BE(at + 4);
    if (!['TREE', 'REUC', 'EOIE', 'IEOT'].includes(name) || at + 8 + size > end) return null;
    found.push({ name, data: bytes.subarray(at + 8, at + 8 + size) });
    at += 8 + size;
  }
  return found;
}

/** The cached trees, less those above the paths: a count of -1 and no name means "not known". */
function invalidate(data: Buffer, hash: number, paths: readonly string[]): Buffer {
  const stale = new Set(['']);
  for (const path of paths)
    for (let i = path.indexOf('/'); i > 0; i = path.indexOf('/', i + 1)) stale.add(path.slice(0, i));
  const parts: Buffer[] = [];
  let at = 0;
  const node = (above: string | null): void => {
    const nul = data.indexOf(0, at);
    const newline = data.indexOf(10, nul);
    const name = data.toString('latin1', at, nul);
    const path = above === null || above === '' ? name : `${above}/${name}`;
    const [count = '-1', below = '0'] = data.toString('latin1', nul + 1, newline).split(' ');
    const end = newline + 1 + (Number(count) >= 0 ? hash : 0);
    parts.push(stale.has(path) ? Buffer.from(`${name}\0-1 ${below}\n`, 'latin1') : data.subarray(at, end));
    at = end;
    for (let left = Number(below); left > 0; left--) node(path);
  };
  if (data.length > 0) node(null);
  return Buffer.concat(parts);
}

function emptyIndex(format: 'sha1' | 'sha256'): Buffer {
  const header = Buffer.from('DIRC\0\0\0\x02\0\0\0\0', 'latin1');
  return Buffer.concat([header, createHash(format).update(header).digest()]);
}
