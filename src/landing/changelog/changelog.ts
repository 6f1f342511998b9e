import { plainLine } from './line.ts';
import {
  type ChangelogSection,
  mayBeUnreleased,
  namesOf,
  rankOf,
  releaseName,
  sectionName,
  shownName,
  unreleasedName,
} from './names.ts';
import { withUnreleased } from './new-unreleased.ts';
import {
  endOfVersion,
  isHeading,
  isItem,
  neverClosed,
  type Outline,
  outlineOf,
  UNRELEASED,
  versionAt,
} from './outline.ts';
import { lineBreakAt, splice } from './splice.ts';
import {
  headingLine,
  headingsIn,
  indices,
  isFlat,
  type NewBullet,
  type Style,
  styleOf,
  titled,
  written,
} from './style.ts';
import { type Block, LABEL } from './text.ts';

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
  if (own !== null) return insertInSection(outline, [own, endOfSection(blocks, own, end)], bullet, style);
  if (section === '' || isFlat(outline, heading, end)) {
    const first = blocks.findIndex((block, index) => index > heading && (index >= end || isHeading(block)));
    return insertInSection(outline, [heading, first < 0 ? end : Math.min(first, end)], bullet, style);
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

/** @param section its heading, and the block behind it */
function insertInSection(
  { blocks, text }: Outline,
  [own, end]: readonly [own: number, end: number],
  bullet: NewBullet,
  style: Style,
): string {
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

/** Heading of this section, by its own name or another that means the same; null: there is none. */
function sectionIn(blocks: readonly Block[], from: number, end: number, section: string): number | null {
  const headings = headingsIn(blocks, from, end);
  for (const name of namesOf(section)) {
    const found = headings.find((index) => nameOf(blocks[index]) === name);
    if (found !== undefined) return found;
  }
  return null;
}

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
