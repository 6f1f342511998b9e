import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carryOver } from '../../../src/landing/changelog/carry.ts';
import { CHANGELOG_SECTIONS, insertChangelogLine } from '../../../src/landing/changelog/changelog.ts';
import { takeOutBullets } from '../../../src/landing/changelog/undo.ts';
import { runs } from '../../rig/runs.ts';

const file = (unreleased: string, rest = '## [1.0.0] - 2026-01-01\n\n### Added\n\n- first\n'): string =>
  `# Changelog\n\nAll changes.\n\n## [Unreleased]\n${unreleased}\n${rest}`;
const land = (text: string | null, line: string, section: (typeof CHANGELOG_SECTIONS)[number] = 'Fixed'): string =>
  insertChangelogLine(text, { section, line });
const QUIET = { released: [], changed: [] };

describe('takeOutBullets', () => {
  it.each<[string, string | null]>([
    ['no file', null],
    ['an empty file', ''],
    ['no Unreleased', '# Changelog\n\n## [1.0.0]\n\n- x\n'],
    ['no release', '# Changelog\n'],
    ['an empty Unreleased', file('')],
    ['the section there', file('\n### Fixed\n\n- old\n')],
    ['another section', file('\n### Added\n- old\n')],
    ['CRLF', file('\n### Fixed\n\n- old\n').replaceAll('\n', '\r\n')],
    ['no last line break', '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- old'],
  ])('right after the landing every byte is as before: %s', (_, before) => {
    const landed = land(before, 'New (T-1)');
    expect(takeOutBullets(landed, before, landed)).toEqual({ text: before, ...QUIET });
  });

  it.each<[string, string]>([
    ['a comment', '# Changelog\n\n<!-- open\n\n## [Unreleased]\n\n### Fixed\n\n- old\n'],
    ['a fence', '# Changelog\n\nText.\n\n```md\n## [Unreleased]\n\n- old\n\n## [1.0.0]\n'],
    ['a tilde fence, without a last line break', '# Changelog\n\n~~~\n```\n\n## [Unreleased]\n\n- old'],
    ['a comment in Unreleased', '# Changelog\n\n## [Unreleased]\n\n<!-- open\n\n## [1.0.0]\n\n- old\n'],
    ['a comment behind a list', '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- old\n\n<!-- open\n\n## [1.0.0]\n'],
    ['a comment below a release', '# Changelog\n\n## [1.0.0]\n\n<!-- open\n\n- old\n'],
    ['a comment on top', '<!-- open\n# Changelog\n\n## [Unreleased]\n\n- old\n'],
  ])('I7: where %s is never closed, lines go above it, into one section, and out again', (_, before) => {
    const opener = /<!--|```|~~~/.exec(before)?.[0] ?? '';
    const first = land(before, 'One (T-1)');
    const second = land(first, 'Two (T-2)');
    const third = land(second, 'Three (T-3)', 'Added');
    const above = third.slice(0, third.indexOf(opener));
    expect(above.match(/^## \[Unreleased\]$/gm)).toHaveLength(1);
    expect(above.match(/\(T-\d\)$/gm)?.sort()).toEqual(['(T-1)', '(T-2)', '(T-3)']);
    expect(takeOutBullets(third, second, third).text).toBe(second);
    expect(takeOutBullets(second, before, first).text).not.toContain('T-1');
    const left = takeOutBullets(takeOutBullets(third, first, second).text, second, third).text;
    expect(takeOutBullets(left, before, first).text).toBe(before);
  });

  it('takes the line out from between those that landed since, and leaves all else', () => {
    const before = file('\n### Fixed\n\n- old\n');
    const landed = land(before, 'One (T-1)');
    const now = land(land(land(landed, 'Two (T-2)'), 'Three (T-3)', 'Added'), 'Four (T-4)');
    const { text, ...rest } = takeOutBullets(now, before, landed);
    expect(rest).toEqual(QUIET);
    expect(text).toBe(now.replace('- One (T-1)\n', ''));
    expect(text).toBe(land(land(land(before, 'Two (T-2)'), 'Three (T-3)', 'Added'), 'Four (T-4)'));
  });

  it.each<[string, string]>([
    ['sections in their order', file('\n### Added\n\n- old\n')],
    ['no Unreleased', '# Changelog\n\n## [1.0.0]\n\n- x\n'],
    ['nothing else', '# Changelog\n'],
    ['an empty Unreleased', file('')],
  ])('takes the headings that the landing made along with its last bullet: %s', (_, before) => {
    const landed = land(before, 'One (T-1)');
    const now = landed.replace('# Changelog\n', '# Changelog of this\n');
    const { text, ...rest } = takeOutBullets(now, before, landed);
    expect(rest).toEqual(QUIET);
    expect(text).not.toContain('Fixed');
    const left = (of: string | null): string[] => (of ?? '').split('\n').filter((line) => line !== '');
    expect(left(text)).toEqual(left(before.replace('# Changelog\n', '# Changelog of this\n')));
  });

  it('but not while anything stands below them', () => {
    const landed = land('# Changelog\n', 'One (T-1)');
    const now = land(landed, 'Two (T-2)');
    expect(takeOutBullets(now, '# Changelog\n', landed).text).toBe(
      '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- Two (T-2)\n',
    );
  });

  it('finds it in another section of Unreleased', () => {
    const before = file('\n### Added\n\n- old\n');
    const landed = land(before, 'One (T-1)');
    const now = before.replace('- old\n', '- old\n- One (T-1)\n');
    expect(takeOutBullets(now, before, landed)).toEqual({ text: before, ...QUIET });
  });

  it("takes a branch's own bullets out, wrapped ones too, and gives reworded ones their old words", () => {
    const before = file('\n### Added\n\n- old\n- older\n');
    const branch = before
      .replace('- old\n', '- old, but better\n')
      .replace('- older\n', '- older\n- wrapped\n  twice\n');
    const landed = land(carryOver({ base: before, before: [before], branch, byLines: null }).text, 'One (T-1)');
    expect(landed).toContain('- wrapped\n  twice\n');
    const now = land(landed, 'Two (T-2)', 'Added');
    expect(takeOutBullets(now, before, landed)).toEqual({ text: land(before, 'Two (T-2)', 'Added'), ...QUIET });
  });

  it('leaves what a release holds, and what somebody reworded or took out, and says so', () => {
    const before = file('\n### Fixed\n\n- old\n');
    const landed = land(before, 'One (T-1)');
    const released = landed.replace('## [Unreleased]\n', '## [Unreleased]\n\n## [1.1.0] - 2026-02-01\n');
    expect(takeOutBullets(released, before, landed)).toEqual({
      text: released,
      released: ['- One (T-1)'],
      changed: [],
    });
    const reworded = landed.replace('- One (T-1)', '- One, in better words (T-1)');
    expect(takeOutBullets(reworded, before, landed)).toEqual({
      text: reworded,
      released: [],
      changed: ['- One (T-1)'],
    });
    const other = before.replace('- old', '- older');
    expect(takeOutBullets(other, before, landed)).toEqual({ text: other, released: [], changed: ['- One (T-1)'] });
    expect(takeOutBullets(null, before, landed)).toEqual({ text: null, ...QUIET });
  });

  it('of two equal lines takes the one under Unreleased', () => {
    const before = file('', '## [1.0.0]\n\n### Fixed\n\n- One (T-1)\n');
    const landed = land(before, 'One (T-1)');
    const now = land(landed, 'Two (T-2)');
    expect(takeOutBullets(now, before, landed).text).toBe(land(before, 'Two (T-2)'));
  });

  it('whatever landed before and since, only its line goes (I1)', () => {
    const line = fc.record({
      section: fc.constantFrom(...CHANGELOG_SECTIONS),
      words: fc.constantFrom('a', 'b  c', 'with `code`', '**bold**', 'x\n  y'),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), line, fc.array(line, { maxLength: 6 }), (first, own, since) => {
        const put = (text: string | null, of: typeof own, id: number): string =>
          insertChangelogLine(text, { section: of.section, line: `${of.words} (T-${id})` });
        const before = first.reduce<string | null>((text, of, at) => put(text, of, at + 10), null);
        const landed = put(before, own, 1);
        const now = since.reduce((text, of, at) => put(text, of, at + 20), landed);
        const wanted = since.reduce<string | null>((text, of, at) => put(text, of, at + 20), before);
        const taken = takeOutBullets(now, before, landed);
        expect(taken).toMatchObject(QUIET);
        expect(taken.text).toBe(wanted);
      }),
      { numRuns: runs(60) },
    );
  });
});
