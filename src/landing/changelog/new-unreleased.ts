import { SEPARATOR } from '../../board/parse/section-facts.ts';
import { releaseName, shownName } from './names.ts';
import { endOfVersion, isHeading, neverClosed, type Outline } from './outline.ts';
import { isBlankAt, isBlankBefore, lineBreakAt, splice } from './splice.ts';
import { headingLine, headingsIn, markerOf, nameFor, type NewBullet, releasesAreFlat, written } from './style.ts';
import { type Block, type Heading, LABEL } from './text.ts';

/** Makes the Unreleased section: above the newest release, written like it; in a file without any, below its title. */
export function withUnreleased(outline: Outline, section: string, bullet: NewBullet): string {
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
