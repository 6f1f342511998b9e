import { join } from 'node:path';
import { endOfEvents, placeAfter, readEvents, startOfEvents, type EventPlace } from '../runs/event-log.ts';
import type { BoardEvent, EventQuery } from './board-types.ts';
import { Doorbell } from './doorbell.ts';

/** ms between two looks that nothing asked for. */
const LOOK_MS = 1_000;

/**
 * Events of the log, oldest first; with `follow` also those to come. @param root of the main worktree, absolute
 * @param isOver asked between two looks
 */
export async function* followEvents(
  root: string,
  query: EventQuery,
  isOver: () => boolean,
): AsyncGenerator<BoardEvent> {
  const { limit = Infinity, kinds } = query;
  let left = limit;
  for await (const one of allEvents(root, query, isOver)) {
    const { type } = one.event;
    if (kinds !== undefined && type !== 'events-missed' && !kinds.includes(type)) continue;
    if (left <= 0) return;
    yield one;
    if (type !== 'events-missed' && --left <= 0) return;
  }
}

async function* allEvents(
  root: string,
  { since, follow = false, signal }: EventQuery,
  isOver: () => boolean,
): AsyncGenerator<BoardEvent> {
  const bell = new Doorbell();
  const wake = (): void => bell.ring();
  signal?.addEventListener('abort', wake);
  try {
    for (let place = placeOf(root, since); !isOver();) {
      if (follow) bell.watch([join(root, '.kanban')]);
      const { events, next, missed } = place === null ? lost(root) : readEvents(root, place);
      if (missed) yield { id: since ?? '', event: { type: 'events-missed', at: Date.now() } };
      yield* events;
      const isEnd = place?.file === next.file && place.offset === next.offset;
      place = next;
      if (isEnd && !follow) return;
      if (isEnd) await bell.wait(LOOK_MS);
    }
  } finally {
    signal?.removeEventListener('abort', wake);
    bell.close();
  }
}

/** null: it is no id of an event. */
const placeOf = (root: string, since: string | undefined): EventPlace | null =>
  since === undefined ? startOfEvents(root) : since === 'now' ? endOfEvents(root) : placeAfter(root, since);

const lost = (root: string) => ({ events: [], next: endOfEvents(root), missed: true });
