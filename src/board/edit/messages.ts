// Bugs of the caller.

export const headingMissing = (source: string): string =>
  `an entry's own text does not begin with its heading: ${source.slice(0, 80)}`;
export const NOTE_WITHOUT_ID = 'a note that becomes an entry needs an id';
