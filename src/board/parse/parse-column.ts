import type { Column, Entry } from '../entry.ts';
import { countBreaks, withoutTrailingBlankLines } from './line-breaks.ts';
import { type EntryFacts, makeEntry, withDistinctKeys } from './make-entry.ts';
import { outdented } from './outdented.ts';
import type { SectionFacts } from './section-facts.ts';
import { type Mark, memoFor, type ParsedColumn, type SectionMemo } from './section-memo.ts';
import { type Section, splitSections } from './sections.ts';

export interface ColumnFile {
  readonly column: Column;
  /** As shown to the user, relative to the repository's root. */
  readonly path: string;
  /** Exact text, BOM included; '' for a missing file. */
  readonly text: string;
}

/** Parses one column file. */
export function parseColumn(
  { column, path, text }: ColumnFile,
  { ids, memo }: { readonly ids: readonly string[]; readonly memo: SectionMemo },
): ParsedColumn {
  const { sections, columns } = memoFor(memo, ids);
  const last = columns.get(path);
  if (last && last.column.column === column && last.column.text === text) return last;
  const split = splitSections(text, sections, last ? { text: last.column.text, sections: last.sections } : null);
  const parsed = readColumn(column, path, text, split);
  columns.set(path, parsed);
  return parsed;
}

interface Draft {
  readonly entries: Entry[];
  readonly marks: Mark[];
  /** Sections of the entry that is being gathered. */
  group: Section<SectionFacts>[];
  line: number;
  titles: number;
  hasEntry: boolean;
  /** An entry stands above in the same part of the file: from a level-1 heading to the next. */
  partHasEntry: boolean;
  /** Text of the level-1 heading that parks what follows; null: it is not parked. */
  parkedUnder: string | null;
  /** In TODO.md, the column's own title stands further down: what other level-1 headings above it open is parked. */
  isAboveTitle: boolean;
  liveEnd: number;
}

function readColumn(
  column: Column,
  path: string,
  text: string,
  sections: readonly Section<SectionFacts>[],
): ParsedColumn {
  const draft: Draft = {
    entries: [],
    marks: [],
    group: [],
    line: 1,
    titles: 0,
    hasEntry: false,
    partHasEntry: false,
    parkedUnder: null,
    isAboveTitle: column === 'TODO' && sections.some((section) => isOwnTitle(column, section)),
    liveEnd: text.length,
  };
  let groupLine = 1;
  for (const section of sections) {
    const { facts } = section;
    if (facts.depth === 1 || facts.head) closeGroup(draft, column, text, groupLine);
    if (facts.depth === 1) noteTitle(draft, column, section);
    // What stands under a heading of its own is read by itself: entries above it don't count.
    if (facts.depth === 1) draft.partHasEntry = false;
    if (facts.head) {
      draft.hasEntry = true;
      draft.partHasEntry = true;
      groupLine = draft.line;
    }
    if (facts.head || draft.group.length > 0) draft.group.push(section);
    else readProse(draft, column, text, section);
    draft.line += facts.lines;
  }
  closeGroup(draft, column, text, groupLine);
  const entries = withDistinctKeys(draft.entries);
  return { column: { column, path, text, entries }, sections, liveEnd: draft.liveEnd, marks: draft.marks };
}

/** A further level-1 heading parks what follows; the column's own name is its title wherever it stands. */
function noteTitle(draft: Draft, column: Column, section: Section<SectionFacts>): void {
  const isOwn = isOwnTitle(column, section);
  if (draft.isAboveTitle) {
    draft.isAboveTitle = !isOwn;
    draft.parkedUnder = isOwn ? null : titleOf(section);
    draft.hasEntry &&= !isOwn;
  } else if (draft.parkedUnder !== null) {
    draft.parkedUnder = titleOf(section);
  } else if (!isOwn && (draft.titles > 0 || draft.hasEntry)) {
    draft.parkedUnder = titleOf(section);
    draft.liveEnd = section.start;
  }
  draft.titles++;
}

const titleOf = ({ facts }: Section<SectionFacts>): string =>
  facts.text.slice(facts.contentStart, facts.contentEnd).trim();

/** `# TODO`, `# To do`, `# In progress`. */
function isOwnTitle(column: Column, { facts }: Section<SectionFacts>): boolean {
  if (facts.depth !== 1) return false;
  const name = facts.text.slice(facts.contentStart, facts.contentEnd);
  return name.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase() === column.replace('_', '').toLowerCase();
}

function readProse(draft: Draft, column: Column, text: string, section: Section<SectionFacts>): void {
  const { facts, start } = section;
  if (facts.depth === 0 && facts.underlinedTitle) draft.titles++;
  if (facts.suspects.length > 0)
    draft.marks.push({
      start,
      facts,
      suspects: facts.suspects,
      entry: -1,
      above: !draft.hasEntry,
      noteAbove: !draft.partHasEntry,
    });
  if (column !== 'TODO' || draft.partHasEntry) return;
  for (const note of facts.notes) {
    const line = draft.line + countBreaks(text.slice(start, start + note.start));
    draft.entries.push(
      makeEntry('note', note, text.slice(start + note.start, start + note.end), {
        column,
        line,
        parkedUnder: draft.parkedUnder,
        start: start + note.start,
        origin: start,
        body: outdented(text.slice(start + note.bodyStart, start + note.end)),
        criteria: note.criteria,
        script: note.script,
      }),
    );
    pushMark(draft, start, note, []);
  }
}

function closeGroup(draft: Draft, column: Column, text: string, line: number): void {
  const [first, ...more] = draft.group;
  if (!first) return;
  draft.group = [];
  const { start, facts } = first;
  const isAlone = more.length === 0;
  const source = isAlone ? facts.text : text.slice(start, more.at(-1)!.end);
  const spot = {
    column,
    line,
    parkedUnder: draft.parkedUnder,
    start,
    origin: start,
    body: isAlone ? facts.body : withoutTrailingBlankLines(source.slice(facts.bodyStart)),
    criteria: isAlone ? facts.criteria : [first, ...more].flatMap((section) => section.facts.criteria),
    script: isAlone ? facts.script : firstScript([first, ...more]),
  };
  draft.entries.push(makeEntry('entry', facts as EntryFacts, source, spot));
  pushMark(draft, start, facts, facts.suspects);
  for (const section of more) {
    if (section.facts.suspects.length > 0) {
      draft.marks.push({
        start: section.start,
        facts: section.facts,
        suspects: section.facts.suspects,
        entry: draft.entries.length - 1,
        above: false,
        noteAbove: false,
      });
    }
  }
}

const firstScript = (sections: readonly Section<SectionFacts>[]): string | null =>
  sections.find((section) => section.facts.script !== null)?.facts.script ?? null;

function pushMark(draft: Draft, start: number, facts: Mark['facts'], suspects: Mark['suspects']): void {
  const isQuiet =
    suspects.length === 0 &&
    facts.values.unreadable.length === 0 &&
    (facts.list?.kind ?? 'fields') === 'fields' &&
    (facts.list?.near.length ?? 0) === 0;
  const { head } = facts;
  if (isQuiet && head?.title !== '' && !head?.tokens.some((token) => token.tag === null)) return;
  draft.marks.push({ start, facts, suspects, entry: draft.entries.length - 1, above: false, noteAbove: false });
}
