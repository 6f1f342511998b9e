import { expect, it } from 'vitest';
import { parseWorkflow } from '../../../src/workflow/parse.ts';
import { parseSize } from '../../../src/workflow/size.ts';

const read = (yaml: string) => parseWorkflow(`---\n${yaml}\n---\n`, 'WORKFLOW.md');
const DAY = 86_400_000;

it('keep has times and sizes, or no limit', () => {
  const keepOf = (yaml: string) => {
    const found = read(yaml);
    if (!found.ok) throw new Error(found.error[0]?.message);
    return found.value.settings.keep;
  };
  expect(keepOf('keep: { runs: 90d, size: 1.5 GB, events: 8MiB }')).toEqual({
    ...{ runs: 90 * DAY, size: 1.5 * 2 ** 30, events: 8 * 2 ** 20 },
  });
  expect(keepOf('keep: { runs: none, size: none, events: }')).toMatchObject({ runs: null, size: null });
});

it('keep with other values is a problem each', () => {
  const found = read('keep:\n  runs: 14\n  size: 10KB\n  events: 64\n');
  expect(found.ok ? [] : found.error.map(({ message }) => message)).toEqual([
    expect.stringContaining('`keep.runs` must be a duration'),
    expect.stringContaining('`keep.size` must be'),
    expect.stringContaining('`keep.events` must be a size'),
  ]);
  expect(read('keep: { runs: soon }').ok).toBe(false);
});

it.each([
  ['64MB', 64 * 2 ** 20],
  ['1 tb', 2 ** 40],
  ['0B', 0],
  ['1.5KiB', 1536],
  ['64', null],
  ['-1MB', null],
  ['1XB', null],
  ['', null],
])('the size %j is %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));
