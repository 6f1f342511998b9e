import type { Heading as HeadingNode, Html, List, RootContent } from 'mdast';
import { endOf, startOf } from '../../board/parse/field-list.ts';
import { lineEnd, lineStart } from '../../board/parse/line-breaks.ts';
import { SEPARATOR } from '../../board/parse/section-facts.ts';
import { detached, frontMatterEnd, parseMarkdown, SENTINEL, textStart } from '../../board/parse/sections.ts';

/**
 * A block at the root of the document, as whole lines: [start, end) with the last line's break. What stands in a fence, a
 * comment, HTML or a quote is part of such a block and never one itself.
 */
export type Block =
  | {
      readonly kind: 'heading';
      /** 1 to 6; `LABEL`: a line of its own that stands for a heading. */
      readonly depth: number;
      readonly start: number;
      readonly end: number;
      /** Its text without `#`s or underline. */
      readonly content: string;
      /** `=` or `-` below it; null: written with `#`. */
      readonly underline: '=' | '-' | null;
    }
  | {
      readonly kind: 'item';
      readonly start: number;
      readonly end: number;
      /** Everything before its text: `- `, ` *   `, `3. `. */
      readonly marker: string;
    }
  | {
      /** `break`: the comment that parts what is not released from a list that follows. */
      readonly kind: 'text' | 'link' | 'html' | 'rule' | 'front' | 'break';
      readonly start: number;
      readonly end: number;
    };

export type Heading = Extract<Block, { kind: 'heading' }>;
export type Item = Extract<Block, { kind: 'item' }>;

/** Depth of a bold line or a version that stands for a heading: below all of them. */
export const LABEL = 7;

/**
 * Reads a markdown text into the blocks at its root, with remark, stretch by stretch: each stretch ends where remark sees a
 * heading at the root if one is put there (the method of `board/parse/sections.ts`), and what was read once is remembered by its
 * text. So a line more at the end of a list costs the last stretch of it, however long the file.
 * @param enough no more is read once it is true of the blocks so far
 */
export function readBlocks(text: string, enough: (blocks: readonly Block[]) => boolean = () => false): Block[] {
  const from = frontMatterEnd(text, textStart(text));
  const blocks: Block[] = from > textStart(text) ? [{ kind: 'front', start: textStart(text), end: from }] : [];
  let start = from;
  const cuts = new Cuts(text, from);
  while (start < text.length && !enough(blocks)) {
    const { end, found } = readStretch(text, start, cuts);
    for (const block of found) blocks.push({ ...block, start: block.start + start, end: block.end + start });
    start = end;
  }
  return blocks;
}

/** A list's stretch has at least so many characters: a parse costs most for its beginning. */
const STRETCH = 1_500;

/** Places where a stretch may end: before a line that begins a block whatever stands above it, unless that is open. */
class Cuts {
  readonly #text: string;
  readonly #known: number[] = [];
  readonly #pattern = /(?:^|[\r\n])(?=#{1,6}[ \t]|[-*+] {1,3}(?:[\p{L}\p{N}`[(]|\*\*[\p{L}\p{N}`[]))/gu;

  constructor(text: string, from: number) {
    this.#text = text;
    this.#pattern.lastIndex = from;
  }

  /** The first one behind `start` that is worth a try, at or behind `least`; the text's end if there is none. */
  next(start: number, least: number): number {
    for (let index = this.#firstAfter(Math.max(start, least - 1)); ; index++) {
      const at = this.#known[index] ?? this.#search();
      if (at === null) return this.#text.length;
      if (at <= start || at < least) continue;
      if (this.#text[at] === '#' || at - start >= STRETCH) return at;
    }
  }

  #search(): number | null {
    const match = this.#pattern.exec(this.#text);
    if (match === null) {
      this.#pattern.lastIndex = this.#text.length + 1;
      return null;
    }
    const at = match.index + match[0].length;
    // A match without a character would be found again.
    if (match[0] === '') this.#pattern.lastIndex = at + 1;
    this.#known.push(at);
    return at;
  }

