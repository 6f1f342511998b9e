import type { Printed } from './output-line.ts';

/** A tool's input as it reads from inside the worktree: without the worktree's own path, which is long and says nothing. */
export function inWorktree(input: Printed, worktree: string): Printed {
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [
      key,
      typeof value === 'string' ? value.replaceAll(`${worktree}/`, '') : value,
    ]),
  );
}
