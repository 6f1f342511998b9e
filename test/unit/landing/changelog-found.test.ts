import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Heading } from 'mdast';
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { describe, expect, it } from 'vitest';
import { insertChangelogLine } from '../../../src/landing/changelog/changelog.ts';
import { takeOutBullets } from '../../../src/landing/changelog/undo.ts';
import { mergeChangelogs } from '../../../src/landing/changelog/merge-changelogs.ts';

const markdown = unified().use(remarkParse).use(remarkGfm).use(remarkFrontmatter).freeze();
const PACKAGES = new URL('../../../node_modules/', import.meta.url).pathname;
/** Whole files are parsed by remark for comparison, which is quadratic. */
const MOST = Number(process.env['FOUND_BYTES'] ?? 8_000);

/** What the packages that are installed here keep: whatever the user or a tool has written. */
function found(folder: string, depth: number): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return depth > 0 ? found(path, depth - 1) : [];
    return /^(?:changelog|history|changes|readme|releases?)\b.*\.(?:md|markdown)$/i.test(entry.name) ? [path] : [];
  });
}

interface Seen {
  readonly name: string;
  readonly at: number;
}

/** Headings as they are rendered. */
function headingsOf(text: string): Seen[] {
  const root = markdown.parse(text);
  return root.children
    .filter((node): node is Heading => node.type === 'heading')
    .map((node) => {
      const at = node.position?.start.offset ?? 0;
      return {
        at,
        name:
          text
            .slice(at, node.position?.end.offset)
            .replace(/^[#\s]+/, '')
            .split('\n')[0] ?? '',
      };
    });
}

const isUnreleased = ({ name }: Seen): boolean => /\bunreleased\b/i.test(name);
const isVersion = ({ name }: Seen): boolean => /^[[\\]*v?\d+\.\d+/.test(name) && !isUnreleased({ name, at: 0 });

const files = found(PACKAGES, 2)
  .map((path) => ({ path: path.slice(PACKAGES.length), text: readFileSync(path, 'utf8') }))
  .filter(({ text }) => text.trim() !== '' && text.length <= MOST);

describe('changelogs and other files as packages have them', () => {
  it('there are some', () => expect(files.length).toBeGreaterThan(50));

  it.each(files)('I1: $path', ({ text }) => {
    const land = (of: string, line: string): string => insertChangelogLine(of, { section: 'Fixed', line });
    const one = land(text, 'One (T-1)');
    // One stretch was put in, at most with the line break that the last line lacked.
    const head = sharedStart(text, one);
    const added = one.length - text.length;
    expect(text.slice(head)).toBe(one.slice(head + added));
    const [before, after] = [headingsOf(text), headingsOf(one)];
    expect(after.filter(isUnreleased)).toHaveLength(Math.max(1, before.filter(isUnreleased).length));
    const first = after.find(isVersion)?.at ?? Infinity;
    if (before.filter(isUnreleased).length === 0) expect(after.find(isUnreleased)?.at).toBeLessThan(first);
    expect(one.indexOf('One (T-1)')).toBeLessThan(first);
    const two = land(one, 'Two (T-2)');
    expect(headingsOf(two).map(({ name }) => name)).toEqual(after.map(({ name }) => name));
    expect(two.indexOf('Two (T-2)')).toBeGreaterThan(two.indexOf('One (T-1)'));
    expect(takeOutBullets(one, text, one).text).toBe(text);
    expect(takeOutBullets(two, one, two).text).toBe(one);
    expect(takeOutBullets(two, text, one).text).toBe(land(text, 'Two (T-2)'));
    const merged = mergeChangelogs({ base: text, ours: one, theirs: land(text, 'Two (T-2)'), byLines: null });
    expect(merged).toEqual({ text: two, left: [] });
  });
});

function sharedStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
