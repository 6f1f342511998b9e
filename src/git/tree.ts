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

/** A path as people write it (UTF-8) to the form in which TreeEntry holds names, and back. */
export const toBytes = (path: string): string => Buffer.from(path, 'utf8').toString('latin1');
export const fromBytes = (name: string): string => Buffer.from(name, 'latin1').toString('utf8');
