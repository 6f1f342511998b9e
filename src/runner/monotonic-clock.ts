/**
 * Counts the time that the machine and this process were awake. Each tick adds what has passed since the last, at
 * most twice the interval: a suspended laptop, a stopped runner or a set clock burns no budget.
 */
export class MonotonicClock {
  private last: bigint;
  private total = 0;
  private readonly interval: number;
  private readonly read: () => bigint;

  /** @param interval ms between ticks as planned. @param read monotonic nanoseconds. */
  constructor(interval: number, read: () => bigint = () => process.hrtime.bigint()) {
    this.interval = interval;
    this.read = read;
    this.last = read();
  }

  /** To be called about every `interval` ms; returns the awake ms so far. */
  tick(): number {
    const now = this.read();
    const passed = Number(now - this.last) / 1e6;
    this.last = now;
    this.total += Math.min(Math.max(0, passed), 2 * this.interval);
    return this.total;
  }
}
