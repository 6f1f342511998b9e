import { describe, expect, it } from 'vitest';
import { tickCriterion } from '../../../src/board/edit/tick-criterion.ts';
import type { Entry } from '../../../src/board/entry.ts';
import { createSectionMemo, parseBoard } from '../../../src/board/parse.ts';

const entryOf = (text: string): Entry => {
  const texts = { TODO: `# TODO\n\n${text}`, IN_PROGRESS: null, REVIEW: null, TESTING: null };
  return parseBoard(texts, { ids: ['T'], boardPath: 'board', memo: createSectionMemo() }).columns.TODO.entries[0]!;
};

const tick = (text: string, criterion: string, done = true) => tickCriterion(entryOf(text), criterion, done);

const ENTRY = `## T-1: One

- note: [ ] no criterion

Text [ ] that is none.

- [ ] the *message* names
  neither field
  1. [x] nested
- [X] a \`test\` covers it

\`\`\`md
- [ ] in a fence
\`\`\`

### More

* [ ] last
`;

describe('a criterion is ticked by its text', () => {
  it.each([
    ['the *message* names neither field', true, '- [ ] the *message*', '- [x] the *message*'],
    ['THE *Message*  names neither\nfield', true, '- [ ] the *message*', '- [x] the *message*'],
    ['nested', false, '1. [x] nested', '1. [ ] nested'],
    ['a `test` covers it', false, '- [X] a', '- [ ] a'],
    ['last', true, '* [ ] last', '* [x] last'],
  ])('%j', (criterion, done, from, to) => {
    expect(tick(ENTRY, criterion, done)).toEqual({ kind: 'ticked', text: entryOf(ENTRY).source.replace(from, to) });
  });

  it('in texts with other line breaks too', () => {
    const text = ENTRY.replaceAll('\n', '\r\n');
    expect(tick(text, 'last')).toMatchObject({ text: entryOf(text).source.replace('* [ ]', '* [x]') });
  });

  it('only where there is one that is not as asked already', () => {
    expect(tick(ENTRY, 'in a fence')).toEqual({ kind: 'unknown' });
    expect(tick(ENTRY, 'nested')).toEqual({ kind: 'same' });
    const twice = '## T-1: One\n\n- [ ] Same\n- [ ] same\n- [ ] SAME\n- [x] other\n- [ ] other\n';
    expect(tick(twice, 'other')).toEqual({ kind: 'ambiguous' });
    expect(tick(twice, 'SAME')).toMatchObject({ kind: 'ticked' });
    expect(tick(twice, 'sAME')).toEqual({ kind: 'ambiguous' });
  });

  it('not where its text alone would be read in another way', () => {
    const entry = entryOf(ENTRY);
    expect(tickCriterion({ ...entry, criteria: [] }, 'last', true)).toEqual({ kind: 'unreadable' });
  });
});
