import { namesOf, sectionName } from './names.ts';
import { endOfVersion, isHeading, isItem, type Outline } from './outline.ts';
import { isBlankAt } from './splice.ts';
import { type Block, type Heading, LABEL } from './text.ts';

/** `raw`: a bullet's own lines with its marker; `text`: a line that gets the marker of its neighbours. */
export type NewBullet = { readonly raw: string } | { readonly text: string };

export const written = (bullet: NewBullet, marker: string): string =>
  'raw' in bullet ? bullet.raw : marker + bullet.text;

export const headingsIn = (blocks: readonly Block[], from: number, end: number): number[] =>
  indices(from + 1, end).filter((index) => isHeading(blocks[index]));

/** How the file writes what is to be made. */
export interface Style {
  readonly marker: string;
  /** An empty line below a section's heading. */
  readonly airy: boolean;
  readonly sectionDepth: number;
  /** A section's heading as the file writes it. */
  readonly nameFor: (section: string) => string;
}

export function styleOf(outline: Outline, heading: number, end: number): Style {
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

export function markerOf({ blocks, releases }: Outline, heading: number, end: number): string {
  const own = blocks.slice(heading, end).find(isItem);
  const first = own ?? blocks.slice(releases.find((one) => one > heading) ?? heading).find(isItem);
  const marker = first?.marker ?? '- ';
  return /^ {0,3}[-*+] {1,4}$/.test(marker) ? marker : '- ';
}

/** As the newest release that has this section calls it. */
export function nameFor({ blocks, releases }: Outline, section: string, depth: number): string {
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
export function isFlat(outline: Outline, heading: number, end: number): boolean {
  if (headingsIn(outline.blocks, heading, end).length > 0) return false;
  return releasesAreFlat(outline) ?? outline.blocks.slice(heading, end).some(isItem);
}

/** The same of the newest release that has any; null: none has. */
export function releasesAreFlat(outline: Outline): boolean | null {
  const { blocks, releases } = outline;
  const newest = releases
    .map((from) => [from, endOfVersion(outline, from)] as const)
    .find(([from, to]) => blocks.slice(from, to).some(isItem));
  return newest === undefined ? null : headingsIn(blocks, ...newest).length === 0;
}

export const headingLine = (name: string, depth: number): string =>
  depth === LABEL ? name : `${'#'.repeat(depth)} ${name}`;

export const indices = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

export const titled = (section: string): string =>
  section === '' ? 'Changed' : section[0]!.toUpperCase() + section.slice(1);
