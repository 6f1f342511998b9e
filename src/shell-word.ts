/**
 * Words as a POSIX shell reads them back: for command lines that a shell is given, and for those that the user copies. The
 * words of fish are quoted otherwise (commands/completion/fish.ts).
 */

/** In single quotes in any case. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Quoted only where it must be. */
export const shellWord = (text: string): string => (isPlain(text, PLAIN) ? text : shellQuoted(text));

/** A word of a command line that is shown: placeholders such as `{prompt}` and `<id>` stay as they are. */
export const shownWord = (text: string): string => (isPlain(text, PLAIN_OR_PLACEHOLDER) ? text : shown(text));

/** A path in a command that the user copies. One that begins with a dash is no option. */
export function shellPath(path: string): string {
  const word = path.startsWith('-') ? `./${path}` : path;
  return isPlain(word, PLAIN) ? word : shown(word);
}

const PLAIN = /^[\w@%+=:,./-]+$/;
const PLAIN_OR_PLACEHOLDER = /^[\w@%+=:,./{}<>-]+$/;
/** `A=b` is an assignment where it comes first; zsh looks for the program behind a leading `=`. */
const ASSIGNS = /^\w*=/;
const CONTROLS = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/;
const EACH_CONTROL = new RegExp(CONTROLS, 'g');

const isPlain = (text: string, plain: RegExp): boolean => plain.test(text) && !ASSIGNS.test(text);

/** Control characters, which no terminal may get, are escaped as bash, ksh and zsh read them. */
const shown = (text: string): string =>
  CONTROLS.test(text)
    ? `$'${text.replaceAll(/['\\]/g, String.raw`\$&`).replaceAll(EACH_CONTROL, escaped)}'`
    : shellQuoted(text);

const escaped = (character: string): string => String.raw`\u` + character.charCodeAt(0).toString(16).padStart(4, '0');
