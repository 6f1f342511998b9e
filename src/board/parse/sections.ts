import type { Root } from 'mdast';
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified, type Processor } from 'unified';

import { sameEnds } from './same-ends.ts';
import * as messages from './messages.ts';

/** A stretch of a file from one level-1 or level-2 heading (or the file's start) to the next. */
export interface Section<F> {
  /** Offset of its first line; UTF-16 units, a BOM counts. */
  readonly start: number;
  readonly end: number;
  /** What `read` of the memo made of its text. Offsets in it count from `start`. */
  readonly facts: F;
}

/** A text and what it was split into. */
export interface SplitText<F> {
  readonly text: string;
  readonly sections: readonly Section<F>[];
}

interface Known<F> {
  /** Where the block begins that swallowed the candidate. */
  stuck?: number;
  /** First real heading after the section's own, if the text is followed by a candidate; null: none. */
  probed?: number | null;
  /** The same, if the text is the file's end. */
  closing?: number | null;
  facts?: F;
  /** Of the text at the file's end: there the indent of a heading that would follow belongs to it. */
  closingFacts?: F;
}

/** What is remembered of the sections read so far. Give the same one to every parse. */
export interface SectionMemo<F> {
  readonly read: (tree: Root, text: string) => F;
  young: Map<string, Known<F>>;
  old: Map<string, Known<F>>;
}

/** Two generations of this many texts are kept: enough for a board of 10,000 entries and its history. */
const GENERATION = 40_000;

export function newSectionMemo<F>(read: (tree: Root, text: string) => F): SectionMemo<F> {
  return { read, young: new Map(), old: new Map() };
}

/**
 * Splits a markdown text at its real level-1 and level-2 headings (ATX form, at the root of the document).
 *
 * A line scanner alone is wrong in 1-6 % of hostile texts (fences, HTML, lists), and remark on a whole file is
 * quadratic. So each line that could be a heading is tried: the text from the section's start to it, with a
 * sentinel heading put in its place, is parsed; it is a boundary if remark sees the sentinel at the root.
 * Markdown's block structure is decided line by line, so what follows can't change the answer. (The one
 * exception, front matter, is looked at first.)
 *
 * @param last a text that was split with this memo, best one that differs in one place only: what stands before and
 *   after that place is taken over. Changes the time and never the answer.
 * @returns sections that cover the text without gaps (a BOM belongs to none); none for an empty text.
 */
export function splitSections<F>(text: string, memo: SectionMemo<F>, last: SplitText<F> | null = null): Section<F>[] {
  const from = frontMatterEnd(text, textStart(text));
  const candidates = findCandidates(text, from);
  const known = last !== null && frontMatterEnd(last.text, textStart(last.text)) === from ? reusable(text, last) : null;
  const sections = known?.before ?? [];
  let start = sections.at(-1)?.end ?? textStart(text);
  let next = 0;
  while (start < text.length) {
    const rest = known?.after(start) ?? null;
    if (rest !== null) return sections.concat(rest);
    while (next < candidates.lines.length && candidates.lines[next]! <= start) next++;
    const { end, facts } = readSection(text, start, candidates, next, memo);
    sections.push({ start, end, facts });
    start = end;
  }
  return sections;
}

/** Where the text begins behind a BOM. */
export const textStart = (text: string): number => (text.charCodeAt(0) === 0xfeff ? 1 : 0);

/** Room for what makes a line a candidate: three spaces, two hashes, and what follows. */
const HEADING_ROOM = 8;
/** The same of a line that is underlined. */
const UNDERLINED_ROOM = 450;

const isUnderlinedAt = (text: string, at: number): boolean =>
  /[\r\n] {0,3}(?:-+|=+)[ \t]*(?![^\r\n])/.test(text.slice(at, at + UNDERLINED_ROOM));

/**
 * What can be taken over from the last text. Where a section ends is decided by the text from its start to the heading
 * that follows: sections that end early enough in the common beginning stand as they are; and from a boundary on that
 * both texts have in their common end, all others do.
 */
