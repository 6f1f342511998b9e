const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A stretch of time as text, as short as it can be: `45s`, `6m`, `1h 5m`, `3d`. */
export function span(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m`;
  if (ms >= 2 * DAY) return `${Math.floor(ms / DAY)}d`;
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  return `${Math.floor(ms / HOUR)}h${minutes === 0 ? '' : ` ${minutes}m`}`;
}

/** Like `span`, to the second below ten minutes, for a clock that runs: `4m 05s`. */
export function ticking(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < MINUTE || ms >= 10 * MINUTE) return span(ms);
  return `${Math.floor(ms / MINUTE)}m ${String(Math.floor((ms % MINUTE) / SECOND)).padStart(2, '0')}s`;
}

/** Writes a moment as the user reads it off a clock: `14:32`, with the day where it is not today. Local time is the caller's to know. */
export type Clock = (at: number) => string;
