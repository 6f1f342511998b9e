export const stepFailed = (step: string, why: string): string =>
  `${step} failed and is tried again: ${why} (.kanban/errors.log has the details)`;

export const baseRewritten = (base: string): string => `${base} was rewritten; its board counts as it is now`;

export const baseOpen = (operation: string): string => `${operation}: nothing is moved or landed until it is finished`;

/** Of a warning: does it say that nothing can be written to base now? */
export const holdsWriting = (warning: string): boolean => warning === INDEX_LOCKED || warning.endsWith(baseOpen(''));

export const notCheckedOut = (base: string): string =>
  `${base} is checked out nowhere: its committed board counts, files elsewhere are not read`;
export const INDEX_LOCKED =
  'another git process is changing the checkout (index.lock exists): nothing is moved or landed until it ends';
