import { fromBytes } from '../objects/tree.ts';

/** Arguments of `git diff` for `readPatch`, whatever attributes and config make of the files. */
export const PATCH: readonly string[] = [
  ...['-U0', '--inter-hunk-context=0', '--no-color', '--text', '--no-ext-diff', '--no-textconv'],
  ...['--src-prefix=a/', '--dst-prefix=b/', '--submodule=short'],
];

/** A place where a file changed. */
export interface Hunk {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What a patch changes in one file. */
export interface PatchedFile {
  /** Path after the change; before it, where the file is gone. */
  readonly path: string;
  readonly hunks: readonly Hunk[];
}

/** Reads a patch. The counts in its header say which lines belong to a hunk; what a line looks like does not. */
export function readPatch(patch: string): PatchedFile[] {
  const files: (PatchedFile & { readonly hunks: Hunk[] })[] = [];
  const lines = patch.split('\n');
  let before = '';
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const counts = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    if (line.startsWith('--- ')) before = pathIn(line, 'a/');
    else if (line.startsWith('+++ ')) {
      const path = pathIn(line, 'b/');
      files.push({ path: path === '/dev/null' ? before : path, hunks: [] });
    } else if (counts) {
      const { hunk, last } = readHunk(lines, at, { minus: Number(counts[1] ?? 1), plus: Number(counts[2] ?? 1) });
      at = last;
      files.at(-1)?.hunks.push(hunk);
    }
  }
  return files;
}

/** @param header index of the hunk's header. @returns the hunk, and the index of its last line */
function readHunk(
  lines: readonly string[],
  header: number,
  counts: { readonly minus: number; readonly plus: number },
): { readonly hunk: Hunk; readonly last: number } {
  let { minus, plus } = counts;
  let at = header;
  const [removed, added]: [string[], string[]] = [[], []];
  while (minus + plus > 0 && at + 1 < lines.length) {
    const next = lines[++at] ?? '';
    if (next.startsWith('-') && minus-- > 0) removed.push(next.slice(1));
    else if (next.startsWith('+') && plus-- > 0) added.push(next.slice(1));
    else if (!next.startsWith('\\')) break;
  }
  return { hunk: { removed, added }, last: at };
}

/** git quotes a path with control characters, quotes, backslashes or (`core.quotePath`) bytes over 127, as C does. */
function pathIn(header: string, prefix: string): string {
  const name = header.slice(4).replace(/\t$/, '');
  const path = name.startsWith('"') ? unquoted(name.slice(1, -1)) : name;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

const unquoted = (text: string): string =>
  fromBytes(
    Buffer.from(text, 'utf8')
      .toString('latin1')
      .replaceAll(/\\([0-7]{3}|[^])/g, (_, code: string) =>
        code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
      ),
  );

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
