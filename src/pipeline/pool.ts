import { compareEntries } from '../board/order.ts';
import { awaitedBy, nextId } from '../board/next-id.ts';
import type { Column } from '../board/entry.ts';
import type { Reason } from '../contract/reason.ts';
import type { Action } from './action.ts';
import { isOn, isRecovering } from './agent-backoff.ts';
import type { EntryDecision } from './entry-decision.ts';
import type { EntryFacts, World } from './world.ts';

type Start = Extract<Action, { type: 'start-run' }>;

const NEAREST_FIRST: readonly Column[] = ['TESTING', 'REVIEW', 'IN_PROGRESS'];

/** What the pool and the limits allow, and why each run or pick that is wanted starts, or does not, by the entry's key. */
export interface Granted {
  readonly actions: readonly Action[];
  readonly reasons: ReadonlyMap<string, Reason>;
}

/**
 * Grants landings, then runs, then picks, nearest to CHANGELOG first, as far as the pool and the limits have room.
 * @param turns one for each entry of the world, in its order
 * @param used every id that is taken
 */
export function grant(world: World, turns: readonly EntryDecision[], used: ReadonlySet<string>): Granted {
  const reasons = new Map<string, Reason>(notChosen(world, turns));
  if (world.mode === 'stop') return { actions: [], reasons };
  const landings = inOrder(world, turns, 'TESTING')
    .flatMap(({ lands }) => (lands === null ? [] : [lands]))
    .filter(({ id }) => isChosen(world, id));
  const lands: Action[] = landings.length === 0 ? [] : [{ type: 'land-entries', entries: landings }];
  if (world.mode === 'finish') return { actions: lands, reasons };
  const room = new Room(world);
  const starts = NEAREST_FIRST.flatMap((column) => inOrder(world, turns, column)).flatMap(({ wants, note }) => {
    if (wants === null || !isChosen(world, wants.id)) return [];
    const refused = room.forRun(wants);
    reasons.set(note.key, refused ?? { code: 'ready' });
    return refused === null ? [wants] : [];
  });
  const picks = grantPicks(world, turns, used, { room, reasons });
  const picked: Action[] = picks.length === 0 ? [] : [{ type: 'pick-entries', picks }];
  return { actions: [...lands, ...starts, ...picked], reasons };
}

/** Those that would go on, but are not among the entries that the user has named. */
const notChosen = (world: World, turns: readonly EntryDecision[]): (readonly [string, Reason])[] =>
  turns.flatMap(({ note, wants, lands, picks }) =>
    isChosen(world, note.id) || (wants === null && lands === null && !picks)
      ? []
      : [[note.key, { code: 'not-chosen' }] as const],
  );

function grantPicks(
  world: World,
  turns: readonly EntryDecision[],
  used: ReadonlySet<string>,
  { room, reasons }: { readonly room: Room; readonly reasons: Map<string, Reason> },
): { key: string; id: string }[] {
  const ids = new Set(used);
  const awaited = awaitedBy(world.entries.map(({ entry }) => entry));
  const picks: { key: string; id: string }[] = [];
  for (const { picks: wanted, note } of inOrder(world, turns, 'TODO')) {
    if (!wanted || !isChosen(world, note.id)) continue;
    const refused = room.forPick();
    if (refused !== null) {
      reasons.set(note.key, refused);
      continue;
    }
    const id = note.id ?? nextId(world.settings.ids[0] ?? 'T', ids, awaited);
    ids.add(id);
    picks.push({ key: note.key, id });
  }
  return picks;
}

const isChosen = (world: World, id: string | null): boolean =>
  world.only === null || (id !== null && world.only.has(id));

function inOrder(world: World, turns: readonly EntryDecision[], column: Column): EntryDecision[] {
  return world.entries
    .map((facts, index) => ({ facts, turn: turns[index] }))
    .filter(
      (pair): pair is { facts: EntryFacts; turn: EntryDecision } =>
        pair.turn !== undefined && pair.facts.entry.column === column,
    )
    .toSorted((a, b) => compareEntries(a.facts.entry, b.facts.entry))
    .map(({ turn }) => turn);
}

/** Places in the pool and in the columns. */
class Room {
  #places: number;
  #inProgress: number;
  readonly #backPressure: { review: boolean; testing: boolean };
  readonly #world: World;
  readonly #probed = new Set<string>();

  constructor(world: World) {
    const { settings } = world;
    this.#world = world;
    this.#places = settings.capacity - world.runs.filter(isOn).length;
    this.#inProgress = settings.wip.in_progress - working(world, 'IN_PROGRESS');
    this.#backPressure = {
      review: settings.wip.review !== null && working(world, 'REVIEW') >= settings.wip.review,
      testing: settings.wip.testing !== null && working(world, 'TESTING') >= settings.wip.testing,
    };
  }

  /** Takes a place for the run. @returns why it must wait; null = it may start */
  forRun({ role, purpose, agent }: Start): Reason | null {
    if (this.#places <= 0) return { code: 'no-free-place' };
    if (this.#probed.has(agent)) return { code: 'agent-probing', agent };
    // A fixing run leaves its entry in TESTING, so a full REVIEW must not hold it: the two would wait for each other.
    if (role === 'task' && purpose === 'work' && this.#backPressure.review)
      return { code: 'column-full', column: 'REVIEW' };
    if (role === 'reviewer' && this.#backPressure.testing) return { code: 'column-full', column: 'TESTING' };
    if (isRecovering(this.#world, agent)) this.#probed.add(agent);
    this.#places -= 1;
    return null;
  }

  /** Takes a place for the entry. @returns why it must wait; null = it may be picked */
  forPick(): Reason | null {
    if (this.#inProgress <= 0) return { code: 'column-full', column: 'IN_PROGRESS' };
    if (this.#backPressure.review) return { code: 'column-full', column: 'REVIEW' };
    if (this.#places <= 0) return { code: 'no-free-place' };
    this.#places -= 1;
    this.#inProgress -= 1;
    return null;
  }
}

/** Entries in work; escalated, paused and waiting ones, and those that a problem keeps from running, take no place. */
const working = (world: World, column: Column): number =>
  world.entries.filter(({ entry, problems }) => {
    if (entry.column !== column || entry.parked) return false;
    if (problems.length > 0 && !world.runs.some((run) => run.taskId === entry.id && isOn(run))) return false;
    return !entry.tags.some((tag) => tag === 'ESCALATED' || tag === 'PAUSED' || tag === 'APPROVE');
  }).length;