  #firstAfter(at: number): number {
    let low = 0;
    for (let high = this.#known.length; low < high;) {
      const middle = (low + high) >> 1;
      if (this.#known[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function readStretch(text: string, start: number, cuts: Cuts): { end: number; found: readonly Block[] } {
  let least = start + 1;
  for (let failures = 0; ; failures++) {
    const end = cuts.next(start, least);
    const found = blocksOf(text.slice(start, end), end === text.length);
    if (found !== null) return { end, found };
    // In a fence or comment: ever further ones, for each try reads all of it.
    least = end + 1 + (failures > 2 ? (end - start) >> 1 : 0);
  }
}

/** By text; two generations of so many characters are kept. */
const GENERATION = 4_000_000;
let young = new Map<string, readonly Block[] | null>();
let old = new Map<string, readonly Block[] | null>();
let size = 0;

/** @returns null: what is open at the end of the stretch continues behind it */
function blocksOf(stretch: string, isLast: boolean): readonly Block[] | null {
  const key = isLast ? `${stretch}\0` : stretch;
  const known = young.get(key) ?? old.get(key);
  if (known !== undefined) return known;
  const found = parseStretch(stretch, isLast);
  if ((size += key.length) > GENERATION) {
    [old, young, size] = [young, new Map(), key.length];
  }
  young.set(detached(key), found);
  return found;
}

function parseStretch(stretch: string, isLast: boolean): readonly Block[] | null {
  const nodes = parseMarkdown(isLast ? stretch : stretch + SENTINEL).children;
  if (!isLast) {
    const last = nodes.pop();
    if (last?.type !== 'heading' || startOf(last) !== stretch.length) return null;
  }
  return nodes.flatMap((node) => blocksIn(node, stretch));
}

function blocksIn(node: RootContent, text: string): Block[] {
  const start = lineStart(text, startOf(node));
  const end = lineEnd(text, Math.max(startOf(node), endOf(node)));
  switch (node.type) {
    case 'heading':
      return [headingOf(node, text, start, end)];
    case 'list':
      return itemsOf(node, text);
    case 'definition':
      return [{ kind: 'link', start, end }];
    case 'html':
      return htmlBlocks(node, text, start, end);
    case 'thematicBreak':
      return [{ kind: 'rule', start, end }];
    case 'yaml':
      return [{ kind: 'front', start, end }];
    case 'paragraph': {
      const content = text.slice(startOf(node), endOf(node));
      const isLabel = LABELS.test(content.trim());
      return [
        isLabel
          ? { kind: 'heading', depth: LABEL, start, end, content, underline: null }
          : { kind: 'text', start, end },
      ];
    }
    default:
      return [{ kind: 'text', start, end }];
  }
}

/** `**Fixed bugs:**`, `**1.1.0** (2024-01-02)`, `1.0.0 / 2024-01-01` */
const LABELS =
  /^(?:(?:\*\*|__)[^*_\r\n]{1,80}(?:\*\*|__):?(?:[ \t]*[-–—]?[ \t]*\(?\d[\w./ -]{0,30}\)?)?|v?\d+\.\d+[\w.+-]*:?(?:[ \t]*[-–—/(,:][^\r\n]{0,40})?)$/;

function headingOf(node: HeadingNode, text: string, start: number, end: number): Heading {
  const own = text.slice(startOf(node), endOf(node));
  const isAtx = /^#{1,6}(?:[ \t]|$)/.test(own);
  const content = isAtx
    ? own.replace(/^#+[ \t]*/, '').replace(/(?:^|[ \t])#+[ \t]*$/, '')
    : own.replace(/[\r\n]+[^\r\n]*$/, '');
  const underline = isAtx ? null : /=[ \t]*$/.test(own) ? '=' : '-';
  return { kind: 'heading', depth: node.depth, start, end, content: content.trim(), underline };
}

function itemsOf(list: List, text: string): Item[] {
  return list.children.map((item) => {
    const start = lineStart(text, startOf(item));
    const marker = /^[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)/.exec(text.slice(start, start + 40))?.[0] ?? '- ';
    return { kind: 'item', start, end: lineEnd(text, Math.max(startOf(item), endOf(item))), marker };
  });
}

/** `<a name="1.0.0" />` right above a heading takes it along by the rules of markdown, and by nobody's wish. */
function htmlBlocks(node: Html, text: string, start: number, end: number): Block[] {
  const split = /^<a\s[^>\r\n]*>[ \t]*(\r\n|\r|\n)(?=#{1,6}[ \t])/.exec(node.value);
  if (split === null) return [{ kind: node.value === SEPARATOR ? 'break' : 'html', start, end }];
  const from = lineEnd(text, start);
  const rest = parseMarkdown(text.slice(from, end)).children.flatMap((one) => blocksIn(one, text.slice(from, end)));
  return [
    { kind: 'html', start, end: from },
    ...rest.map((block) => ({ ...block, start: block.start + from, end: block.end + from })),
  ];
}
