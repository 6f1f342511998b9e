import type { Code, Html, Nodes, Root } from 'mdast';

import { type Grammar, parseHead } from './heading.ts';

/** A fence or comment that is still open where the text ends. Offset of its opening line's text. */
export interface OpenBlock {
  readonly kind: 'fence' | 'comment';
  readonly offset: number;
  readonly length: number;
}

/** A line that the user meant as an entry's heading and that markdown, or the ids in use, read otherwise. */
export interface Suspect {
  readonly kind: 'swallowed' | 'unknown-prefix' | 'misspelt' | 'level' | 'no-id' | 'no-box';
  /** The id as written; of a line without one that looks like a task: the line that would make it one. */
  readonly id: string;
  readonly offset: number;
  readonly length: number;
  /** The line that would be read. */
  readonly line?: string;
  /** A word stands before the id: it may only be mentioned. */
  readonly isWorded?: boolean;
  /** Swallowed: by what, and where that opens. */
  readonly by?: {
    readonly kind: 'fence' | 'comment' | 'html' | 'list' | 'indentation';
    readonly offset: number;
    readonly length: number;
  };
}

/**
 * Looks through a section for lines like `## T-12: …` that are no entry's heading.
 * Deliberate examples are left alone: quoted ones, and those in a fence or comment that is closed and in which
 * nothing else is opened.
 * @param from offset behind the section's own heading, if that is an entry's
 */
