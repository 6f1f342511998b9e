import type { Code, Heading, Html, List, ListItem, Nodes, Paragraph, Root, RootContent } from 'mdast';

import type { Criterion } from '../entry.ts';
import { bareFields } from './bare-fields.ts';
import { criteriaIn } from './criteria.ts';
import { endOf, type FieldList, readList, startOf } from './field-list.ts';
import { type FieldValues, readFields } from './fields.ts';
import { type Grammar, type Head, parseHead } from './heading.ts';
import { countBreaks, lineEnd, lineStart, withoutTrailingBlankLines } from './line-breaks.ts';
import { findSuspects } from './suspects/find-suspects.ts';
import { openBlockAtEnd, type OpenBlock } from './suspects/blocks.ts';
import { type Suspect } from './suspects/suspect.ts';

/** Everything that a section's text says by itself. Offsets count from the section's start. */
export interface SectionFacts extends Content {
  /** The section's own text, and its part below heading and fields, without blank lines at either end. */
  readonly text: string;
  readonly body: string;
  /** Depth of the heading that opens it; 0 for what stands above the first one. */
  readonly depth: 0 | 1 | 2;
  /** Set if that heading is an entry's. */
  readonly head: Head | null;
  /** Where the heading's content (behind the `#`s) begins and ends, and the line after it. */
  readonly contentStart: number;
  readonly contentEnd: number;
  readonly headingEnd: number;
  /** Filled where no entry is opened. */
  readonly notes: readonly NoteFacts[];
  readonly suspects: readonly Suspect[];
  /** An unclosed fence or comment at the end. */
  readonly open: OpenBlock | null;
  /** Line breaks inside. */
  readonly lines: number;
  /** A title written as a line underlined with `=`. */
  readonly underlinedTitle: boolean;
}

interface Content {
  readonly list: FieldList | null;
  readonly values: FieldValues;
  readonly criteria: readonly Criterion[];
  readonly script: string | null;
  /** The body begins here. */
  readonly bodyStart: number;
  /** Bullet of the list that the body begins with; null if it begins otherwise. */
  readonly bodyBullet: string | null;
}

/** A quick note: an unchecked checkbox item at the root of the file. */
export interface NoteFacts extends Content {
  readonly start: number;
  readonly end: number;
  readonly head: Head;
  /** Where the head's text (behind the checkbox) begins and its line ends. */
  readonly contentStart: number;
  readonly contentEnd: number;
}

/** Reads one section. @param tree remark's tree of exactly this text */
export function readSection(tree: Root, text: string, grammar: Grammar): SectionFacts {
  const first = tree.children[0];
  const heading =
    first?.type === 'heading' && (isAtx(text, first) || isUnderlined(text, first, grammar)) ? first : null;
  const depth = heading && heading.depth <= 2 ? (heading.depth as 1 | 2) : 0;
  const line = depth > 0 && heading ? contentOf(heading, text) : { contentStart: 0, contentEnd: 0, headingEnd: 0 };
  const head = depth === 2 ? parseHead(text.slice(line.contentStart, line.contentEnd), grammar) : null;
  const blocks = depth > 0 ? tree.children.slice(1) : tree.children;
  const content = readContent(blocks, { text, from: line.headingEnd, hasFields: head !== null }, grammar);
  // Property by property: objects made by spreading are slow to read, and ten thousands of these are read at each parse.
  return {
    text,
    body: withoutTrailingBlankLines(text.slice(content.bodyStart)),
    depth,
    head,
    contentStart: line.contentStart,
    contentEnd: line.contentEnd,
    headingEnd: line.headingEnd,
    list: content.list,
    values: content.values,
    criteria: content.criteria,
    script: content.script,
    bodyStart: content.bodyStart,
    bodyBullet: content.bodyBullet,
    notes: head ? [] : readNotes(tree, text, grammar),
    suspects: findSuspects(tree, text, grammar, head ? line.headingEnd : 0),
    open: openBlockAtEnd(tree, text),
    lines: countBreaks(text),
    underlinedTitle: tree.children.some((node) => node.type === 'heading' && node.depth === 1 && !isAtx(text, node)),
  };
}

const isAtx = (text: string, node: Heading): boolean =>
  /^#{1,6}(?:[ \t\r\n]|$)/.test(text.slice(startOf(node), startOf(node) + 7));

/** A line underlined with `=`, or one with an id underlined with dashes, is a heading of the board too. */
function isUnderlined(text: string, node: Heading, grammar: Grammar): boolean {
  const { contentStart, contentEnd } = contentOf(node, text);
  const content = text.slice(contentStart, contentEnd);
  return !/[\r\n]/.test(content) && (node.depth === 1 || parseHead(content, grammar) !== null);
}

