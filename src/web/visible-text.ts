import { visibleText } from '../hidden-characters.ts';

/** What a program printed, without what only colours it. Other escape sequences are text: `␛[2J`. */
export function visibleOutput(text: string): string {
  return visibleText(
    text
      .replaceAll(COLOURS, '')
      .replaceAll(/\r+\n/g, '\n')
      .replaceAll(/[\u0000-\u0008\u000B-\u001F]/g, pictured),
  );
}

/** How many characters at the end may be the beginning of an escape sequence, or of a line break. */
export const unfinishedAtEnd = (text: string): number =>
  /(?:\u001B(?:\[[0-9;:]{0,60})?|\r+)$/.exec(text)?.[0].length ?? 0;

/** Select Graphic Rendition: colours, bold. */
const COLOURS = /\u001B\[[0-9;:]*m/g;

/** Unicode has a picture of each control character. */
const pictured = (character: string): string => String.fromCodePoint(0x2400 + (character.codePointAt(0) ?? 0));
