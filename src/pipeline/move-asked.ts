import { columnNamed, type Column, type Entry } from '../board/entry.ts';
import type { Request } from '../contract/request.ts';
import type { Action, EntryChange, Trailer } from './action.ts';
import { askedBy } from './asked-by.ts';
import * as messages from './messages.ts';
import { isSameId } from './named-id.ts';
import { cleanFor, plainMove, RESET_PROGRESS } from './plain-move.ts';
import type { EntryFacts, World } from './world.ts';

/** A move by command: what the same move by hand comes to, in one commit. */
export function moveAsked(world: World, facts: EntryFacts, request: Request): readonly Action[] {
  const { entry } = facts;
  const id = entry.id ?? '';
  const to = columnNamed(request.to ?? '');
  const refused = (message: string): readonly Action[] => [
    { type: 'answer-request', request: request.id, reply: { ok: false, message } },
  ];
  if (to === null) return refused(messages.notAColumn(request.to ?? ''));
  const place = placeIn(world, facts, request, to);
  if (typeof place === 'string') return refused(place);
  const asked = { ...place, to, request: request.id, report: request.why };
  if (to === entry.column)
    return [plainMove(facts, { ...asked, change: {}, why: messages.REORDERED, trailers: askedBy(request, id) })];
  const stage = stageOf(facts, to);
  if (typeof stage === 'string') return refused(stage);
  const { change, trailers } = stage;
  return [
    plainMove(facts, {
      ...asked,
      change,
      why: messages.MOVED[to] ?? '',
      trailers: [...askedBy(request, id), ...trailers],
    }),
  ];
}

interface Place {
  readonly position: 'top' | 'bottom';
  readonly before?: string;
  readonly reorders?: boolean;
}

/** The entries of a column that are not parked, in their order. */
const inOrder = (world: World, column: Column): readonly Entry[] =>
  world.entries.flatMap(({ entry }) =>
    entry.column === column && entry.kind === 'entry' && !entry.parked ? [entry] : [],
  );

export const isFirst = (world: World, entry: Entry): boolean => inOrder(world, entry.column)[0] === entry;

/** Where in the column; a text says why nowhere. */
function placeIn(world: World, { entry }: EntryFacts, { before, position }: Request, to: Column): Place | string {
  const isHere = to === entry.column;
  if (before !== undefined) return placeBefore(world, entry, before, to);
  if (isHere && position === undefined && !entry.parked) return messages.inColumnAlready(entry.id ?? '', to);
  const usual = to === 'TODO' && !isHere ? 'top' : 'bottom';
  return { position: position ?? usual, ...(isHere ? { reorders: true } : {}) };
}

function placeBefore(world: World, entry: Entry, before: string, to: Column): Place | string {
  const next = world.entries.find((one) => one.entry.id !== null && isSameId(one.entry.id, before))?.entry;
  const isThere = next?.column === to && next.kind === 'entry' && !next.parked && next !== entry;
  if (!isThere) return messages.notBefore(before, to);
  const order = inOrder(world, to);
  if (order[order.indexOf(next) - 1] === entry) return messages.isBeforeAlready(entry.id ?? '', before);
  return { position: 'top', before: next.key, ...(to === entry.column ? { reorders: true } : {}) };
}

interface Arrival {
  readonly change: EntryChange;
  readonly trailers: readonly Trailer[];
}

/** What the column makes of an entry that the user moves there; a text says why it can't stand there. */
function stageOf({ entry, branch }: EntryFacts, to: Column): Arrival | string {
  const id = entry.id ?? '';
  if (to === 'TODO') return { change: cleanFor(entry), trailers: [] };
  if (to === 'IN_PROGRESS') return { change: RESET_PROGRESS, trailers: [] };
  if (branch === null || branch.tip === branch.start) return messages.nothingOnBranch(id);
  if (to === 'REVIEW') return { change: RESET_PROGRESS, trailers: [] };
  return {
    change: { ...RESET_PROGRESS, setFields: { attempts: null, reviewed: branch.tip, tested: null } },
    trailers: [
      { name: 'Kanban-Reviewed', value: `${id} ${branch.tip}` },
      { name: 'Kanban-Verdict', value: `${id} reviewer by-hand` },
    ],
  };
}
