import type { ViewStream } from '../../contract/view.ts';
import { displayWidth } from '../width.ts';

/**
 * Where a frame stands: below what was printed before, which scrolls by above it, or on a screen of its own (the terminal's
 * alternate screen), from its first line on.
 */
export type FramePlace = 'below' | 'screen';

/** Terminals that know it show the whole change at once; others ignore it. */
const SYNCHRONISED = { begin: '\u001B[?2026h', end: '\u001B[?2026l' } as const;

/**
 * Draws frames, lines that are kept up to date on a terminal, in their place: only the lines that differ, all in one write.
 * Every line must be narrower than the terminal: a full last column makes some terminals wrap, others not.
 *
 * A frame below what was printed leaves the cursor at the start of the line under it, where Ctrl-C's `^C` appears; the next
 * frame wipes that line.
 */
export class FrameWriter {
  readonly #stdout: ViewStream;
  readonly #place: FramePlace;
  /** The frame that stands on the screen; null: what stands there is not known. */
  #shown: readonly string[] | null;

  constructor(stdout: ViewStream, place: FramePlace) {
    this.#stdout = stdout;
    this.#place = place;
    this.#shown = place === 'below' ? [] : null;
  }

  /** Brings the terminal from the last frame to this one. @param printed lines that scroll by above; only of a frame below */
  write(frame: readonly string[], printed: readonly string[] = []): void {
    const text = this.#place === 'below' ? this.#below(frame, printed) : this.#onScreen(frame);
    this.#shown = frame;
    if (text !== '') this.#stdout.write(`${SYNCHRONISED.begin}${text}${SYNCHRONISED.end}`);
  }

  /** Another program has drawn on the screen, or its size has changed: the next frame is drawn whole. */
  forget(): void {
    if (this.#place === 'screen') this.#shown = null;
  }

  /** From the first line that differs to the last one: so a line that the user adds by Enter spoils one line only. */
  #below(frame: readonly string[], printed: readonly string[]): string {
    const shown = this.#shown ?? [];
    const columns = this.#stdout.columns || 80;
    const isFolded = rowsOf(shown, columns) > shown.length;
    const kept = printed.length > 0 || isFolded ? 0 : sameLines(shown, frame);
    if (kept === shown.length && kept === frame.length && printed.length === 0) return '';
    const up = rowsOf(shown.slice(kept), columns);
    const lines = [...printed, ...frame.slice(kept)].map((line) => `${line}\n`).join('');
    return `${up === 0 ? '' : `\u001B[${up}A`}\u001B[G\u001B[J${lines}`;
  }

  #onScreen(frame: readonly string[]): string {
    const shown = this.#shown;
    const changed = frame.map((line, row) => (line === shown?.[row] ? '' : `\u001B[${row + 1};1H${line}\u001B[K`));
    // Never below the frame where nothing stands: beyond the last line of a terminal, its last line would be wiped.
    const wipe = shown === null ? '\u001B[H\u001B[J' : '';
    const rest = (shown?.length ?? 0) > frame.length ? `\u001B[${frame.length + 1};1H\u001B[J` : '';
    return `${wipe}${changed.join('')}${rest}`;
  }
}

/** How many lines two frames have in common at their beginnings. */
function sameLines(shown: readonly string[], frame: readonly string[]): number {
  const first = frame.findIndex((line, row) => line !== shown[row]);
  return first < 0 ? Math.min(shown.length, frame.length) : first;
}

/** A terminal that has become narrower has folded lines: they take more rows. */
const rowsOf = (lines: readonly string[], columns: number): number =>
  lines.reduce(
    (sum, line) => sum + Math.max(1, Math.ceil(displayWidth(withoutColour(line)) / Math.max(1, columns))),
    0,
  );

const withoutColour = (line: string): string => line.replaceAll(/\u001B\[[\d;]*m/g, '');
