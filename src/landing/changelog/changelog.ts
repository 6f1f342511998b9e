import { SEPARATOR } from '../../board/parse/section-facts.ts';
import { LABEL, type Block, type Heading } from './text.ts';
import { plainLine } from './line.ts';
import {
  mayBeUnreleased,
  namesOf,
  rankOf,
  releaseName,
  sectionName,
  shownName,
  unreleasedName,
  type ChangelogSection,
} from './names.ts';
import {
  endOfVersion,
  isHeading,
  isItem,
  neverClosed,
  outlineOf,
  UNRELEASED,
  versionAt,
  type Outline,
} from './outline.ts';

export { CHANGELOG_SECTIONS, type ChangelogSection } from './names.ts';

/**
 * Adds a bullet at the end of a section of the file's Unreleased; section, heading and file are made where they are
 * missing, in the way of those that the file has. Every other byte stays (a last line without a line break gets one).
 * @param text the file; null = there is none.
 * @param line with or without `- `; whatever else it holds, it is written as one line of text.
 */
export function insertChangelogLine(
  text: string | null,
  { section, line }: { readonly section: ChangelogSection; readonly line: string },
): string {
  return insertBullet(text, UNRELEASED, section, { text: plainLine(line.replace(/^\s*[-*+]\s+/, ''), LONGEST) });
}

/** The words may have been cut before; what follows them, the id, is not. */
const LONGEST = 5_000;

/** `raw`: a bullet's own lines with its marker; `text`: a line that gets the marker of its neighbours. */
export type NewBullet = { readonly raw: string } | { readonly text: string };

/** @param version as `versionAt` names it; one that the file does not have: Unreleased */
export function insertBullet(text: string | null, version: string, section: string, bullet: NewBullet): string {
  if (text === null || text.trim() === '' || text.trim() === '\ufeff') {
    const lines = ['# Changelog', '', '## [Unreleased]', '', `### ${titled(section)}`, '', written(bullet, '- '), ''];
    return `${text ?? ''}${lines.join(lineBreakAt(text ?? '', 0))}`;
  }
  const outline = outlineOf(text, version === UNRELEASED ? hasUnreleased(text) : undefined);
  const at = outline.blocks.findIndex((_, index) => versionAt(outline, index) === version);
  const heading = at >= 0 ? at : outline.unreleased;
  if (heading >= 0) return insertUnder(outline, heading, section, bullet);
  return withUnreleased(version === UNRELEASED ? outline : outlineOf(text), section, bullet);
}

/** Releases whose way of writing is looked at. */
const LOOKED_AT = 12;

/**
 * True once nothing behind matters, for a changelog grows for years: two releases stand behind an Unreleased, or some
 * releases do and no heading further down can be one.
 */
function hasUnreleased(text: string): (blocks: readonly Block[]) => boolean {
  let [next, found, releases] = [0, false, 0];
  let rest: boolean | null = null;
  return (blocks) => {
    for (; next < blocks.length; next++) {
      const block = blocks[next]!;
      if (!isHeading(block) || block.depth === LABEL) continue;
      const name = shownName(block.content);
      if (unreleasedName(name) !== null) found ||= releases === 0;
      else if (releaseName(name) === 'plain') releases++;
    }
    if (found) return releases >= 2;
    return releases >= LOOKED_AT && !(rest ??= mayBeUnreleased(text.slice(blocks.at(-1)?.end)));
  };
}

function insertUnder(outline: Outline, heading: number, section: string, bullet: NewBullet): string {
  const { blocks, text } = outline;
  const end = Math.min(endOfVersion(outline, heading), neverClosed(outline) ?? blocks.length);
  const style = styleOf(outline, heading, end);
  const own = sectionIn(blocks, heading, end, section);
  if (own !== null) return insertInSection(outline, own, endOfSection(blocks, own, end), bullet, style);
  if (section === '' || isFlat(outline, heading, end)) {
    const first = blocks.findIndex((block, index) => index > heading && (index >= end || isHeading(block)));
    return insertInSection(outline, heading, first < 0 ? end : Math.min(first, end), bullet, style);
  }
  const next = headingsIn(blocks, heading, end).find(
    (index) => blocks[index]!.kind === 'heading' && rankOf(nameOf(blocks[index])) > rankOf(section.toLowerCase()),
  );
  const after = lastContent(blocks, heading, next ?? end);
  const added = [
    '',
    headingLine(style.nameFor(section), style.sectionDepth),
    ...(style.airy ? [''] : []),
    written(bullet, style.marker),
  ];
  return splice(text, blocks[after]!.end, added, true);
}

