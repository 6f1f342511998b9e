import type { Problem } from '../../problem.ts';
import { dependsPlace, entriesById, headingPlace } from '../entry-places.ts';
import { type Column, COLUMNS, type Entry } from '../entry.ts';
import { isOutOfRange, LONGEST_NUMBER } from '../next-id.ts';
import type { Mark, ParsedColumn } from '../parse/section-memo.ts';
import { findCycles } from './cycles.ts';
import { fieldProblems } from './field-problems.ts';
import { suspectProblem } from './suspect-problems.ts';
import * as messages from './messages.ts';

/** Every problem that the texts show by themselves, in the order of columns and lines. */
export function boardProblems(parsed: Record<Column, ParsedColumn>): Problem[] {
  const all = COLUMNS.map((column) => parsed[column]);
  const known = entriesById(all.map((one) => one.column));
  return [
    ...duplicates(all, known),
    ...all.flatMap(outOfRange),
    ...all.flatMap(prioritiesInTitles),
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
      message: messages.idTooLong(entry.id!),
      where: headingPlace(of.column, entry),
      fix: messages.shortenId(entry.id!, LONGEST_NUMBER),
      holds: [entry.key],
    }));
}

/** `(P1)`, `[P1]`, or `P1:` at the beginning: the title is text, and nobody reads the priority there. */
const PRIORITY = /^[Pp]([0-4]):(?=\s)|(?<=^|\s)[([][Pp]([0-4])[)\]](?=[\s:.,]|$)/;

function prioritiesInTitles({ column }: ParsedColumn): Problem[] {
  return column.entries.flatMap((entry): Problem[] => {
    const found = PRIORITY.exec(entry.title);
    if (found === null || entry.parked || entry.fields.some(({ key }) => key === 'priority')) return [];
    const place = headingPlace(column, entry);
    const at = place.lineText.indexOf(entry.title);
    const where =
      at < 0 ? place : { ...place, column: place.column + at + found.index, length: Math.max(1, found[0].length) };
    return [
      {
        code: 'priority-in-title',
        message: messages.priorityInTitle(entry, found[0]),
        where,
        fix: messages.writePriority(`P${found[1] ?? found[2] ?? ''}`, entry.kind === 'note'),
        holds: [],
        warning: true,
      },
    ];
  });
}

function duplicate(entry: Entry, of: ParsedColumn, other: { entry: Entry; of: ParsedColumn }): Problem {
  // Only entries with an id are duplicates.
  const id = entry.id!;
  return {
    code: 'duplicate-task-id',
    message: other.of === of ? messages.idTwiceInFile(id) : messages.idInOtherFile(id, other.of.column.path),
    where: headingPlace(of.column, entry),
    also: [{ message: messages.FIRST_WRITTEN_HERE, where: headingPlace(other.of.column, other.entry) }],
    fix: messages.deleteOrRenumber(id),
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

function dependencyLoops(all: readonly ParsedColumn[], entries: ReadonlyMap<string, Entry>): Problem[] {
  const problems: Problem[] = [];
  const place = (entry: Entry, id: string) =>
    dependsPlace(all.find((one) => one.column.column === entry.column)!.column, entry, id);
  for (const entry of entries.values()) {
    if (!entry.depends.includes(entry.id!)) continue;
    problems.push({
      code: 'self-dependency',
      message: messages.dependsOnItself(entry.id!),
      where: place(entry, entry.id!),
      fix: messages.TAKE_OUT_OF_DEPENDS,
      holds: [entry.key],
    });
  }
  for (const cycle of findCycles(entries)) {
    const last = entries.get(cycle.at(-1)!)!;
    problems.push({
      code: 'cyclic-dependency',
      message: messages.dependencyCycle(cycle),
      where: place(last, cycle[0]!),
      fix: messages.BREAK_CYCLE,
      holds: cycle,
    });
  }
  return problems;
}
