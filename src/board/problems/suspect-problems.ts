import { type Place, placeAt, type Problem } from '../../problem.ts';
import { unreachable } from '../../unreachable.ts';
import type { Entry } from '../entry.ts';
import type { Mark, ParsedColumn } from '../parse/section-memo.ts';
import type { Suspect } from '../parse/suspects/suspect.ts';
import * as messages from './messages-suspects.ts';

export function suspectProblem(
  suspect: Suspect,
  mark: Mark,
  of: ParsedColumn,
  known: ReadonlyMap<string, Entry>,
): Problem | null {
  const at = (offset: number, length: number): Place =>
    placeAt(of.column.path, of.column.text, mark.start + offset, length);
  const where = at(suspect.offset, suspect.length);
  const inside = of.column.entries[mark.entry];
  const holds = [...new Set([suspect.id, ...(inside ? [inside.key] : [])])];
  switch (suspect.kind) {
    case 'swallowed':
      return swallowed(suspect, where, at(suspect.by!.offset, suspect.by!.length), holds);
    case 'unknown-prefix': {
      if (!mark.above && of.column.column !== 'TODO') return null;
      const prefix = suspect.id.replace(/-\d+$/, '');
      return {
        code: 'unknown-prefix',
        message: messages.unknownPrefix(prefix),
        where,
        fix: messages.addPrefix(prefix),
        holds,
      };
    }
    case 'no-id':
    case 'no-box':
      return notATask(suspect, where, mark, { of, inside });
    case 'misspelt':
      if (suspect.isWorded === true && known.has(suspect.id)) return null;
      return {
        code: 'misspelt-heading',
        message: messages.misspeltHeading(suspect.id),
        where,
        fix: messages.writeHeading(suspect.line),
        holds,
      };
    case 'misspelt-note':
      return misspeltNote(suspect, where, noteAt(of, mark.start + suspect.offset));
    case 'level':
      if (known.has(suspect.id)) return null;
      return {
        code: 'wrong-heading-level',
        message: messages.wrongHeadingLevel(suspect.id),
        where,
        fix: messages.writeHeadingOfLevelTwo(suspect.line),
        holds,
      };
    default:
      return unreachable(suspect.kind);
  }
}

function misspeltNote(suspect: Suspect, where: Place, note: Entry | undefined): Problem | null {
  if (note === undefined) return null;
  const fix = messages.writeNote(suspect.line ?? '');
  return { code: 'misspelt-id', message: messages.misspeltNote(suspect.id), where, fix, holds: [note.key] };
}

const noteAt = (of: ParsedColumn, at: number): Entry | undefined =>
  of.column.entries.find(({ kind, start, end }) => kind === 'note' && start <= at && at < end);

/** What may have been meant as a task is named with the line that makes it one; in TODO.md, where tasks are written. */
function notATask(
  suspect: Suspect,
  where: Place,
  mark: Mark,
  { of, inside }: { readonly of: ParsedColumn; readonly inside: Entry | undefined },
): Problem | null {
  if (of.column.column !== 'TODO' || mark.start >= of.liveEnd || inside?.parked === true) return null;
  if (suspect.kind === 'no-box' && !mark.noteAbove) return null;
  const at = mark.start + suspect.offset;
  const note = of.column.entries.find(({ kind, start, end }) => kind === 'note' && start < at && at < end);
  if (note !== undefined) return inNote(suspect, where, note);
  if (suspect.isDone === true || (inside !== undefined && suspect.mayBePart === true)) return null;
  return {
    code: suspect.kind === 'no-id' ? 'heading-without-id' : 'item-without-box',
    message: inside ? messages.headingInEntry(inside) : messages.NOT_A_TASK,
    where,
    fix: suspect.id.startsWith('- [x]') ? messages.writeNote(suspect.id) : messages.makeTask(suspect.id),
    holds: [],
    warning: true,
  };
}

/** It would go along with the note when that is picked. */
const inNote = (suspect: Suspect, where: Place, note: Entry): Problem => ({
  code: 'item-without-box',
  message: messages.lineInNote(note),
  where,
  fix: messages.makeItem(suspect.id),
  holds: [note.key],
});

function swallowed(suspect: Suspect, where: Place, opens: Place, holds: string[]): Problem {
  const by = suspect.by!.kind;
  return {
    code: 'swallowed-entry',
    where,
    holds,
    fix: messages.freeSwallowed(by, opens.line),
    message: messages.swallowed(suspect.id, by, opens.line),
    ...(by === 'indentation' ? {} : { also: [{ message: messages.OPENED_HERE, where: opens }] }),
  };
}
