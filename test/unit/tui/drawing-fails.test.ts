import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { BoardChange, Board } from '../../../src/surfaces/board-types.ts';
import { runTui } from '../../../src/tui/tui.ts';
import { clock, NOW, sample } from '../report/board.ts';

class FakeTerminal extends EventEmitter {
  readonly columns = 100;
  readonly rows = 30;
  readonly modes: boolean[] = [];
  readonly writes: string[] = [];
  setRawMode(isRaw: boolean): void {
    this.modes.push(isRaw);
  }
  resume(): void {}
  pause(): void {}
  write(text: string): void {
    this.writes.push(text);
  }
}

/** A board whose first snapshot cannot be drawn: a bug. */
const broken = (): Board => {
  const entries = [{ ...sample().entries[0], id: 'T-1', title: null }];
  const follow = async function* (): AsyncGenerator<BoardChange> {
    yield { seq: 1, snapshot: { ...sample(), entries } as never, patch: {}, problems: [] };
    await new Promise(() => {});
  };
  return { follow, metrics: () => new Promise(() => {}), entry: () => new Promise(() => {}) } as unknown as Board;
};

describe('a bug while the board is drawn', () => {
  it('ends the program with the terminal as it was', async () => {
    const terminal = new FakeTerminal();
    const run = runTui({
      board: broken(),
      stdin: terminal,
      stdout: terminal,
      now: () => NOW + terminal.writes.length * 1000,
      clockAt: () => clock,
      stamp: clock,
      date: clock,
      colour: false,
      hasUnicode: true,
      hasMouse: true,
      isReadOnly: false,
      home: 'shell',
      editText: async () => null,
      signal: new AbortController().signal,
      onInterrupt: () => {},
    });
    await expect(run).rejects.toThrow(TypeError);
    expect(terminal.modes).toEqual([true, false]);
    expect(terminal.writes.at(-1)).toMatch(/\u001b\[\?25h\u001b\[\?1049l$/);
    expect(terminal.listenerCount('resize') + terminal.listenerCount('data')).toBe(0);
    expect(process.listeners('SIGTSTP')).toEqual([]);
  });
});
