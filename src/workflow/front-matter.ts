import matter from 'gray-matter';
import { isMap, isPair, isScalar, isSeq, parseDocument, type Document, type Node, type Pair } from 'yaml';
import { placeAt, type Place, type Problem } from '../problem.ts';
import * as messages from './messages.ts';

export type KeyPath = readonly (string | number)[];

/** A markdown file with YAML front matter, read. */
export interface FrontMatter {
  /** The data as plain values; keys that are left empty are undefined. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The prose below. */
  readonly content: string;
  /** Where a key stands, or its value, or the nearest key around it that does stand in the file; undefined = none does. */
  place(path: KeyPath, what: 'key' | 'value'): Place | undefined;
}

const YAML = { schema: 'core', version: '1.2', uniqueKeys: true, prettyErrors: false, logLevel: 'silent' } as const;

/**
 * Splits and reads a file with YAML front matter by gray-matter, with the options that make it safe: no code is run
 * (`---js`), and YAML is read by `yaml` 1.2 core, so that strings stay strings and errors have places.
 * @returns the file, or every problem with its place
 */
export function readFrontMatter(text: string, file: string): FrontMatter | readonly Problem[] {
  const fences = checkFences(text, file);
  if (fences) return [fences];
  let doc: Document.Parsed | null = null;
  const offset = text.indexOf('---') + 3;
  try {
    const read = matter(text, { language: 'yaml', engines: engines((source) => (doc = parseDocument(source, YAML))) });
    if (doc === null) return { data: {}, content: read.content, place: () => undefined };
    return readDocument(doc, { text, file, offset, content: read.content });
  } catch (error) {
    // Aliases that grow without bound.
    return [
      {
        code: 'settings-yaml',
        message: messages.frontMatterUnreadable(errorSentence(error)),
        where: placeAt(file, text, offset),
      },
    ];
  }
}

/** gray-matter takes a language from the opening fence, which `checkFences` refuses: none but YAML is ever read, and no code runs. */
function engines(read: (source: string) => Document.Parsed): Record<string, (source: string) => object> {
  const yaml = (source: string): object => {
    // gray-matter cuts before the newline: with CRLF the last value would end in \r.
    read(source.replace(/\r$/, ''));
    return {};
  };
  return { yaml, yml: yaml, json: yaml, js: yaml, javascript: yaml, coffee: yaml, cson: yaml, toml: yaml };
}

interface Source {
  readonly text: string;
  readonly file: string;
  readonly offset: number;
  readonly content: string;
}

function readDocument(doc: Document.Parsed, source: Source): FrontMatter | readonly Problem[] {
  const at = (start: number, end: number): Place =>
    placeAt(source.file, source.text, source.offset + start, Math.max(1, end - start));
  const faults = [...doc.errors, ...doc.warnings].map(({ message, pos }): Problem => ({
    code: 'settings-yaml',
    message: messages.invalidYaml(sentence(message)),
    where: at(pos[0], pos[1]),
    fix: messages.FIND_YAML_SLIP,
    ...hint(message),
  }));
  if (faults.length > 0) return faults;
  if (doc.contents !== null && !isMap(doc.contents) && !isEmpty(doc.contents)) {
    return [
      {
        code: 'settings-yaml',
        message: messages.NOT_A_MAP,
        where: at(...range(doc.contents)),
      },
    ];
  }
  const data = (doc.toJS({ maxAliasCount: 20 }) ?? {}) as Record<string, unknown>;
  const place = (path: KeyPath, what: 'key' | 'value'): Place | undefined => {
    const found = spot(doc, path, what);
    return found ? at(...found) : undefined;
  };
  return { data: withoutEmpty(data, doc.contents) as Record<string, unknown>, content: source.content, place };
}

/** What gray-matter lets pass: a fence that is not the first line, has a word behind it, or is never closed. */
function checkFences(text: string, file: string): Problem | null {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n/);
  const first = lines.findIndex((line) => line.trim() !== '');
  const code = 'settings-fence';
  const at = (line: number): Place => placeAt(file, text, offsetOfLine(text, line), lines[line]?.length ?? 1);
  if (first < 0 || !(lines[first] ?? '').startsWith('---')) return null;
  if (first > 0)
    return {
      code,
      message: messages.NOT_ON_FIRST_LINE,
      where: at(first),
      fix: messages.DELETE_LINES_ABOVE,
    };
  if (!/^---[ \t]*$/.test(lines[0] ?? '')) return { code, message: messages.WRONG_OPENING, where: at(0) };
  const end = lines.findIndex((line, index) => index > 0 && line.startsWith('---'));
  if (end < 0)
    return {
      code,
      message: messages.NEVER_CLOSED,
      where: at(0),
      fix: messages.CLOSE_IT,
    };
  if (/^---[ \t]*$/.test(lines[end] ?? '')) return null;
  return { code, message: messages.WRONG_CLOSING, where: at(end) };
}

function offsetOfLine(text: string, line: number): number {
  let offset = text.startsWith('\uFEFF') ? 1 : 0;
  for (let index = 0; index < line; index++) offset = text.indexOf('\n', offset) + 1;
  return offset;
}

const isEmpty = (node: unknown): boolean => isScalar(node) && node.value === null && (node.source ?? '') === '';

/** `hooks:` with nothing behind it means its default; `null` and `~` that were written stay null. */
function withoutEmpty(value: unknown, node: unknown): unknown {
  if (node === null || isEmpty(node)) return undefined;
  if (isMap(node) && typeof value === 'object' && value !== null) {
    const items = new Map(node.items.map((pair: Pair) => [keyOf(pair), pair.value]));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, items.has(key) ? withoutEmpty(item, items.get(key)) : item]),
    );
  }
  return value;
}

const keyOf = (pair: Pair): string => String(isScalar(pair.key) ? pair.key.value : pair.key);

/** Offsets of a key or value; of the nearest thing around it that stands in the file. */
function spot(doc: Document.Parsed, path: KeyPath, what: 'key' | 'value'): [number, number] | undefined {
  let node: unknown = doc.contents;
  let found: [number, number] | undefined;
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find((item) => isPair(item) && keyOf(item) === String(step));
      if (!pair) return found;
      found = range(last && what === 'value' && pair.value && !isEmpty(pair.value) ? pair.value : pair.key);
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node) found = range(node);
    } else return found;
  }
  return found;
}

/** First line of a node: what is underlined. */
function range(node: unknown): [number, number] {
  const ends = (node as Node).range;
  return ends ? [ends[0], ends[1]] : [0, 1];
}

const errorSentence = (error: unknown): string => sentence(error instanceof Error ? error.message : String(error));
const sentence = (message: string): string => message.replace(/\s+at line \d+.*$/s, '').replace(/[.:]?\s*$/, '.');

function hint(message: string): { fix?: string } {
  if (/tab/i.test(message)) return { fix: messages.INDENT_WITH_SPACES };
  if (/unique/i.test(message)) return { fix: messages.DELETE_ONE };
  if (/compact mapping|Nested mappings|Implicit keys/i.test(message)) return { fix: messages.QUOTE_VALUE };
  return {};
}
