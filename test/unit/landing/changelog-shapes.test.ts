import { readdirSync, readFileSync } from 'node:fs';
import type { Heading, Root } from 'mdast';
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { describe, expect, it } from 'vitest';
import { insertChangelogLine, type ChangelogSection } from '../../../src/landing/changelog/changelog.ts';
import { takeOutBullets } from '../../../src/landing/changelog/undo.ts';
import { mergeChangelogs } from '../../../src/landing/changelog/merge-changelogs.ts';

const FOLDER = new URL('../../changelogs/', import.meta.url);
const markdown = unified().use(remarkParse).use(remarkGfm).use(remarkFrontmatter).freeze();

/** A file and what a landing adds to it: the lines that begin with `»`. `name.added.md` lands under Added, all others under Fixed. */
const shapes = readdirSync(FOLDER).map((name) => {
  const marked = readFileSync(new URL(name, FOLDER), 'utf8');
  const before = marked.replaceAll(/^».*\n/gm, '');
  const section: ChangelogSection = name.includes('.added.') ? 'Added' : 'Fixed';
  return { name, section, before, after: marked.replaceAll(/^»/gm, '') };
});

const land = (text: string, section: ChangelogSection, line = 'new (T-1)'): string =>
  insertChangelogLine(text, { section, line });

/** Headings as a reader of the rendered page sees them. */
function headingsOf(text: string): string[] {
  const root: Root = markdown.parse(text);
  return root.children
    .filter((node): node is Heading => node.type === 'heading')
    .map((node) => text.slice(node.position?.start.offset, node.position?.end.offset));
}

describe.each(shapes)('$name', ({ section, before, after }) => {
  it('a landing puts its line where the maintainer would', () => expect(land(before, section)).toBe(after));

  it.each<[string, (text: string) => string]>([
    ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['a byte order mark', (text) => `\ufeff${text}`],
  ])('so too with %s', (_, vary) => expect(land(vary(before), section)).toBe(vary(after)));

  it('so too without a line break at the end', () =>
    expect(land(before.trimEnd(), section).trimEnd()).toBe(after.trimEnd()));

  it('the next one comes right behind it, and an undo in any order gives every byte back', () => {
    const next = land(after, section, 'next (T-2)');
    const lines = next.split('\n');
    const at = lines.findIndex((line) => line.endsWith('new (T-1)'));
    expect(
      lines
        .slice(at + 1, at + 3)
        .join('')
        .trim(),
    ).toMatch(/^(?:[-*+]|\d+\.)\s+next \(T-2\)/);
    expect(takeOutBullets(after, before, after)).toEqual({ text: before, released: [], changed: [] });
    expect(takeOutBullets(next, after, next).text).toBe(after);
    const second = land(before, section, 'next (T-2)');
    expect(takeOutBullets(next, before, after)).toMatchObject({ released: [], changed: [] });
    expect(takeOutBullets(next, before, after).text?.replaceAll(/^(\s*)\d+\./gm, '$1')).toBe(
      second.replaceAll(/^(\s*)\d+\./gm, '$1'),
    );
  });

  it('there is one Unreleased in visible text', () => {
    const found = headingsOf(after).filter((one) =>
      /unreleased|upcoming|next|in development/i.test(one.split('\n')[0] ?? ''),
    );
    const known = headingsOf(before).filter((one) =>
      /unreleased|upcoming|next|in development/i.test(one.split('\n')[0] ?? ''),
    );
    expect(found).toHaveLength(Math.max(1, known.length));
    expect(headingsOf(land(after, section, 'next (T-2)'))).toEqual(headingsOf(after));
  });

  it('a merge of two landings has both lines', () => {
    const [ours, theirs] = [land(before, section, 'ours (T-1)'), land(before, section, 'theirs (T-2)')];
    const merged = mergeChangelogs({ base: before, ours, theirs, byLines: null });
    expect(merged).not.toBe('conflict');
    const text = merged === 'conflict' ? '' : (merged.text ?? '');
    expect(text.match(/ours \(T-1\)|theirs \(T-2\)/g)).toEqual(['ours (T-1)', 'theirs (T-2)']);
    expect(headingsOf(text)).toEqual(headingsOf(ours));
  });
});
