import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ErrorLog } from '../../../src/coordinator/publish/error-log.ts';

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

it('I10: the stack of an error that comes again and again is kept once, and the log stays small', () => {
  const path = join(root, '.kanban', 'errors.log');
  const log = new ErrorLog(root, () => {});
  for (let n = 0; n < 50; n += 1) log.note('move of T-1', new Error(`a broken file, try ${n}`));
  expect(readFileSync(path, 'utf8').match(/move of T-1/g)).toHaveLength(1);
  writeFileSync(path, 'x'.repeat(1024 * 1024 + 1));
  log.note('move of T-2', new Error('x'.repeat(100_000)));
  expect(statSync(path).size).toBeLessThan(20_000);
  log.note('move of T-3', new Error('another'));
  expect(readdirSync(join(root, '.kanban')).toSorted()).toEqual(['errors.log', 'errors.log.old']);
});
