import type { Column } from '../../../board/entry.ts';

/** A file that is saved without a pause for so long is written in a shorter one, ms. */
const LONGEST_BUSY = 10_000;
const SHORT_STILLNESS = 60;

/** When files that the user saves may be written: once they have been still, which who saves without a pause puts off for a while only. */
export class SavePauses {
  readonly #since = new Map<Column, number>();

  /** The user has not changed the file. */
  over(column: Column): void {
    this.#since.delete(column);
  }

  /**
   * @param changed when the user changed the file last, epoch ms
   * @param stillness ms
   * @returns until when the file is not to be written, epoch ms
   */
  until(column: Column, changed: number, now: number, stillness: number): number {
    if (changed + stillness <= now) {
      this.over(column);
      return changed + stillness;
    }
    const since = this.#since.get(column) ?? now;
    this.#since.set(column, since);
    return changed + (now - since > LONGEST_BUSY ? Math.min(stillness, SHORT_STILLNESS) : stillness);
  }
}
