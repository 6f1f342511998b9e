import type { KanbanEvent } from '../../contract/event.ts';
import type { NotifyEvent } from '../../workflow/settings.ts';
import { plain } from '../plain.ts';
import { cut } from '../width.ts';

/** What is sent to the user about an event. The texts are one line each, and hold no output of agents. */
export interface Notice {
  /** What a target must ask for to get it. */
  readonly kind: NotifyEvent;
  /** `T-9 needs you` */
  readonly title: string;
  readonly text: string;
  /** Commands to copy. */
  readonly commands: readonly string[];
}

const MAX_TEXT = 300;

/** @returns null: nobody is notified of such an event */
export function noticeOf(event: KanbanEvent): Notice | null {
  switch (event.type) {
    case 'person-needed':
      return notice('needs-person', `${event.id} needs you`, `${event.title}: ${event.why}`, event.ways);
    case 'hold-changed':
      return event.why === null ? null : notice('needs-person', `${event.what}: waits`, event.why, ['kanban status']);
    case 'alert':
      return notice('alert', `alert: ${event.alert}`, event.why, ['kanban alerts']);
    case 'entry-landed':
      return notice('landed', `${event.id} landed`, event.title);
    case 'entry-moved':
      return notice('moved', `${event.id} ${event.from} → ${event.to}`, `${event.title}${because(event.why)}`);
    case 'coordinator-ended':
      return notice('ended', 'kanban run has ended', event.why, ['kanban summary']);
    default:
      return null;
  }
}

function notice(kind: NotifyEvent, title: string, text: string, commands: readonly string[] = []): Notice {
  return { kind, title: cut(plain(title), MAX_TEXT), text: cut(plain(text), MAX_TEXT), commands: commands.map(plain) };
}

/** Many notices as one, a line each. @param notices at least one */
export function digestOf(notices: readonly Notice[]): Notice {
  const lines = notices.slice(0, MAX_LINES).map(({ title, text }) => `${title}: ${text}`);
  const more = notices.length - lines.length;
  return {
    kind: notices[0]?.kind ?? 'needs-person',
    title: `${notices.length} notices`,
    text: [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    commands: ['kanban status'],
  };
}

const MAX_LINES = 20;

const because = (why: string): string => (why === '' ? '' : ` (${why})`);
