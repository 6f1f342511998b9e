import * as z from 'zod';
import type { NewEntry } from '../surfaces/board-types.ts';
import { line, text } from './schema.ts';

const list = (of: z.ZodType<string>) => z.array(of).max(50).optional();

/** An entry of a plan. */
export const planEntry = z.strictObject({
  key: line(40).optional().describe('name for depends in this call'),
  title: line(300),
  problem: text().optional(),
  fix: text().optional().describe('what is to be done'),
  criteria: list(line()).describe('how to see that it is done'),
  files: list(line(500)).describe('globs'),
  new_files: list(line(500)),
  depends: list(line(100)).describe('task ids or keys'),
  priority: z.enum(['P0', 'P1', 'P2', 'P3', 'P4']).optional(),
});

export const MAX_PLAN = 12;

/** As the board takes it: problem and fix become its text. */
export function newEntryOf({
  problem = '',
  fix = '',
  files = [],
  new_files = [],
  ...entry
}: z.output<typeof planEntry>): NewEntry {
  const { key, title, criteria = [], depends = [], priority } = entry;
  const text = [
    problem.trim() === '' ? '' : `**Problem.** ${problem.trim()}`,
    fix.trim() === '' ? '' : `**Required fix.** ${fix.trim()}`,
  ];
  return {
    title,
    text: text.filter((part) => part !== '').join('\n\n'),
    criteria,
    files: [...files, ...new_files],
    depends,
    ...(key === undefined ? {} : { key }),
    ...(priority === undefined ? {} : { priority }),
  };
}
