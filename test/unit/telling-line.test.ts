import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certainLine, tellingLine } from '../../src/telling-line.ts';

const ROOT = join(import.meta.dirname, '../outputs');
const outputs = readdirSync(ROOT, { withFileTypes: true })
  .filter((one) => one.isDirectory())
  .flatMap(({ name }) => readdirSync(join(ROOT, name)).map((file) => `${name}/${file}`))
  .toSorted();
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('the line of an output that tells why it failed', () => {
  it('is, of each tool, the failing test with what was expected, or the error, with its place', async () => {
    const lines = outputs.map((file) => `${file}\n    ${tellingLine(read(file))}\n`);
    await expect(lines.join('')).toMatchFileSnapshot(join(ROOT, 'telling-lines.txt'));
  });

  it.each(outputs)('is the same with CRLF, and before what a summary adds: %s', (file) => {
    const output = read(file);
    expect(tellingLine(output.replaceAll(/\r?\n/g, '\r\n'))).toBe(tellingLine(output));
  });

  it.each([
    ['nothing', '', ''],
    ['blank lines', '\n \n\t\n', ''],
    ['no line that names a failure: the last one', 'one\ntwo\n\n', 'two'],
    ['only lines that count: the last of them', 'Tests: 1\nTime: 3', 'Time: 3'],
    ['only the name of a test', 'not ok 3 - adds\n', 'adds'],
    [
      'a test that may fail counts for nothing',
      'not ok 1 - later # TODO\nerror: no such file\n',
      'error: no such file',
    ],
    [
      'what passing tests print comes before',
      'Error: made on purpose\nFAIL a > b\nError: real\n',
      'a > b: Error: real',
    ],
    ['a message that is its name', 'FAIL a.ts > Error: x\nError: x\n', 'a.ts > Error: x'],
    ['a name that its message repeats', '--- FAIL: TestA (0s)\npanic: in TestA\n', 'panic: in TestA'],
    ['what was expected, without what came', 'Expected: 4\n', 'Expected: 4'],
  ])('of %s', (_, output, line) => expect(tellingLine(output)).toBe(line));

  it('is null where it must be certain and no line names a failure', () => {
    expect(certainLine('all is well\n')).toBeNull();
    expect(certainLine('not ok 1 - adds')).toBe('adds');
  });

  it('is one line of at most 280 characters without control characters, whatever the output (I12)', () => {
    const part = fc.constantFrom(
      'Error: ',
      '\u001b[31m',
      'FAIL a > ',
      '\r',
      '\n',
      '\u202e',
      '😀',
      'not ok 1 - ',
      'x:1:2: ',
      '\u0007',
    );
    const text = fc.array(fc.oneof(part, fc.string({ unit: 'binary' })), { maxLength: 60 });
    fc.assert(
      fc.property(text, (parts) => {
        const line = tellingLine(parts.join(''));
        expect(line.length).toBeLessThanOrEqual(280);
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it.each(['a:', 'a.', 'expected ', 'got ', '\r', '\u001b]', '\u001b[', 'error ', 'Error: ', '(', '> '])(
    'takes time in proportion to the output: %j',
    (part) => {
      const spent = (count: number): number => {
        const output = `${part.repeat(140)}\n`.repeat(count);
        const started = performance.now();
        tellingLine(output);
        return performance.now() - started;
      };
      spent(100);
      // Only the last megabyte is looked at; quadratic time would take minutes.
      expect(spent(20_000)).toBeLessThan(10_000);
    },
  );

  it('looks at the last 20,000 lines', () => {
    expect(tellingLine(`Error: first\n${'a\n'.repeat(20_000)}`)).toBe('a');
    expect(tellingLine(`Error: first\n${'a\n'.repeat(19_000)}`)).toBe('Error: first');
  });
});
