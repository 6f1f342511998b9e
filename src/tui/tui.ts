import type { SnapshotEntry } from '../contract/snapshot.ts';
import type { ViewStream } from '../contract/view.ts';
import { DrawSchedule } from '../report/live/draw-schedule.ts';
import { FrameWriter } from '../report/live/frame-writer.ts';
import type { Clock } from '../report/span.ts';
import type { Board } from '../surfaces/board-types.ts';
import { followBoard } from './board-feed.ts';
import { Doer, type EditText } from './doer.ts';
import { chosenEntry } from './entries.ts';
import { EntryFeed } from './entry-feed.ts';
import { RunFeed } from './run-feed.ts';
import { startState, type Size, type TuiState } from './state.ts';
import { obeyJobControl, stopJob } from './terminal/job-control.ts';
import { Keyboard, type KeySource } from './terminal/keyboard.ts';
import { OwnScreen } from './terminal/own-screen.ts';
import { withBoard, withEntry, withLog, withMetrics, withSize } from './update/data.ts';
import { mousePress } from './update/mouse.ts';
import type { Effect, Step } from './update/step.ts';
import { keyPress, pasted } from './update/update.ts';
import type { Drawing } from './view/drawing.ts';
import { frameOf } from './view/frame.ts';
import { areaOf } from './view/layout.ts';
import { paletteOf } from './view/palette.ts';
import { pageContent } from './view/page.ts';
import { BORDER } from './view/box.ts';

export interface TuiOptions {
  readonly board: Board;
  readonly stdin: KeySource;
  readonly stdout: ViewStream;
  readonly now: () => number;
  /** Times of the day, with the date on another day than that of `now`. */
  readonly clockAt: (now: number) => Clock;
  /** `14:32:05` */
  readonly stamp: Clock;
  /** Date and time. */
  readonly date: Clock;
  readonly colour: boolean;
  readonly hasUnicode: boolean;
  readonly hasMouse: boolean;
  readonly isReadOnly: boolean;
  readonly home: TuiState['home'];
  readonly editText: EditText;
  /** Ends it from outside. */
  readonly signal: AbortSignal;
  /** Ctrl-C. */
  readonly onInterrupt: () => void;
}

/**
 * The board on a screen of its own, until the user leaves it or `signal` ends it. The terminal is given back in any case.
 * @throws what is a bug, after the terminal is as it was
 */
export async function runTui(options: TuiOptions): Promise<void> {
  const tui = new Tui(options);
  try {
    await tui.run();
  } finally {
    tui.close();
  }
}

class Tui {
  readonly #options: TuiOptions;
  readonly #screen: OwnScreen;
  readonly #writer: FrameWriter;
  readonly #schedule: DrawSchedule;
  readonly #keyboard: Keyboard;
  readonly #doer: Doer;
  readonly #entries: EntryFeed;
  readonly #runs: RunFeed;
  readonly #stop = new AbortController();
  readonly #drawing: Pick<Drawing, 'date' | 'palette' | 'hasUnicode'>;
  #state: TuiState;
  #end: (error?: unknown) => void = () => {};

