import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stillSince } from '../../../src/coordinator/observe/still-since.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanban-still-'));
  file = join(folder, 'TODO.md');
  writeFileSync(file, 'start');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('stillSince', () => {
  it('is the time of the last change, whatever mtime a tool has set', () => {
    const before = Date.now();
    writeFileSync(file, 'x');
    utimesSync(file, 1, 1);
    expect(stillSince(file, Date.now())).toBeGreaterThanOrEqual(before - 50);
  });

  it('leaves out times in the future, or a file would never be still', () => {
    utimesSync(file, Date.now() / 1000 + 86_400, Date.now() / 1000 + 86_400);
    expect(stillSince(file, Date.now())).toBeLessThanOrEqual(Date.now() + 1000);
  });

  it('is null for a missing file', () => {
    expect(stillSince(join(folder, 'nothing'), Date.now())).toBeNull();
  });
});
