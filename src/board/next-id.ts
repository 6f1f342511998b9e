/** Digits that the number of an id has at most. */
export const LONGEST_NUMBER = 9;

export const isOutOfRange = (id: string): boolean => /\d*$/.exec(id)![0].length > LONGEST_NUMBER;

/**
 * The next free id: 1 + the highest number with this prefix, or the first after that which nobody depends on.
 * @param used every id ever seen (board, history, branches, refs); other prefixes and other words are passed over, and so are
 *   numbers that are too long
 * @param awaited ids that entries depend on: one that is not there must not be met by something else
 */
export function nextId(prefix: string, used: Iterable<string>, awaited: ReadonlySet<string> = NONE): string {
  const numbers = new Set<number>();
  let highest = 0;
  for (const id of used) {
    if (!id.startsWith(`${prefix}-`)) continue;
    const digits = id.slice(prefix.length + 1);
    if (!/^\d+$/.test(digits) || isOutOfRange(id)) continue;
    numbers.add(Number(digits));
    highest = Math.max(highest, Number(digits));
  }
  let next = highest + 1;
  // Above the last one: the first that is free.
  const isTaken = (): boolean => numbers.has(next) || awaited.has(`${prefix}-${next}`);
  if (next >= 10 ** LONGEST_NUMBER) next = 1;
  while (isTaken()) next++;
  return `${prefix}-${next}`;
}

const NONE: ReadonlySet<string> = new Set();

/** What entries depend on. */
export const awaitedBy = (entries: readonly { readonly depends: readonly string[] }[]): ReadonlySet<string> =>
  new Set(entries.flatMap(({ depends }) => depends));

const known = new WeakMap<object, { readonly ids: string; readonly found: ReadonlySet<string> }>();

/** A field that names other entries, which need not be on the board. */
const DEPENDS = /^[ \t]*[-*+][ \t]+depend(?:s|encies)[ \t]*:.*$/gim;

/**
 * Every id that stands anywhere in a text, also in a fence or a comment, but for what an entry depends on: none of them is
 * free.
 * @param of what the text belongs to: its ids are remembered by it
 */
export function idsInText(of: object, text: string, ids: readonly string[]): ReadonlySet<string> {
  const key = ids.join(' ');
  const before = known.get(of);
  if (before?.ids === key) return before.found;
  const prefixes = ids.map((id) => id.replaceAll(/[.*+?^${}()|[\]\\-]/g, '\\$&')).join('|');
  const found = new Set(text.replaceAll(DEPENDS, '').match(new RegExp(`(?<![\\w-])(?:${prefixes})-\\d+`, 'g')));
  known.set(of, { ids: key, found });
  return found;
}
