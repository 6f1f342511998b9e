import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldText } from '../../src/board/edit/entry-change.ts';
import { oneLine as reportLine } from '../../src/agents/report/report-text.ts';
import { formatMessage } from '../../src/git/history/trailers.ts';
import { saidByGit } from '../../src/git/remote/remote-words.ts';
import { runs } from '../rig/runs.ts';
import { plainLine as changelogLine } from '../../src/landing/changelog/line.ts';
import { drawProblem } from '../../src/problem.ts';
import { oneLine } from '../../src/pipeline/one-line.ts';
import { cutText, plainLine, plainOutput, plainText } from '../../src/plain-text.ts';

const HOSTILE =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;
const LINES = new RegExp(HOSTILE.source.replace('\\p{Cc}', '\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f'), 'u');

const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u001b[31m',
        '\u001b]0;title\u0007',
        '\u001b]8;;http://x\u001b\\',
        '\u009b2J',
        '\u001bP1$q\u001b\\',
      ),
      fc.constantFrom(
        '\u202e',
        '\u2066',
        '\r',
        '\n',
        '\r\n',
        '\u0085',
        '\u2028',
        '\u0000',
        '\ud800',
        '\u{e0041}',
        '\ufeff',
      ),
      fc.constantFrom('## [7.7.7]', '- x', 'Kanban-Move: T-1 TODO -> CHANGELOG', 'word'),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));

describe('text that others wrote', () => {
  it.each([
    ['a CHANGELOG line', changelogLine],
    ['a field of an entry', fieldText],
    ['a reason', oneLine],
    ['a line of a report', reportLine],
    ['a message of a remote', saidByGit],
    ['a line of a terminal', plainLine],
  ])('becomes, as %s, one line that no terminal and no markdown reads as more (I12)', (_, clean) => {
    fc.assert(
      fc.property(text, (value) => {
        expect(clean(value)).not.toMatch(HOSTILE);
      }),
    );
  });

  it('adds no subject, no trailer and no control character to a commit message (I12)', () => {
    fc.assert(
      fc.property(text, text, text, (subject, body, value) => {
        const message = formatMessage({ subject, body, trailers: [{ key: 'Kanban-Run', value }] });
        expect(message).not.toMatch(LINES);
        expect(
          message
            .split('\n')
            .slice(1)
            .filter((line) => /^[\w-]+: |^Kanban/.test(line))
            .map((line) => line.split(':')[0]),
        ).toEqual(['Kanban-Run']);
        const [first = '', second] = message.split('\n');
        expect([first === '', second]).toEqual([false, '']);
      }),
    );
  });

  it('keeps what is not one: accents, emoji with their joiners, tabs and line breaks', () => {
    expect(plainText('é 👩‍👩‍👧 \t\u0627\n')).toBe('é 👩‍👩‍👧 \t\u0627\n');
    expect(plainText('a\r\nb\rc\u2028d')).toBe('a\nb\nc\nd');
    expect(plainLine(' a\r\n b\u0085c ')).toBe('a b c');
    expect(plainLine('a \u202E b')).toBe('a b');
  });

  it('of a line that overwrites itself is its end', () => {
    expect(plainOutput('1%\r50%\r100%\r\ndone\r')).toBe('100%\ndone');
    expect(plainOutput('\u001b[2K\rone\u001b[0m\n')).toBe('one\n');
  });

  it('I12: a problem quotes a line, a path and an argument without it, and underlines the same words', () => {
    const lineText = '## \u001B[31mT-1\u001B[0m: x';
    const where = { file: 'a\u001B[2J.md', line: 1, column: lineText.indexOf('T-1') + 1, length: 3, lineText };
    expect(drawProblem({ code: 'some', message: 'no \u202Ething', fix: 'ls \u0007', where })).toBe(
      'a.md:1:9: no thing [some]\n    ## T-1: x\n       ~~~\n  fix: ls ',
    );
  });
});

describe('cutText', () => {
  it('leaves out the end of a long text, and never half a character', () => {
    expect([cutText('short', 5), cutText('longer', 5), cutText('longer', 5, '...')]).toEqual([
      'short',
      'long…',
      'lo...',
    ]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (some, most) => {
        const shown = cutText(some, most);
        expect(shown.length).toBeLessThanOrEqual(most);
        expect(shown).not.toMatch(/\p{Cs}/u);
        expect(some === shown || some.startsWith(shown.slice(0, -1))).toBe(true);
      }),
      { numRuns: runs(300) },
    );
  });
});
