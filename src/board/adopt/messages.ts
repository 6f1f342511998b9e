// What can't be adopted, and the fixes.

export const openFence = (kind: 'fence' | 'comment'): string =>
  kind === 'fence'
    ? 'this code fence is never closed: where the text below it belongs is unclear'
    : 'this comment is never closed: where the text below it belongs is unclear';
export const CLOSE_FENCE = 'close it, then run kanban init --adopt again';

export const GLUED = 'a box without a blank before it is not a task in markdown';
export const addBlank = (line: string): string => `write "${line}"`;

export const IN_ITEM = 'in markdown this line is a part of the list item above it';
export const separateLine = (line: string): string => `write "${line}", or put an empty line above it`;

export const CONFLICT = 'this is a conflict marker';
export const RESOLVE_CONFLICT = 'resolve the conflict first';

export const NOTHING_FOUND = 'it holds no task: no list item, open checkbox or heading that reads as one';
export const WRITE_LIST = 'write the tasks as a list (`- Fix the login`), or add them with kanban add';

export const wordsLost = (words: readonly string[]): string =>
  `the adopted text would lose words: ${words.slice(0, 5).join(' ')}`;
export const UNCLEAR = 'the adopted text would not read as one entry a task';
export const REPORT_LOSS = 'nothing was written; add these entries by hand, and report this as a bug';