function insertInSection({ blocks, text }: Outline, own: number, end: number, bullet: NewBullet, style: Style): string {
  const items = indices(own + 1, end).filter((index) => isItem(blocks[index]));
  const last = items.at(-1);
  if (last === undefined) {
    const after = lastContent(blocks, own, end);
    const gap = after === own && !style.airy ? [] : [''];
    return splice(text, blocks[after]!.end, [...gap, written(bullet, style.marker)], true);
  }
  const item = blocks[last]!;
  const before = items.at(-2);
  const isLoose =
    before === last - 1 &&
    text.slice(blocks[before]!.end, item.start).trim() === '' &&
    blocks[before]!.end < item.start;
  const marker = isItem(item) ? nextMarker(item.marker) : style.marker;
  return splice(text, item.end, [...(isLoose ? [''] : []), written(bullet, marker)], false);
}

/** `3. ` → `4. `; a marker so wide that what follows would be code is the plain one. */
function nextMarker(marker: string): string {
  if (!/^ {0,3}(?:[-*+]|\d{1,9}[.)]) {1,4}$/.test(marker)) return '- ';
  return marker.replace(/\d+/, (number) => String(Number(number) + 1));
}

const written = (bullet: NewBullet, marker: string): string => ('raw' in bullet ? bullet.raw : marker + bullet.text);

/** Heading of this section, by its own name or another that means the same; null: there is none. */
function sectionIn(blocks: readonly Block[], from: number, end: number, section: string): number | null {
  const headings = headingsIn(blocks, from, end);
  for (const name of namesOf(section)) {
    const found = headings.find((index) => nameOf(blocks[index]) === name);
    if (found !== undefined) return found;
  }
  return null;
}

const headingsIn = (blocks: readonly Block[], from: number, end: number): number[] =>
  indices(from + 1, end).filter((index) => isHeading(blocks[index]));

const nameOf = (block: Block | undefined): string => (isHeading(block) ? sectionName(block.content) : '');

function endOfSection(blocks: readonly Block[], own: number, end: number): number {
  for (let at = own + 1; at < end; at++) if (isHeading(blocks[at])) return at;
  return end;
}

/** The last block in [from, end) that is no link's definition, rule, anchor or comment that belongs to what follows. */
function lastContent(blocks: readonly Block[], from: number, end: number): number {
  let last = end - 1;
  while (last > from) {
    const { kind } = blocks[last]!;
    if (kind !== 'link' && kind !== 'rule' && (kind !== 'html' || last === from + 1)) break;
    last--;
  }
  return last;
}

/** How the file writes what is to be made. */
interface Style {
  readonly marker: string;
  /** An empty line below a section's heading. */
  readonly airy: boolean;
  readonly sectionDepth: number;
  /** A section's heading as the file writes it. */
  readonly nameFor: (section: string) => string;
}

function styleOf(outline: Outline, heading: number, end: number): Style {
  const { blocks, text } = outline;
  const own = headingsIn(blocks, heading, end);
  const all = [own, ...outline.releases.map((one) => headingsIn(blocks, one, endOfVersion(outline, one)))];
  const sections = all.find((some) => some.length > 0) ?? [];
  const depth = isHeading(blocks[heading]) ? (blocks[heading] as Heading).depth : 2;
  const depths = sections.map((index) => (blocks[index] as Heading).depth).filter((one) => one > depth);
  const sectionDepth = depths.length > 0 ? Math.min(...depths) : Math.min(6, depth === LABEL ? 3 : depth + 1);
  const airy = sections.length === 0 || sections.some((index) => isBlankAt(text, blocks[index]!.end));
  return {
    marker: markerOf(outline, heading, end),
    airy,
    sectionDepth,
    nameFor: (section) => nameFor(outline, section, sectionDepth),
  };
}

