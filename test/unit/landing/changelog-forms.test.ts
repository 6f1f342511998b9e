import { describe, expect, it } from 'vitest';
import { unclearForms } from '../../../src/landing/changelog/forms.ts';

const whats = (text: string | null, path = 'CHANGELOG.md', files: readonly string[] = []): string[] =>
  unclearForms(path, text, files).map(({ what }) => what);

describe('forms of a changelog that preflight reports', () => {
  it('has nothing to report of a plain file, an empty one, or none', () => {
    expect(whats('# Changelog\n\n## [Unreleased]\n\n- x\n\n## [1.1.0]\n\n- y\n\n## [1.0.0]\n\n- z\n')).toEqual([]);
    expect([whats(''), whats(null)]).toEqual([[], []]);
  });

  it.each([
    ['# Log\n\n- a\n- b\n', 'no heading in it names a release'],
    ['# Log\n\n## Unreleased\n\n- a\n\n## [Unreleased]\n\n- b\n\n## 1.0.0\n\n- c\n', 'it has 2 unreleased sections'],
    ['# Log\n\n## 0.9.0\n\n- a\n\n## 0.10.0\n\n- b\n', 'its oldest release comes first'],
    ['# pkg\n\n## 1.0.1\n\n### Patch Changes\n\n- a\n', 'changesets seems to write it'],
    ['# Log\n\n<!-- towncrier release notes start -->\n\n## 1.0.0\n\n- a\n', 'towncrier seems to write it'],
  ])('%j: %s', (text, what) => expect(whats(text)).toContain(what));

  it('names the file that is not markdown by its name, and the folder of changesets', () => {
    expect(whats('## 1.0.0\n\n- a\n', 'CHANGES.rst')).toEqual(['its name is not that of a markdown file']);
    expect(whats('## 1.0.0\n\n- a\n', 'CHANGELOG.md', ['.changeset'])).toEqual(['changesets seems to write it']);
  });
});
