/* Attempts. */

export const FAILED_A_MOMENT_AGO = 'it failed a moment ago';
export const QUEUE_FAILED_A_MOMENT_AGO = 'the merge queue failed a moment ago';

export const unexpectedError = (error: unknown): string =>
  `it failed: ${error instanceof Error ? error.message : String(error)}`;

export const beingEdited = (file: string): string => `${file} is being edited`;
