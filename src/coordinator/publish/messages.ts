export const stepFailed = (step: string, why: string): string =>
  `${step} failed and is tried again: ${why} (.kanban/errors.log has the details)`;

export const baseRewritten = (base: string): string => `${base} was rewritten; its board counts as it is now`;

export const notifyFailed = (why: string): string => `notify failed: ${why}`;

/** @param withinMs how long a new snapshot was waited for */
export const snapshotOld = (base: string, withinMs: number): string =>
  `${base} has moved, and the coordinator has not read it for ${withinMs / 1000} s`;

export const baseOpen = (operation: string): string => `${operation}: nothing is moved or landed until it is finished`;

export const notCheckedOut = (base: string): string =>
  `${base} is checked out nowhere: its committed board counts, files elsewhere are not read`;
