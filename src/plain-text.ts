import { replaceHidden } from './hidden-characters.ts';

/**
 * The one door that text from files, agents, commands and other programs passes before it reaches a terminal, a commit, the
 * board or CHANGELOG.md: without escape sequences, control characters, and characters that turn the reading direction.
 */

/** Has the text anything that would be removed, white space aside? What an option names is not to become another value by it. */
export const hasHidden = (text: string): boolean => plainLine(text) !== text.replaceAll(WHITE_SPACE, ' ').trim();

/** As one line. */
export function plainLine(text: string): string {
  const shown = withoutHidden(text.replaceAll(ESCAPES, '').replaceAll(WHITE_SPACE, ' '));
  // A character that was removed may have stood between two spaces.
  return shown.replaceAll(/ {2,}/g, ' ').trim();
}

/** Line breaks stay (all of them become \n), and tabs. */
export function plainText(text: string): string {
  return withoutHidden(text.replaceAll(ESCAPES, '').replaceAll(BREAKS, '\n'));
}

/** At most so many characters, with a mark where something is left out at the end. No character is cut in two. */
export const cutText = (text: string, most: number, mark = '…'): string =>
  text.length <= most ? text : `${text.slice(0, most - mark.length).replace(HALF_AT_END, '')}${mark}`;

const HALF_AT_END = /[\uD800-\uDBFF]$/;

/** What a terminal would show of a program's output: also, of a line that overwrites itself (progress bars), the end. */
export function plainOutput(text: string): string {
  return plainText(
    text
      .replaceAll(ESCAPES, '')
      .split('\n')
      .map((line) => {
        const end = line.trimEnd();
        return end.slice(end.lastIndexOf('\r') + 1);
      })
      .join('\n'),
  );
}

const withoutHidden = (text: string): string => replaceHidden(text, () => '');

/** CSI; OSC, DCS, SOS, PM and APC with what they carry, to BEL, ST or the end of the line; the two-character sequences. */
const ESCAPES =
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u009C\r\n]*(?:\u0007|\u001B\\|\u009C)?|\u001B[ -/]*[0-~]/g;
/** `\s` lacks NEL. */
const WHITE_SPACE = /[\s\u0085]+/g;
const BREAKS = /\r\n?|[\u000B\u000C\u0085\u2028\u2029]/g;
