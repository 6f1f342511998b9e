import { tickCriterion } from '../board/edit/tick-criterion.ts';
import type { Entry } from '../board/entry.ts';
import { nearestOf } from '../board/nearest.ts';
import type { Request } from '../contract/request.ts';
import { plainLine } from '../plain-text.ts';
import type { Action } from './action.ts';
import { askedBy } from './asked-by.ts';
import * as messages from './messages.ts';
import { oneLine } from './one-line.ts';
import { plainMove } from './plain-move.ts';
import type { EntryFacts } from './world.ts';

/** Characters that `feedback` may have after a comment: it is quoted to every run. */
const MAX_FEEDBACK = 8_000;

/** The user's own text of an entry. */
export function editAsked({ id, key, column }: Entry, request: Request): Action {
  const { text = '', was = '', id: asked } = request;
  const trailers = askedBy(request, id ?? '');
  return { type: 'edit-entry', key, id: id ?? '', column, text, was, trailers, request: asked };
}

/** A checkbox of an entry, ticked by its text. */
export function tickAsked({ entry }: EntryFacts, request: Request): Action {
  const { criterion = '', done = true } = request;
  const { key, column } = entry;
  const id = entry.id ?? '';
  const answer = (ok: boolean, message: string): Action => ({
    type: 'answer-request',
    request: request.id,
    reply: { ok, message },
  });
  const ticked = tickCriterion(entry, criterion, done);
  switch (ticked.kind) {
    case 'unknown': {
      const texts = entry.criteria.map(({ text }) => text);
      return answer(false, messages.noCriterion(id, nearestOf(criterion, texts)));
    }
    case 'ambiguous':
      return answer(false, messages.severalCriteria(id));
    case 'unreadable':
      return answer(false, messages.criteriaUnreadable(id));
    case 'same':
      return answer(true, messages.tickedAlready(id, done));
    default: {
      const why = messages.ticked(oneLine(criterion, 100), done);
      const trailers = askedBy(request, id);
      return { type: 'edit-entry', key, id, column, text: ticked.text, was: null, why, trailers, request: request.id };
    }
  }
}

/** A comment behind the findings so far, for the next run. */
export function commentAsked(facts: EntryFacts, request: Request): Action {
  const { entry } = facts;
  const comment = plainLine(request.text ?? '');
  const feedback = entry.feedback === null ? comment : `${entry.feedback}; ${comment}`;
  const refusal =
    comment === ''
      ? messages.NO_COMMENT
      : feedback.length > MAX_FEEDBACK
        ? messages.commentTooLong(MAX_FEEDBACK)
        : null;
  if (refusal !== null) return { type: 'answer-request', request: request.id, reply: { ok: false, message: refusal } };
  return plainMove(facts, {
    change: { setFields: { feedback } },
    why: messages.COMMENTED,
    trailers: askedBy(request, entry.id ?? ''),
    request: request.id,
    report: request.why,
  });
}
