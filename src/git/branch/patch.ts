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

/** Reads a patch. What belongs to a hunk is told by the counts in its header, never by what a line looks like. */
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
      let [minus, plus] = [Number(counts[1] ?? 1), Number(counts[2] ?? 1)];
      const [removed, added]: [string[], string[]] = [[], []];
      while (minus + plus > 0 && at + 1 < lines.length) {
        const next = lines[++at] ?? '';
        if (next.startsWith('-') && minus-- > 0) removed.push(next.slice(1));
        else if (next.startsWith('+') && plus-- > 0) added.push(next.slice(1));
        else if (!next.startsWith('\\')) break;
      }
      files.at(-1)?.hunks.push({ removed, added });
    }
  }
  return files;
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
