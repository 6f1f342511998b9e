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

/** What may have been meant as a task is named with the line that makes it one; in TODO.md, where tasks are written. */
function notATask(
  suspect: Suspect,
  where: Place,
  mark: Mark,
  { of, inside }: { readonly of: ParsedColumn; readonly inside: Entry | undefined },
): Problem | null {
  if (of.column.column !== 'TODO' || mark.start >= of.liveEnd || inside?.parked === true) return null;
  if (suspect.kind === 'no-box' && !mark.noteAbove) return null;
  return {
    code: suspect.kind === 'no-id' ? 'heading-without-id' : 'item-without-box',
    message: inside ? messages.headingInEntry(inside) : messages.NOT_A_TASK,
    where,
    fix: messages.makeTask(suspect.id),
    holds: [],
    warning: true,
  };
}

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
