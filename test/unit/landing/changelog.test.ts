import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carryOver as carry } from '../../../src/landing/changelog/carry.ts';
import {
  CHANGELOG_SECTIONS,
  insertChangelogLine,
  type ChangelogSection,
} from '../../../src/landing/changelog/changelog.ts';

const add = (text: string | null, section: ChangelogSection = 'Fixed', line = 'new (T-1)') =>
  insertChangelogLine(text, { section, line });

const carryOver = (base: string | null, before: string | null, branch: string, byLines: string | null = null) =>
  carry({ base, before: before === null ? [] : [before], branch, byLines });

describe('insertChangelogLine', () => {
  const cases: readonly (readonly [string, string | null, string])[] = [
    ['no file', null, '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- new (T-1)\n'],
    ['an empty file', '', '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- new (T-1)\n'],
    ['a title only', '# Changelog\n', '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- new (T-1)\n'],
    ['no line break at the end', '# Changelog', '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- new (T-1)\n'],
    [
      'no Unreleased',
      '# Changelog\n\n## [1.0.0]\n\n### Fixed\n\n- a\n',
      '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- new (T-1)\n\n## [1.0.0]\n\n### Fixed\n\n- a\n',
    ],
    [
      'an empty Unreleased',
      '# Changelog\n\n## [Unreleased]\n\n## [1.0.0]\n',
      '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- new (T-1)\n\n## [1.0.0]\n',
    ],
    [
      'Unreleased at the end of the file',
      '# Changelog\n\n## [Unreleased]\n',
      '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- new (T-1)\n',
    ],
    [
      'the section is there',
      '## [Unreleased]\n\n### Fixed\n\n- a\n\n## [1.0.0]\n',
      '## [Unreleased]\n\n### Fixed\n\n- a\n- new (T-1)\n\n## [1.0.0]\n',
    ],
    [
      'the section is empty',
      '## [Unreleased]\n\n### Fixed\n\n## [1.0.0]\n',
      '## [Unreleased]\n\n### Fixed\n\n- new (T-1)\n\n## [1.0.0]\n',
    ],
    [
      'a tight file',
      '## Unreleased\n### Fixed\n- a\n## 1.0.0\n- x\n',
      '## Unreleased\n### Fixed\n- a\n- new (T-1)\n## 1.0.0\n- x\n',
    ],
    [
      'between sections, in the order of Keep a Changelog',
      '## [Unreleased]\n\n### Added\n\n- a\n\n### Security\n\n- s\n',
      '## [Unreleased]\n\n### Added\n\n- a\n\n### Fixed\n\n- new (T-1)\n\n### Security\n\n- s\n',
    ],
    [
      'a tight file without the section',
      '## Unreleased\n### Added\n- a\n## 1.0.0\n',
      '## Unreleased\n### Added\n- a\n\n### Fixed\n- new (T-1)\n\n## 1.0.0\n',
    ],
    [
      'a bullet with more lines at the end of the section',
      '## [Unreleased]\n### Fixed\n- a\n  more\n\n  text\n\n### Security\n- s\n',
      '## [Unreleased]\n### Fixed\n- a\n  more\n\n  text\n- new (T-1)\n\n### Security\n- s\n',
    ],
    [
      'links at the end',
      '# C\n\n## [Unreleased]\n\n### Fixed\n\n- a\n\n[Unreleased]: https://x/compare\n',
      '# C\n\n## [Unreleased]\n\n### Fixed\n\n- a\n- new (T-1)\n\n[Unreleased]: https://x/compare\n',
    ],
    [
      'headings in a fence are none',
      '# C\n\n```\n## [Unreleased]\n### Fixed\n```\n\n## [Unreleased]\n',
      '# C\n\n```\n## [Unreleased]\n### Fixed\n```\n\n## [Unreleased]\n\n### Fixed\n\n- new (T-1)\n',
    ],
    [
      'CRLF',
      '# C\r\n\r\n## [Unreleased]\r\n\r\n## [1.0.0]\r\n',
      '# C\r\n\r\n## [Unreleased]\r\n\r\n### Fixed\r\n\r\n- new (T-1)\r\n\r\n## [1.0.0]\r\n',
    ],
    [
      'a byte order mark',
      '\uFEFF## [Unreleased]\n### Fixed\n- a\n',
      '\uFEFF## [Unreleased]\n### Fixed\n- a\n- new (T-1)\n',
    ],
  ];
  for (const [name, before, after] of cases) it(name, () => expect(add(before)).toBe(after));

  it('keeps every byte and the order of landings, whatever the text (I1)', () => {
    const piece = fc.constantFrom(
      '# C',
      '## [Unreleased]',
      '## [1.0.0] - 2024-01-01',
      '### Added',
      '### Fixed',
      '- a',
      '  b',
      'text',
      '',
      '```',
      '[x]: y',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 14 }),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom(...CHANGELOG_SECTIONS),
        (pieces, eol, section) => {
          const text = pieces.join(eol);
          const once = add(text, section, 'one (T-1)');
          const twice = add(once, section, 'two (T-2)');
          // What was there is still there, in order.
          const rest = once.split(/\r?\n/);
          for (const line of pieces) {
            const at = rest.indexOf(line);
            expect(at, `${line} in ${once}`).toBeGreaterThanOrEqual(0);
            rest.splice(0, at + 1);
          }
          expect(twice.indexOf('- two (T-2)')).toBeGreaterThan(twice.indexOf('- one (T-1)'));
        },
      ),
    );
  });
});

