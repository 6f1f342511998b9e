import { createSectionMemo, memoFor } from '../parse/section-memo.ts';
import { splitSections } from '../parse/sections.ts';

/** Why a text is not one entry from its first to its last character. Offsets count from its start. */
export interface LeavesEntry {
  /** Headings below the first one that end the entry. */
  readonly headings: readonly number[];
  /** A block that is still open at the end, so that it takes in what follows; `other`: of HTML. null: there is none. */
  readonly open: { readonly kind: 'fence' | 'comment' | 'other'; readonly offset: number } | null;
}

/**
 * Reads a text as the board reads it with another entry below.
 * @param text begins with the heading of an entry
 * @param ids prefixes of the board's ids
 */
export function leavesEntry(text: string, ids: readonly string[]): LeavesEntry {
  const below = `${text}\n## ${ids[0] ?? 'T'}-?: below\n`;
  const sections = splitSections(below, memoFor(createSectionMemo(), ids).sections);
  const headings = sections
    .filter(({ start, facts }) => start > 0 && start < text.length && (facts.depth === 1 || facts.head !== null))
    .map(({ start }) => start);
  if (sections.some(({ start }) => start > text.length)) return { headings, open: null };
  const last = sections.at(-1)!;
  const block = last.facts.open;
  return { headings, open: { kind: block?.kind ?? 'other', offset: last.start + (block?.offset ?? 0) } };
}
