/** How long the waits between tries are, ms: each is `factor` times as long as the one before, up to `most`. */
export interface Waits {
  readonly first: number;
  readonly most: number;
  /** 2 where it is not given. */
  readonly factor?: number;
}

/** The one backoff: every action that fails is tried again by one of these. */
export const WAITS = {
  /** What fails on this machine: a lock, a file, a worktree. */
  local: { first: 250, most: 60_000 },
  /** A remote that does not answer. */
  remote: { first: 5_000, most: 300_000 },
  /** A provider that states no time. */
  provider: { first: 30_000, most: 600_000 },
  /** A run that could not start, or was lost. */
  launch: { first: 2_000, most: 600_000, factor: 5 },
  /** Base on which the check fails. */
  base: { first: 300_000, most: 3_600_000 },
} as const satisfies Record<string, Waits>;

/** The wait after the given number of failures in a row, ms. @param times counts from 1 */
export const waitAfter = (times: number, { first, most, factor = 2 }: Waits): number =>
  Math.min(most, first * factor ** (Math.max(1, times) - 1));
