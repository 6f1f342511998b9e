import type { Entry } from '../entry.ts';
import { criteriaIn, type CriterionPlace } from '../parse/criteria.ts';
import { parseMarkdown } from '../parse/sections.ts';

/** `unknown`: no checkbox has that text; `ambiguous`: several have; `same`: it is as asked already; `unreadable`: it is not where it is read. */
export type Ticked =
  | { readonly kind: 'ticked'; readonly text: string }
  | { readonly kind: 'unknown' | 'ambiguous' | 'same' | 'unreadable' };

/**
 * An entry's text with one checkbox ticked, or unticked; every other byte stays.
 * @param criterion the checkbox's text; upper and lower case and white space do not count
 */
export function tickCriterion({ source, criteria }: Entry, criterion: string, done: boolean): Ticked {
  const wanted = flat(criterion);
  const places = placesIn(source);
  const isRead = places.length === criteria.length && places.every(({ text }, at) => text === criteria[at]?.text);
  if (!isRead) return { kind: 'unreadable' };
  const exact = places.filter(({ text }) => text === criterion.trim());
  const found = exact.length > 0 ? exact : places.filter(({ text }) => flat(text) === wanted);
  const [place] = found;
  if (place === undefined) return { kind: 'unknown' };
  if (found.length > 1) return { kind: 'ambiguous' };
  if (place.checked === done) return { kind: 'same' };
  const box = source.indexOf('[', place.start) + 1;
  const text = `${source.slice(0, box)}${done ? 'x' : ' '}${source.slice(box + 1)}`;
  const after = placesIn(text);
  const isSafe =
    after.length === places.length &&
    after.every(
      (one, at) => one.text === places[at]!.text && one.checked === (places[at] === place ? done : places[at]!.checked),
    );
  return isSafe ? { kind: 'ticked', text } : { kind: 'unreadable' };
}

/** Fields are no criteria: a list right below the heading holds none. */
const placesIn = (source: string): CriterionPlace[] => criteriaIn(parseMarkdown(source).children, source);

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().toLowerCase();
