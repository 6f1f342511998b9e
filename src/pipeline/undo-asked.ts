import { nearestId } from '../board/nearest.ts';
import type { Action } from './action.ts';
import * as messages from './messages.ts';
import { askedBy } from './asked-by.ts';
import type { Request } from '../contract/request.ts';
import type { World } from './world.ts';

/** `kanban undo`: the landing is undone, or the answer says why it can't be. */
export function undoAsked(world: World, request: Request): Action {
  const id = request.taskId ?? '';
  const refusal = whyNot(world, id, request.why);
  const landing = world.history.landed.get(id);
  if (refusal === null && landing !== undefined)
    return {
      type: 'undo-entry',
      id,
      landing,
      why: request.why,
      isPaused: request.resume !== true,
      trailers: askedBy(request, id),
      request: request.id,
    };
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
  if (place !== undefined && undone !== undefined) return messages.undoneAlready(id, undone, place);
  if (place !== undefined && landed.has(id)) return messages.onBoardAgain(id, place);
  if (place !== undefined) return messages.notLandedYet(id, place);
  if (byHand.has(id)) return messages.mergedByHand(id);
  if (landed.has(id)) return why.trim() === '' ? messages.sayWhy(id) : null;
  if (abandoned.has(id)) return messages.abandonedNotLanded(id);
  if (undone !== undefined) return messages.undoneAlready(id, undone, null);
  const lost = world.lost.get(id);
  return lost === undefined ? null : messages.landingLost(id, lost, world.settings.base);
}

function notLanded({ history }: World, id: string): string {
  const near = nearestId(id, [...history.landed.keys()]);
  return messages.notLanded(id, near);
}