function contentOf(heading: Heading, text: string) {
  const first = heading.children[0];
  const last = heading.children.at(-1);
  const contentStart = first ? startOf(first) : startOf(heading) + heading.depth;
  return {
    contentStart,
    contentEnd: last ? endOf(last) : contentStart,
    headingEnd: lineEnd(text, isAtx(text, heading) ? startOf(heading) : endOf(heading)),
  };
}

function readContent(
  blocks: readonly RootContent[],
  { text, from, hasFields }: { readonly text: string; readonly from: number; readonly hasFields: boolean },
  grammar: Grammar,
): Content {
  const first = blocks[0];
  const list = hasFields && first ? readList(first, text, grammar) : null;
  const fields = list?.kind === 'fields' ? list : null;
  const rest = fields ? blocks.slice(1) : blocks;
  const separator = fields && isSeparator(rest[0]) ? rest[0] : null;
  const body = separator ? rest.slice(1) : rest;
  return {
    list,
    values: readFields(fields?.items ?? [], grammar),
    criteria: criteriaOf(body, text),
    script: scriptOf(body),
    bodyStart: skipBlankLines(text, separator ? lineEnd(text, endOf(separator)) : (fields?.end ?? from)),
    bodyBullet: bulletOf(body[0], text),
  };
}

const isSeparator = (node: RootContent | undefined): node is Html => node?.type === 'html' && node.value === SEPARATOR;

const bulletOf = (node: RootContent | undefined, text: string): string | null =>
  node?.type === 'list' ? (text[startOf(node)] ?? null) : null;

/** Stands between a field list and a body that is indented, which markdown would take for a part of the list. */
export const SEPARATOR = '<!-- -->';

function skipBlankLines(text: string, from: number): number {
  const blank = /(?:[ \t]*(?:\r\n|\r|\n))*/y;
  blank.lastIndex = from;
  blank.exec(text);
  return Math.max(from, blank.lastIndex);
}

const criteriaOf = (blocks: readonly Nodes[], text: string): Criterion[] =>
  criteriaIn(blocks, text).map(({ text: words, checked }) => ({ text: words, checked }));

const SHELLS = new Set(['sh', 'bash', 'shell']);

function scriptOf(blocks: readonly Nodes[]): string | null {
  for (const block of blocks) {
    if (block.type === 'code' && isShell(block)) return withInterpreter(block);
    const inner = 'children' in block ? scriptOf(block.children) : null;
    if (inner !== null) return inner;
  }
  return null;
}

/** A block that says `bash` may not mean the same in `sh`: it says so by a line `#!`, as any block may. */
function withInterpreter(code: Code): string {
  const script = code.value.replaceAll(/\r\n?/g, '\n');
  return languageOf(code) === 'bash' && !script.startsWith('#!') ? `#!/usr/bin/env bash -e\n${script}` : script;
}

const languageOf = (code: Code): string => (code.lang ?? '').toLowerCase();

const isShell = (code: Code): boolean => SHELLS.has(languageOf(code));

function readNotes(tree: Root, text: string, grammar: Grammar): NoteFacts[] {
  return tree.children.flatMap((node) => (node.type === 'list' ? notesOf(node, text, grammar) : []));
}

function notesOf(list: List, text: string, grammar: Grammar): NoteFacts[] {
  const notes: NoteFacts[] = [];
  for (const [index, item] of list.children.entries()) {
    const start = lineStart(text, startOf(item));
    const next = list.children[index + 1];
    const limit = next ? lineStart(text, startOf(next)) : text.length;
    const box = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ \t]\][ \t]+/.exec(text.slice(start, start + 80));
    const paragraph = item.children[0];
    if (item.checked !== false || !box || paragraph?.type !== 'paragraph') continue;
    const end = Math.min(limit, lineEnd(text, endOf(item)));
    notes.push({
      start,
      end,
      ...readNote(item, paragraph, { text, end, contentStart: start + box[0].length }, grammar),
    });
  }
  return notes;
}

function readNote(
  item: ListItem,
  paragraph: Paragraph,
  at: { text: string; end: number; contentStart: number },
  grammar: Grammar,
) {
  const afterLine = Math.min(lineEnd(at.text, at.contentStart), at.end);
  const content = at.text.slice(at.contentStart, afterLine).trimEnd();
  const oneLine = endOf(paragraph) <= afterLine;
  const head = parseHead(content, grammar, true)!;
  const own = readContent(item.children.slice(1), { text: at.text, from: afterLine, hasFields: oneLine }, grammar);
  const span = { from: startOf(paragraph), to: endOf(paragraph) };
  const facts = oneLine ? own : { ...own, list: bareFields(span, at.text, grammar, 1) };
  return { head, contentStart: at.contentStart, contentEnd: at.contentStart + content.length, ...facts };
}
