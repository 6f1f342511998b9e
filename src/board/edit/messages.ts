// Bugs of the caller.

export const headingMissing = (source: string): string => `the entry has no heading: ${source.slice(0, 80)}`;
export const NOTE_WITHOUT_ID = 'a note that becomes an entry needs an id';
