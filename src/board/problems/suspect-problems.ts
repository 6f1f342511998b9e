import { type Place, placeAt, type Problem } from '../../problem.ts';
import { unreachable } from '../../unreachable.ts';
import type { Entry } from '../entry.ts';
import type { Mark, ParsedColumn } from '../parse/section-memo.ts';
import type { Suspect } from '../parse/suspects/suspect.ts';

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
      const fix = `add it to the key ids: in WORKFLOW.md, e.g. "ids: [T, ${prefix}]", or write the heading otherwise`;
      return {
        code: 'unknown-prefix',
        message: `${prefix} is no prefix of task ids here`,
        where,
        fix,
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
        message: `This looks like an entry's heading, but "${suspect.id}" isn't read as one`,
        where,
        fix: suspect.line === undefined ? 'write it like "## T-12: Title"' : `write "${suspect.line}"`,
        holds,
      };
    case 'level':
      if (known.has(suspect.id)) return null;
      return {
        code: 'wrong-heading-level',
        message: `The heading of an entry is of level 2; ${suspect.id} isn't read as one`,
        where,
        fix:
          suspect.line === undefined
            ? 'begin the line with "## "'
            : `write "${suspect.line}", without the line below it`,
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
    message: inside ? `This heading belongs to ${inside.id ?? inside.title}` : 'This line is not read as a task',
    where,
    fix: `to make it a task, write "${suspect.id}"`,
    holds: [],
    warning: true,
  };
}

function swallowed(suspect: Suspect, where: Place, opens: Place, holds: string[]): Problem {
  const by = suspect.by!.kind;
  const words = {
    fence: 'the code fence',
    comment: 'the comment',
    html: 'the HTML block',
    list: 'the list item',
    indentation: 'its indentation',
  }[by];
  const line = by === 'indentation' ? '' : ` opened in line ${opens.line}`;
  const fixes = {
    fence: `close the fence that opens in line ${opens.line}`,
    comment: `close the comment that opens in line ${opens.line} with -->`,
    html: 'put an empty line above the heading',
    list: 'begin the line with "## ", without spaces in front',
    indentation: 'begin the line with "## ", without spaces in front',
  };
  return {
    code: 'swallowed-entry',
    where,
    holds,
    fix: fixes[by],
    message: `${suspect.id} isn't read as an entry: it is swallowed by ${words}${line}`,
    ...(by === 'indentation'
      ? {}
      : {
          also: [
            {
              message: 'opened here',
              where: opens,
            },
          ],
        }),
  };
}
