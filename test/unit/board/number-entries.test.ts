import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entriesIn, numberEntries } from '../../../src/board/edit/number-entries.ts';
import { hostileText } from './hostile-text.ts';

const number = (text: string, keys: readonly string[] = [], ids: readonly string[] = ['T']) =>
  numberEntries(text, { ids, used: ['T-1', 'T-4', 'HYD-2'], keys });

describe('numbers of new entries', () => {
  it('are the next free ones, in the order of the text', () => {
    const { text, entries } = number('## T-?: One\n\ntext\n\n## [PAUSED] T-?: Two\n');
    expect(text).toBe('## T-5: One\n\ntext\n\n## [PAUSED] T-6: Two\n');
    expect(entries).toEqual([
      { id: 'T-5', title: 'One' },
      { id: 'T-6', title: 'Two' },
    ]);
  });

  it('stand for keys in `depends`, and nowhere else', () => {
    const text =
      '## T-?: One\n\n- depends: b, T-1\n- files: b\n\nb\n\n## T-?: Two\n\n- priority: P1\n\n## T-?: Three\n\n- Depends: a b';
    expect(number(text, ['a', 'b', '']).text).toBe(
      '## T-5: One\n\n- depends: T-6, T-1\n- files: b\n\nb\n\n## T-6: Two\n\n- priority: P1\n\n## T-7: Three\n\n- Depends: T-5 T-6',
    );
    expect(number('## T-?: One\n\n- depends: b\n').text).toBe('## T-5: One\n\n- depends: b\n');
    expect(number('## T-?: One\n', ['a', 'b']).entries).toHaveLength(1);
  });

  it('are not given to a heading in a fence, nor to an entry that has one', () => {
    const text = '## T-9: One\n\n```\n## T-?: example\n```\n\n## **T-?** - Two\n';
    expect(number(text).text).toBe('## T-9: One\n\n```\n## T-?: example\n```\n\n## **T-10** - Two\n');
  });

  it('have the first prefix of the team, also where the text has another', () => {
    expect(number('## T-?: One\n', [], ['HYD', 'X']).text).toBe('## HYD-3: One\n');
    expect(number('no entry', [], ['HYD'])).toEqual({ text: 'no entry', entries: [] });
    expect(number('', [], []).entries).toEqual([]);
    expect(number('## T-?: One\n', [], []).entries).toEqual([{ id: 'T-5', title: 'One' }]);
  });

  it('leave what stands above the first entry', () => {
    expect(number('words\n\n## T-?: One\n').text).toBe('words\n\n## T-5: One\n');
    expect(entriesIn('- [ ] a note\n\n## T-?: One\n', ['T']).map(({ title }) => title)).toEqual(['One']);
  });

  it('change nothing but ids: what belongs to no entry stays', () => {
    const text = '## T-?: One\n\ntext\n\n# Later\n\nprose\n\n## T-?: Two\n\nNotes\n=====\n\nend';
    expect(number(text).text).toBe(text.replace('T-?', 'T-5').replace('T-?', 'T-6'));
    expect(number(' ## T-?: One\n\nT-?: Two\n---\n').text).toBe(' ## T-5: One\n\nT-6: Two\n---\n');
    fc.assert(
      fc.property(hostileText, (hostile) => {
        const { text: numbered } = numberEntries(hostile, { ids: ['T'], used: ['T-900'] });
        expect(numbered.replaceAll(/T-9\d\d/g, 'T-?')).toBe(hostile);
      }),
    );
  });
});
