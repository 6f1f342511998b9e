import type { FieldValues } from './fields.ts';

/* Fields. */

export const unreadableField = (key: string, value: string): string => `The field ${key} can't be read: ${value}`;

/** How to write the fields whose value has one form only. */
export const WRITE_FIELD = {
  priority: 'write P0, P1, P2, P3 or P4 (or critical, high, medium, low)',
  timeout: 'write a time with its unit: 90s, 15m, 1h',
  approve: 'write never, start or land',
  attempts: 'write it like "task 1, reviewer 1", or delete it',
} as const satisfies Readonly<Partial<Record<keyof FieldValues, string>>>;

export const notATaskId = (word: string): string => `The field depends names "${word}", which is not a task id`;
export const WRITE_TASK_IDS = 'write task ids, separated by commas: T-10, T-11';

/* Bugs. */

export const NO_FACTS = 'a section that was read has no facts';