export function findSuspects(tree: Root, text: string, grammar: Grammar, from: number): Suspect[] {
  const found: Suspect[] = [
    ...withoutId(tree, text, grammar, from),
    ...underlinedTitles(tree, text, grammar, from),
    ...withoutBox(tree, text, from),
  ];
  if (!text.includes('#', from)) return found;
  const open = openBlockAtEnd(tree, text);
  const known = new RegExp(`^(?:${grammar.pattern})$`);
  const line =
    /(^|[\r\n])([ \t]*)(#{1,6})([ \t\u00a0\u2000-\u200b\u202f\u3000\ufeff]*)((?:\[[^\]\r\n]*\][ \t]*)*)(?:\*\*|__|[*_`[])?([A-Za-z]\w*(?:[-_–—−‑‐]| (?=\d+:))?(?:\d+|\?))(?:\*\*|__|[*_`\]])?([ \t]*:|[ \t]+[-–—][ \t]|[ \t][^\r\n]*|[ \t]*(?=[\r\n]|$))/g;
  line.lastIndex = Math.max(0, from - 1);
  for (let match = line.exec(text); match; match = line.exec(text)) {
    line.lastIndex = match.index + match[0].length;
    const [, lead = '', indent = '', hashes = '', gap = '', tags = '', id = '', after = ''] = match;
    const offset = match.index + lead.length + indent.length;
    if (offset < from) continue;
    const length = text.slice(offset, offset + lengthOfLine(text, offset)).trimEnd().length;
    const spot = {
      id,
      offset,
      length,
      hashes: hashes.length,
      gap,
      tags,
      isKnown: known.test(id),
      hasSeparator: /^\s*[:–—-]|^\s*$/.test(after),
    };
    const suspect = classify(spot, tree, text, grammar, open);
    if (suspect && !found.some((one) => one.offset === offset && one.kind === 'misspelt')) found.push(suspect);
  }
  return found;
}

interface Spot {
  readonly id: string;
  readonly offset: number;
  readonly length: number;
  readonly hashes: number;
  readonly gap: string;
  readonly tags: string;
  readonly isKnown: boolean;
  readonly hasSeparator: boolean;
}

function classify(spot: Spot, tree: Root, text: string, grammar: Grammar, open: OpenBlock | null): Suspect | null {
  const { id, offset, length } = spot;
  const path = pathTo(tree, offset);
  const block = path[0];
  if (!block || path.some((node) => node.type === 'blockquote')) return null;
  const isHeading = block.type === 'heading' && block.position!.start.offset === offset;
  if (isHeading) return classifyHeading(spot, grammar);
  // A no-break space is none to markdown.
  const isGlued = !/^[ \t]/.test(spot.gap);
  if (!spot.isKnown || (!isGlued && spot.hashes !== 2)) return null;
  if (block.type === 'paragraph') {
    if (!isGlued || spot.hashes !== 2) return null;
    const line = `## ${text.slice(offset + spot.hashes + spot.gap.length, offset + length)}`;
    return { kind: 'misspelt', id, offset, length, ...(spot.gap === '' ? {} : { line }) };
  }
  if (isGlued) return null;
  const by = swallower(path, text, open, offset);
  return by ? { kind: 'swallowed', id, offset, length, by } : null;
}

/** `## UTF-8: names of files` is about that, and no task. */
const STANDARDS =
  /^(?:utf|iso|rfc|sha|md|http|cve|es|aes|rsa|gpt|pep|ecma|ansi|ieee|wcag|usb|ip|ipv|tls|ssl|base|step|phase|part|option|level|case|section|chapter|figure|table|example|scenario|version|v|q|a|x|h|arm|intel|windows|win|node|python|java|vue|react)$/i;

/** Headings of the parts of an entry's text, as people name them. */
const PARTS =
  /^(?:(?:the |current |expected |actual |required |proposed |possible |suggested |known |open |further |more |additional |technical |implementation |acceptance |user |test |manual |how |what |why |non-?|out of |in |definition )*)(?:problem|fix|solution|context|background|description|details?|summary|overview|goals?|motivation|rationale|reason|notes?|questions?|answers?|criteria|criterion|requirements?|scope|steps?(?: to reproduce)?|to reproduce|reproduction|repro|behaviou?r|result|results|output|tests?|testing|test plan|verification|design|approach|implementation|plan|tasks?|todo|checklist|done|of done|examples?|usage|api|interface|schema|data|references?|links?|resources|related|see also|alternatives?|risks?|impact|security|performance|migration|rollback|rollout|docs|documentation|changes?|changelog|files?|location|environment|logs?|screenshots?|stories|story|constraints?|assumptions?|dependencies|hints?|tips?|findings?|feedback|report|review|appendix|introduction|conclusion|status|progress|history|priority|estimate|why|how|what|when|where|who|now|later|today)(?:[ :?].*)?$/i;

/** `## Add a dark mode`, `## [P1] T-8: x`: a heading of level 2 that has no id, or not where it is looked for. */
function withoutId(tree: Root, text: string, grammar: Grammar, from: number): Suspect[] {
  return tree.children.flatMap((node): Suspect[] => {
    const offset = node.position?.start.offset ?? 0;
    if (node.type !== 'heading' || node.depth !== 2 || offset < from) return [];
    const line = text.slice(offset, offset + lengthOfLine(text, offset)).trimEnd();
    const content = line.replace(/^#+[ \t]*/, '').replace(/[ \t]+#+$/, '');
    if (!line.startsWith('##') || content === '' || parseHead(content, grammar) !== null) return [];
    const prefix = grammar.prefixes[0] ?? 'T';
    const misspelt = misspeltHeading(content, grammar, prefix);
    if (misspelt !== null) return [{ ...misspelt, offset, length: line.length }];
    if (looksLikeId(content) || PARTS.test(content) || !/\s/.test(content)) return [];
    return [{ kind: 'no-id', id: `## ${prefix}-?: ${content}`, offset, length: line.length }];
  });
}

/** `T-3: x` underlined with `=`: a heading of level 1. */
function underlinedTitles(tree: Root, text: string, grammar: Grammar, from: number): Suspect[] {
  return tree.children.flatMap((node): Suspect[] => {
    const offset = node.position?.start.offset ?? 0;
    if (node.type !== 'heading' || node.depth !== 1 || offset < from || text[offset] === '#') return [];
    const content = text.slice(offset, offset + lengthOfLine(text, offset)).trimEnd();
    const id = new RegExp(grammar.pattern).exec(content)?.[0];
    if (id === undefined || parseHead(content, grammar) === null) return [];
    return [{ kind: 'level', id, offset, length: content.length, line: `## ${content}` }];
  });
}

/** What people put in front of an id: `[P1]`, `(bug)`, `Task`, an emoji. */
const BEFORE_ID =
  /^(?:\[[^\]]*\]|\([^)]*\)|<[^>]*>|P[0-4]\b|\d{1,3}[.)]|(?:task|todo|bug|fix|feat|feature|chore|docs|story|ticket|issue|item)\b|[^\p{L}\p{N}])*$/iu;

