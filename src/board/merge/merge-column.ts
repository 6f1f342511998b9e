import type { Entry } from '../entry.ts';
import { endingOf, lineBreakOf } from '../parse/line-breaks.ts';
import type { Planned } from './merge-plan.ts';
import { matches, type MergeChunk, mergeThree } from './merge-three.ts';
import type { ParsedColumn } from '../parse/section-memo.ts';

type Side = 'base' | 'ours' | 'theirs';
export type Threefold<T> = Readonly<Record<Side, T>>;

/** A piece of a column's text: an entry, or a line outside entries. */
interface Piece {
  readonly side: Side;
  /** Where it stands among the pieces of its side. */
  readonly at: number;
  readonly text: string;
  readonly entry: Entry | null;
  /** What is planned for the entry. */
  readonly planned: Planned | null;
  /** Above the entries; among them; below the heading that parks what follows. */
  readonly zone: 'above' | 'live' | 'parked';
}

/**
 * One column's text with the entries that are planned for it. Entries that stand in the same order on all three sides
 * part the text; what lies between two of them (lines outside entries, entries that one side put there) is merged like
 * lines of a text, so that a new entry stands where it stood relative to its neighbours.
 * @param planned of the whole board; its entries are those of `columns`
 */
export function mergeColumn(columns: Threefold<ParsedColumn>, planned: readonly Planned[]): string {
  const { column } = columns.ours.column;
  const here = planned.filter((one) => one.column === column);
  const pieces = (side: Side): Piece[] => piecesOf(side, columns[side], here);
  const all = { base: pieces('base'), ours: pieces('ours'), theirs: pieces('theirs') };
  const stable = stableOf(all);
  const above = { base: countAbove(all.base, stable), ours: countAbove(all.ours, stable) };
  const ruled = (one: Planned): Side => rulerOf(one, column, { above });
  const kept = (side: Side): Piece[][] =>
    regions(
      all[side].filter((piece) => {
        if (piece.entry === null) return true;
        return piece.planned !== null && (stable.has(piece.planned) || ruled(piece.planned) === side);
      }),
      stable,
    );
  const [base, ours, theirs] = [kept('base'), kept('ours'), kept('theirs')];
  const merged = ours.flatMap((region, n) =>
    n % 2 === 1 ? region : mergeRegion(base[n] ?? [], region, theirs[n] ?? []),
  );
  return joined(merged, all);
}

function piecesOf(
  side: Side,
  { column: { text, entries }, liveEnd }: ParsedColumn,
  planned: readonly Planned[],
): Piece[] {
  const of = new Map(planned.flatMap((one) => (one[side] ? [[one[side], one] as const] : [])));
  const first = entries.find(({ kind }) => kind === 'entry')?.start ?? text.length;
  const pieces: Piece[] = [];
  const push = (start: number, own: string, entry: Entry | null): void => {
    const zone = start >= liveEnd ? 'parked' : start < first ? 'above' : 'live';
    pieces.push({ side, at: pieces.length, text: own, entry, planned: (entry && of.get(entry)) ?? null, zone });
  };
  const lines = (from: number, to: number): void => {
    for (const match of text.slice(from, to).matchAll(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g))
      push(from + match.index, match[0], null);
  };
  let at = 0;
  for (const entry of entries) {
    lines(at, entry.start);
    push(entry.start, entry.source, entry);
    at = entry.end;
  }
  lines(at, text.length);
  return pieces;
}

/** Entries of this column on all three sides that neither side has put elsewhere in the file. */
function stableOf(all: Threefold<readonly Piece[]>): ReadonlySet<Planned> {
  const order = (side: Side): Planned[] => all[side].flatMap(({ planned }) => planned ?? []);
  const [ours, theirs] = [new Set(order('ours')), new Set(order('theirs'))];
  const common = order('base').filter((one) => ours.has(one) && theirs.has(one) && !isElsewhere(one));
  const inOrder = (side: Side): ReadonlySet<Planned> => longestRun(common, order(side));
  const [keptOurs, keptTheirs] = [inOrder('ours'), inOrder('theirs')];
  return new Set(common.filter((one) => keptOurs.has(one) && keptTheirs.has(one)));
}

