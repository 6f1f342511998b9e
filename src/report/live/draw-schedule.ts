/** At most 8 frames a second; a second passes on every clock. */
const FRAME_MS = 125;
const SECOND_MS = 1000;

/** Calls back once after so many ms; returns how to take it back. */
export type After = (ms: number, call: () => void) => () => void;

export interface DrawScheduleOptions {
  readonly now: () => number;
  readonly draw: () => void;
  /** Node's timer by default (tests drive it by hand). */
  readonly after?: After;
}

/** When a view is drawn: soon after it was asked for, at most 8 times a second, and each second for the clocks in it. */
export class DrawSchedule {
  readonly #now: () => number;
  readonly #draw: () => void;
  readonly #after: After;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor({ now, draw, after = afterByTimer }: DrawScheduleOptions) {
    this.#now = now;
    this.#draw = draw;
    this.#after = after;
  }

  /** Draws now if the last frame is old enough, else when it is. */
  soon(): void {
    const wait = this.#drawnAt + FRAME_MS - this.#now();
    if (wait <= 0) this.drawNow();
    else this.#plan(Math.min(wait, FRAME_MS));
  }

  /** Draws without delay, and again when a second has passed. */
  drawNow(): void {
    this.#drawnAt = this.#now();
    this.#plan(SECOND_MS);
    this.#draw();
  }

  /** Nothing is drawn any more until it is asked for. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #plan(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#after(ms, () => this.drawNow());
  }
}

function afterByTimer(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  // Only the work keeps the program alive, never its picture.
  timer.unref();
  return () => clearTimeout(timer);
}
