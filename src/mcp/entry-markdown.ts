import { cutText, plainText } from '../plain-text.ts';
import { renderEntry } from '../report/show.ts';
import type { BoardEntry } from '../surfaces/board-types.ts';
import { isoTime } from './answer.ts';
import { MAX_SHOWN } from './entry-view.ts';

/** An entry as `kanban show` has it, in a block: nothing of it is a heading or an instruction of the page around it. */
export function entryMarkdown(view: BoardEntry): string {
  const clock = (at: number): string => isoTime(at) ?? '';
  const text = plainText(renderEntry(view, { now: Date.now(), clock, colour: false, width: null }));
  const fence = longestFence(text);
  return `# ${view.id}\n\n${fence}text\n${cutText(text, MAX_SHOWN)}\n${fence}\n`;
}

/** Longer than every run of backticks in the text. */
export function longestFence(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  return '`'.repeat(longest + 1);
}
