import { cutText } from '../../plain-text.ts';

// Bugs of the caller.

export const headingMissing = (source: string): string => `the entry has no heading: ${cutText(source, 80)}`;
export const NOTE_WITHOUT_ID = 'a note that becomes an entry needs an id';

/* Edits by name. */

export const fieldsUnclear = (name: string): string => `not all fields of ${name} can be read, so none is set`;
export const FIX_FIELDS = 'kanban check names what is wrong; correct it in the file, or by kanban edit without --field';
