import { shellPath } from '../shell-word.ts';

export const runIdUsed = (runId: string): string => `the run id ${runId} has been used before`;
export const unreadableRun = (name: string): string => `The brief of the run folder ${name} cannot be read`;
export const removeRun = (folder: string): string => `look at the folder, then: rm -r ${shellPath(folder)}`;
export const requestStays = (path: string): string =>
  `A request was carried out, but its file cannot be removed: ${path}`;
export const notARequest = (name: string): string => `A file in the mailbox is not a request: ${name}`;
export const movedAside = (path: string): string => `the file was moved to ${path}`;
export const UNREADABLE_REPLY = 'The reply cannot be read.';
/** @param reason with its punctuation; may be empty */
export const pausedBy = (name: string | null, reason: string): string =>
  `paused${name === null ? '' : ` by ${name}`}${reason}: kanban resume continues`;
export const PAUSED = 'paused: kanban resume continues';
