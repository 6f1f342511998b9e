import picocolors from 'picocolors';
import type { Row } from '../../report/rows.ts';

type Paint = (text: string) => string;

/** One colour for each meaning; the same text where no colour is wanted. */
export interface Palette {
  /** What needs the user, or is held. */
  readonly needs: Paint;
  readonly works: Paint;
  /** Waits, or is less important. */
  readonly waits: Paint;
  /** Names of columns and panes. */
  readonly label: Paint;
  readonly strong: Paint;
  readonly bad: Paint;
  /** The chosen line. */
  readonly chosen: Paint;
  readonly mood: (mood: Row['mood']) => Paint;
  readonly hasColour: boolean;
}

/** The colours of `kanban status`. */
export function paletteOf(colour: boolean): Palette {
  const colours = picocolors.createColors(colour);
  const moods = { works: colours.green, waits: colours.dim, needs: colours.yellow } as const;
  return {
    needs: colours.yellow,
    works: colours.green,
    waits: colours.dim,
    label: colours.cyan,
    strong: colours.bold,
    bad: colours.red,
    chosen: colours.inverse,
    mood: (mood) => (text) => (text.trim() === '' ? text : moods[mood](text)),
    hasColour: colour,
  };
}
