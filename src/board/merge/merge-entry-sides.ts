import type { Entry } from '../entry.ts';
import { changeEntry, type EntryChange } from '../edit/entry-change.ts';
import { asEntry, marks, wording } from './entry-merge.ts';
import { lineBreakOf } from '../parse/line-breaks.ts';
import { mergeThree } from './merge-three.ts';
import type { BoardOptions } from '../parse.ts';
import { parseColumn } from '../parse/parse-column.ts';
import { memoFor } from '../parse/section-memo.ts';
import { splitSections } from '../parse/sections.ts';

/**
 * One entry that two branches of the board have changed. Tags and the coordinator's fields go with the place: what
 * `winner` changed counts, else what `other` did; of an entry that both moved, the winner's alone.
 * @param winner as the side has it whose place it takes
 * @returns its text, with the blank lines that follow it; null if both reworded it, in lines that can't be distinguished.
 */
export function mergeEntrySides(
  base: Entry,
  winner: Entry,
  other: Entry,
  { movedByBoth, options }: { readonly movedByBoth: boolean; readonly options: BoardOptions },
): string | null {
  const blank = tail(base, winner, other);
  if (isSame(winner, other) || isSame(other, base)) return winner.source.trimEnd() + blank;
  const isMarked = movedByBoth && markText(winner) !== markText(other);
  if (isSame(winner, base) && !isMarked && other.kind === winner.kind) return other.source.trimEnd() + blank;
  const worded = mergeWording(base, winner, other, options);
  if (worded === null) return null;
  const change = movedByBoth ? marks(winner, winner, winner) : marks(base, other, winner);
  return withMarks(worded, change, options).trimEnd() + blank;
}

const isSame = (a: Entry, b: Entry): boolean => a.source.trimEnd() === b.source.trimEnd();

const markText = (entry: Entry): string => JSON.stringify(marks(entry, entry, entry));

function mergeWording(base: Entry, winner: Entry, other: Entry, options: BoardOptions): string | null {
  const [before, mine, theirs] = [wording(base), wording(winner), wording(other)];
  if (theirs === before || theirs === mine) return winner.source;
  if (mine === before)
    return other.kind === 'note' && winner.kind === 'entry' ? asEntry(other, winner.id ?? '') : other.source;
  if (base.kind === 'note' || winner.kind === 'note' || other.kind === 'note') return null;
  return mergeLines(base, winner, other, options);
}

/** Both reworded it: line by line, once the marks are out of the way. */
function mergeLines(base: Entry, winner: Entry, other: Entry, options: BoardOptions): string | null {
  const same = marks(winner, winner, winner);
  const lines = (text: string): string[] =>
    text
      .trimEnd()
      .split(/(?<=\n)/)
      .map(ended);
  const chunks = mergeThree(
    lines(withMarks(base.source, same, options)),
    lines(winner.source),
    lines(withMarks(other.source, same, options)),
    (line) => line.trimEnd(),
  );
  if (chunks.some(({ by }) => by === 'both')) return null;
  const text = chunks.flatMap(({ by, ours, theirs }) => (by === 'theirs' ? theirs : ours)).join('');
  const found = parseColumn({ column: winner.column, path: '', text }, options).column.entries;
  return found.length === 1 && found[0]!.kind === 'entry' && found[0]!.id === winner.id ? text : null;
}

const ended = (line: string): string => (line.endsWith('\n') ? line : `${line}\n`);

function withMarks(source: string, change: EntryChange, options: BoardOptions): string {
  const facts = splitSections(source, memoFor(options.memo, options.ids).sections)[0]?.facts;
  return facts?.head ? changeEntry(source, facts, change, lineBreakOf(source)) : source;
}

/** The blank lines behind an entry, three-way; those of another file mean nothing here. */
function tail(base: Entry, winner: Entry, other: Entry): string {
  if (winner.column !== other.column) return winner.source.slice(winner.source.trimEnd().length);
  const [before, mine, theirs] = [base, winner, other].map(({ source }) => source.slice(source.trimEnd().length));
  return (mine === before ? theirs : mine) ?? '';
}
