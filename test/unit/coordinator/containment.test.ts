import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FailureContainment } from '../../../src/coordinator/containment.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanban-contain-'));
  mkdirSync(join(root, '.kanban'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('I10: an action that fails unexpectedly is reported once, waits, and keeps no other from being done', async () => {
  const reported = new Map<string, string>();
  const failures = new FailureContainment(root, (key, message) => reported.set(key, message));
  let calls = 0;
  const fails = async (): Promise<never> => {
    calls += 1;
    throw new Error(`a broken file, try ${calls}`);
  };
  expect(await failures.perform('move of T-1', fails)).toEqual({ kind: 'stale' });
  expect(await failures.perform('move of T-1', fails)).toEqual({
    kind: 'later',
    why: 'it failed: a broken file, try 1',
  });
  expect(calls).toBe(1);
  expect(await failures.perform('move of T-2', async () => ({ kind: 'done' }) as const)).toEqual({ kind: 'done' });
  failures.note('move of T-1', new Error('a broken file, try 2'));
  expect([...reported.values()]).toHaveLength(1);
  expect(readFileSync(join(root, '.kanban', 'errors.log'), 'utf8')).toContain('at fails');
  rmSync(join(root, '.kanban'), { recursive: true });
  failures.note('move of T-1', 'no error at all');
  expect(existsSync(join(root, '.kanban'))).toBe(false);
});
