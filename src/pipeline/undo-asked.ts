import { nearestOf } from '../board/nearest.ts';
import type { Action } from './action.ts';
import { askedBy } from './asked-by.ts';
import type { Request } from '../contract/request.ts';
import type { World } from './world.ts';

/** `kanban undo`: the landing is taken back, or the answer says why there is none that can be. */
export function undoAsked(world: World, request: Request): Action {
  const id = request.taskId ?? '';
  const refusal = whyNot(world, id, request.why);
  const landing = world.history.landed.get(id);
  if (refusal === null && landing !== undefined)
    return { type: 'undo-entry', id, landing, why: request.why, trailers: [askedBy(request, id)], request: request.id };
  return {
    type: 'answer-request',
    request: request.id,
    reply: { ok: false, message: refusal ?? notLanded(world, id) },
  };
}

function whyNot(world: World, id: string, why: string): string | null {
  const { landed, takenBack, abandoned, byHand } = world.history;
  const undone = takenBack.get(id);
  const place = world.entries.find(({ entry }) => entry.id === id)?.entry.column;
  if (place !== undefined && undone !== undefined)
    return `${id} was undone already (${undone.slice(0, 10)}): it stands in ${place}`;
  if (place !== undefined && landed.has(id))
    return `${id} stands on the board again, in ${place}: if its landing is to be undone all the same, delete that entry first`;
  if (place !== undefined) return `${id} has not landed: it stands in ${place}`;
  if (byHand.has(id))
    return `${id} was merged by hand, so there is no landing to take back: git revert what you merged (a merge commit with -m 1), then kanban add it under a new number`;
  if (landed.has(id))
    return why.trim() === '' ? `say why: kanban undo ${id} --why "…" (whoever tries again is given the reason)` : null;
  if (abandoned.has(id))
    return `${id} was abandoned, not landed: write its entry into TODO.md to have it done after all`;
  if (undone !== undefined) return `${id} was undone already (${undone.slice(0, 10)})`;
  const lost = world.lost.get(id);
  return lost === undefined
    ? null
    : `${id} had landed as ${lost.slice(0, 10)}, but ${world.settings.base} no longer contains that: nothing is left to undo`;
}

function notLanded({ history }: World, id: string): string {
  const near = nearestOf(id.toUpperCase(), [...history.landed.keys()]);
  return `${id} has not landed${near === null ? '' : `; did you mean ${near}?`}`;
}
