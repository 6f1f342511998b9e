import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { newSectionMemo, parseMarkdown, splitSections } from '../../../src/board/parse/sections.ts';
import { sameEnds } from '../../../src/board/parse/same-ends.ts';
import { hostileText } from './hostile-text.ts';
import { runs } from '../../rig/runs.ts';

/** Offsets of the lines that remark, given the whole text, sees as level-1 and level-2 ATX headings at the root. */
function fullParse(text: string): number[] {
  const bom = text.startsWith('\ufeff') ? 1 : 0;
  const starts: number[] = [];
  for (const node of parseMarkdown(text).children) {
    if (node.type !== 'heading' || node.depth > 2) continue;
    const offset = node.position!.start.offset! + bom;
    // An underlined line may begin with # as well.
    if (!/^#{1,2}(?:[ \t\r\n]|$)/.test(text.slice(offset))) continue;
    let line = offset;
    while (line > bom && text[line - 1] === ' ') line--;
    starts.push(line);
  }
  return starts;
}

/** Offsets of the lines that remark sees as underlined headings at the root. */
function underlinedIn(text: string): Set<number> {
  const bom = text.startsWith('\ufeff') ? 1 : 0;
  const starts = parseMarkdown(text).children.flatMap((node) => {
    let at = (node.position?.start.offset ?? 0) + bom;
    while (at > bom && text[at - 1] === ' ') at--;
    return node.type === 'heading' && node.depth <= 2 ? [at] : [];
  });
  return new Set(starts);
}

function split(text: string, memo = newSectionMemo(() => null)): number[] {
  const sections = splitSections(text, memo);
  const bom = text.startsWith('\ufeff') ? 1 : 0;
  const startsWithHeading = fullParse(sections.length > 0 ? text.slice(bom, sections[0]!.end) : '')[0] === 0;
  return sections
    .map((section) => section.start)
    .filter((start, index) => index > 0 || (startsWithHeading && start === bom));
}

describe('splitSections', () => {
  it('finds the headings that a parse of the whole text finds, and covers every byte', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const sections = splitSections(
          text,
          newSectionMemo(() => null),
        );
        const bom = text.startsWith('\ufeff') ? '\ufeff' : '';
        expect(bom + sections.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
        const [found, headings] = [split(text), fullParse(text)];
        expect(found).toEqual(expect.arrayContaining(headings));
        // Beyond these only underlined lines, which may be a title or an entry.
        const underlined = underlinedIn(text);
        expect(found.filter((start) => !headings.includes(start) && !underlined.has(start))).toEqual([]);
      }),
      { numRuns: runs(200) },
    );
  });

  it('gives the same answer with a memo full of other texts', () => {
    const memo = newSectionMemo(() => null);
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(split(text, memo)).toEqual(split(text));
        expect(split(text, memo)).toEqual(split(text));
      }),
      { numRuns: runs(60) },
    );
  });

  it('gives the same answer from a text that differs in one place', () => {
    const facts = newSectionMemo((_tree, text) => text);
    const place = fc.tuple(
      fc.nat(),
      fc.nat({ max: 60 }),
      fc.oneof(hostileText, fc.constantFrom('', 'x', '#', '`', '\n', '---\n', '\ufeff')),
    );
    fc.assert(
      fc.property(hostileText, fc.array(hostileText, { maxLength: 4 }), place, (one, more, [at, length, put]) => {
        const before = [one, ...more].join('\n');
        const from = at % (before.length + 1);
        const after = before.slice(0, from) + put + before.slice(from + length);
        const last = { text: before, sections: splitSections(before, facts) };
        expect(splitSections(after, facts, last)).toEqual(
          splitSections(
            after,
            newSectionMemo((_tree, text) => text),
          ),
        );
      }),
      { numRuns: runs(200) },
    );
  });

  it('the indent of a heading belongs to the section before it only at the end of the file', () => {
    const memo = newSectionMemo((_tree, text) => text);
    const factsOf = (text: string) => splitSections(text, memo).map(({ facts }) => facts);
    expect(factsOf('## T-1: One\n   ')).toEqual(['## T-1: One\n   ']);
    expect(factsOf('## T-1: One\n   ## T-7: Seven')).toEqual(['## T-1: One\n', '   ## T-7: Seven']);
    expect(factsOf('## T-1: One\n   ')).toEqual(['## T-1: One\n   ']);
  });

  it('takes over what stands before and after a change', () => {
    const facts = newSectionMemo(() => ({}));
    const entry = (number: number) => `## T-${number}: Title\n\nText.\n\n`;
    const before = `# TODO\n\n${[1, 2, 3, 4, 5].map(entry).join('')}`;
    const last = { text: before, sections: splitSections(before, facts) };
    const changed = splitSections(before.replace(entry(3), ''), facts, last);
    expect(changed.map((section) => last.sections.findIndex((one) => one.facts === section.facts))).toEqual([
      0, 1, 2, 4, 5,
    ]);
    expect(changed[0]).toBe(last.sections[0]);
  });

  it('passes over front matter only if it is closed', () => {
    expect(split('---\n# a\n---\n# b\n')).toEqual([12]);
    expect(split('---\n# a\n\n# b\n')).toEqual([4, 9]);
  });

  it('reads each section once however long a fence in it is', () => {
    let reads = 0;
    const memo = newSectionMemo(() => reads++);
    const script = Array.from({ length: 500 }, (_, index) => `# step ${index}`).join('\n');
    const text = `# TODO\n\n## T-1: One\n\n\`\`\`sh\n${script}\n\`\`\`\n\n## T-2: Two\n`;
    expect(splitSections(text, memo)).toHaveLength(3);
    expect(splitSections(text, memo)).toHaveLength(3);
    expect(reads).toBe(3);
  });
});

