import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANGELOG_SECTIONS, endOfUnreleased, insertChangelogLine } from '../../../src/landing/changelog.ts';

/** More than is looked at first. */
const LONG = Array.from({ length: 2_000 }, (_, index) => `- Part ${index} (T-${index})\n`).join('');
const anyLine = fc.constantFrom(
  '- a bullet\n',
  '  goes on\n',
  '\n',
  '### Added\n',
  '### Fixed\n',
  '## [Unreleased]\n',
  '## [1.0.0]\n',
  '# Changelog\n',
  '```\n',
  'text\n',
  '[1.0.0]: https://example.com/1.0.0\n',
  LONG,
);

describe('the end of Unreleased', () => {
  it('leaves nothing behind it that an added line depends on', () => {
    fc.assert(
      fc.property(
        fc.array(anyLine, { maxLength: 12 }).map((lines) => lines.join('')),
        fc.constantFrom(...CHANGELOG_SECTIONS),
        (text, section) => {
          const bytes = Buffer.from(text);
          const end = endOfUnreleased(bytes);
          const add = (part: string): string => insertChangelogLine(part, { section, line: 'new (T-1)' });
          fc.pre(text.trim() !== '');
          expect(add(bytes.toString('utf8', 0, end)) + bytes.toString('utf8', end)).toBe(add(text));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is found at the beginning of a long file, and is the file’s own where there is no release', () => {
    const head = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- ü\n\n## [1.0.0] - 2024-01-01\n';
    expect(endOfUnreleased(Buffer.from(head + LONG))).toBe(Buffer.byteLength(head));
    const open = Buffer.from(`# Changelog\n\n## [Unreleased]\n\n${LONG}`);
    expect(endOfUnreleased(open)).toBe(open.length);
    const late = Buffer.from(`# Changelog\n\n## [Unreleased]\n\n${LONG}${LONG}\n## [1.0.0]\n`);
    expect(endOfUnreleased(Buffer.concat([late, Buffer.from(LONG.repeat(6))]))).toBe(late.length);
  });
});
