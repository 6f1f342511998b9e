import { plainLine, plainText } from '../plain-text.ts';

/** Text from files and agents as one line of a terminal. */
export const plain = plainLine;

/** Like `plain`, but lines stay lines, and tabs tabs. */
export const plainLines = (text: string): string[] =>
  plainText(text)
    .split('\n')
    .map((line) => line.trimEnd());
