import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Brief } from '../contract/brief.ts';

/** `runs`: of agents. `checks`: of the merge queue's check, in folders of the same form. */
export type RunKind = 'runs' | 'checks';

/** `.kanban/runs` of a checkout, or `.kanban/checks`. */
export const runsFolder = (root: string, kind: RunKind = 'runs'): string => join(root, '.kanban', kind);

/** A run's id: `T-12-3-task-9f3a0c12`. The random part makes it new even where folders and branches were deleted. */
export const newRunId = (taskId: string, n: number, role: Brief['role']): string =>
  `${taskId}-${n}-${role}-${randomBytes(4).toString('hex')}`;
