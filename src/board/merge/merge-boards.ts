import { type BoardTexts, type Column, COLUMNS, type Entry } from '../entry.ts';
import { mergeColumn, type Threefold } from './merge-column.ts';
import { type MergePlan, type Planned, planMerge, type Unclear } from './merge-plan.ts';
import { type BoardOptions, columnPath } from '../parse.ts';
import { parseColumn } from '../parse/parse-column.ts';
import type { ParsedColumn } from '../parse/section-memo.ts';

export type { Unclear } from './merge-plan.ts';

/** A board on two branches that parted. */
export interface BoardSides {
  /** The board's texts at the merge base. */
  readonly base: BoardTexts;
  readonly ours: BoardTexts;
  readonly theirs: BoardTexts;
  /** Ids that landed or were abandoned since then, on each side. */
  readonly goneOurs: ReadonlySet<string>;
  readonly goneTheirs: ReadonlySet<string>;
}

export type MergedBoards =
  | {
      readonly ok: true;
      readonly texts: BoardTexts;
      /** Sentences for an event; "here" is ours. */
      readonly notes: readonly string[];
      /** What the user should look at. Nothing of it is lost. */
      readonly unclear: readonly Unclear[];
    }
  /** These columns can't be merged without changing what an entry is (an unclosed code fence, most likely). */
  | { readonly ok: false; readonly columns: readonly Column[] };

/**
 * Merges two boards entry by entry. An entry that landed or was abandoned on either side is gone; what only
 * one side moved or changed is as that side has it; what both moved stands in ours' column, in the wording of whoever
 * reworded it; what both reworded in the same lines stands there twice, which holds it until the user deletes one copy.
 * Text outside entries is merged line by line; where both changed the same lines, ours come first, then theirs' new ones.
 *
 * Byte rule: every entry keeps its own bytes but for what `mergeEntrySides` merges; a side that alone has changed is taken
 * byte for byte. The result is parsed again: the planned entries must be in it, each once, in its column, and no other.
 */
export function mergeBoards(sides: BoardSides, options: BoardOptions): MergedBoards {
  const plain = { ok: true, notes: [], unclear: [] } as const;
  const read = (column: Column): Threefold<ParsedColumn> => ({
    base: parsed(sides.base[column], column, options),
    ours: parsed(sides.ours[column], column, options),
    theirs: parsed(sides.theirs[column], column, options),
  });
  const columns = new Map(COLUMNS.map((column) => [column, read(column)]));
  const all = (side: keyof Threefold<unknown>): Entry[] =>
    [...columns.values()].flatMap((one) => one[side].column.entries);
  const [base, ours, theirs] = [all('base'), all('ours'), all('theirs')];
  const goneOurs = without(sides.goneOurs, ours);
  const goneTheirs = without(sides.goneTheirs, theirs);
  if (isSame(sides.ours, sides.theirs)) return { ...plain, texts: sides.ours };
  if (isSame(sides.base, sides.theirs) && !hasAny(ours, goneTheirs)) return { ...plain, texts: sides.ours };
  if (isSame(sides.base, sides.ours) && !hasAny(theirs, goneOurs)) return { ...plain, texts: sides.theirs };
  const plan = planMerge({ base, ours, theirs, goneOurs, goneTheirs }, options);
  const texts: Record<Column, string | null> = { ...sides.ours };
  for (const [column, three] of columns) texts[column] = mergeColumn(three, plan.planned) || emptyOf(sides, column);
  const wrong = COLUMNS.filter((column) => !isAsPlanned(texts[column], column, plan, options));
  if (wrong.length > 0) return { ok: false, columns: wrong };
  return { ok: true, texts, notes: plan.notes, unclear: plan.unclear };
}

const parsed = (text: string | null, column: Column, options: BoardOptions): ParsedColumn =>
  parseColumn({ column, path: columnPath(column, options), text: text ?? '' }, options);

/** Nothing is left in it: a file that a side deleted is gone, any other is empty. */
function emptyOf({ base, ours, theirs }: BoardSides, column: Column): string | null {
  return (ours[column] === base[column] ? theirs[column] : ours[column]) === null ? null : '';
}

const isSame = (a: BoardTexts, b: BoardTexts): boolean => COLUMNS.every((column) => a[column] === b[column]);

/** What a side has on its board is not gone from it, whatever its history tells (a landing that was reverted). */
function without(gone: ReadonlySet<string>, entries: readonly Entry[]): ReadonlySet<string> {
  const there = new Set(entries.map(({ id }) => id));
  return new Set([...gone].filter((id) => !there.has(id)));
}

const hasAny = (entries: readonly Entry[], ids: ReadonlySet<string>): boolean =>
  ids.size > 0 && entries.some(({ id }) => id !== null && ids.has(id));

function isAsPlanned(text: string | null, column: Column, { planned }: MergePlan, options: BoardOptions): boolean {
  const found = parsed(text, column, options).column.entries.map((entry) => line(entry.parked, entry.source));
  const expected = planned.filter((one) => one.column === column).flatMap(linesOf);
  return found.length === expected.length && found.sort().join('\0') === expected.sort().join('\0');
}

const line = (parked: boolean, source: string): string => `${parked ? 'parked' : 'live'}\n${source.trimEnd()}`;
const linesOf = ({ parked, text, copy }: Planned): string[] =>
  (copy === null ? [text] : [text, copy]).map((one) => line(parked, one));
