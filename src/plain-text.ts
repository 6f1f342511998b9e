/**
 * The one door that text from files, agents, commands and other programs passes before it reaches a terminal, a commit, the
 * board or CHANGELOG.md: without escape sequences, control characters, and characters that turn the reading direction.
 */

/** As one line. */
export function plainLine(text: string): string {
  return text.replaceAll(ESCAPES, '').replaceAll(WHITE_SPACE, ' ').replaceAll(CONTROLS, '').trim();
}

/** Line breaks stay (all of them become \n), and tabs. */
export function plainText(text: string): string {
  return text.replaceAll(ESCAPES, '').replaceAll(BREAKS, '\n').replaceAll(CONTROLS_BUT_BREAKS, '');
}

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

/** CSI; OSC, DCS, SOS, PM and APC with what they carry, to BEL, ST or the end of the line; the two-character sequences. */
const ESCAPES =
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u009C\r\n]*(?:\u0007|\u001B\\|\u009C)?|\u001B[ -/]*[0-~]/g;
/** `\s` lacks NEL. */
const WHITE_SPACE = /[\s\u0085]+/g;
const BREAKS = /\r\n?|[\u000B\u000C\u0085\u2028\u2029]/g;
/** Besides C0 and C1: what has no width or turns the text around, language tags, and halves of characters. */
const CONTROLS =
  /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060\u2066-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]|\p{Cs}/gu;
const CONTROLS_BUT_BREAKS =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060\u2066-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]|\p{Cs}/gu;
