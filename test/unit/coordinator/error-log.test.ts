import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ErrorLog } from '../../../src/coordinator/error-log.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban-errors-'));
  mkdirSync(join(root, '.kanban'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('I10: an unexpected error is reported by one key however often it comes, and its stack is kept', () => {
  const reported = new Map<string, string>();
  const log = new ErrorLog(root, (key, message) => reported.set(key, message));
  for (const attempt of [1, 2]) log.note('move of T-1', new Error(`a broken file, try ${attempt}`));
  expect(reported.size).toBe(1);
  expect(readFileSync(join(root, '.kanban', 'errors.log'), 'utf8')).toContain('error-log.test.ts');
  rmSync(join(root, '.kanban'), { recursive: true });
  log.note('move of T-1', 'not an Error');
  expect(existsSync(join(root, '.kanban'))).toBe(false);
});