it('a heading that was skipped while a block seemed to swallow all of them is found', () => {
  const text = '## T-1: a\n\n<div>\n## x\n## y\n\n## T-2: b\n\n## T-3: c\n\n## T-4: d\n';
  const found = split(text).map((start) => text.slice(start, start + 6));
  expect(found).toEqual(['## T-1', '## T-2', '## T-3', '## T-4']);
});

describe('what two texts have in common', () => {
  const long = 'ab'.repeat(5_000);

  it.each([
    ['nothing', 'abc', 'xyz', 0, 0],
    ['everything', 'abc', 'abc', 3, 0],
    ['both ends', 'abXcd', 'abYYcd', 2, 2],
    ['an end that overlaps with the beginning', 'aa', 'aaa', 2, 0],
    ['a long beginning', `${long}x`, `${long}y`, 10_000, 0],
    ['a long end', `x${long}`, `y${long}`, 0, 10_000],
    ['two long ends', `${long}x${long}`, `${long}yz${long}`, 10_000, 10_000],
  ])('%s', (_, one, other, head, tail) => {
    expect(sameEnds(one, other)).toEqual({ head, tail });
    expect(sameEnds(other, one)).toEqual({ head, tail });
  });
});

it('a memo that is full forgets sections that no text has had since it was full last', () => {
  let reads = 0;
  const memo = newSectionMemo((_, text) => {
    reads++;
    return text;
  });
  const text = '## T-1: one\n';
  const fill = (): void => {
    for (let n = 0; n < 40_000; n++) memo.young.set(`${n}`, {});
  };
  const readAgain = (): number => {
    const before = reads;
    expect(splitSections(text, memo).map(({ facts }) => facts)).toEqual([text]);
    return reads - before;
  };
  expect([readAgain(), readAgain()]).toEqual([1, 0]);
  fill();
  splitSections('## T-2: two\n', memo);
  expect(memo.young.size).toBeLessThan(3);
  expect(readAgain()).toBe(0);
  for (let turn = 0; turn < 2; turn++) {
    fill();
    splitSections(`## T-3: ${turn}\n`, memo);
  }
  expect(readAgain()).toBe(1);
});
