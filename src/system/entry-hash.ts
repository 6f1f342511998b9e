import { createHash } from 'node:crypto';

/** Names an entry's text, so that an edit can tell which text it was made from. Empty lines below it do not count. */
export const entryHash = (source: string): string => createHash('sha256').update(source.trimEnd()).digest('hex');
