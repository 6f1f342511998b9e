import { firstOf } from '../../first-of.ts';

/** @param withinMs how long a new snapshot was waited for */
export const snapshotOld = (base: string, withinMs: number): string =>
  `${base} has moved, and the coordinator has not read it for ${withinMs / 1000} s`;

export const coordinatorRunning = (pid: number | null | undefined): string =>
  `A coordinator is running here (pid ${pid}).`;

/* Entries that wait. */

export const entriesWait = (ids: readonly string[], reason: string): string =>
  `${firstOf(ids)}: ${reason}${/[.!?]$/.test(reason) ? '' : '.'}`;
export const TRY_AGAIN = 'remove the cause; the next `kanban run` tries again, a running one after `kanban resume`';
export const lookAt = (id: string): string => `kanban show ${id}`;
