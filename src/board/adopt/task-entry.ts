import { closingOf } from '../edit/note-to-entry.ts';
import { type Grammar, parseHead } from '../parse/heading.ts';
import { withoutTrailingBlankLines } from '../parse/line-breaks.ts';
import { outdented, withinEntry } from '../parse/outdented.ts';
import { SEPARATOR } from '../parse/section-facts.ts';
import type { FoundTask } from './find-tasks.ts';

/**
 * A task as an entry of TODO: heading, the field `area`, and the text below.
 * @param takeId whether the id that the title begins with may be kept: it is on no other entry
 */
export function taskEntry(
  task: FoundTask,
  grammar: Grammar,
  lineBreak: string,
  takeId: (id: string) => boolean,
): string {
  const head = parseHead(task.title, grammar);
  const keeps = head !== null && (head.id === null || takeId(head.id));
  const tag = task.isLater ? '[PAUSED] ' : '';
  const heading = keeps ? `## ${tag}${task.title}` : `## ${tag}${grammar.prefixes[0] ?? 'T'}-?: ${task.title}`;
  const lines = withoutTrailingBlankLines(task.rest.replace(/^(?:[ \t]*(?:\r\n|\r|\n))+/, ''));
  const body = task.isIndented ? outdented(lines) : withinEntry(lines);
  const closing = closingOf(body);
  const closed = closing === '' ? body : `${body}${lineBreak}${closing}`;
  return heading + lineBreak + area(task.area, closed, lineBreak);
}

/** `- area: Backend` above the body: in its own field list if it has one, else in a list that the body does not continue. */
function area(name: string | null, body: string, lineBreak: string): string {
  const text = body === '' ? '' : `${body}${lineBreak}`;
  if (name === null) return text === '' ? '' : lineBreak + text;
  const [, own] = /^([-*+]) [\w .-]{1,40}:\s/.exec(body) ?? [];
  if (own !== undefined) return `${lineBreak}${own} area: ${name}${lineBreak}${text}`;
  const field = `${lineBreak}${body.startsWith('- ') ? '*' : '-'} area: ${name}${lineBreak}`;
  if (text === '') return field;
  return `${field}${lineBreak}${/^[ \t]/.test(body) ? `${SEPARATOR}${lineBreak.repeat(2)}` : ''}${text}`;
}
