import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { askChoice, Interrupted } from '../../../src/commands/program/question.ts';

/** A terminal on which somebody types. */
function asked(typed: string | null): { readonly answer: Promise<string>; readonly shown: () => string } {
  const [input, output] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY: true, columns: 80 })];
  const answer = askChoice({ input, output }, 'Which?', ['no', 'yes']);
  if (typed === null) input.end();
  else input.write(typed);
  return { answer, shown: () => String(output.read() ?? '') };
}

it.each([
  ['\r', 'no'],
  ['2\r', 'yes'],
  ['Y\r', 'yes'],
  ['7\r', 'no'],
])('%j answers %s', async (typed, choice) => {
  const { answer, shown } = asked(typed);
  expect(await answer).toBe(choice);
  expect(shown()).toContain('2  yes');
});

it.each<[string, string | null]>([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
  ['Ctrl-C in the midst of an answer', 'y\u0003'],
  ['the end of the input', null],
])('%s answers nothing', async (_, typed) => {
  const { answer, shown } = asked(typed);
  await expect(answer).rejects.toBeInstanceOf(Interrupted);
  expect(shown().endsWith('\n')).toBe(true);
});
