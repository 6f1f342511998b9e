import { join } from 'node:path';
import { readFollowing } from '../../system/plain-file.ts';

/** Bytes. */
const MAX_INDEX = 2 ** 30;

/** What an index holds besides ordinary files. Paths are UTF-8. */
export interface IndexScan {
  /** `git update-index --assume-unchanged`: changes to it are not shown. */
  readonly assumed: readonly string[];
  /** `--skip-worktree`: not in the folder because of sparse checkout, or hidden. */
  readonly skipped: readonly string[];
  /** Repositories of which git keeps no more than a commit id (mode 160000). */
  readonly gitlinks: readonly string[];
}

/**
 * Reads the flags of all entries in this process (gitformat-index(5), versions 2 to 4): some 2 ms for 10,000 files, where
 * `git ls-files -v` is a process and lists every file.
 * @returns null where git itself has to be asked: a split or sparse index, or a damaged one.
 */
export function scanIndex(gitDir: string, format: 'sha1' | 'sha256'): IndexScan | null {
  let bytes: Buffer;
  try {
    bytes = readFollowing(join(gitDir, 'index'), MAX_INDEX) ?? Buffer.alloc(0);
    if (bytes.length === 0) return { assumed: [], skipped: [], gitlinks: [] };
  } catch {
    return { assumed: [], skipped: [], gitlinks: [] };
  }
  try {
    return scan(bytes, format === 'sha1' ? 20 : 32);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const HEADER = 12;
const STAT = 40;

function scan(bytes: Buffer, hash: number): IndexScan | null {
  const version = bytes.readUInt32BE(4);
  if (bytes.toString('latin1', 0, 4) !== 'DIRC' || version < 2 || version > 4) return null;
  const found = { assumed: [] as string[], skipped: [] as string[], gitlinks: [] as string[] };
  let at = HEADER;
  let name = Buffer.alloc(0);
  for (let left = bytes.readUInt32BE(8); left > 0; left -= 1) {
    const mode = bytes.readUInt32BE(at + 24);
    const flags = bytes.readUInt16BE(at + STAT + hash);
    const extended = (flags & 0x4000) !== 0;
    const more = extended ? bytes.readUInt16BE(at + STAT + hash + 2) : 0;
    const behindFlags = at + STAT + hash + (extended ? 4 : 2);
    const { value: strip, from } = version === 4 ? readOffset(bytes, behindFlags) : { value: 0, from: behindFlags };
    const end = bytes.indexOf(0, from);
    if (end < 0) return null;
    const isLink = mode >>> 12 === 0o16;
    const isAssumed = (flags & 0x8000) !== 0;
    const isSkipped = (more & 0x4000) !== 0;
    if (version === 4) name = Buffer.concat([name.subarray(0, name.length - strip), bytes.subarray(from, end)]);
    const path = (): string => (version === 4 ? name : bytes.subarray(from, end)).toString('utf8');
    if (isLink) found.gitlinks.push(path());
    if (isAssumed) found.assumed.push(path());
    if (isSkipped) found.skipped.push(path());
    at = version === 4 ? end + 1 : at + ((end - at + 8) & ~7);
  }
  return hasRequiredExtension(bytes, at, hash) ? null : found;
}

/** A number of variable width (gitformat-pack(5), "offset encoding"), and where the bytes behind it begin. */
function readOffset(bytes: Buffer, start: number): { readonly value: number; readonly from: number } {
  let from = start;
  let byte = bytes.readUInt8(from++);
  let value = byte & 127;
  while ((byte & 128) !== 0) {
    byte = bytes.readUInt8(from++);
    value = ((value + 1) << 7) + (byte & 127);
  }
  return { value, from };
}

/** Extensions whose name begins with a small letter (`link`, `sdir`) change what the entries mean. */
function hasRequiredExtension(bytes: Buffer, from: number, hash: number): boolean {
  for (let at = from; at + 8 <= bytes.length - hash; at += 8 + bytes.readUInt32BE(at + 4))
    if (bytes.readUInt8(at) >= 97) return true;
  return false;
}