describe('carryOver, where line merges corrupt', () => {
  const file = (added: string, more = '') =>
    `# C\n\n## [Unreleased]\n\n### Added\n\n${added}${more}\n## [1.0.0]\n\n### Added\n\n- x\n`;

  it('a: another section at the same place', () => {
    const base = file('- a\n', '\n### Changed\n\n- c\n');
    const branch = file('- a\n', '\n### Fixed\n\n- f\n');
    expect(carryOver(base, file('- a\n'), branch).text).toBe(
      file('- a\n', '\n### Changed\n\n- c\n\n### Fixed\n\n- f\n'),
    );
  });

  it('b: both reword a bullet: base stands', () => {
    const result = carryOver(file('- a, by base\n'), file('- a\n'), file('- a, by branch\n'));
    expect(result).toEqual({ text: file('- a, by base\n'), left: ['not added: "- a, by branch"'] });
  });

  it('the branch alone rewords a bullet', () => {
    expect(carryOver(file('- z\n- a\n'), file('- a\n'), file('- a, better\n')).text).toBe(file('- z\n- a, better\n'));
  });

  it('c: base deletes a bullet, the branch adds beside it', () => {
    expect(carryOver(file('- k\n'), file('- k\n- gone\n'), file('- k\n- gone\n- new\n')).text).toBe(
      file('- k\n- new\n'),
    );
  });

  it('d: bullets of several lines with an equal last line', () => {
    const base = file('- T-1 first line\n  same tail\n');
    const branch = file('- T-2 first line\n  same tail\n');
    expect(carryOver(base, file(''), branch).text).toBe(
      file('- T-1 first line\n  same tail\n- T-2 first line\n  same tail\n'),
    );
  });

  it('e: base has released meanwhile: the bullet goes under Unreleased', () => {
    const base = '# C\n\n## [Unreleased]\n\n## [1.1.0]\n\n### Added\n\n- a\n\n## [1.0.0]\n';
    const result = carryOver(base, file('- a\n'), file('- a\n- new\n'));
    expect(result.text).toBe(
      '# C\n\n## [Unreleased]\n\n### Added\n\n- new\n\n## [1.1.0]\n\n### Added\n\n- a\n\n## [1.0.0]\n',
    );
    expect(result.left).toEqual([]);
  });

  it('nothing twice, and other text that the branch changed', () => {
    expect(carryOver(file('- a\n- b\n'), file('- a\n'), file('- a\n- b\n')).text).toBe(file('- a\n- b\n'));
    const other = (text: string): string => text.replace('# C', '# Other');
    expect(carryOver(file('- a\n'), file('- a\n'), other(file('- a\n')))).toEqual({
      text: other(file('- a\n')),
      left: [],
    });
    expect(carryOver(file('- a\n- b\n'), file('- a\n'), other(file('- a\n- c\n')))).toEqual({
      text: other(file('- a\n- b\n- c\n')),
      left: [],
    });
  });

  it('a file that only the branch has', () => {
    expect(carryOver(null, null, '## [Unreleased]\n\n### Added\n\n- b\n').text).toBe(
      '## [Unreleased]\n\n### Added\n\n- b\n',
    );
  });
});
