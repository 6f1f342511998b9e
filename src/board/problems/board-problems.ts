import { placeAt, type Place, type Problem } from '../../problem.ts';
import { unreachable } from '../../unreachable.ts';
import { findCycles } from './cycles.ts';
import { type Column, COLUMNS, type Entry } from '../entry.ts';
import { dependsPlace, entriesById, headingPlace } from '../entry-places.ts';
import { isOutOfRange, LONGEST_NUMBER } from '../next-id.ts';
import type { Mark, ParsedColumn } from '../parse/section-memo.ts';
import type { Suspect } from '../parse/suspects.ts';

/** Every problem that the texts show by themselves, in the order of columns and lines. */
export function boardProblems(parsed: Record<Column, ParsedColumn>): Problem[] {
  const all = COLUMNS.map((column) => parsed[column]);
  const known = entriesById(all.map((one) => one.column));
  return [
    ...duplicates(all, known),
    ...all.flatMap(outOfRange),
    ...all.flatMap((one) => one.marks.flatMap((mark) => markProblems(mark, one, known))),
    ...dependencyLoops(all, known),
  ];
}

function duplicates(all: readonly ParsedColumn[], known: ReadonlyMap<string, Entry>): Problem[] {
  if (
    known.size === all.reduce((sum, { column }) => sum + column.entries.filter((entry) => entry.id !== null).length, 0)
  )
    return [];
  const problems: Problem[] = [];
  for (const of of all) {
    for (const entry of of.column.entries) {
      const first = entry.id === null ? undefined : known.get(entry.id);
      if (first === undefined || first === entry) continue;
      problems.push(duplicate(entry, of, { entry: first, of: all.find((one) => one.column.column === first.column)! }));
    }
  }
  return problems;
}

/** Numbers with more digits are no ids: they would make the next one as long. */
function outOfRange(of: ParsedColumn): Problem[] {
  return of.column.entries
    .filter(({ id }) => id !== null && isOutOfRange(id))
    .map((entry) => ({
      code: 'id-out-of-range',
      message: `The number of ${entry.id} is too long for a task id`,
      where: headingPlace(of.column, entry),
      fix: `write at most ${LONGEST_NUMBER} digits, or ${entry.id?.replace(/\d+$/, '?')} for the next free number`,
      holds: [entry.key],
    }));
}

function duplicate(entry: Entry, of: ParsedColumn, other: { entry: Entry; of: ParsedColumn }): Problem {
  const where = headingPlace(of.column, entry);
  const isSameFile = other.of === of;
  return {
    code: 'duplicate-task-id',
    message: `${entry.id} stands ${isSameFile ? 'twice in this file' : `in ${other.of.column.path} too`}`,
    where,
    also: [{ message: 'first written here', where: headingPlace(other.of.column, other.entry) }],
    fix: `delete one of the two, or write T-? for a new number`.replace('T-?', entry.id!.replace(/\d+$/, '?')),
    holds: [entry.key],
  };
}

function markProblems(mark: Mark, of: ParsedColumn, known: ReadonlyMap<string, Entry>): Problem[] {
  const entry = of.column.entries[mark.entry];
  return [
    ...(entry ? fieldProblems(mark, of, entry) : []),
    ...mark.suspects.flatMap((suspect) => suspectProblem(suspect, mark, of, known) ?? []),
  ];
}

function fieldProblems({ start, facts }: Mark, of: ParsedColumn, entry: Entry): Problem[] {
  const at = (offset: number, length: number): Place => placeAt(of.column.path, of.column.text, start + offset, length);
  const holds = [entry.key];
  const problems: Problem[] = [];
  for (const token of facts.head?.tokens ?? []) {
    if (token.tag !== null) continue;
    const where = at(facts.contentStart + token.start, token.end - token.start);
    const fix = 'use [RETRY], [ESCALATED], [PAUSED] or [APPROVE], or put the word behind the id';
    problems.push({ code: 'unknown-tag', message: `[${token.text}] is no tag`, where, fix, holds });
  }
  const { list } = facts;
  for (const item of list?.near ?? []) {
    problems.push({
      code: 'misspelt-field',
      message: `"${item.key}" is not a field that kanban reads: did you mean "${item.meant}"?`,
      where: at(item.start, item.end - item.start),
      fix: `write "- ${item.meant}: ${item.value}", or another key`,
      holds,
    });
  }
  if (list && list.kind !== 'fields' && list.kind !== 'near') {
    const item = list.items[0]!;
    const where = at(item.start, item.end - item.start);
    problems.push(list.kind === 'mixed' ? mixed(where, holds) : bare(where, holds));
  }
  for (const { item, message, fix } of facts.values.unreadable) {
    problems.push({ code: 'unreadable-field', message, where: at(item.start, item.end - item.start), fix, holds });
  }
  return problems;
}

const mixed = (where: Place, holds: string[]): Problem => ({
  code: 'mixed-field-list',
  where,
  holds,
  message: 'Only some items of the first list are fields (key: value), so none of it is read as fields',
  fix: 'put a line of text, or another bullet (*), between the fields and the list that follows',
});

const bare = (where: Place, holds: string[]): Problem => ({
  code: 'field-without-bullet',
  where,
  holds,
  message: 'These lines look like fields, but fields are list items',
  fix: 'begin each of these lines with "- "',
});

function suspectProblem(
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
      return notATask(suspect, where, mark, of, inside);
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
        fix: suspect.line === undefined ? 'begin the line with "## "' : `write "${suspect.line}", without the line below it`,
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
  of: ParsedColumn,
  inside: Entry | undefined,
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

function dependencyLoops(all: readonly ParsedColumn[], entries: ReadonlyMap<string, Entry>): Problem[] {
  const problems: Problem[] = [];
  const place = (entry: Entry, id: string) =>
    dependsPlace(all.find((one) => one.column.column === entry.column)!.column, entry, id);
  for (const entry of entries.values()) {
    if (!entry.depends.includes(entry.id!)) continue;
    problems.push({
      code: 'self-dependency',
      message: `${entry.id} depends on itself`,
      where: place(entry, entry.id!),
      fix: 'take it out of depends',
      holds: [entry.key],
    });
  }
  for (const cycle of findCycles(entries)) {
    const last = entries.get(cycle.at(-1)!)!;
    problems.push({
      code: 'cyclic-dependency',
      message: `These entries wait for each other: ${[...cycle, cycle[0]].join(' → ')}`,
      where: place(last, cycle[0]!),
      fix: 'take one of them out of a depends field',
      holds: cycle,
    });
  }
  return problems;
}
