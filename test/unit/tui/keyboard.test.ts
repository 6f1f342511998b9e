import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { Keyboard } from '../../../src/tui/terminal/keyboard.ts';

class FakeTerminal extends EventEmitter {
  readonly modes: boolean[] = [];
  setRawMode(isRaw: boolean): void {
    this.modes.push(isRaw);
  }
  resume(): void {}
  pause(): void {}
}

function keyboard(): { readonly terminal: FakeTerminal; readonly got: string[]; readonly keys: Keyboard } {
  const terminal = new FakeTerminal();
  const got: string[] = [];
  const keys = new Keyboard(terminal, {
    key: ({ key, text }) => got.push(text === '' ? key : `"${text}"`),
    paste: (text) => got.push(`paste ${text}`),
    mouse: ({ kind, x, y }) => got.push(`${kind} ${x},${y}`),
  });
  keys.open();
  return { terminal, got, keys };
}

const sent = (...parts: (string | Buffer)[]): string[] => {
  const { terminal, got } = keyboard();
  for (const part of parts) terminal.emit('data', Buffer.from(part));
  return got;
};

describe('the keyboard', () => {
  it.each([
    ['j', ['"j"']],
    ['G', ['"G"']],
    ['?', ['"?"']],
    [' ', ['" "']],
    ['é世', ['"é"', '"世"']],
    ['\r', ['enter']],
    ['\t', ['tab']],
    ['\u001b[Z', ['shift-tab']],
    ['\u007f', ['backspace']],
    ['\u0003\u001a\u000c', ['ctrl-c', 'ctrl-z', 'ctrl-l']],
    ['\u001b[A\u001bOB\u001b[6~', ['up', 'down', 'pagedown']],
    ['\u001b[1;5D', ['ctrl-left']],
    ['\u001b[200~two\rlines\u001b[201~', ['paste two\rlines']],
    ['\u001b[<0;10;5M\u001b[<0;10;5mj\u001b[<64;1;1M', ['click 9,4', '"j"', 'wheel-up 0,0']],
  ])('%j', (bytes, expected) => {
    expect(sent(bytes)).toEqual(expected);
  });

  it('knows the mouse and a character that arrive in two parts', () => {
    expect(sent('\u001b[<0;1', '0;5M')).toEqual(['click 9,4']);
    const bytes = Buffer.from('世');
    expect(sent(bytes.subarray(0, 1), bytes.subarray(1))).toEqual(['"世"']);
  });

  it('tells Esc when nothing follows it', async () => {
    const { terminal, got } = keyboard();
    terminal.emit('data', Buffer.from('\u001b'));
    expect(got).toEqual([]);
    await vi.waitFor(() => expect(got).toEqual(['escape']));
  });

  it('takes the terminal raw, and gives it back', () => {
    const { terminal, got, keys } = keyboard();
    keys.close();
    keys.close();
    terminal.emit('data', Buffer.from('j'));
    expect([terminal.modes, got]).toEqual([[true, false], []]);
  });
});