  constructor(options: TuiOptions) {
    const { board, stdin, stdout, now, stamp, date, colour, hasUnicode, hasMouse, isReadOnly, home } = options;
    this.#options = options;
    this.#drawing = { date, palette: paletteOf(colour), hasUnicode };
    this.#state = startState({ size: this.#size(), isReadOnly, home });
    this.#screen = new OwnScreen(stdout, hasMouse);
    this.#writer = new FrameWriter(stdout, 'screen');
    this.#schedule = new DrawSchedule({ now, draw: () => this.#guarded(() => this.#draw()) });
    this.#keyboard = new Keyboard(stdin, {
      key: (press) => this.#take(() => keyPress(this.#state, press, this.#pageLines())),
      paste: (text) => this.#take(() => pasted(this.#state, text)),
      mouse: (press) => this.#take(() => mousePress(this.#state, press, this.#pageLines())),
    });
    this.#doer = new Doer({
      board,
      change: (change) => this.#change(change),
      editText: (text, name) => this.#inForeground(() => options.editText(text, name)),
    });
    this.#entries = new EntryFeed(board, ({ entry, problem }) =>
      this.#change((state) => withEntry(state, entry, problem)),
    );
    this.#runs = new RunFeed(board, stamp, (log) => this.#change((state) => withLog(state, log)));
  }

  async run(): Promise<void> {
    const { stdout, signal, board } = this.#options;
    const ended = new Promise<void>((resolve, reject) => {
      this.#end = (error) => (error === undefined ? resolve() : reject(error as Error));
    });
    const stop = (): void => this.#end();
    if (signal.aborted) return;
    signal.addEventListener('abort', stop);
    const release = obeyJobControl({ onStop: () => this.#leave(), onContinue: () => this.#enter() });
    stdout.on?.('resize', this.#resized);
    try {
      this.#enter();
      const followed = followBoard({
        board,
        signal: this.#stop.signal,
        gap: () => this.#state.refreshMs,
        onChange: (change) => this.#change((state) => withBoard(state, change)),
        onProblems: (problems) => this.#change((state) => ({ ...state, problems })),
        onMetrics: (metrics) => this.#change((state) => withMetrics(state, metrics)),
      });
      followed.catch((error: unknown) => this.#end(error));
      await ended;
    } finally {
      stdout.off?.('resize', this.#resized);
      signal.removeEventListener('abort', stop);
      release();
    }
  }

  close(): void {
    this.#stop.abort();
    this.#entries.close();
    this.#runs.close();
    this.#leave();
  }

  readonly #resized = (): void => {
    this.#change((state) => withSize(state, this.#size()));
    this.#writer.forget();
    if (this.#screen.isOn) this.#schedule.drawNow();
  };

  #size(): Size {
    const { columns, rows } = this.#options.stdout;
    return { columns: columns || 80, rows: rows || 24 };
  }

  #enter(): void {
    this.#screen.enter();
    this.#keyboard.open();
    this.#resized();
  }

  #leave(): void {
    this.#schedule.stop();
    this.#keyboard.close();
    this.#screen.leave();
  }

  /** Gives the terminal to another program. */
  async #inForeground<T>(run: () => Promise<T>): Promise<T> {
    this.#leave();
    try {
      return await run();
    } finally {
      if (!this.#stop.signal.aborted) this.#enter();
    }
  }

  #take(press: () => Step): void {
    this.#guarded(() => {
      const { state, effects } = press();
      this.#change(() => state);
      for (const effect of effects) this.#carryOut(effect);
    });
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'quit':
        return this.#end();
      case 'interrupt':
        return this.#options.onInterrupt();
      case 'suspend':
        return stopJob();
      case 'redraw':
        return this.#resized();
      default:
        // A bug in it ends the program; a refusal is shown.
        this.#doer.carryOut(effect).catch((error: unknown) => this.#end(error));
    }
  }

  #change(change: (state: TuiState) => TuiState): void {
    const next = change(this.#state);
    if (next === this.#state) return;
    this.#state = next;
    this.#follow();
    if (this.#screen.isOn) this.#schedule.soon();
  }

  /** Reads what the screen shows of one entry. */
  #follow(): void {
    const { id, version } = shownEntry(this.#state);
    this.#entries.want(id, version);
    const chosen = chosenEntry(this.#state);
    // Without a run that is on, the newest one is another one when the entry has moved.
    this.#runs.follow(chosen?.id ?? null, chosen?.run?.id ?? chosen?.column ?? '');
  }

  #drawingNow(): Drawing {
    const now = this.#options.now();
    return { ...this.#drawing, state: this.#state, now, clock: this.#options.clockAt(now) };
  }

  #draw(): void {
    if (this.#screen.isOn) this.#writer.write(frameOf(this.#drawingNow()));
  }

  #pageLines(): number {
    const { page } = this.#state;
    if (page === null) return 0;
    return pageContent(this.#drawingNow(), page, areaOf(this.#state).width - BORDER - 2).lines.length;
  }

  /** A bug ends the program, with the terminal as it was. */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#schedule.stop();
      this.#end(error);
    }
  }
}

/** The entry that is read: that of the page, else the chosen one; `version` is another one when it may have changed. */
function shownEntry(state: TuiState): { readonly id: string | null; readonly version: string } {
  const { page, snapshot } = state;
  const chosen = chosenEntry(state);
  const id = page?.kind === 'entry' || page?.kind === 'diff' ? page.id : (chosen?.id ?? null);
  const entry = chosen?.id === id ? chosen : (snapshot?.entries.find((one) => one.id === id) ?? null);
  return { id, version: entry === null ? (snapshot?.base.sha ?? '') : versionOf(entry) };
}

const versionOf = ({ was = '', column, tags, run }: SnapshotEntry): string =>
  [was, column, tags.join(' '), run?.id ?? ''].join('|');
