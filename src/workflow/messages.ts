// Problems of WORKFLOW.md as a whole and of prompts; those of single rules stand in messages-rules.ts.

import { cutText } from '../plain-text.ts';

/* Front matter. */

/** @param error a sentence */
export const frontMatterUnreadable = (error: string): string => `The front matter can't be read: ${error}`;

/** @param error a sentence */
export const invalidYaml = (error: string): string => `Not valid YAML: ${error}`;
export const FIND_YAML_SLIP = 'look for a missing bracket, quote or indentation here or in the lines above';
export const INDENT_WITH_SPACES = 'indent with spaces';
export const DELETE_ONE = 'delete one of the two';
export const QUOTE_VALUE = 'put a value that holds `: ` in quotes';

export const NOT_A_MAP = 'The front matter must be a map of keys, `key: value`.';
export const NOT_ON_FIRST_LINE = 'The front matter must begin on the first line.';
export const DELETE_LINES_ABOVE = 'delete the lines above it';
export const WRONG_OPENING = 'The front matter must be YAML and begin with a line `---`.';
export const NEVER_CLOSED = 'The front matter is never closed.';
export const CLOSE_IT = 'put a line `---` below the settings';
export const WRONG_CLOSING = 'This line closes the front matter, but is more than `---`.';

/* Values. `expects` completes the sentence "… must be …". */

/** @param predicate "must be …" */
export const wrongSetting = (path: string, predicate: string): string => `\`${path}\` ${predicate}.`;
/** @param actual as `actualValue` describes it */
export const mustBe = (expects: string, actual: string): string => `must be ${expects}; it is ${actual}`;

/** The value is not shown: it may be a secret. */
export const mustBeSecret = (expects: string): string => `must be ${expects}`;

/** A value that was found, described. */
export const actualValue = (value: unknown): string => {
  if (value === undefined || value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return `the text \`${cutText(value, 60)}\``;
  return typeof value === 'number' ? `the number ${value}` : `\`${JSON.stringify(value)}\``;
};

export const addUnit = (value: number): string => `write the unit: ${value}s or ${value}m`;
export const putInQuotes = (value: number | boolean): string => `put it in quotes: "${String(value)}"`;
export const QUOTE_MAP_LIKE_TEXT = 'put it in quotes: text that begins with { or holds ": " is a map to YAML';

/** @param guess the setting that was probably meant; null if none is near */
export const unknownSetting = (path: string, guess: string | null): string =>
  `Unknown setting \`${path}\`${guess === null ? '.' : `; did you mean \`${guess}\`?`}`;
export const writeName = (name: string): string => `write \`${name}\``;
export const standsAt = (places: readonly string[]): string =>
  `it belongs at ${places.map((place) => `\`${place}\``).join(' or ')}`;
export const knownHere = (names: readonly string[]): string => `known here: ${names.join(', ')}`;

export const NOT_A_COMMAND_LINE =
  'is not a shell line: write program and arguments as a list, `[sh, -c, "…"]` for a shell';
export const SET_BY_COLON = 'sets a variable by `NAME: value`, not by `=`';
export const notAVariable = (name: string): string => `is not the name of a variable: \`${name}\``;
export const MUST_BE_QUOTED = 'must be put in quotes, or it may change';
export const MUST_BE_TEXT = 'must be text';
export const mustBeAtLeast = (least: string): string => `must be at least ${least}`;

/* Prompts. */

/** Heading of the findings, below a prompt that does not use them. */
export const FINDINGS = '## Findings so far';
export const PROMPT_EMPTY = 'The prompt is empty.';
export const promptTooLong = (characters: number): string => `The prompt is longer than ${characters} characters.`;
export const ONE_FILE = 'a prompt is one file: write the text in it';
/** @param error of the template engine, without a full stop */
export const promptError = (error: string): string => `${error[0]?.toUpperCase() ?? ''}${error.slice(1)}.`;
export const unknownVariable = (name: string): string => `Unknown variable \`${name}\`.`;
export const knownNames = (names: readonly string[]): string => `known: ${names.join(', ')}`;