/**
 * A note that has become an entry stands elsewhere, for a list has no room for it; and so does an entry that was parked,
 * for a heading lies in between.
 */
const isElsewhere = ({ base, ours, theirs }: Planned): boolean =>
  [ours, theirs].some((one) => one?.kind !== base?.kind || one?.parked !== base?.parked);

/** A longest part of `list` that stands in this order in `other` too (patience sorting). */
function longestRun(list: readonly Planned[], other: readonly Planned[]): ReadonlySet<Planned> {
  const place = new Map(other.map((one, n) => [one, n]));
  const piles: { one: Planned; at: number; before: number }[][] = [];
  for (const one of list) {
    const at = place.get(one) ?? 0;
    let low = 0;
    for (let high = piles.length; low < high;) {
      const middle = (low + high) >> 1;
      if (piles[middle]!.at(-1)!.at > at) high = middle;
      else low = middle + 1;
    }
    (piles[low] ??= []).push({ one, at, before: (piles[low - 1]?.length ?? 0) - 1 });
  }
  const run = new Set<Planned>();
  let index = (piles.at(-1)?.length ?? 0) - 1;
  for (let pile = piles.length - 1; pile >= 0; pile--) {
    const card = piles[pile]![index]!;
    run.add(card.one);
    index = card.before;
  }
  return run;
}

/** Whose order counts for an entry that is not stable. */
function rulerOf(
  one: Planned,
  column: Entry['column'],
  stable: { readonly above: Readonly<Record<'base' | 'ours', ReadonlyMap<Planned, number>>> },
): Side {
  if (one.ours?.column !== column) return 'theirs';
  if (one.theirs?.column === column && (one.ours.kind !== one.theirs.kind || one.ours.parked !== one.theirs.parked))
    return one.side;
  if (one.theirs?.column !== column || one.base?.column !== column) return 'ours';
  // All three have it: ours if we put it elsewhere among the entries that stayed.
  return stable.above.ours.get(one) === stable.above.base.get(one) ? 'theirs' : 'ours';
}

/** How many of the entries that stayed, which have the same order on all sides, stand above each entry. */
function countAbove(pieces: readonly Piece[], stable: ReadonlySet<Planned>): ReadonlyMap<Planned, number> {
  const above = new Map<Planned, number>();
  let count = 0;
  for (const { planned } of pieces) {
    if (planned === null) continue;
    above.set(planned, count);
    if (stable.has(planned)) count++;
  }
  return above;
}

/** The pieces between stable entries; every second region is a stable entry. */
function regions(pieces: readonly Piece[], stable: ReadonlySet<Planned>): Piece[][] {
  const found: Piece[][] = [[]];
  for (const piece of pieces) {
    if (piece.planned !== null && stable.has(piece.planned)) found.push([piece], []);
    else found.at(-1)!.push(piece);
  }
  return found;
}

/** What lies between two stable entries, merged like lines of a text. */
function mergeRegion(base: readonly Piece[], ours: readonly Piece[], theirs: readonly Piece[]): Piece[] {
  // Entries in here stand on one side only, so they never equal each other.
  const keyOf = ({ side, at, text, planned }: Piece): string => (planned === null ? `line ${text}` : `${side} ${at}`);
  return mergeThree(base, ours, theirs, keyOf).flatMap((chunk) => {
    if (chunk.by === 'theirs') return [...chunk.theirs];
    return chunk.by === 'both' ? unite(chunk) : [...chunk.ours];
  });
}

/**
 * Both sides changed the same stretch: what they have in common once, else ours, then what theirs has besides; lines that one
 * side took out are out. What
 * stands above the entries stays above them, and entries in work stay above the heading that parks what follows.
 */
