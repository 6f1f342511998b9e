import { type BoardTexts, type Column, COLUMNS } from '../entry.ts';
import { linesWithText, textDistance } from './line-distance.ts';
import type { Version } from './save.ts';

/** A text of the user that is in no file and in no commit. */
export interface LostText {
  readonly column: Column;
  readonly text: string;
  /** An older text took its place. Otherwise the user most likely typed on, and took out or reworded lines of their own. */
  readonly isOlder: boolean;
}

interface Replaced {
  readonly text: string;
  readonly at: number;
  readonly isOlder: boolean;
}

interface Waiting extends Replaced {
  /**
   * Lines that were safe nowhere when they were looked for last; null: not looked for yet. A line that was safe stays so: in
   * git, or in a text on disk that is itself kept track of once another takes its place.
   */
  readonly unsafe: readonly string[] | null;
}

/** The lines of some texts. */
class Lines {
  readonly #texts: readonly string[];
  #lines: ReadonlySet<string> | null = null;
  #asked = 0;

  constructor(texts: readonly string[]) {
    this.#texts = texts;
  }

  /** A line, also one that was typed on. */
  have(line: string): boolean {
    // For few lines a set of all lines is not worth its making.
    if (++this.#asked > FEW) this.#lines ??= new Set(this.#texts.flatMap(linesWithText));
    return this.#lines?.has(line) === true || this.#texts.some((text) => text.includes(line.trim()));
  }
}

const FEW = 20;
/** At most this many texts of a column are remembered to tell an older text by. */
const MAX_REMEMBERED = 50;
/** From so many texts of a column on, nothing is waited for. */
const MAX_WAITING = 50;
/** At most this many of the texts that git keeps are remembered. */
const MAX_KEPT = 5;

/**
 * Texts that were on disk, that are in no commit, and that another text took the place of: their lines are not to be lost,
 * however many texts follow each other before there is a commit. Pure.
 */
export class ReplacedTexts {
  readonly #waiting = new Map<Column, readonly Waiting[]>();
  readonly #remembered = new Map<Column, readonly Replaced[]>();
  readonly #kept = new Map<Column, readonly string[]>();

  /**
   * @param text what was on disk
   * @param disk what took its place
   */
  add(column: Column, text: string, disk: string, at: number, versions: readonly Version[]): void {
    if (text.trim() === '' || text === disk) return;
    const remembered = this.#remembered.get(column) ?? [];
    const distance = textDistance(text, disk);
    const olderTexts = [...versions, ...remembered].map((one) => one.text);
    const isOlder = olderTexts.some((older) => older !== text && textDistance(older, disk, distance) < distance);
    const replaced = { text, at, isOlder };
    this.#remembered.set(column, [...remembered.filter((one) => one.text !== text), replaced].slice(-MAX_REMEMBERED));
    this.#waiting.set(column, [
      ...this.#waitingOf(column).filter((one) => one.text !== text),
      { ...replaced, unsafe: null },
    ]);
  }

  /** Texts that were on disk and that may be no version, oldest first. */
  remembered(column: Column): readonly Pick<Replaced, 'text' | 'at'>[] {
    return this.#remembered.get(column) ?? [];
  }

  /**
   * Texts with lines that are in no file, not in base, in no text that git keeps, and not in what is to be written. Those whose
   * lines are only in what is to be written wait until it is. A line that was typed on is not lost.
   * @param texts what the saves mean: to be written
   * @param waits columns in which the other half of a move by hand may be missing
   */
  lost(texts: BoardTexts, disk: BoardTexts, committed: BoardTexts, waits: ReadonlySet<Column>): readonly LostText[] {
    if (COLUMNS.every((column) => this.#waitingOf(column).length === 0)) return [];
    const safe = new Lines(COLUMNS.flatMap((column) => [disk[column] ?? '', committed[column] ?? '']));
    const written = new Lines(COLUMNS.map((column) => texts[column] ?? ''));
    return COLUMNS.flatMap((column) => {
      const kept = new Lines(this.#kept.get(column) ?? []);
      const lost: Waiting[] = [];
      const waiting: Waiting[] = [];
      const isPatient = waits.has(column) && this.#waitingOf(column).length < MAX_WAITING;
      // The newest first: it most likely has what the ones before it had.
      for (const replaced of this.#waitingOf(column).toReversed()) {
        const isNewer = (line: string): boolean => lost.some(({ text }) => text.includes(line.trim()));
        const unsafe = (replaced.unsafe ?? linesWithText(replaced.text)).filter(
          (line) => !safe.have(line) && !kept.have(line) && !isNewer(line),
        );
        if (unsafe.length === 0) continue;
        const still = { ...replaced, unsafe };
        waiting.unshift(still);
        if (!isPatient && unsafe.some((line) => !written.have(line))) lost.unshift(still);
      }
      this.#waiting.set(column, waiting);
      return lost.map(({ text, isOlder }) => ({ column, text, isOlder }));
    });
  }

  /** A text is kept in git. */
  kept({ column, text }: Pick<LostText, 'column' | 'text'>): void {
    this.#waiting.set(
      column,
      this.#waitingOf(column).filter((one) => one.text !== text),
    );
    this.#kept.set(column, [...(this.#kept.get(column) ?? []), text].slice(-MAX_KEPT));
  }

  forget(before: number): void {
    for (const [column, some] of this.#remembered)
      if (some[0] !== undefined && some[0].at < before)
        this.#remembered.set(
          column,
          some.filter(({ at }) => at >= before),
        );
  }

  #waitingOf(column: Column): readonly Waiting[] {
    return this.#waiting.get(column) ?? [];
  }
}
