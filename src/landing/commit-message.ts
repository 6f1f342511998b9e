import type { Column } from '../board/entry.ts';
import { formatMessage } from '../git/history/trailers.ts';
import { cutText } from '../plain-text.ts';
import type { Trailer } from '../pipeline/action.ts';
import type { Settings } from '../workflow/settings.ts';
import * as messages from './messages.ts';

/** A commit message of ours, with its trailers in both forms. */
export interface Message {
  readonly text: string;
  readonly trailers: readonly Trailer[];
}

const message = (subject: string, body: string, trailers: readonly Trailer[]): Message => ({
  text: formatMessage({ subject, body, trailers: trailers.map(({ name, value }) => ({ key: name, value })) }),
  trailers,
});

/** `kanban: T-12 TODO → IN_PROGRESS`, by `commits.move`; in its place: `kanban: T-12 TESTING: tests pass`. */
export function moveMessage(
  settings: Settings,
  move: {
    readonly id: string;
    readonly from: Column;
    readonly to: Column;
    readonly why: string;
    readonly report: string;
    readonly trailers: readonly Trailer[];
    readonly request: string | null;
  },
): Message {
  const { id, from, to, why, report } = move;
  const moved = settings.commits.move.replaceAll('{id}', id).replaceAll('{from}', from).replaceAll('{to}', to);
  const trailers = withRequest(move.trailers, move.request);
  return message(from === to ? messages.reasonSubject(id, to, why) : moved, report || why, trailers);
}

/** Several picks share a commit. */
export function picksMessage(settings: Settings, ids: readonly string[]): Message {
  const trailers = ids.map((id): Trailer => ({ name: 'Kanban-Move', value: `${id} TODO -> IN_PROGRESS` }));
  const [only] = ids;
  if (ids.length === 1 && only !== undefined)
    return moveMessage(settings, {
      id: only,
      from: 'TODO',
      to: 'IN_PROGRESS',
      why: '',
      report: '',
      trailers,
      request: null,
    });
  return message(messages.movesSubject(ids), '', trailers);
}

export const plainMessage = (
  subject: string,
  body: string,
  trailers: readonly Trailer[],
  request: string | null = null,
): Message => message(subject, body, withRequest(trailers, request));

/**
 * The user's own edit; moves between columns are named, so that the history tells who moved what.
 * @param restored ids of entries that the edit lacked and that the coordinator put back
 * @param isEdit false: the board is as it was, for all that the edit changed was put back
 */
export function handEditMessage(
  moves: readonly { readonly id: string; readonly from: Column; readonly to: Column | null }[],
  restored: readonly string[] = [],
  isEdit = true,
): Message {
  const trailers = moves.map(({ id, from, to }): Trailer =>
    to === null
      ? { name: 'Kanban-Deleted', value: `${id} ${from}` }
      : { name: 'Kanban-Move', value: `${id} ${from} -> ${to}` },
  );
  trailers.push(...restored.map((id): Trailer => ({ name: 'Kanban-Restored', value: id })));
  const subject = isEdit ? messages.HAND_EDIT_SUBJECT : messages.restoredSubject(restored);
  const body = restored.length === 0 ? '' : messages.RESTORED_BODY;
  return message(subject, body, trailers);
}

export function landingMessage(
  settings: Settings,
  landing: {
    readonly id: string;
    readonly title: string;
    readonly reports: string;
    readonly trailers: readonly Trailer[];
  },
): Message {
  const subjectOf = (title: string): string =>
    settings.commits.landing.replaceAll(/\{(id|title)\}/g, (_, name) => (name === 'id' ? landing.id : title));
  const subject = subjectOf(landing.title);
  const room = MAX_SUBJECT - subjectOf('').length;
  const withShort = room < MIN_TITLE ? subject : subjectOf(shortened(landing.title, room));
  // Where the rest leaves no room for the title, or has it twice, all of it is cut.
  const short = shortened(subject.length <= MAX_SUBJECT ? subject : withShort, MAX_SUBJECT);
  const whole = short === subject ? [] : [subject];
  return message(
    short,
    [...whole, ...(landing.reports === '' ? [] : [landing.reports])].join('\n\n'),
    landing.trailers,
  );
}

/** Characters of a subject, as git and its hosts show it. */
const MAX_SUBJECT = 72;

/** Characters that must be left for a title, if it is to say anything. */
const MIN_TITLE = 16;

/** Cut at a word. @param max characters */
function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1);
  const space = cut.lastIndexOf(' ');
  // One long word is cut in itself, but not in the middle of a character.
  const kept = space > max / 2 ? cut.slice(0, space) : cutText(text, max - 1, '');
  return `${kept.trimEnd()}…`;
}

function withRequest(trailers: readonly Trailer[], request: string | null): readonly Trailer[] {
  return request === null ? trailers : [...trailers, { name: 'Kanban-Request', value: request }];
}
