import type { Entry } from '../entry.ts';
import type { Version } from './save.ts';

/** Does a text name an entry, wherever it stands? Of a note the whole text counts. */
export const isNamed = ({ id, source }: Entry, { text }: Version): boolean =>
  id === null ? text.includes(source.trimEnd()) : idsIn(text).has(id);

/** Everything in a text that looks like an id; of the texts that were asked for last it is remembered. */
export function idsIn(text: string): ReadonlySet<string> {
  const known = mentioned.get(text);
  if (known !== undefined) return known;
  const found = new Set(text.match(/(?<![\w-])[A-Za-z][\w-]*-\d+(?![\w-])/g));
  if (mentioned.size >= MAX_MENTIONED) mentioned.delete(mentioned.keys().next().value ?? '');
  mentioned.set(text, found);
  return found;
}

const mentioned = new Map<string, ReadonlySet<string>>();
const MAX_MENTIONED = 1_000;
