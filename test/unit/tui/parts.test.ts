import { describe, expect, it } from 'vitest';
import { edited, editorWith, sidesOf, typed, type Editor } from '../../../src/tui/line-editor.ts';
import { fitStyled, inAscii, styledWidth, withoutStyle } from '../../../src/tui/view/styled.ts';

const after = (editor: Editor, ...keys: string[]): string =>
  sidesOf(keys.reduce((now, key) => edited(now, key) ?? now, editor)).join('|');

describe('the line that is typed', () => {
  it.each([
    [['left', 'left'], 'one t|wo'],
    [['home', 'right', 'delete'], 'o|e two'],
    [['ctrl-w'], 'one |'],
    [['ctrl-left', 'ctrl-left', 'ctrl-right'], 'one| two'],
    [['ctrl-left', 'ctrl-u'], '|two'],
    [['ctrl-left', 'ctrl-k'], 'one |'],
    [['backspace', 'backspace'], 'one t|'],
    [['home', 'left', 'backspace', 'end'], 'one two|'],
  ])('%s', (keys, expected) => {
    expect(after(editorWith('one two'), ...keys)).toBe(expected);
  });

  it('takes letters with their accents, emoji and pastes as one line', () => {
    const line = typed(editorWith('a'), 'e\u0301🎉\nb\u001b[31m');
    expect(line.text).toBe('ae\u0301🎉 b[31m');
    expect(after({ text: 'e\u0301🎉', at: 2 }, 'backspace')).toBe('e\u0301|');
    expect(after({ text: 'e\u0301🎉', at: 1 }, 'backspace')).toBe('|🎉');
    expect(edited(line, 'f5')).toBeNull();
  });
});

describe('text with colours', () => {
  const red = '\u001b[31mred\u001b[39m and more';

  it('is as wide as what is seen of it', () => {
    expect(styledWidth(red)).toBe(12);
    expect(fitStyled(red, 14)).toBe(`${red}  `);
  });

  it.each([1, 2, 3, 4, 5, 8, 11])('is cut to %i columns, and its colour ends there', (columns) => {
    const cut = fitStyled(red, columns);
    expect(styledWidth(cut)).toBe(columns);
    expect(cut).toMatch(columns < 4 ? /\u001b\[0m *$/ : /\u001b\[39m/);
  });

  it('never cuts a wide character in two', () => {
    expect(withoutStyle(fitStyled('\u001b[1m世界世界\u001b[22m', 6))).toBe('世界… ');
  });

  it('is ASCII alone where the terminal has no UTF-8, as wide as before', () => {
    expect(inAscii('┌ 1 ─┐ … · 世 +1 −2 e\u0301')).toBe('+ 1 -+ ~ - ?? +1 -2 e');
  });
});