function reusable<F>(
  text: string,
  last: SplitText<F>,
): { before: Section<F>[]; after(start: number): Section<F>[] | null } {
  const { head, tail } = sameEnds(text, last.text);
  const shift = text.length - last.text.length;
  let kept = firstAt(last.sections, ({ end }) => end + HEADING_ROOM > head);
  for (let end = last.sections[kept - 1]?.end; end !== undefined; end = last.sections[kept - 1]?.end) {
    if (end + UNDERLINED_ROOM <= head || !(isUnderlinedAt(text, end) || isUnderlinedAt(last.text, end))) break;
    kept--;
  }
  return {
    before: last.sections.slice(0, kept),
    after(start) {
      if (start < text.length - tail) return null;
      const index = firstAt(last.sections, (section) => section.start >= start - shift);
      if (last.sections[index]?.start !== start - shift) return null;
      const rest = last.sections.slice(index);
      return shift === 0
        ? rest
        : rest.map((section) => ({ start: section.start + shift, end: section.end + shift, facts: section.facts }));
    },
  };
}

/** Index of the first one that `isPast`, which holds for all that follow. */
function firstAt<T>(list: readonly T[], isPast: (one: T) => boolean): number {
  let low = 0;
  for (let high = list.length; low < high;) {
    const middle = (low + high) >> 1;
    if (isPast(list[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Offsets of the candidates' lines, and of their first `#`. Two plain arrays: there may be ten thousands. */
interface Candidates {
  readonly lines: readonly number[];
  readonly hashes: readonly number[];
}

const SPACE = 32;
const HASH = 35;

/** Lines `^ {0,3}#{1,2}(\s|$)`. Written by hand: `m` flags also break at U+2028. */
function findCandidates(text: string, from: number): Candidates {
  const lines: number[] = [];
  const hashes: number[] = [];
  for (let at = text.indexOf('#', from); at >= 0; at = text.indexOf('#', at)) {
    let line = at;
    while (line > from && at - line < 3 && text.charCodeAt(line - 1) === SPACE) line--;
    let past = at;
    while (text.charCodeAt(past) === HASH) past++;
    const startsLine = line === from || isBreak(text.charCodeAt(line - 1));
    if (startsLine && past - at <= 2 && isBlankOrEnd(text, past)) {
      lines.push(line);
      hashes.push(at);
    }
    at = past;
  }
  return withUnderlined({ lines, hashes }, text, from);
}

/** A line with an id, underlined with dashes. */
const UNDERLINED =
  /( {0,3})(?:\[[A-Za-z]+\][ \t]*)*(?:\*\*|__|[*_`[])?[A-Za-z]\w*-(?:\d+|\?)[^\r\n]{0,200}(?:\r\n|\r|\n) {0,3}-{1,200}[ \t]{0,20}(?![^\r\n])/y;

/** A line of plain text, underlined with `=`. */
const UNDERLINED_TITLE =
  /( {0,3})(?![-*+>|<#`~=]|\d{1,9}[.)]|\[[^\]\r\n]*\]:)(\S[^\r\n]{0,200})(?:\r\n|\r|\n) {0,3}(={1,200})[ \t]{0,20}(?![^\r\n])/y;

/** Seven are the middle of a merge conflict, unless they are as long as the line. */
const isConflict = (title: string, rule: string): boolean => rule.length === 7 && title.trim().length !== 7;

/** Indent of the heading by its underline in this line; null: there is none. */
function underlinedAt(text: string, line: number): number | null {
  UNDERLINED.lastIndex = line;
  const entry = UNDERLINED.exec(text);
  if (entry !== null) return entry[1]?.length ?? 0;
  UNDERLINED_TITLE.lastIndex = line;
  const [, indent = '', title = '', rule = ''] = UNDERLINED_TITLE.exec(text) ?? [];
  return title === '' || isConflict(title, rule) ? null : indent.length;
}

/**
 * With the lines that are a heading by their underline, of level 1, or of level 2 and with an id, where no text stands right
 * above.
 */
function withUnderlined(found: { lines: number[]; hashes: number[] }, text: string, from: number): Candidates {
  const rule = /(?:\r\n|\r|\n) {0,3}(?:-{1,200}|={1,200})[ \t]{0,20}(?![^\r\n])/g;
  rule.lastIndex = from;
  let added = false;
  for (let match = rule.exec(text); match !== null; match = rule.exec(text)) {
    let line = match.index;
    while (line > from && !isBreak(text.charCodeAt(line - 1))) line--;
    const indent = underlinedAt(text, line);
    if (indent === null || !startsBlock(text, line, from)) continue;
    found.lines.push(line);
    found.hashes.push(line + indent);
    added = true;
  }
  if (!added) return found;
  const order = (a: number, b: number): number => a - b;
  return { lines: found.lines.sort(order), hashes: found.hashes.sort(order) };
}

/** Is the line above blank, or a heading? Else the line would continue with the text above. */
function startsBlock(text: string, line: number, from: number): boolean {
  if (line === from) return true;
  const above = text.slice(Math.max(from, line - 400), line).replace(/(?:\r\n|\r|\n)$/, '');
  const last = above.slice(Math.max(above.lastIndexOf('\n'), above.lastIndexOf('\r')) + 1);
  return last.trim() === '' || /^ {0,3}#{1,6}[ \t]/.test(last);
}

const isBreak = (code: number): boolean => code === 10 || code === 13;

function isBlankOrEnd(text: string, at: number): boolean {
  if (at >= text.length) return true;
  const code = text.charCodeAt(at);
  return code === SPACE || code === 9 || isBreak(code);
}

/** Front matter counts only if it is closed, which may be below lines that look like headings. */
export function frontMatterEnd(text: string, start: number): number {
  if (!text.startsWith('---', start)) return start;
  const match = /^---[ \t]*(?:\r\n|\r|\n)(?:[^\r\n]*(?:\r\n|\r|\n))*?---[ \t]*(?:\r\n|\r|\n|$)/.exec(text.slice(start));
  return match ? start + match[0].length : start;
}

/** A heading that nobody writes; stands in for the candidate. */
export const SENTINEL = '# \u241f';

function readSection<F>(
  text: string,
  start: number,
  candidates: Candidates,
  first: number,
  memo: SectionMemo<F>,
): { end: number; facts: F } {
  let failures = 0;
  for (let at = first; ;) {
    const upTo = candidates.hashes[at] ?? text.length;
    const known = lookUp(memo, text.slice(start, upTo));
    const { boundary, stuck } = tryBoundary(text, { start, upTo, first, last: at }, candidates, memo, known);
    const facts = at >= candidates.lines.length ? known.closingFacts : known.facts;
    if (boundary === upTo && facts !== undefined) return { end: candidates.lines[at] ?? upTo, facts };
    if (boundary === upTo) throw new Error(messages.NO_FACTS);
    if (boundary !== null) {
      for (at = first; candidates.hashes[at] !== boundary;) at++;
      continue;
    }
    failures++;
    at = nextToTry(text, candidates, at, failures, stuck);
  }
}

interface Window {
  readonly start: number;
  readonly upTo: number;
  readonly first: number;
  readonly last: number;
}

/** First real heading in the window: an offset (`upTo` = the section ends right there) or null. */
function tryBoundary<F>(
  text: string,
  window: Window,
  candidates: Candidates,
  memo: SectionMemo<F>,
  known: Known<F>,
): { boundary: number | null; stuck: number } {
  const atEnd = window.last >= candidates.lines.length;
  const remembered = atEnd ? known.closing : known.probed;
  if (remembered === null) return { boundary: null, stuck: window.start + (known.stuck ?? 0) };
  if (remembered !== undefined) return { boundary: window.start + remembered, stuck: -1 };
  const slice = text.slice(window.start, window.upTo);
  const tree = parseMarkdown(atEnd ? slice : slice + SENTINEL);
  const boundary = firstHeading(tree, window, candidates) ?? (atEnd ? window.upTo : null);
  const relative = boundary === null ? null : boundary - window.start;
  if (atEnd) known.closing = relative;
  else known.probed = relative;
  if (boundary === window.upTo && atEnd) known.closingFacts ??= memo.read(tree, detached(slice));
  else if (boundary === window.upTo && known.facts === undefined) {
    tree.children.pop();
    const indent = (candidates.lines[window.last] ?? window.upTo) - window.upTo;
    known.facts = memo.read(tree, detached(indent < 0 ? slice.slice(0, indent) : slice));
  }
  if (boundary !== null) return { boundary, stuck: -1 };
  known.stuck = lastBlock(tree);
  return { boundary, stuck: known.stuck + window.start };
}

/** What may stand inside a line, by the names of its constructs; escapes and task boxes stay. */
const INLINE =
  `attention autolink codeText hardBreakEscape htmlText labelStartImage labelStartLink labelEnd strikethrough
  wwwAutolink protocolAutolink emailAutolink gfmFootnoteCall gfmPotentialFootnoteCall`.split(/\s+/);

const plain = unified().use(remarkParse).use(remarkGfm).use(blocksOnly).freeze();
const withFrontMatter = unified().use(remarkParse).use(remarkGfm).use(blocksOnly).use(remarkFrontmatter).freeze();

/**
 * The board asks for blocks and where they stand, and inline markup never changes those (CommonMark, "Phases of
 * parsing"): lines are left as one text. Takes a third off the time of a cold parse.
 */
function blocksOnly(this: Processor): void {
  const data = this.data();
  (data.micromarkExtensions ??= []).push({ disable: { null: INLINE } });
  // Their transforms look for addresses in the text, and what they put in its place has no position.
  data.fromMarkdownExtensions = (data.fromMarkdownExtensions ?? [])
    .flat()
    .map((extension) => ({ ...extension, transforms: [] }));
}

/**
 * Parses markdown as the board reads it: CommonMark, GFM, YAML front matter. Front matter that is never closed is none;
 * and remark must not even look for it, for after such a look it loses track of the lists that follow.
 */
export function parseMarkdown(text: string): Root {
  const start = textStart(text);
  return (frontMatterEnd(text, start) > start ? withFrontMatter : plain).parse(text);
}

function firstHeading(tree: Root, window: Window, candidates: Candidates): number | null {
  let at = window.first;
  for (const node of tree.children) {
    if (node.type !== 'heading' || node.depth > 2) continue;
    const offset = node.position!.start.offset! + window.start;
    while (at < candidates.hashes.length && candidates.hashes[at]! < offset) at++;
    if (candidates.hashes[at] === offset) return offset;
  }
  return null;
}

/** Offset of the last block that stands before the sentinel's place: what swallowed it. */
function lastBlock(tree: Root): number {
  return tree.children.at(-1)?.position?.start.offset ?? 0;
}

/**
 * Which candidate to try after a failure: the first one behind the end of the open fence or comment, else ever
 * further ones. Only a guess at where to look: remark has the say. Without it an unclosed fence would be read
 * again for each heading below.
 */
function nextToTry(text: string, candidates: Candidates, at: number, failures: number, stuck: number): number {
  const closes = stuck < 0 ? null : endOfBlock(text, stuck);
  if (closes === null) return Math.min(candidates.lines.length, at + 2 ** Math.min(failures - 1, 20));
  let next = at + 1;
  while (next < candidates.lines.length && candidates.lines[next]! < closes) next++;
  return next;
}

function endOfBlock(text: string, start: number): number | null {
  const opener = /^(`{3,}|~{3,}|<!--)/.exec(text.slice(start, start + 200))?.[1];
  if (opener === undefined) return null;
  if (opener === '<!--') return orEnd(text, text.indexOf('-->', start));
  const closing = new RegExp(`[\\r\\n] {0,3}${opener[0]}{${opener.length},}[ \\t]*(?=[\\r\\n]|$)`, 'g');
  closing.lastIndex = start;
  return orEnd(text, closing.exec(text)?.index ?? -1);
}

const orEnd = (text: string, at: number): number => (at < 0 ? text.length : at + 1);

function lookUp<F>(memo: SectionMemo<F>, key: string): Known<F> {
  const young = memo.young.get(key);
  if (young) return young;
  const known = memo.old.get(key) ?? {};
  if (memo.young.size >= GENERATION) {
    memo.old = memo.young;
    memo.young = new Map();
  }
  memo.young.set(detached(key), known);
  return known;
}

/** A copy that doesn't keep the whole file alive, as a V8 slice does. */
export const detached = (slice: string): string => (slice.length < 13 ? slice : ` ${slice}`.slice(1));
