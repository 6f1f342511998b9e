/** How a command ends. */
export const EXIT = {
  done: 0,
  /** A bug of ours: says how to report it. */
  bug: 1,
  /** Wrong usage, or settings or board can't be read, or what was asked can't be done. */
  usage: 2,
  preflightFailed: 3,
  /** Entries are left that need the user. */
  personNeeded: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