/** What stands for a number that is not known yet, or is none: `T-x`, `T-`, `T-??`, `T-12a`, `T-1.2`. */
const NO_NUMBER = /^-(?:[?xn#_*]*|\w{0,2}|tbd|tba|new|next|todo|nnn|\d[\w./,&+-]*)(?=[ \t]*(?::|[-–—]+[ \t]|$))|^-(?:[?#_*]*|[xn]+)(?=[ \t])/i;

/** `✅ T-3: x`, `(T-5) x`, `[T-7](url): x`, `#T-13: x`, `~~T-7~~`, `T-x: x`: an id is there, but not as it is read. */
function misspeltHeading(
  content: string,
  grammar: Grammar,
  prefix: string,
): Pick<Suspect, 'kind' | 'id' | 'line' | 'isWorded'> | null {
  const inside = new RegExp(`^(.*?)(?<![\\w-])(${grammar.pattern})(?![\\w'’?-]|[.,]\\d)(.*)$`).exec(content);
  const [, before = '', id = '', behind = ''] = inside ?? [];
  if (inside !== null && BEFORE_ID.test(before)) {
    const title = behind.replace(/^\]\([^)]*\)/, '').replace(/^(?:<[^>]*>|[^\p{L}\p{N}\p{S}`"'(<[])+/u, '').replace(/^~+\s*/, '');
    const line = `## ${id}: ${title}`.trimEnd();
    const isWorded = /\p{L}/u.test(before.replaceAll(/\[[^\]]*\]|\([^)]*\)|<[^>]*>/g, ''));
    if (isWorded && !/^\W{0,4}:/.test(behind)) return { kind: 'no-id', id: line };
    return { kind: 'misspelt', id, line, isWorded };
  }
  for (const one of grammar.prefixes) {
    const written = content.replace(/^(?:\[[^\]]*\]|[^\p{L}\p{N}])+/u, '');
    const number = written.toLowerCase().startsWith(one.toLowerCase()) ? NO_NUMBER.exec(written.slice(one.length)) : null;
    if (number === null || /^-\d+$/.test(number[0])) continue;
    const title = written.slice(one.length + number[0].length).replace(/^[^\p{L}\p{N}\p{S}`"'(<[]+/u, '');
    return { kind: 'misspelt', id: one + number[0], line: `## ${one || prefix}-?: ${title}`.trimEnd() };
  }
  return null;
}

/** A heading that begins with an id of another kind is judged as such. */
const looksLikeId = (content: string): boolean => /^(?:\*\*|__|[*_`[])?[A-Za-z]\w*[-_–—−‑‐ ]?(?:\d+|\?)(?![\w])/.test(content);

/** `- drop lodash`, `1. first thing`: items of a list that no box makes a task. Only what stands at the root. */
function withoutBox(tree: Root, text: string, from: number): Suspect[] {
  if (from > 0) return [];
  return [...gluedBoxes(tree, text), ...itemsWithoutBox(tree, text)];
}

/** A bullet and a box with a no-break space, or none, between them: markdown reads text. */
function gluedBoxes(tree: Root, text: string): Suspect[] {
  const boxes = /(?:^|[\r\n])( {0,3})[-*+][\t \u00a0\u2000-\u200b\u202f\u3000]*\[[ \u00a0]?\][ \t\u00a0]*([^\s\u00a0(:][^\r\n]*)/g;
  return [...text.matchAll(boxes)].flatMap((match): Suspect[] => {
    const offset = match.index + match[0].search(/[-*+]/);
    const line = text.slice(offset, match.index + match[0].length).trimEnd();
    if (/^[-*+][ \t]/.test(line)) return [];
    const path = pathTo(tree, offset);
    if (path.at(-1)?.type !== 'paragraph' || path.some((node) => node.type === 'blockquote')) return [];
    return [{ kind: 'no-box', id: `- [ ] ${match[2]!.trimEnd()}`, offset, length: line.length }];
  });
}

function itemsWithoutBox(tree: Root, text: string): Suspect[] {
  return tree.children.flatMap((node): Suspect[] => {
    if (node.type !== 'list') return [];
    return node.children.flatMap((item): Suspect[] => {
      const offset = item.position?.start.offset ?? 0;
      const line = text.slice(offset, offset + lengthOfLine(text, offset)).trimEnd();
      const words = line.replace(/^(?:[-*+]|\d{1,9}[.)])[ \t]*/, '');
      // A link alone is an entry of a table of contents; `[x]` and the like are boxes already.
      if (item.checked != null || words === '' || /^\[[^\]]*\](?:\([^)]*\))?$|^\[[^\]\s]\]/.test(words)) return [];
      return [{ kind: 'no-box', id: `- [ ] ${words.replace(/^\[\s?\]\s*/, '')}`, offset, length: line.length }];
    });
  });
}

function classifyHeading(spot: Spot, grammar: Grammar): Suspect | null {
  const { id, offset, length } = spot;
  if (!spot.hasSeparator) return null;
  if (spot.isKnown) return spot.hashes === 2 ? null : { kind: 'level', id, offset, length };
  if (spot.hashes !== 2) return null;
  const prefix = /^[A-Za-z]\w*?(?=[^A-Za-z_]|$)/.exec(id)?.[0] ?? id;
  const isOurs = grammar.prefixes.some((one) => one.toLowerCase() === prefix.replace(/_$/, '').toLowerCase());
  if (isOurs) return { kind: 'misspelt', id, offset, length };
  if (STANDARDS.test(prefix)) return null;
  return /^[A-Za-z]\w*-\d+$/.test(id) ? { kind: 'unknown-prefix', id, offset, length } : null;
}

function pathTo(tree: Root, offset: number): Nodes[] {
  const path: Nodes[] = [];
  let nodes: readonly Nodes[] = tree.children;
  for (;;) {
    const node = nodes.findLast((one) => (one.position?.start.offset ?? 0) <= offset);
    if (!node || node.type === 'text') return path;
    path.push(node);
    if (!('children' in node) || node.type === 'paragraph' || node.type === 'heading') return path;
    nodes = node.children;
  }
}

function swallower(path: readonly Nodes[], text: string, open: OpenBlock | null, offset: number): Suspect['by'] | null {
  const node = path.at(-1)!;
  const start = node.position?.start.offset ?? 0;
  const line = { offset: start, length: lengthOfLine(text, start) };
  if (node.type === 'code') {
    if (!isFence(node, text)) return { kind: 'indentation', offset, length: 1 };
    return open || opensAnother(node, text) ? { kind: 'fence', ...line } : null;
  }
  if (node.type === 'html') {
    if (!isComment(node)) return { kind: 'html', ...line };
    return open || node.value.indexOf('<!--', 4) > 0 ? { kind: 'comment', ...line } : null;
  }
  const item = path.find((one) => one.type === 'listItem');
  const bullet = item?.position?.start.offset;
  return bullet === undefined ? null : { kind: 'list', offset: bullet, length: lengthOfLine(text, bullet) };
}

const isFence = (node: Code, text: string): boolean =>
  /^(?:`{3}|~{3})/.test(text.slice(node.position!.start.offset!, node.position!.start.offset! + 3));
const isComment = (node: Html): boolean => node.value.startsWith('<!--');

function lengthOfLine(text: string, start: number): number {
  const length = text.slice(start).search(/[\r\n]/);
  return length < 0 ? text.length - start : length;
}

/** A line inside that looks like an opening fence: then the one above was most likely never closed. */
function opensAnother(node: Code, text: string): boolean {
  const opener = /^(?:`{3,}|~{3,})/.exec(text.slice(node.position!.start.offset!))![0];
  const inner = new RegExp(`(?:^|[\\r\\n]) {0,3}${opener[0]}{${opener.length},}[ \\t]*[^\\s${opener[0]}]`);
  return inner.test(node.value);
}

/** The fence or comment that is still open at the end of the text. */
export function openBlockAtEnd(tree: Root, text: string): OpenBlock | null {
  let node: Nodes | undefined = tree.children.at(-1);
  while (node && 'children' in node && node.type !== 'paragraph') node = node.children.at(-1);
  const start = node?.position?.start.offset;
  if (node === undefined || start === undefined) return null;
  const length = lengthOfLine(text, start);
  if (node.type === 'html')
    return isComment(node) && !node.value.includes('-->') ? { kind: 'comment', offset: start, length } : null;
  if (node.type !== 'code' || !isFence(node, text)) return null;
  const opener = /^(?:`{3,}|~{3,})/.exec(text.slice(start))![0];
  const lines = text.slice(start, node.position!.end.offset!).split(/\r\n|\r|\n/);
  const closing = new RegExp(`^[ \\t>]*${opener[0]}{${opener.length},}[ \\t]*$`);
  return lines.length > 1 && closing.test(lines.at(-1)!) ? null : { kind: 'fence', offset: start, length };
}
