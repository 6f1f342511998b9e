import { LABEL, readBlocks, type Block, type Heading, type Item } from './text.ts';
import { isSectionName, unreleasedName, releaseKey, releaseName, sectionName, shownName } from './names.ts';

/** A changelog's headings: what is not released yet, and the releases. Indices are those of `blocks`. */
export interface Outline {
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Its heading; -1: there is none. */
  readonly unreleased: number;
  /** Further headings of that name above or among the releases. */
  readonly others: readonly number[];
  /** In the order of the file. */
  readonly releases: readonly number[];
}

/** @param enough see `readBlocks` */
export function outlineOf(text: string, enough?: (blocks: readonly Block[]) => boolean): Outline {
  const blocks = readBlocks(text, enough);
  const named = blocks.flatMap((block, index) => {
    const role = roleOf(block);
    return role === null ? [] : [{ index, role, depth: (block as Heading).depth }];
  });
  const plain = named.filter(({ role }) => role === 'plain');
  // `### Node.js 18.0` is a release only where releases are named like that.
  const deepest = plain.length === 0 ? LABEL : Math.min(...plain.map(({ depth }) => depth));
  const releases = named
    .filter(({ role, depth }) => role === 'plain' || (role === 'named' && depth <= deepest))
    .map(({ index }) => index);
  const pending = named
    .filter(({ role }) => role === 'surely' || (role === 'perhaps' && releases.length > 0))
    .map(({ index }) => index);
  const first = releases[0] ?? blocks.length;
  const above = pending.filter((index) => index < first);
  // Below a release only what says nothing else: an old `0.9.3 (unreleased)` was just never released.
  const below = pending.filter((index) => index > first && releaseName(nameAt(blocks, index)) === null);
  const [unreleased = -1, ...others] = [...above, ...below];
  return { text, blocks, unreleased, others, releases };
}

function roleOf(block: Block): 'surely' | 'perhaps' | 'plain' | 'named' | null {
  if (block.kind !== 'heading' || (block.depth > 4 && block.depth !== LABEL)) return null;
  const name = shownName(block.content);
  return unreleasedName(name) ?? releaseName(name);
}

export const nameAt = (blocks: readonly Block[], index: number): string => {
  const block = blocks[index];
  return block?.kind === 'heading' ? shownName(block.content) : '';
};

/**
 * Index behind the last block under a version's heading: up to the next version, or the next heading of its level or above
 * that is no section's.
 */
export function endOfVersion({ blocks, releases, unreleased, others }: Outline, heading: number): number {
  const { depth } = blocks[heading] as Heading;
  const versions = new Set([...releases, unreleased, ...others]);
  for (let at = heading + 1; at < blocks.length; at++) {
    const block = blocks[at]!;
    if (versions.has(at) || block.kind === 'break') return at;
    if (block.kind !== 'heading' || block.depth > depth) continue;
    if (block.depth < depth || !isSectionName(sectionName(block.content))) return at;
  }
  return blocks.length;
}

/** Index of the comment, fence or HTML element that is never closed and swallows the rest of the file; null: there is none. */
export function neverClosed({ blocks, text }: Outline): number | null {
  const last = blocks.at(-1);
  if (last === undefined || last.end < text.length || (last.kind !== 'html' && last.kind !== 'text')) return null;
  const source = text.slice(last.start, last.end).replace(/^\ufeff/, '');
  const fence = /^ {0,3}(`{3,}(?=[^`\r\n]*(?:[\r\n]|$))|~{3,})/.exec(source)?.[1];
  if (fence !== undefined)
    return new RegExp(`[\\r\\n] {0,3}${fence[0]}{${fence.length},}\\s*$`).test(source) ? null : blocks.length - 1;
  if (last.kind !== 'html') return null;
  const [, closes] = OPENERS.find(([opens]) => opens.test(source)) ?? [];
  return closes === undefined || closes.test(source) ? null : blocks.length - 1;
}

/** HTML that continues over empty lines until it is closed. */
const OPENERS: readonly (readonly [opens: RegExp, closes: RegExp])[] = [
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<(?:script|pre|style|textarea)(?=[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
  [/^ {0,3}<![A-Za-z]/, />/],
];

/** Where a bullet stands. */
export interface Bullet {
  /** Version and section, lower case: `unreleased\nfixed`, `1.2.0\n`. */
  readonly key: string;
  readonly start: number;
  /** Without its line break. */
  readonly end: number;
  /** Its lines as they stand, with `\n` between. */
  readonly text: string;
}

export const UNRELEASED = 'unreleased';

/** Every item of a list at the root, with what belongs to it. */
export function findBullets(text: string, outline: Outline = outlineOf(text)): Bullet[] {
  const found: Bullet[] = [];
  let [version, section, depth] = ['', '', LABEL + 1];
  for (const [index, block] of outline.blocks.entries()) {
    if (block.kind === 'heading') {
      const named = versionAt(outline, index);
      if (named !== null) [version, section, depth] = [named, '', block.depth];
      else if (block.depth < depth && block.depth <= 2 && !isSectionName(sectionName(block.content)))
        [version, section, depth] = [
          block.depth === 1 ? '' : nameAt(outline.blocks, index).toLowerCase(),
          '',
          block.depth,
        ];
      else section = sectionName(block.content);
    } else if (block.kind === 'break') [version, section, depth] = ['', '', LABEL + 1];
    else if (block.kind === 'item') {
      const body = text.slice(block.start, block.end).replace(/(?:\r\n|\r|\n)$/, '');
      found.push({
        key: `${version}\n${section}`,
        start: block.start,
        end: block.start + body.length,
        text: body.replaceAll(/\r\n?/g, '\n'),
      });
    }
  }
  return found;
}

/** `unreleased`, `1.2.0`; null: no version's heading */
export function versionAt({ blocks, unreleased, releases, others }: Outline, index: number): string | null {
  if (index === unreleased || others.includes(index)) return UNRELEASED;
  return releases.includes(index) ? releaseKey(nameAt(blocks, index)) : null;
}

/** Names of its releases, `1.2.0`, as they stand. */
export function releasesOf(text: string): string[] {
  const { blocks, releases } = outlineOf(text);
  return releases.map((index) => releaseKey(nameAt(blocks, index)));
}

export const isItem = (block: Block | undefined): block is Item => block?.kind === 'item';
export const isHeading = (block: Block | undefined): block is Heading => block?.kind === 'heading';
