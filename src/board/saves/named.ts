import type { Entry } from '../entry.ts';
import type { Version } from './save.ts';
import { TextMemo } from './text-memo.ts';

/** Everything in a text that looks like an id. */
export const findIds = (text: string): ReadonlySet<string> =>
  new Set(text.match(/(?<![\w-])[A-Za-z][\w-]*-\d+(?![\w-])/g));

const mentioned = new TextMemo(findIds);

/** Everything in a text that looks like an id; of the texts that were asked for last it is remembered. */
export const idsIn = (text: string): ReadonlySet<string> => mentioned.of(text);

/** Does a text name an entry, wherever it stands? Of a note the whole text counts. */
export const isNamed = ({ id, source }: Entry, { text }: Version): boolean =>
  id === null ? text.includes(source.trimEnd()) : idsIn(text).has(id);
