import type { Entry } from '../entry.ts';
import { isSimilarTitle } from '../problems/similar-title.ts';

/** One task as the merge base and the two sides have it. At least one of the three is there. */
export interface Trio {
  readonly base?: Entry | undefined;
  readonly ours?: Entry | undefined;
  readonly theirs?: Entry | undefined;
}

/**
 * Which entries of three boards are the same task: by id; without one by text, by the number that it got since, by a
 * title like it. Two new entries of one id are the same task only if they have the same title.
 * @returns trios, those of the merge base first, each side's new entries behind them, in the order of their boards
 */
export function pairSides(base: readonly Entry[], ours: readonly Entry[], theirs: readonly Entry[]): Trio[] {
  const inOurs = pairWith(base, ours);
  const inTheirs = pairWith(base, theirs);
  const trios = base.flatMap((one): Trio[] => {
    const [o, t] = [inOurs.get(one), inTheirs.get(one)];
    // A note that got one number here and another there is two entries now.
    if (o && t && one.id === null && o.id !== null && t.id !== null && o.id !== t.id) {
      inOurs.delete(one);
      inTheirs.delete(one);
      return [];
    }
    return [{ base: one, ours: o, theirs: t }];
  });
  const takenOurs = new Set(inOurs.values());
  const takenTheirs = new Set(inTheirs.values());
  const fresh = theirs.filter((one) => !takenTheirs.has(one));
  for (const one of ours) {
    if (takenOurs.has(one)) continue;
    const at = fresh.findIndex((other) => isSameTask(one, other));
    trios.push({ ours: one, ...(at < 0 ? {} : { theirs: fresh[at] }) });
    if (at >= 0) fresh.splice(at, 1);
  }
  return [...trios, ...fresh.map((one) => ({ theirs: one }))];
}

const flat = (text: string): string => text.toLowerCase().replaceAll(/\s+/g, ' ').trim();

const isSameTask = (one: Entry, other: Entry): boolean =>
  one.id === null
    ? textOf(one) === textOf(other) && other.id === null
    : one.id === other.id && flat(one.title) === flat(other.title);

const textOf = (entry: Entry): string => entry.source.trimEnd();

function pairWith(base: readonly Entry[], side: readonly Entry[]): Map<Entry, Entry> {
  const pairs = new Map<Entry, Entry>();
  const taken = new Set<Entry>();
  const pair = (one: Entry, other: Entry | undefined): void => {
    if (!other || pairs.has(one)) return;
    pairs.set(one, other);
    taken.add(other);
  };
  const byId = withOrdinals(side);
  for (const [name, one] of withOrdinals(base)) pair(one, byId.get(name));
  const nameless = base.filter(({ id }) => id === null);
  if (nameless.length === 0) return pairs;
  const known = new Set(base.map(({ id }) => id));
  const free = (is: (entry: Entry) => boolean): Entry | undefined => side.find((one) => !taken.has(one) && is(one));
  for (const one of nameless)
    pair(
      one,
      free((other) => other.id === null && textOf(other) === textOf(one)),
    );
  for (const one of nameless)
    if (!pairs.has(one) && one.title !== '')
      pair(
        one,
        free((other) => other.id !== null && !known.has(other.id) && other.title === one.title),
      );
  for (const one of nameless)
    if (!pairs.has(one))
      pair(
        one,
        free((other) => other.id === null && other.kind === one.kind && isSimilarTitle(one.title, other.title)),
      );
  return pairs;
}

/** By id; the second of an id that stands there twice is `T-12#2`. */
function withOrdinals(entries: readonly Entry[]): Map<string, Entry> {
  const found = new Map<string, Entry>();
  for (const entry of entries) {
    if (entry.id === null) continue;
    let name = entry.id;
    for (let n = 2; found.has(name); n++) name = `${entry.id}#${n}`;
    found.set(name, entry);
  }
  return found;
}