function markerOf({ blocks, releases }: Outline, heading: number, end: number): string {
  const own = blocks.slice(heading, end).find(isItem);
  const first = own ?? blocks.slice(releases.find((one) => one > heading) ?? heading).find(isItem);
  const marker = first?.marker ?? '- ';
  return /^ {0,3}[-*+] {1,4}$/.test(marker) ? marker : '- ';
}

/** As the newest release that has this section calls it. */
function nameFor({ blocks, releases }: Outline, section: string, depth: number): string {
  const headings = blocks
    .slice(releases[0] ?? 0)
    .filter((block): block is Heading => isHeading(block) && block.depth === depth);
  for (const name of namesOf(section)) {
    const like = headings.find((block) => sectionName(block.content) === name);
    if (like !== undefined) return depth === LABEL ? like.content : ownName(like.content);
  }
  return depth === LABEL ? `**${titled(section)}**` : titled(section);
}

/** Without comments (`<!-- 1 -->`); an anchor or a link is the release's own. */
function ownName(content: string): string {
  const plain = content.replaceAll(/<!--.*?-->/g, '').trim();
  return /[<\]{]/.test(plain) ? titled(sectionName(content)) : plain;
}

/** Are bullets written right under the version's heading, without sections? */
function isFlat(outline: Outline, heading: number, end: number): boolean {
  if (headingsIn(outline.blocks, heading, end).length > 0) return false;
  return releasesAreFlat(outline) ?? outline.blocks.slice(heading, end).some(isItem);
}

/** The same of the newest release that has any; null: none has. */
function releasesAreFlat(outline: Outline): boolean | null {
  const { blocks, releases } = outline;
  const newest = releases
    .map((from) => [from, endOfVersion(outline, from)] as const)
    .find(([from, to]) => blocks.slice(from, to).some(isItem));
  return newest === undefined ? null : headingsIn(blocks, ...newest).length === 0;
}

const headingLine = (name: string, depth: number): string => (depth === LABEL ? name : `${'#'.repeat(depth)} ${name}`);

/** Makes the Unreleased section: above the newest release, written like it; in a file without any, below its title. */
function withUnreleased(outline: Outline, section: string, bullet: NewBullet): string {
  const { blocks, text, releases } = outline;
  const first = releases[0] ?? blocks.findIndex((block) => looksLikeRelease(block, text));
  const place = placeAbove(
    outline,
    Math.min(first >= 0 ? first : topOf(blocks), neverClosed(outline) ?? blocks.length),
  );
  const own = newUnreleased(outline, section, bullet);
  // What is old stays apart from what comes now, also without a heading of its own.
  const lines = blocks[place]?.kind === 'item' ? [...own, '', SEPARATOR] : own;
  const next = blocks[place];
  if (next === undefined) return splice(text, blocks.at(-1)?.end ?? text.length, ['', ...lines], false);
  const before =
    next.start > 0 && text.slice(0, next.start).trim() !== '' && !isBlankBefore(text, next.start) ? [''] : [];
  const end = text.slice(0, next.start);
  const eol = lineBreakAt(text, next.start);
  return end + [...before, ...lines, ''].map((line) => line + eol).join('') + text.slice(next.start);
}

function newUnreleased(outline: Outline, section: string, bullet: NewBullet): string[] {
  const { blocks, releases, text } = outline;
  const heads = releases.map((index) => blocks[index] as Heading);
  const sections =
    releases.map((one) => headingsIn(blocks, one, endOfVersion(outline, one))).find((some) => some.length > 0) ?? [];
  const depths = sections.map((index) => (blocks[index] as Heading).depth);
  const least = Math.min(...heads.map(({ depth }) => depth), LABEL);
  const depth = least === LABEL ? 2 : Math.max(1, Math.min(least, Math.min(...depths, LABEL) - 1, 5));
  const airy = sections.length === 0 || sections.some((index) => isBlankAt(text, blocks[index]!.end));
  const below = depths.filter((one) => one > depth);
  const sectionDepth = below.length > 0 ? Math.min(...below) : depth + 1;
  const bulletLine = written(bullet, markerOf(outline, 0, 0));
  const title = unreleasedLines(heads, depth);
  const gap = heads.length === 0 || heads.some(({ end }) => isBlankAt(text, end)) ? [''] : [];
  if (section === '' || releasesAreFlat(outline) === true) return [...title, ...gap, bulletLine];
  return [
    ...title,
    ...gap,
    headingLine(nameFor(outline, section, sectionDepth), sectionDepth),
    ...(airy ? [''] : []),
    bulletLine,
  ];
}

