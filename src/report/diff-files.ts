import picocolors from 'picocolors';
import { plainText } from '../plain-text.ts';

/** A file of a diff. `added` and `removed` count lines; null in both: it is binary. */
export interface DiffFile {
  readonly path: string;
  /** Its former path, where it was renamed; null. */
  readonly from: string | null;
  readonly added: number | null;
  readonly removed: number | null;
}

/** Reads `git diff --numstat -z`. */
export function diffFiles(numstat: string): DiffFile[] {
  const files: DiffFile[] = [];
  const parts = numstat.split('\0');
  for (let at = 0; at < parts.length; at += 1) {
    const [added = '', removed = '', path = ''] = (parts[at] ?? '').split(/\t(.*?)\t(.*)/s);
    if (added === '') continue;
    const counts = { added: countOf(added), removed: countOf(removed) };
    if (path !== '') files.push({ path, from: null, ...counts });
    else files.push({ from: parts[(at += 1)] ?? '', path: parts[(at += 1)] ?? '', ...counts });
  }
  return files;
}

const countOf = (text: string): number | null => (text === '-' ? null : Number(text));

/** A diff for a terminal: escape sequences and control characters that files contain are removed. */
export function shownDiff(text: string, colour: boolean): string {
  const colours = picocolors.createColors(colour);
  const paint = (line: string): string => {
    if (HEADER.test(line)) return colours.bold(line);
    if (line.startsWith('@@')) return colours.cyan(line);
    if (line.startsWith('+')) return colours.green(line);
    return line.startsWith('-') ? colours.red(line) : line;
  };
  return text
    .split('\n')
    .map((line) => paint(plainText(line.replace(/\r$/, '')).replaceAll('\n', ' ')))
    .join('\n');
}

const HEADER = /^(?:diff |index |--- |\+\+\+ |new file|deleted file|old mode|new mode|similarity|rename |Binary files)/;
