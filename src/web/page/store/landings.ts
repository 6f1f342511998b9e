import type { BoardEvent } from '../../../surfaces/board-types.ts';

/** A landing that was not undone. */
export interface Landing {
  readonly id: string;
  readonly title: string;
  /** Epoch ms. */
  readonly at: number;
  readonly commit: string;
}

/**
 * Landings, newest first, with those of further events.
 * @param since epoch ms: older ones are left out
 * @returns the same list where nothing has landed or was undone
 */
export function landingsIn(
  events: readonly BoardEvent[],
  since: number,
  before: readonly Landing[],
): readonly Landing[] {
  let landings = before;
  for (const { event } of events) {
    if (event.type === 'entry-undone') landings = landings.filter(({ commit }) => commit !== event.landing);
    if (event.type !== 'entry-landed' || event.at < since || landings.some(({ commit }) => commit === event.commit))
      continue;
    const { id, title, at, commit } = event;
    landings = [{ id, title, at, commit }, ...landings];
  }
  return landings;
}
