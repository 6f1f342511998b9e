import { describe, expect, it } from 'vitest';
import { mergeChangelogs } from '../../../src/landing/changelog/merge-changelogs.ts';

const BASE =
  '# Changelog\n\nAll of it.\n\n## [Unreleased]\n\n### Added\n\n- Old (T-1)\n\n### Fixed\n\n- Older (T-2)\n\n## [1.0.0]\n\n### Added\n\n- First\n';
const withLine = (text: string, line: string, after = '- Old (T-1)\n'): string =>
  text.replace(after, `${after}${line}\n`);
const without = (text: string, line: string): string => text.replace(`${line}\n`, '');
const released = (text: string, version: string): string =>
  text.replace('## [Unreleased]\n', `## [Unreleased]\n\n## [${version}]\n`);

function merged(
  ours: string | null,
  theirs: string | null,
  base: string | null = BASE,
  byLines: string | null = null,
): string | null {
  const result = mergeChangelogs({ base, ours, theirs, byLines });
  if (result === 'conflict') throw new Error('conflict');
  return result.text;
}

describe('mergeChangelogs', () => {
  it('one side’s doing is that side, byte for byte', () => {
    const changed = `${withLine(BASE, '- New (T-3)')}\nAnd a word at the end.  `;
    expect(merged(changed, BASE)).toBe(changed);
    expect(merged(BASE, changed)).toBe(changed);
    expect(merged(changed, changed)).toBe(changed);
    expect(merged(null, BASE)).toBe(null);
    expect(merged(null, changed, null)).toBe(changed);
  });

  it('bullets of both sides by section, ours first, identical ones once', () => {
    const ours = withLine(withLine(BASE, '- Ours (T-3)'), '- The same');
    const theirs = withLine(withLine(BASE, '- The same'), '- Theirs (T-4)', '- Older (T-2)\n');
    expect(merged(ours, theirs)).toBe(withLine(ours, '- Theirs (T-4)', '- Older (T-2)\n'));
  });

  it('a section that only they have comes with its bullet', () => {
    const theirs = BASE.replace('### Fixed', '### Removed\n\n- A thing (T-5)\n\n### Fixed');
    expect(merged(withLine(BASE, '- Ours (T-3)'), theirs)).toBe(
      withLine(BASE, '- Ours (T-3)').replace('### Fixed', '### Removed\n\n- A thing (T-5)\n\n### Fixed'),
    );
  });

  it('what one side took out is out, on whichever side; what it reworded is reworded', () => {
    for (const [mine, other] of [
      [without(BASE, '- Old (T-1)'), withLine(BASE, '- New (T-3)', '- Older (T-2)\n')],
      [withLine(BASE, '- New (T-3)', '- Older (T-2)\n'), without(BASE, '- Old (T-1)')],
    ] as const) {
      expect(merged(mine, other)).not.toContain('Old (T-1)');
      expect(merged(mine, other)).toContain('- Older (T-2)\n- New (T-3)\n');
    }
    const reworded = BASE.replace('- Old (T-1)', '- Old, better (T-1)');
    const both = merged(withLine(BASE, '- New (T-3)', '- Older (T-2)\n'), reworded);
    expect(both).toContain('- Old, better (T-1)\n');
    expect(both).not.toContain('- Old (T-1)');
    // Reworded on both sides: ours stands, once.
    const mine = BASE.replace('- Old (T-1)', '- Old, as we say (T-1)');
    expect(merged(mine, reworded)).toBe(mine);
  });

  it('one took a landing back and landed another: the one line is out, the other in', () => {
    const theirs = without(BASE, '- Old (T-1)').replace('### Added\n\n', '### Added\n\n- Another (T-8)\n');
    const text = merged(withLine(BASE, '- Ours (T-3)', '- Older (T-2)\n'), theirs);
    expect(text).toContain('- Another (T-8)\n');
    expect(text).not.toContain('(T-1)');
    expect(text).toContain('- Ours (T-3)\n');
  });

  it('a release that only one side cut does not swallow the other’s lines', () => {
    const cut = released(BASE, '1.1.0');
    const line = withLine(BASE, '- New (T-3)');
    for (const [ours, theirs] of [
      [cut, line],
      [line, cut],
    ] as const)
      expect(merged(ours, theirs)).toBe(
        cut.replace('## [Unreleased]\n', '## [Unreleased]\n\n### Added\n\n- New (T-3)\n'),
      );
    const late = withLine(cut, '- New (T-3)');
    expect(merged(line, late)).toBe(late);
  });

  it('two releases are the user’s to sort out; the same release on both sides is not', () => {
    expect(
      mergeChangelogs({ base: BASE, ours: released(BASE, '1.1.0'), theirs: released(BASE, '2.0.0'), byLines: null }),
    ).toBe('conflict');
    expect(mergeChangelogs({ base: BASE, ours: null, theirs: withLine(BASE, '- x'), byLines: null })).toBe('conflict');
    const cut = released(BASE, '1.1.0');
    expect(merged(`${cut}\nours\n`, cut.replace('All of it.', 'All.'))).toBe(
      `${cut}\nours\n`.replace('All of it.', 'All.'),
    );
  });

  it('takes git’s own merge where it has the same bullets in the same places, and only there', () => {
    const ours = withLine(BASE, '- Ours (T-3)');
    const theirs = BASE.replace('All of it.', 'All of it, and more.');
    const byLines = ours.replace('All of it.', 'All of it, and more.');
    expect(merged(ours, theirs, BASE, byLines)).toBe(byLines);
    expect(merged(ours, theirs, BASE, byLines.replace('- Ours (T-3)\n', ''))).toBe(byLines);
    expect(merged(ours, theirs)).toBe(byLines);
    // Both changed the line: ours stands, and theirs is named.
    const both = ours.replace('All of it.', 'All of it, once.');
    expect(mergeChangelogs({ base: BASE, ours: both, theirs, byLines: null })).toEqual({
      text: both,
      left: ['not added: "All of it, and more."'],
    });
  });

  it('keeps line ends of Windows', () => {
    const windows = (text: string): string => text.replaceAll('\n', '\r\n');
    expect(merged(windows(withLine(BASE, '- Ours')), windows(withLine(BASE, '- Theirs')), windows(BASE))).toBe(
      windows(withLine(withLine(BASE, '- Theirs'), '- Ours')),
    );
  });
});
