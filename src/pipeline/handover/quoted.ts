import { plainLines } from '../../report/plain.ts';
import * as messages from './messages.ts';

/** Of a text that is shown whole; beyond it even that is cut. */
const WHOLE = { lines: 2_000, characters: 60_000 };
/** Of all other texts. */
const IN_SHORT = { lines: 12, characters: 1_500 };

/**
 * A text without control characters, cut at its end.
 * @param where names a command that prints all of it
 */
export function bounded(text: string, how: 'whole' | 'in-short', where: string): string {
  const limit = how === 'whole' ? WHOLE : IN_SHORT;
  const lines = plainLines(text.trim());
  const kept: string[] = [];
  let room = limit.characters;
  for (const line of lines.slice(0, limit.lines)) {
    if (line.length > room) {
      if (kept.length === 0) kept.push(line.slice(0, room));
      break;
    }
    kept.push(line);
    room -= line.length + 1;
  }
  const isWhole = kept.length === lines.length && kept.at(-1) === lines.at(-1);
  return isWhole ? kept.join('\n') : [...kept, messages.cutHere(lines.length - kept.length, where)].join('\n');
}

/** As a quotation: no line of it is read as a heading or an instruction of the prompt. */
export const quoted = (text: string): string =>
  text
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
