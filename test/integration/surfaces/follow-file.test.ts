import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { grownLines } from '../../../src/surfaces/follow-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanban-follow-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the lines of a growing file', () => {
  it('come whole, also where a line or a character arrives in two parts', async () => {
    const [path, lines] = [join(folder, 'log'), [] as string[]];
    const source = grownLines(path, (line) => lines.push(line));
    await source();
    const [first, second] = [Buffer.from('one\ntwo ü').subarray(0, 9), Buffer.from('ü tail\n\n').subarray(1)];
    writeFileSync(path, first);
    await source();
    expect(lines).toEqual(['one']);
    appendFileSync(path, second);
    await source();
    expect(lines).toEqual(['one', 'two ü tail', '']);
  });

  it('are cut where one has no end, and the next one is whole again', async () => {
    const [path, lines] = [join(folder, 'log'), [] as string[]];
    const source = grownLines(path, (line) => lines.push(line));
    writeFileSync(path, 'x'.repeat(3 * 1024 * 1024));
    await source();
    expect(lines.map(({ length }) => length)).toEqual([1024 * 1024 + ' … (the line is longer and is cut here)'.length]);
    expect(lines[0]).toMatch(/x … \(the line is longer and is cut here\)$/);
    appendFileSync(path, 'xxx\nnext\n');
    await source();
    expect(lines.slice(1)).toEqual(['next']);
  });
});
