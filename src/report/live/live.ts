import picocolors from 'picocolors';
import type { Snapshot } from '../../contract/snapshot.ts';
import type { TimedEvent } from '../../contract/event.ts';
import { stamped } from './line-view.ts';
import { liveFrame } from './live-frame.ts';
import type { Clock } from '../span.ts';
import type { View, ViewStream } from '../../contract/view.ts';
import { displayWidth, fold } from '../width.ts';

export interface LiveOptions {
  readonly stdout: ViewStream;
  readonly now: () => number;
  readonly clock: Clock;
  /** Stamps the events: `14:32:05`. */
  readonly stamp: Clock;
  readonly colour: boolean;
  /** Calls back once after so many ms; returns how to take it back. Node's timer unless told (tests drive it by hand). */
  readonly after?: (ms: number, call: () => void) => () => void;
}

/** At most 8 frames a second; a second passes on every clock. */
const FRAME = 125;
const SECOND = 1000;

/**
 * The live view on a terminal: one line per entry in work at the bottom, events scroll by above.
 *
 * The cursor is never hidden: so there is nothing to give back, however the program ends (kill -9 too). It rests at the
 * start of the line below the frame, where Ctrl-C's `^C` appears; the next frame wipes that line.
 *
 * Not with log-update: 7.2.0 leaves stale lines when a frame with a common end becomes shorter, cuts persisted text at
 * the terminal's height, and counts no folded lines after a resize. A whole frame in one synchronised write is simpler.
 */
export function createLiveView(options: LiveOptions): View {
  const live = new LiveView(options);
  return {
    event: (event) => live.print(eventLines(event, options)),
    snapshot: (snapshot) => live.show(snapshot),
    close: () => live.close(),
  };
}

/** What landed is green, what the user should see is yellow. */
function eventLines(event: TimedEvent, { stamp, colour }: LiveOptions): PrintedRows | null {
  const text = stamped(event, stamp);
  const colours = picocolors.createColors(colour);
  if (text === null) return null;
  const paint = event.type === 'entry-landed' ? colours.green : NOTABLE.has(event.type) ? colours.yellow : String;
  return { text, margin: stamp(event.at).length + 2, paint };
}

/** What scrolls by above the frame; folded when it is written, to the width that the terminal has then. */
interface PrintedRows {
  readonly text: string;
  readonly margin: number;
  readonly paint: (row: string) => string;
}

const printedRows = ({ text, margin, paint }: PrintedRows, columns: number): string[] =>
  text
    .split('\n')
    .flatMap((line) => fold(line, columns, margin))
    .map(paint);

const NOTABLE: ReadonlySet<TimedEvent['type']> = new Set<TimedEvent['type']>([
  'person-needed',
  'problem-found',
  'settings-broken',
  'audit-failed',
  'check-blamed',
  'base-rewritten',
  'run-stalled',
]);

class LiveView {
  readonly #options: LiveOptions;
  readonly #after: NonNullable<LiveOptions['after']>;
  readonly #resized = (): void => this.#draw();
  #snapshot: Snapshot | null = null;
  #printed: PrintedRows[] = [];
  /** The frame that stands on the screen. */
  #frame: readonly string[] = [];
  #drawnAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;
  #open = true;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#after = options.after ?? afterByTimer;
    options.stdout.on?.('resize', this.#resized);
  }

  print(said: PrintedRows | null): void {
    if (!this.#open || said === null) return;
    this.#printed.push(said);
    this.#soon();
  }

  show(snapshot: Snapshot): void {
    if (!this.#open) return;
    this.#snapshot = snapshot;
    this.#soon();
  }

  /** The last frame goes: what is left on the screen are the events. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#cancel?.();
    this.#options.stdout.off?.('resize', this.#resized);
    this.#replace([]);
  }

  /** Draws now if the last frame is old enough, else when it is. */
  #soon(): void {
    const wait = this.#drawnAt + FRAME - this.#options.now();
    if (wait <= 0) this.#draw();
    else this.#plan(Math.min(wait, FRAME));
  }

  #plan(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#after(ms, () => this.#draw());
  }

  #draw(): void {
    if (!this.#open) return;
    this.#drawnAt = this.#options.now();
    this.#replace(this.#frameNow());
    if (this.#snapshot === null) this.#cancel?.();
    else this.#plan(SECOND);
  }

  /** One write: the old frame away, what was reported, the new frame. */
  #replace(frame: readonly string[]): void {
    const { stdout } = this.#options;
    const isSame =
      this.#printed.length === 0 &&
      frame.length === this.#frame.length &&
      frame.every((line, index) => line === this.#frame[index]);
    if (isSame && !this.#isFolded()) return;
    const up = rowsOf(this.#frame, stdout.columns);
    const wipe = up === 0 ? '' : `\u001B[${up}A\u001B[G\u001B[J`;
    const lines = [
      ...this.#printed.flatMap((said) => printedRows(said, Math.max(1, (stdout.columns || 80) - 1))),
      ...frame,
    ]
      .map((line) => `${line}\n`)
      .join('');
    this.#printed = [];
    this.#frame = frame;
    stdout.write(`${SYNCHRONISED.begin}${wipe}${lines}${SYNCHRONISED.end}`);
  }

  /** A narrower terminal has folded the lines of the frame: they take more rows than lines. */
  #isFolded(): boolean {
    return rowsOf(this.#frame, this.#options.stdout.columns) > this.#frame.length;
  }

  #frameNow(): readonly string[] {
    if (this.#snapshot === null) return [];
    const { stdout, now, clock, colour } = this.#options;
    const columns = stdout.columns || 80;
    const rows = stdout.rows || 24;
    // One column is left free: a full last column makes some terminals wrap, others not.
    return liveFrame(this.#snapshot, {
      now: now(),
      width: Math.max(1, columns - 1),
      height: Math.max(1, rows - 2),
      colour,
      clock,
    });
  }
}

/** Terminals that know it show the whole change at once; others ignore it. */
const SYNCHRONISED = { begin: '\u001B[?2026h', end: '\u001B[?2026l' } as const;

const rowsOf = (frame: readonly string[], columns = 80): number =>
  frame.reduce(
    (sum, line) => sum + Math.max(1, Math.ceil(displayWidth(withoutColour(line)) / Math.max(1, columns))),
    0,
  );

const withoutColour = (line: string): string => line.replaceAll(/\u001B\[[\d;]*m/g, '');

function afterByTimer(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  // Only the work keeps the program alive, never its picture.
  timer.unref();
  return () => clearTimeout(timer);
}
