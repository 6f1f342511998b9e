import type { BoardTexts, Column } from '../entry.ts';
import { type BoardOptions, columnPath } from '../parse.ts';
import { endingOf, lineBreakOf } from '../parse/line-breaks.ts';
import { memoFor, type ParsedColumn } from '../parse/section-memo.ts';
import { splitSections } from '../parse/sections.ts';
import { cutText } from '../../plain-text.ts';
import { notFound, unclosed } from '../problems/edit-problems.ts';
import { checked, type Edited, parse, splitOff } from './check-edit.ts';

export function insertEntry(
  texts: BoardTexts,
  source: string,
  at: { to: Column; position: 'top' | 'bottom'; before?: string | undefined; under?: string | undefined },
  options: BoardOptions,
): Edited {
  const before = texts[at.to] === null ? { ...texts, [at.to]: `# ${at.to}${lineBreakOf(source)}` } : texts;
  const parsed = parse(before, at.to, options);
  const { text, entries } = parsed.column;
  const section = at.under === undefined ? null : endOfSection(parsed, at.under);
  const offset = section?.end ?? placeAmongLive(parsed, at);
  if (offset === null) return { ok: false, problem: notFound(parsed.column.path, at.before ?? '') };
  const index = entries.filter((one) => one.start < offset).length;
  const own = splitOff(source, at.to, options);
  const path = columnPath(at.to, options);
  if (own.length === 0) return { ok: false, problem: notFound(path, cutText(source, 60)) };
  const heading = section?.isThere === false ? `# ${at.under}${lineBreakOf(text, source).repeat(2)}` : '';
  const after = inserted(text, offset, heading + source);
  const expected = [
    ...entries.slice(0, index),
    ...own.map((one) => ({ ...one, parked: section !== null })),
    ...entries.slice(index),
  ];
  const done = checked({ ...before, [at.to]: after }, { column: at.to, expected, entry: own[0]! }, options);
  if (done.ok) return done;
  const above = section === null ? aboveOpen(parsed, offset, options) : null;
  if (above !== null) {
    const count = entries.filter((one) => one.start < above).length;
    const wanted = [
      ...entries.slice(0, count),
      ...own.map((one) => ({ ...one, parked: false })),
      ...entries.slice(count),
    ];
    const tried = checked(
      { ...before, [at.to]: inserted(text, above, source) },
      { column: at.to, expected: wanted, entry: own[0]! },
      options,
    );
    if (tried.ok) return tried;
  }
  return { ok: false, problem: unclosed(parsed, offset, own[0]!, options) ?? done.problem };
}

/** Before an entry, before all or behind all, none of them parked; null: that entry is not among them. */
function placeAmongLive(
  { column, liveEnd }: ParsedColumn,
  { position, before }: { readonly position: 'top' | 'bottom'; readonly before?: string | undefined },
): number | null {
  const live = column.entries.filter(({ kind, parked }) => kind === 'entry' && !parked);
  if (before !== undefined) return live.find(({ key }) => key === before)?.start ?? null;
  return (position === 'top' ? live[0]?.start : undefined) ?? liveEnd;
}

/** Where the entry begins in which a fence or comment is open at `offset`; null: none is, or it is in no entry. */
function aboveOpen({ column }: ParsedColumn, offset: number, options: BoardOptions): number | null {
  const last = splitSections(column.text.slice(0, offset), memoFor(options.memo, options.ids).sections).at(-1);
  if (!last?.facts.open) return null;
  const entry = column.entries.findLast((one) => one.start <= last.start + last.facts.open!.offset && !one.parked);
  return entry?.kind === 'entry' && entry.end >= offset ? entry.start : null;
}

/** Where a level-1 section ends; the end of the text where there is none of that title. */
function endOfSection(
  { sections, column }: ParsedColumn,
  title: string,
): { readonly end: number; readonly isThere: boolean } {
  const titles = sections.filter(({ facts }) => facts.depth === 1);
  const n = titles.findIndex(({ facts }) => facts.text.slice(facts.contentStart, facts.contentEnd).trim() === title);
  return { end: (n < 0 ? undefined : titles[n + 1]?.start) ?? column.text.length, isThere: n >= 0 };
}

function inserted(text: string, offset: number, source: string): string {
  const before = text.slice(0, offset);
  const after = text.slice(offset);
  const lineBreak = lineBreakOf(text, source);
  const gap = { nothing: '', open: lineBreak + lineBreak, line: lineBreak, blank: '' };
  return before + gap[endingOf(before.slice(-400))] + source + (after === '' ? '' : gap[endingOf(source)]) + after;
}
