/**
 * Text from files and agents as it may be shown on a terminal: one line, without escape sequences, control characters
 * and marks that turn the reading direction (an agent's output must not move the cursor or rewrite the screen).
 */
export function plain(text: string): string {
  return text.replaceAll(ESCAPES, '').replaceAll(/\s+/g, ' ').replaceAll(CONTROLS, '').trim();
}

/** Like `plain`, but lines stay lines, and tabs tabs. */
export function plainLines(text: string): string[] {
  const lines = text.replaceAll(ESCAPES, '').replaceAll(/\r\n?/g, '\n').split('\n');
  return lines.map((line) => line.replaceAll(CONTROLS_BUT_TAB, '').trimEnd());
}

/** CSI, OSC (ended by BEL or ST), and the two-character sequences. */
const ESCAPES =
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|\u001B\][^\u0007\u001B\n]*(?:\u0007|\u001B\\)?|\u001B[ -/]*[0-~]/g;
const CONTROLS = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
const CONTROLS_BUT_TAB = /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
