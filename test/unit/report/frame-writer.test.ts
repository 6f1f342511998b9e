import { describe, expect, it } from 'vitest';
import { FrameWriter } from '../../../src/report/live/frame-writer.ts';
import { Screen } from './screen.ts';

const lastWrite = (screen: Screen): string => screen.writes.at(-1) ?? '';

describe('a frame on a screen of its own', () => {
  const drawn = (): { readonly screen: Screen; readonly writer: FrameWriter } => {
    const screen = new Screen(20, 5);
    const writer = new FrameWriter(screen, 'screen');
    writer.write(['one', 'two', 'three']);
    return { screen, writer };
  };

  it('is drawn whole at first, over what stands there', () => {
    const screen = new Screen(20, 5);
    screen.write('left by\nanother\nprogram\n!');
    new FrameWriter(screen, 'screen').write(['one', 'two']);
    expect(screen.text.trimEnd()).toBe('one\ntwo');
  });

  it('may be as high as the screen', () => {
    const screen = new Screen(20, 3);
    new FrameWriter(screen, 'screen').write(['one', 'two', 'three']);
    expect(screen.text).toBe('one\ntwo\nthree');
  });

  it('writes only the lines that differ, once, and nothing where nothing differs', () => {
    const { screen, writer } = drawn();
    writer.write(['one', '2', 'three']);
    expect(screen.text.trimEnd()).toBe('one\n2\nthree');
    expect(lastWrite(screen)).toContain('2\u001b[K');
    expect(lastWrite(screen)).not.toContain('three');
    const writes = screen.writes.length;
    writer.write(['one', '2', 'three']);
    expect(screen.writes).toHaveLength(writes);
  });

  it('wipes the lines that a shorter frame leaves', () => {
    const { screen, writer } = drawn();
    writer.write(['one']);
    expect(screen.text.trimEnd()).toBe('one');
  });

  it('is drawn whole again where what stands there is not known', () => {
    const { screen, writer } = drawn();
    screen.write('\u001b[2;1Hgarbage');
    writer.forget();
    writer.write(['one', 'two', 'three']);
    expect(screen.text.trimEnd()).toBe('one\ntwo\nthree');
  });

  it('shows each change at once on terminals that can, and never clears the scrollback', () => {
    const { screen } = drawn();
    for (const text of screen.writes) expect(text).toMatch(/^\u001b\[\?2026h.*\u001b\[\?2026l$/s);
    expect(screen.writes.join('')).not.toContain('\u001b[3J');
  });
});

describe('a frame below what is printed', () => {
  it('is written from the first line that differs, and always below what was printed', () => {
    const screen = new Screen(20, 9);
    const writer = new FrameWriter(screen, 'below');
    writer.write(['one', 'two'], ['printed first']);
    writer.write(['one', '2', 'three']);
    expect(lastWrite(screen)).not.toContain('one');
    writer.forget();
    writer.write(['one', '2', 'three'], ['printed second']);
    expect(screen.text).toBe('printed first\nprinted second\none\n2\nthree\n');
    writer.write(['one']);
    expect(screen.text).toBe('printed first\nprinted second\none\n');
  });
});
