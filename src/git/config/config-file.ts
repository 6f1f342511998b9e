import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { textFollowing } from '../../system/plain-file.ts';

/** One line of a config file: `section.key` or `section.sub section.key`; section and key are in lower case. */
export interface ConfigLine {
  readonly name: string;
  /** null: a key without `=`, which git reads as true. */
  readonly value: string | null;
}

/** Longest config file that is read, bytes. */
const MAX_BYTES = 1024 * 1024;
/** How deep included files are followed; git's own limit is 10. */
const MAX_DEPTH = 10;

/**
 * Reads the text of a config file as git does (git-config(1), "CONFIGURATION FILE"), in this process.
 * @returns null for a text that git refuses ("bad config line").
 */
export function parseConfig(text: string): ConfigLine[] | null {
  const reader = new Reader(text.replace(/^\uFEFF/, ''));
  const lines: ConfigLine[] = [];
  let section = '';
  for (;;) {
    reader.skipBlank();
    const letter = reader.next();
    if (letter === '') return lines;
    if (letter === '[') {
      const header = readHeader(reader);
      if (header === null) return null;
      section = header;
    } else {
      if (!/[A-Za-z]/.test(letter)) return null;
      const line = readKey(reader, section, letter);
      if (line === null) return null;
      lines.push(line);
    }
  }
}

/** A config file with all that it includes, whatever the condition of an `includeIf` is. @returns null: unreadable. */
export function readConfigWithIncludes(
  path: string,
  read: (path: string) => string | null = readConfigText,
  depth = 0,
): ConfigLine[] | null {
  const text = read(path);
  if (text === null) return [];
  const lines = parseConfig(text);
  if (lines === null || depth >= MAX_DEPTH) return lines;
  return lines.flatMap((line) => {
    if (!/^include(if\..*)?\.path$/s.test(line.name) || line.value === null) return [line];
    const file = line.value.replace(/^~\//, `${homedir()}/`);
    return [
      line,
      ...(readConfigWithIncludes(file.startsWith('/') ? file : join(dirname(path), file), read, depth + 1) ?? []),
    ];
  });
}

/** All values of each name, in order. */
export function valuesOf(lines: readonly ConfigLine[]): Map<string, readonly (string | null)[]> {
  const found = new Map<string, (string | null)[]>();
  for (const { name, value } of lines) found.set(name, [...(found.get(name) ?? []), value]);
  return found;
}

/** The text of a config file; null: there is none, or something that is no file. */
export const readConfigText = (path: string): string | null => textFollowing(path, MAX_BYTES);

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.replaceAll('\r\n', '\n');
  }

  /** The next letter; '' at the end. */
  next(): string {
    return this.#text[this.#at++] ?? '';
  }

  /** Blanks, empty lines and comments. */
  skipBlank(): void {
    const blank = /(?:\s+|[#;][^\n]*)*/y;
    blank.lastIndex = this.#at;
    blank.exec(this.#text);
    this.#at = Math.max(this.#at, blank.lastIndex);
  }
}

function readHeader(reader: Reader): string | null {
  let name = '';
  for (;;) {
    const letter = reader.next();
    if (letter === ']') return name === '' ? null : name.toLowerCase();
    if (/\s/.test(letter)) break;
    if (!/[\w.-]/.test(letter)) return null;
    name += letter;
  }
  let letter = reader.next();
  while (letter === ' ' || letter === '\t') letter = reader.next();
  if (letter !== '"') return null;
  let sub = '';
  for (letter = reader.next(); letter !== '"'; letter = reader.next()) {
    if (letter === '\\') letter = reader.next();
    if (letter === '' || letter === '\n') return null;
    sub += letter;
  }
  return reader.next() === ']' ? `${name.toLowerCase()}.${sub}` : null;
}

function readKey(reader: Reader, section: string, first: string): ConfigLine | null {
  let key = first;
  let letter = reader.next();
  for (; /[\w-]/.test(letter); letter = reader.next()) key += letter;
  while (letter === ' ' || letter === '\t') letter = reader.next();
  const name = `${section === '' ? '' : `${section}.`}${key.toLowerCase()}`;
  if (letter === '' || letter === '\n') return { name, value: null };
  if (letter !== '=') return null;
  const value = readValue(reader);
  return value === null ? null : { name, value };
}

function readValue(reader: Reader): string | null {
  let value = '';
  let kept = 0;
  let quoted = false;
  let comment = false;
  for (let letter = reader.next(); ; letter = reader.next()) {
    if (letter === '' || letter === '\n') return quoted ? null : value.slice(0, kept);
    if (comment) continue;
    const isBlank = /\s/.test(letter);
    if (letter === '"') {
      quoted = !quoted;
      kept = value.length;
    } else if (!quoted && (letter === '#' || letter === ';')) comment = true;
    else if (letter === '\\') {
      const escaped = reader.next();
      if (escaped === '\n' || escaped === '') continue;
      const meant = ESCAPES[escaped];
      if (meant === undefined) return null;
      value += meant;
      kept = value.length;
    } else if (quoted || !isBlank || value !== '') {
      value += letter;
      if (quoted || !isBlank) kept = value.length;
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '\\': '\\', '"': '"' };
