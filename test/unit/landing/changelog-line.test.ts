import fc from 'fast-check';
import type { Nodes, Root } from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { describe, expect, it } from 'vitest';
import { plainLine } from '../../../src/landing/changelog/line.ts';
import { insertChangelogLine } from '../../../src/landing/changelog/changelog.ts';
import { runs } from '../../rig/runs.ts';

const markdown = unified().use(remarkParse).use(remarkGfm).freeze();

describe('plainLine', () => {
  it.each([
    ['Login answers 400', 'Login answers 400'],
    ['Add `--json` to [docs](docs/x.md) and **more**', 'Add `--json` to [docs](docs/x.md) and **more**'],
    ['a\n\n## [7.7.7]\n\n- b', 'a ## [7.7.7] - b'],
    ['red \x1b[31mtext\x1b[0m\u202e and \u0007bell', 'red text and bell'],
    ['a\u2028b\u0085c\td', 'a b c d'],
    ['# a', '\\# a'],
    ['#45 is fixed', '#45 is fixed'],
    ['> a', '\\> a'],
    ['- a', '\\- a'],
    ['1. a', '1\\. a'],
    ['---', '\\---'],
    ['[ ] a', '\\[ ] a'],
    ['[Unreleased]: http://x', '\\[Unreleased\\]: http://x'],
    ['<!-- a', '\\<!-- a'],
    ['<Button> needs `<Button>`', '\\<Button> needs `<Button>`'],
    ['<https://example.com> is 1 < 2', '<https://example.com> is 1 < 2'],
    ['an unclosed ` here', 'an unclosed \\` here'],
    ['```sh', '\\`\\`\\`sh'],
    ['[x](javascript:alert(1))', '[x\\](javascript:alert(1))'],
    ['![x](https://example.com/a.png)', '\\![x](https://example.com/a.png)'],
    ['&#x202e;a', '\\&#x202e;a'],
    ['\ud800 alone', '\ufffd alone'],
  ])('%j', (text, line) => expect(plainLine(text)).toBe(line));

  it('is cut where it is long, and the id behind it is not', () => {
    const line = `${plainLine('x'.repeat(5_000))} (T-1)`;
    expect(line).toHaveLength(1_006);
    expect(insertChangelogLine(null, { section: 'Fixed', line })).toContain(`x… (T-1)\n`);
  });

  it('I7: whatever a title or a report holds, the file gets one item of one paragraph, and nothing else changes', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...[
          '\n',
          '\r\n',
          '\n\n',
          ' ',
          '    ',
          '\t',
          '#',
          '## ',
          '[7.7.7]',
          '- ',
          '* ',
          '1. ',
          '> ',
          '`',
          '```',
          '~~~',
          '---',
          '===',
        ],
        ...[
          '<!--',
          '-->',
          '<b>',
          '</b>',
          '<script>',
          '<?',
          '<![CDATA[',
          '](',
          ')',
          '[',
          ']',
          ']:',
          '![',
          '[^1]',
          '[x]',
          '[ ]',
          '\\',
          '\\\\',
        ],
        ...[
          '\x1b[31m',
          '\u202e',
          '\u2066',
          '\0',
          '&#10;',
          '|',
          '_',
          '**',
          'http://x.y',
          'javascript:x',
          'a',
          'word',
          '\ud800',
          '🚀',
        ],
      ),
      fc.string({ maxLength: 3 }),
    );
    const before =
      '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- before\n\n## [1.0.0]\n\n- first\n\n[x]: http://x\n';
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const line = plainLine(text);
        expect(plainLine(line)).toBe(line);
        const after = insertChangelogLine(before, { section: 'Fixed', line: `- ${line} (T-1)` });
        const [head = '', tail = ''] = before.split('- before\n');
        expect(after.startsWith(`${head}- before\n`) && after.endsWith(tail)).toBe(true);
        expect(after.split('\n')).toHaveLength(before.split('\n').length + 1);
        expect(after).not.toMatch(/(?!\n)[\p{Cs}\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        const is = markdown.parse(after);
        expect(shapeOf(is)).toEqual(shapeOf(markdown.parse(before)).with(3, 'list 2'));
        const list = is.children[3];
        const added = list?.type === 'list' ? list.children[1] : undefined;
        expect(added?.checked).toBeNull();
        expect(added?.children.map(({ type }) => type)).toEqual(['paragraph']);
        const kinds = added === undefined ? [] : typesIn(added);
        for (const kind of ['html', 'image', 'imageReference', 'definition', 'code', 'footnoteDefinition', 'break'])
          expect(kinds).not.toContain(kind);
      }),
      { numRuns: runs(150) },
    );
  });
});

const shapeOf = (root: Root): string[] =>
  root.children.map((node) => (node.type === 'list' ? `list ${node.children.length}` : node.type));

function typesIn(node: Nodes): string[] {
  return [node.type, ...('children' in node ? node.children.flatMap(typesIn) : [])];
}
