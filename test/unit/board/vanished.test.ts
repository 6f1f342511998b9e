import { describe, expect, it } from 'vitest';

import { isStillWritten } from '../../../src/board/saves/vanished.ts';
import { texts } from './board-fixture.ts';

const NINE = { id: 'T-9', title: 'Nine lives' };

describe('isStillWritten', () => {
  const written = (REVIEW: string, TODO = '# TODO\n\n## T-1: One\n', present = ['T-1']) =>
    isStillWritten(NINE, texts({ TODO, REVIEW }), new Set(present));

  it('finds a heading in whatever column, and none where it was deleted', () => {
    expect(written('# REVIEW\n\n## T-9: Nine lives\n')).toBe(true);
    expect(written('# REVIEW\n', '# TODO\n\n## T-9: Nine lives\n')).toBe(true);
    expect(written('# REVIEW\n')).toBe(false);
  });

  it.each([
    ['swallowed by a fence', '# REVIEW\n\n```\n## T-9: Nine lives\n'],
    ['in a comment', '# REVIEW\n\n<!-- ## T-9: Nine lives -->\n'],
    ['of another level', '# REVIEW\n\n### T-9: Nine lives\n'],
    ['without a space', '# REVIEW\n\n##T-9: Nine lives\n'],
    ['with a tag misspelt', '# REVIEW\n\n## [RTRY T-9: Nine lives\n'],
    ['in lower case', '# REVIEW\n\n## t-9: Nine lives\n'],
    ['of another prefix', '# REVIEW\n\n## TT-9: Nine lives\n'],
    ['without its id', '# REVIEW\n\n## Nine lives\n'],
  ])('a slip is no deletion: %s', (_name, review) => {
    expect(written(review)).toBe(true);
  });

  it('is not deceived by what only mentions it, or by the title of another entry', () => {
    expect(written('# REVIEW\n\nsee T-9\n')).toBe(false);
    expect(written('# REVIEW\n\n## T-90: Other\n')).toBe(false);
    expect(written('# REVIEW\n\n## T-10: Nine lives more\n', '# TODO\n', ['T-10'])).toBe(false);
  });

  it('goes by the id alone where the title is not known', () => {
    expect(isStillWritten({ id: 'T-9', title: null }, texts({ TODO: '## Nine lives\n' }), new Set())).toBe(false);
  });
});
