/** ms between two looks that no watcher asked for. */
export const SAFETY_TICK_MS = 3_000;
/** ms between two looks at what the user's edit holds. */
export const BLOCKED_RETRY_MS = 250;
/** `--until-done` gives a hold this long to end by itself, ms. */
export const UNTIL_DONE_GRACE_MS = 20_000;
/** A coordinator that was asked to end waits this long for what it still has to write, ms. */
export const STOP_WRITE_TIMEOUT_MS = 2_000;
