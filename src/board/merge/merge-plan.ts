import type { Column, Entry } from '../entry.ts';
import { wording } from './entry-merge.ts';
import { mergeEntrySides } from './merge-entry-sides.ts';
import { pairSides, type Trio } from './merge-pairs.ts';
import type { BoardOptions } from '../parse.ts';
import * as messages from './messages.ts';

/** Where an entry is to stand after a merge of boards, and as what. */
export interface Planned extends Trio {
  readonly column: Column;
  readonly parked: boolean;
  /** The side whose place it takes. */
  readonly side: 'ours' | 'theirs';
  /** Its text, with the blank lines that follow it. */
  readonly text: string;
  /** Theirs' wording, where both sides reworded it: it stands right behind, and holds the entry until the user chooses. */
  readonly copy: string | null;
}

/** What the user should look at after the merge; nothing is lost meanwhile. */
export interface Unclear {
  /** Its id; its title where it has none. */
  readonly entry: string;
  readonly why: string;
  readonly texts: readonly string[];
}

export interface MergePlan {
  readonly planned: readonly Planned[];
  readonly notes: readonly string[];
  readonly unclear: readonly Unclear[];
}

export interface Sides {
  readonly base: readonly Entry[];
  readonly ours: readonly Entry[];
  readonly theirs: readonly Entry[];
  readonly goneOurs: ReadonlySet<string>;
  readonly goneTheirs: ReadonlySet<string>;
}

/** Decides entry by entry what becomes of two boards that parted. Text is only chosen or merged here; see `mergeBoards`. */
export function planMerge(sides: Sides, options: BoardOptions): MergePlan {
  const notes: string[] = [];
  const unclear: Unclear[] = [];
  const planned = pairSides(sides.base, sides.ours, sides.theirs).flatMap((trio): Planned[] => {
    const { base, ours, theirs } = trio;
    if (ours && theirs) return [planBoth({ ...trio, ours, theirs }, sides, options, { notes, unclear })];
    const only = ours ?? theirs;
    if (!only) return [];
    const side = ours ? 'ours' : 'theirs';
    const gone = side === 'ours' ? sides.goneTheirs : sides.goneOurs;
    if (base && only.id !== null && gone.has(only.id)) return [];
    if (base && isUntouched(base, only)) return [];
    if (base) notes.push(messages.deletedAndChanged(nameOf(only), side));
    return [{ ...trio, column: only.column, parked: only.parked, side, text: only.source, copy: null }];
  });
  return { planned: renumbered(planned, sides, notes, unclear), notes, unclear };
}

const nameOf = (entry: Entry): string => entry.id ?? `"${entry.title}"`;
const isSamePlace = (a: Entry, b: Entry): boolean => a.column === b.column && a.parked === b.parked;
const isUntouched = (base: Entry, now: Entry): boolean =>
  isSamePlace(base, now) && base.source.trimEnd() === now.source.trimEnd();

function planBoth(
  trio: Trio & { readonly ours: Entry; readonly theirs: Entry },
  sides: Sides,
  options: BoardOptions,
  { notes, unclear }: { readonly notes: string[]; readonly unclear: Unclear[] },
): Planned {
  const { base, ours, theirs } = trio;
  const moved = base !== undefined && !isSamePlace(base, ours);
  const movedThere = base !== undefined && !isSamePlace(base, theirs);
  const side =
    ours.kind !== theirs.kind ? (ours.kind === 'entry' ? 'ours' : 'theirs') : movedThere && !moved ? 'theirs' : 'ours';
  const [winner, other] = side === 'ours' ? [ours, theirs] : [theirs, ours];
  const byBoth = moved && movedThere && !isSamePlace(ours, theirs);
  if (byBoth) notes.push(messages.movedByBoth(nameOf(ours), ours.column, theirs.column));
  const place = { ...trio, column: winner.column, parked: winner.parked, side } as const;
  const text = base ? mergeEntrySides(base, winner, other, { movedByBoth: byBoth, options }) : sameText(winner, other);
  if (text !== null) return { ...place, text, copy: null };
  const [mine, copy] = [ours.source.trimEnd(), theirs.source.trimEnd()];
  unclear.push({ entry: nameOf(ours), why: messages.REWORDED_BY_BOTH, texts: [mine, copy] });
  const kept = mine + winner.source.slice(winner.source.trimEnd().length);
  return { ...place, text: kept, copy: sides.ours.some((one) => one.source.trimEnd() === copy) ? null : copy };
}

/** New on both sides. */
const sameText = (winner: Entry, other: Entry): string | null =>
  winner.source.trimEnd() === other.source.trimEnd() || wording(winner) === wording(other) ? winner.source : null;

/**
 * Two clones gave one number to two tasks: the one that is in work keeps it (its branch bears the name), else ours; the
 * other becomes `T-?` and gets the next free number. So does one whose number the other side has landed or abandoned.
 */
function renumbered(planned: readonly Planned[], sides: Sides, notes: string[], unclear: Unclear[]): Planned[] {
  const keepers = new Map<string, Planned>();
  for (const one of planned) {
    const id = idOf(one);
    if (id === null || isSpent(one, id, sides)) continue;
    const rival = keepers.get(id);
    if (!rival || (rival.column === 'TODO' && one.column !== 'TODO')) keepers.set(id, one);
  }
  return planned.flatMap((one): Planned[] => {
    const id = idOf(one);
    const keeper = id === null ? undefined : keepers.get(id);
    if (id === null || keeper === one || (keeper && isOfOneSide(one, keeper))) return [one];
    const open = id.replace(/\d+$/, '?');
    const text = one.text.replace(new RegExp(`${id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?!\\d)`), open);
    if (sides.ours.some((entry) => entry.source.trimEnd() === text.trimEnd())) return [];
    const title = (one.ours ?? one.theirs)?.title ?? '';
    const keeperTitle = keeper ? ((keeper.ours ?? keeper.theirs)?.title ?? '') : null;
    notes.push(messages.idGivenTwice({ id, keeper: keeperTitle, title, dependents: dependents(id, one, sides) }));
    if (one.column !== 'TODO') unclear.push({ entry: id, why: messages.numberTaken(id), texts: [text] });
    return [{ ...one, text }];
  });
}

const idOf = ({ ours, theirs }: Planned): string | null => ours?.id ?? theirs?.id ?? null;

/** Two entries of an id that one and the same side has twice are that side's affair (and a problem of its board). */
const isOfOneSide = (a: Planned, b: Planned): boolean =>
  (a.ours !== undefined && b.ours !== undefined) || (a.theirs !== undefined && b.theirs !== undefined);

/** The other side used the number up for a task that this side never had. */
const isSpent = ({ base, ours, theirs }: Planned, id: string, sides: Sides): boolean =>
  base === undefined && ((!ours && sides.goneOurs.has(id)) || (!theirs && sides.goneTheirs.has(id)));

function dependents(id: string, one: Planned, sides: Sides): string[] {
  const side = one.ours ? sides.ours : sides.theirs;
  return side.filter(({ depends }) => depends.includes(id)).map(nameOf);
}
