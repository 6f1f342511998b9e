import { unreachable } from '../../unreachable.ts';
import type { BoardTexts, Column, Entry } from '../entry.ts';
import { type BoardOptions, columnPath } from '../parse.ts';
import { lineBreakOf, lineEnd } from '../parse/line-breaks.ts';
import { outdented } from '../parse/outdented.ts';
import { memoFor } from '../parse/section-memo.ts';
import { frontMatterEnd, splitSections, textStart } from '../parse/sections.ts';
import { findEntry, notFound } from '../problems/edit-problems.ts';
import { changeProblem, checked, type Edited, parse } from './check-edit.ts';
import { changeEntry, type EntryChange } from './entry-change.ts';
import { insertEntry } from './insert-entry.ts';
import { noteToEntry } from './note-to-entry.ts';
import { replaceEntry } from './replace-entry.ts';
import * as messages from './messages.ts';

export type { EntryChange } from './entry-change.ts';

/** One change of the board's texts. `key` is an entry's key as parsed from the texts given. */
export type BoardEdit =
  | {
      readonly type: 'move';
      readonly key: string;
      readonly from: Column;
      readonly to: Column;
      /** `top`: above the first entry, below quick notes and prose; `bottom`: below the last one that isn't parked. */
      readonly position: 'top' | 'bottom';
      /** Key of an entry of `to` that isn't parked: it is put right before it, whatever `position` says. */
      readonly before?: string | undefined;
      readonly change?: EntryChange;
    }
  /** The user's own new text of an entry. Refused if its text is no longer the one that this was made from. */
  | {
      readonly type: 'replace';
      readonly key: string;
      readonly column: Column;
      readonly text: string;
      readonly was: string;
    }
  | { readonly type: 'change'; readonly key: string; readonly column: Column; readonly change: EntryChange }
  | { readonly type: 'remove'; readonly key: string; readonly column: Column }
  /** `under`: parked, at the end of the level-1 section of that title, which is made if it isn't there. */
  | {
      readonly type: 'add';
      readonly column: Column;
      readonly position: 'top' | 'bottom';
      readonly text: string;
      readonly under?: string;
    };

/**
 * Applies edits one after the other by cutting and inserting at source offsets; every other byte of the texts stays
 * (docs/invariants.md, I1). After each edit the texts are parsed again: the entries that were there, less or plus the
 * one, the written fields with their values, the same body.
 * @returns the new texts, or the problem of the first edit that can't be made safely; then nothing has changed.
 */
export function applyEdits(texts: BoardTexts, edits: readonly BoardEdit[], options: BoardOptions): Edited {
  let current = texts;
  for (const edit of edits) {
    const done = applyEdit(current, edit, options);
    if (!done.ok) return done;
    current = done.texts;
  }
  return { ok: true, texts: current };
}

function applyEdit(texts: BoardTexts, edit: BoardEdit, options: BoardOptions): Edited {
  switch (edit.type) {
    case 'add':
      return insertEntry(texts, edit.text, { to: edit.column, position: edit.position, under: edit.under }, options);
    case 'remove':
      return withEntry(texts, edit, options, (entry) => cutEntry(texts, entry, options));
    case 'change':
      return withEntry(texts, edit, options, (entry) => changeInPlace(texts, entry, edit.change, options));
    case 'replace':
      return withEntry(texts, edit, options, (entry) => replaceEntry(texts, entry, edit, options));
    case 'move':
      return withEntry(texts, { key: edit.key, column: edit.from }, options, (entry) =>
        moveEntry(texts, entry, edit, options),
      );
    default:
      return unreachable(edit);
  }
}

function withEntry(
  texts: BoardTexts,
  { key, column }: { readonly key: string; readonly column: Column },
  options: BoardOptions,
  then: (entry: Entry) => Edited,
): Edited {
  const parsed = parse(texts, column, options).column;
  const found = findEntry(parsed, key);
  return 'code' in found ? { ok: false, problem: found } : then(found);
}

function moveEntry(texts: BoardTexts, entry: Entry, edit: BoardEdit & { type: 'move' }, options: BoardOptions): Edited {
  const lineBreak = lineBreakOf(texts[edit.to] ?? '', texts[edit.from] ?? '');
  const written = rewritten(entry, edit.change ?? {}, lineBreak, options);
  if (written === null) return { ok: false, problem: notFound(columnPath(edit.from, options), entry.key) };
  const cut = cutEntry(texts, entry, options);
  if (!cut.ok) return cut;
  const problem = changeProblem(entry, written, edit.change ?? {}, options);
  return problem ? { ok: false, problem } : insertEntry(cut.texts, written, edit, options);
}

/** The entry's text with the change in it; a note becomes an entry. null: a note without an id. */
function rewritten(entry: Entry, change: EntryChange, lineBreak: string, options: BoardOptions): string | null {
  const { sections } = memoFor(options.memo, options.ids);
  let source = entry.source;
  if (entry.kind === 'note') {
    if ((change.id ?? entry.id) === null) return null;
    source = noteToEntry(entry, outdented(source.slice(lineEnd(source, 0))), change, lineBreak);
  }
  const facts = splitSections(source, sections)[0]?.facts;
  if (!facts?.head) throw new Error(messages.headingMissing(source));
  return changeEntry(source, facts, change, lineBreak);
}

/** A note that is changed where it stands becomes an entry on top of the column: a list has no room for fields. */
function changeInPlace(texts: BoardTexts, entry: Entry, change: EntryChange, options: BoardOptions): Edited {
  const { column } = entry;
  if (entry.kind === 'note') {
    return moveEntry(
      texts,
      entry,
      { type: 'move', key: entry.key, from: column, to: column, position: 'top', change },
      options,
    );
  }
  const text = texts[column] ?? '';
  const written = rewritten(entry, change, lineBreakOf(text), options)!;
  const problem = changeProblem(entry, written, change, options);
  if (problem) return { ok: false, problem };
  const before = parse(texts, column, options);
  const after = { ...texts, [column]: text.slice(0, entry.start) + written + text.slice(entry.end) };
  const expected = before.column.entries.map((one) => (one === entry ? { ...one, source: written } : one));
  return checked(after, { column, expected, entry }, options);
}

function cutEntry(texts: BoardTexts, entry: Entry, options: BoardOptions): Edited {
  const { column } = entry;
  const text = texts[column] ?? '';
  const before = parse(texts, column, options);
  const expected = before.column.entries.filter((one) => one !== entry);
  const left = text.slice(0, entry.start) + text.slice(entry.end);
  const cut = checked({ ...texts, [column]: left }, { column, expected, entry }, options);
  if (cut.ok || before.liveEnd === text.length) return cut;
  // In a file without a title the first parked part would take its place.
  const titled = withTitle(left, column);
  const again = checked({ ...texts, [column]: titled }, { column, expected, entry }, options);
  return again.ok ? again : cut;
}

function withTitle(text: string, column: Column): string {
  const at = frontMatterEnd(text, textStart(text));
  const lineBreak = lineBreakOf(text);
  const gap = /^[ \t]*[\r\n]/.test(text.slice(at)) ? '' : lineBreak;
  return `${text.slice(0, at)}# ${column}${lineBreak}${gap}${text.slice(at)}`;
}
