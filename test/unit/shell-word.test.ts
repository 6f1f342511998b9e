import { describe, expect, it } from 'vitest';
import { shellPath, shellWord, shownWord } from '../../src/shell-word.ts';

describe('a word of a command line', () => {
  it('stays as it is where nothing in it is special', () => {
    expect(['src/a.ts', '@x/y', '--flag=1', 'a:b'].map(shellWord)).toEqual(['src/a.ts', '@x/y', '--flag=1', 'a:b']);
    expect(['a=b', '=ls', 'ü'].map(shellWord)).toEqual(["'a=b'", "'=ls'", "'ü'"]);
    expect(['{prompt}', '<id>', 'a b'].map(shownWord)).toEqual(['{prompt}', '<id>', "'a b'"]);
  });
});

describe('a path in a command', () => {
  it('is no option, and has no control character', () => {
    expect(shellPath('-rf')).toBe('./-rf');
    expect(shellPath("-it's")).toBe("'./-it'\\''s'");
    expect(shellPath('a\u001b[31m\u0085')).toBe(String.raw`$'a\u001b[31m\u0085'`);
  });
});
