import picocolors from 'picocolors';
import type { Snapshot } from '../../contract/snapshot.ts';
import type { TimedEvent } from '../../contract/event.ts';
import { DrawSchedule, type After } from './draw-schedule.ts';
import { FrameWriter } from './frame-writer.ts';
import { eventTeller } from './line-view.ts';
import { liveFrame } from './live-frame.ts';
import type { Clock } from '../span.ts';
import type { View, ViewStream } from '../../contract/view.ts';
import { fold } from '../width.ts';

export interface LiveOptions {
  readonly stdout: ViewStream;
  readonly now: () => number;
  readonly clock: Clock;
  /** Stamps the events: `14:32:05`. */
  readonly stamp: Clock;
  readonly colour: boolean;
  /** `i` opens the board: the last line says so. */
  readonly opensBoard?: boolean;
  /** Node's timer by default (tests drive it by hand). */
  readonly after?: After;
  /** What is drawn, in lines that fit; the live view of `kanban run` unless told. */
  readonly frame?: (snapshot: Snapshot, size: FrameSize) => readonly string[];
}

/** What a frame may take, in columns and lines. */
export interface FrameSize {
  readonly now: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The live view on a terminal: one line per entry in work at the bottom, events scroll by above.
 *
 * The cursor is never hidden: so there is nothing to give back, however the program ends (kill -9 too).
 *
 * Not with log-update: 7.2.0 leaves stale lines when a frame with a common end becomes shorter, cuts persisted text at
 * the terminal's height, and counts no folded lines after a resize. A whole frame in one synchronised write is simpler.
 */
export function createLiveView(options: LiveOptions): View {
  const live = new LiveView(options);
  const lineOf = eventTeller(options.stamp);
  return {
    event: (event) => live.print(eventLines(event, lineOf(event), options)),
    snapshot: (snapshot) => live.show(snapshot),
    standBy: () => live.standBy(),
    close: () => live.close(),
  };
}

/** What landed is green, what the user should see is yellow. */
function eventLines(event: TimedEvent, text: string | null, { stamp, colour }: LiveOptions): PrintedRows | null {
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
  'alert',
]);

class LiveView {
  readonly #options: LiveOptions;
  readonly #writer: FrameWriter;
  readonly #schedule: DrawSchedule;
  readonly #resized = (): void => {
    if (!this.#standsBy) this.#schedule.drawNow();
  };
  #snapshot: Snapshot | null = null;
  #printed: PrintedRows[] = [];
  #open = true;
  #standsBy = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    const { stdout, now, after } = options;
    this.#writer = new FrameWriter(stdout, 'below');
    this.#schedule = new DrawSchedule({ now, draw: () => this.#draw(), ...(after === undefined ? {} : { after }) });
    stdout.on?.('resize', this.#resized);
  }

  print(said: PrintedRows | null): void {
    if (!this.#open || said === null) return;
    this.#printed.push(said);
    if (!this.#standsBy) this.#schedule.soon();
  }

  show(snapshot: Snapshot): void {
    if (!this.#open) return;
    this.#snapshot = snapshot;
    if (!this.#standsBy) this.#schedule.soon();
  }

  standBy(): () => void {
    this.#standsBy = true;
    this.#schedule.stop();
    return () => {
      this.#standsBy = false;
      if (this.#open) this.#schedule.drawNow();
    };
  }

  /** The last frame goes: what is left on the screen are the events. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#schedule.stop();
    this.#options.stdout.off?.('resize', this.#resized);
    this.#write([]);
  }

  #draw(): void {
    // Without a frame no clock runs.
    if (this.#snapshot === null) this.#schedule.stop();
    this.#write(this.#frameNow());
  }

  #write(frame: readonly string[]): void {
    const columns = Math.max(1, (this.#options.stdout.columns || 80) - 1);
    const printed = this.#printed.flatMap((said) => printedRows(said, columns));
    this.#printed = [];
    this.#writer.write(frame, printed);
  }

  #frameNow(): readonly string[] {
    if (this.#snapshot === null) return [];
    const { stdout, now, clock, colour, opensBoard = false } = this.#options;
    const columns = stdout.columns || 80;
    const rows = stdout.rows || 24;
    // One column is left free: a full last column makes some terminals wrap, others not.
    const size = { now: now(), width: Math.max(1, columns - 1), height: Math.max(1, rows - 2) };
    const draw = this.#options.frame ?? ((snapshot) => liveFrame(snapshot, { ...size, colour, clock, opensBoard }));
    return draw(this.#snapshot, size);
  }
}