function unite(chunk: Pick<MergeChunk<Piece>, 'base' | 'ours' | 'theirs'>): Piece[] {
  const linesOf = (pieces: readonly Piece[]): Set<string> =>
    new Set(pieces.flatMap(({ planned, text }) => (planned === null ? text.trim() : [])));
  const [before, mine, others] = [linesOf(chunk.base), linesOf(chunk.ours), linesOf(chunk.theirs)];
  const keepsOurs = ({ planned, text }: Piece): boolean => {
    const line = text.trim();
    return planned !== null || line === '' || !before.has(line) || others.has(line);
  };
  const keepsTheirs = ({ planned, text }: Piece): boolean => {
    const line = text.trim();
    return planned !== null || line === '' || (!before.has(line) && !mine.has(line));
  };
  const lineKey = ({ side, at, text, planned }: Piece): string =>
    planned === null ? `line ${text.trim()}` : `${side} ${at}`;
  const common = matches(chunk.ours.map(lineKey), chunk.theirs.map(lineKey));
  const united: Piece[] = [];
  let next = 0;
  // A blank line of theirs comes along with a line of theirs.
  const take = (to: number): void => {
    const some = chunk.theirs.slice(next, to).filter(keepsTheirs);
    if (some.some(({ planned, text }) => planned !== null || text.trim() !== '')) united.push(...some);
    next = to;
  };
  for (const [index, piece] of chunk.ours.entries()) {
    const at = common.get(index);
    if (at !== undefined) take(at);
    if (at !== undefined) next = at + 1;
    if (keepsOurs(piece)) united.push(piece);
  }
  take(chunk.theirs.length);
  return (['above', 'live', 'parked'] as const).flatMap((zone) => united.filter((piece) => piece.zone === zone));
}

/** The pieces as one text. Line breaks are added only between pieces that no side had next to each other. */
function joined(pieces: readonly Piece[], all: Threefold<readonly Piece[]>): string {
  const places = { ours: placesOf(all.ours), theirs: placesOf(all.theirs) };
  const fallback = pieces.find(({ text }) => /[\r\n]/.test(text))?.text ?? '\n';
  let out = '';
  let last: { piece: Piece; text: string } | null = null;
  for (const piece of pieces) {
    const text = piece.planned?.text ?? piece.text;
    if (last !== null && !isNext(last, piece, places)) out += gap(out, last.piece, piece, lineBreakOf(out, fallback));
    out += text;
    last = { piece, text };
    if (piece.planned?.copy == null) continue;
    out += gap(out, piece, piece, lineBreakOf(out, fallback)) + piece.planned.copy + lineBreakOf(out, fallback);
    last = { piece, text: '' };
  }
  return out;
}

type Places = Readonly<Record<'ours' | 'theirs', ReadonlyMap<Planned, Piece>>>;

const placesOf = (pieces: readonly Piece[]): ReadonlyMap<Planned, Piece> =>
  new Map(pieces.flatMap((piece) => (piece.planned === null ? [] : [[piece.planned, piece] as const])));

/** A side has these two one behind the other, and the first with the same blank lines at its end. */
function isNext(last: { readonly piece: Piece; readonly text: string }, next: Piece, places: Places): boolean {
  return (['ours', 'theirs'] as const).some((side) => {
    const of = (piece: Piece): Piece | undefined =>
      piece.planned === null ? (piece.side === side ? piece : undefined) : places[side].get(piece.planned);
    const [one, other] = [of(last.piece), of(next)];
    return (
      one !== undefined && other !== undefined && one.at + 1 === other.at && tailOf(one.text) === tailOf(last.text)
    );
  });
}

const tailOf = (text: string): string => text.slice(text.trimEnd().length);

function gap(out: string, last: Piece, next: Piece, lineBreak: string): string {
  const ending = endingOf(out.slice(-400));
  const isList = last.entry?.kind !== 'entry' && next.entry?.kind !== 'entry';
  if (ending === 'open') return isList ? lineBreak : lineBreak + lineBreak;
  return ending === 'line' && !isList ? lineBreak : '';
}