/** In brackets where the releases are; underlined where they are. */
function unreleasedLines(heads: readonly Heading[], depth: number): string[] {
  const [newest] = heads;
  const name = newest === undefined || /^\\?\[/.test(newest.content) ? '[Unreleased]' : 'Unreleased';
  if (newest?.underline && depth <= 2) return [name, (depth === 1 ? '=' : '-').repeat(name.length)];
  return [`${'#'.repeat(depth)} ${name}`];
}

/** A paragraph that begins with a version stands for a release: `1.0.0 (2014-01-01)`. */
function looksLikeRelease(block: Block, text: string): boolean {
  if (block.kind !== 'text') return false;
  return releaseName(shownName(text.slice(block.start, block.end).split(/[\r\n]/, 1)[0] ?? '')) === 'plain';
}

/** Index of the block that what is not released stands above: behind the title, and the text below it. */
function topOf(blocks: readonly Block[]): number {
  const title = blocks.findIndex((block) => isHeading(block) && block.depth === 1);
  const head = blocks.findIndex(isHeading);
  const from = title >= 0 && title === head ? title + 1 : 0;
  const found = blocks.findIndex(
    (block, index) => index >= from && block.kind !== 'text' && block.kind !== 'front' && block.kind !== 'html',
  );
  return found < 0 ? blocks.length : found;
}

/** Past anchors, markers of tools, and the beginning of an HTML element that the place stands in. */
function placeAbove({ blocks, text }: Outline, at: number): number {
  let place = at;
  for (let index = at - 1; index >= 0; index--) {
    const block = blocks[index]!;
    const source = text.slice(block.start, block.end).trim();
    const isAnchor = /^<a\s[^>]*>(?:\s*<\/a>)?$/.test(source) && index === place - 1;
    const isMarker =
      /^<!--[^>]*\b(?:release notes start|insertion marker|version list|next-header|changelog start|releases?)\b[^>]*-->$/i.test(
        source,
      ) && index === place - 1;
    if (isAnchor || isMarker) place = index;
  }
  let open: number | null = null;
  let depth = 0;
  for (let index = 0; index < place; index++) {
    const block = blocks[index]!;
    if (block.kind !== 'html') continue;
    for (const [tag] of text
      .slice(block.start, block.end)
      .matchAll(/<!--[\s\S]*?-->|<\/?(?:details|div|section|table|blockquote|center)\b[^>]*>/gi)) {
      if (tag.startsWith('<!--')) continue;
      if (!tag.startsWith('</')) {
        if (depth === 0) open = index;
        depth++;
      } else if (depth > 0) depth--;
      if (depth === 0) open = null;
    }
  }
  return open ?? place;
}

/** Puts lines at an offset where a line begins; with a blank line before the next heading or text, if `apart` is asked for. */
function splice(text: string, offset: number, added: readonly string[], apart: boolean): string {
  const eol = lineBreakAt(text, offset);
  const head = text.slice(0, offset);
  const trail = apart && offset < text.length && !isBlankAt(text, offset) ? [''] : [];
  const start = head === '' || /[\r\n]$/.test(head) ? head : head + eol;
  return (
    start + [...added, ...trail].map((line) => line.replaceAll(/\r\n|\r|\n/g, eol) + eol).join('') + text.slice(offset)
  );
}

const isBlankAt = (text: string, offset: number): boolean =>
  /^[ \t]*(?:[\r\n]|$)/.test(text.slice(offset, offset + 200));
const isBlankBefore = (text: string, offset: number): boolean =>
  /(?:^\ufeff?|\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)$/.test(text.slice(Math.max(0, offset - 200), offset));

/** The line break of the lines around an offset. */
function lineBreakAt(text: string, offset: number): string {
  const last = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1));
  if (offset === 0 || last < 0) return /\r\n|\r|\n/.exec(text)?.[0] ?? '\n';
  if (text[last] === '\r') return '\r';
  return text[last - 1] === '\r' ? '\r\n' : '\n';
}

const indices = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

const titled = (section: string): string => (section === '' ? 'Changed' : section[0]!.toUpperCase() + section.slice(1));
