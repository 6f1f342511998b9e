/** One line of a tree object. */
export interface TreeEntry {
  /** As git writes it: `100644`, `100755`, `120000` (symlink), `40000` (tree), `160000` (submodule). */
  readonly mode: string;
  /** One UTF-16 unit per byte (latin1): paths need not be UTF-8, and so comparing strings is comparing bytes. */
  readonly name: string;
  readonly sha: string;
}

export const TREE_MODE = '40000';

/** @param shaBytes 20 or 32 */
export function parseTree(bytes: Buffer, shaBytes: number): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(32, at);
    const nul = bytes.indexOf(0, space);
    const mode = bytes.toString('latin1', at, space);
    const name = bytes.toString('latin1', space + 1, nul);
    at = nul + 1 + shaBytes;
    entries.push({ mode, name, sha: bytes.toString('hex', nul + 1, at) });
  }
  return entries;
}

/** Sorted as git demands: by bytes, a tree as if its name ended in `/`. */
export function serialiseTree(entries: readonly TreeEntry[]): Buffer {
  const key = (entry: TreeEntry): string => (entry.mode === TREE_MODE ? `${entry.name}/` : entry.name);
  const sorted = entries.map((entry) => ({ entry, key: key(entry) }));
  sorted.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const parts: Buffer[] = [];
  for (const { entry } of sorted) {
    parts.push(Buffer.from(`${entry.mode} ${entry.name}\0`, 'latin1'), Buffer.from(entry.sha, 'hex'));
  }
  return Buffer.concat(parts);
}

/**
 * A path as people write it (UTF-8) to the form in which TreeEntry holds names, and back. A byte that is no UTF-8 becomes
 * a lone surrogate (U+DC00 + byte, as Python's `surrogateescape` has it), so that no two names become one.
 */
export function toBytes(path: string): string {
  const bytes = Buffer.from(path, 'utf8').toString('latin1');
  if (!bytes.includes(REPLACED) || isUtf8Path(path)) return bytes;
  return path.replace(CHARACTER, (one) =>
    LONE.test(one) ? String.fromCharCode(one.charCodeAt(0) - 0xdc00) : Buffer.from(one).toString('latin1'),
  );
}

export function fromBytes(name: string): string {
  const path = Buffer.from(name, 'latin1').toString('utf8');
  if (!path.includes('\ufffd')) return path;
  return name.replace(UTF8_OR_BYTE, (part) =>
    NO_UTF8.test(part)
      ? String.fromCharCode(0xdc00 + part.charCodeAt(0))
      : Buffer.from(part, 'latin1').toString('utf8'),
  );
}

/** Can the path be given to git and to the system as a string? Else only as bytes (`toBytes`). */
export const isUtf8Path = (path: string): boolean => !LONE.test(path);

/** U+FFFD in UTF-8, which also stands for whatever can't be encoded. */
const REPLACED = '\xef\xbf\xbd';
const CHARACTER = /[\ud800-\udbff][\udc00-\udfff]|[^]/g;
const LONE = /(?<![\ud800-\udbff])[\udc80-\udcff]/;
/** RFC 3629, section 4, one UTF-16 unit per byte. */
const UTF8_OR_BYTE =
  /(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+|[\x80-\xff]/g;
/** A part that is one byte from above ASCII is no UTF-8. */
const NO_UTF8 = /^[\x80-\xff]$/;
