import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellPath, shellQuoted, shellWord } from '../../../src/shell-word.ts';

const WORDS = [
  ...[
    'a.txt',
    'src/a b.ts',
    "it's",
    '"x"',
    'ü/straße.md',
    '-rf',
    '--',
    '',
    '$HOME',
    '`id`',
    '~',
    '~/x',
    '*',
    'a;b',
    '#x',
  ],
  ...['a=b', '=ls', 'x\\y', '{prompt}', '<id>', '!', "'", 'a\nb', '@scope/p', 'a:b,c+d%e'],
];
/** What a shell hands to a program. */
const read = (shell: string, words: string): string =>
  execFileSync(shell, ['-c', `printf '%s\\0' ${words}`], { encoding: 'utf8' });

describe('a word of a command line', () => {
  it('is read back by sh as it was given', () => {
    for (const quote of [shellWord, shellQuoted])
      expect(read('sh', WORDS.map(quote).join(' '))).toBe(WORDS.map((word) => `${word}\0`).join(''));
  });
});

describe('a path in a command', () => {
  it('is read back by bash as it was given', () => {
    const paths = [...WORDS.filter((word) => !word.startsWith('-')), 'a\u001b[31m', "it's\n\\"];
    expect(read('bash', paths.map(shellPath).join(' '))).toBe(paths.map((path) => `${path}\0`).join(''));
  });
});
