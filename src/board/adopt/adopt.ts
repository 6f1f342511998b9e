import type { BoardTexts } from '../entry.ts';
import { failed, ok, placeAt, type Problem, type Result } from '../../problem.ts';
import { splitOff } from '../edit/check-edit.ts';
import { insertEntry } from '../edit/insert-entry.ts';
import type { BoardOptions } from '../parse.ts';
import { createGrammar } from '../parse/heading.ts';
import { countBreaks, endingOf, lineBreakOf, lineEnd } from '../parse/line-breaks.ts';
import { parseColumn } from '../parse/parse-column.ts';
import { parseMarkdown, textStart } from '../parse/sections.ts';
import { openBlockAtEnd } from '../parse/suspects/blocks.ts';
import { gluedBoxes, linesWithoutBullet } from '../parse/suspects/boxes.ts';
import { findTasks, type FoundTask, type Passage } from './find-tasks.ts';
import { taskEntry } from './task-entry.ts';
import { isTaskFile, wordsOf } from './task-words.ts';
import * as messages from './messages.ts';

/** A file whose tasks are adopted. */
export interface AdoptedFile {
  /** As shown, relative to the repository's root. */
  readonly path: string;
  readonly text: string;
  /** It is the board's own TODO.md. */
  readonly isTodo: boolean;
}

/** A line of the file that a report names. */
export interface Named {
  readonly line: number;
  readonly text: string;
}

export interface Adoption {
  /** The file without its tasks; the new TODO.md if it is that. */
  readonly file: string;
  readonly todo: string;
  readonly adopted: readonly Named[];
  /** Done: stays where it is. */
  readonly done: readonly Named[];
  /** No task: stays where it is. */
  readonly left: readonly Named[];
}

/**
 * Turns the tasks of a file into entries at the end of TODO. What is done, and text that is no task, stays byte by byte.
 * @returns both texts; problems with their places: an unclosed fence or comment, a conflict marker, no task at all, an
 *   edit of the board that would not read as it should
 */
export function adoptTasks(file: AdoptedFile, texts: BoardTexts, options: BoardOptions): Result<Adoption> {
  const from = textStart(file.text);
  const text = file.text.slice(from);
  const skip = file.isTodo ? passagesOfBoard(text, file.path, options) : [];
  const unclear = problemsOf(file, text, from, skip);
  if (unclear.length > 0) return failed(unclear);
  const found = findTasks(text, { isTaskFile: file.isTodo || isTaskFile(file.path), skip });
  if (found.tasks.length === 0)
    return failed([
      { code: 'adopt-nothing', message: `${file.path}: ${messages.NOTHING_FOUND}`, fix: messages.WRITE_LIST },
    ]);
  const rest = file.text.slice(0, from) + cut(text, found.tasks);
  const before: BoardTexts = file.isTodo ? { ...texts, TODO: rest } : texts;
  const lineBreak = lineBreakOf(before.TODO ?? '', file.text);
  const source = entriesOf(found.tasks, { texts: before, rest, lineBreak }, options);
  const edited = insertEntry(before, source, { to: 'TODO', position: 'bottom' }, options);
  if (!edited.ok) return failed([edited.problem]);
  const todo = edited.texts.TODO ?? '';
  const [whole, after] = file.isTodo ? [file.text, todo] : [`${file.text}\n${texts.TODO ?? ''}`, `${rest}\n${todo}`];
  const isClear = addsEntries(texts.TODO ?? '', todo, { source, count: found.tasks.length }, options);
  const loss = isClear ? lossProblem(whole, after) : UNCLEAR;
  if (loss !== null) return failed([loss]);
  const name = (passages: readonly Passage[]): readonly Named[] => passages.map((passage) => named(text, passage));
  return ok({
    file: file.isTodo ? todo : rest,
    todo,
    adopted: found.tasks.map((task) => ({ line: lineOf(text, task.start), text: task.title })),
    done: name(found.done),
    left: name(found.other),
  });
}

/** Does the new TODO read as the old one with exactly these entries? To cut a passage out can change what the rest means. */
function addsEntries(
  before: string,
  after: string,
  { source, count }: { readonly source: string; readonly count: number },
  options: BoardOptions,
): boolean {
  const sourcesOf = (text: string): readonly string[] =>
    parseColumn({ column: 'TODO', path: '', text }, options).column.entries.map((entry) => entry.source.trimEnd());
  const [old, now] = [sourcesOf(before), sourcesOf(after)];
  const isWhole = splitOff(source, 'TODO', options).length === count && now.length === old.length + count;
  return isWhole && old.every((entry) => now.includes(entry));
}

const UNCLEAR: Problem = { code: 'adopt-unclear', message: messages.UNCLEAR, fix: messages.REPORT_LOSS };

function problemsOf(
  { path, text: whole }: AdoptedFile,
  text: string,
  from: number,
  skip: readonly Passage[],
): Problem[] {
  const at = (offset: number, length: number): Problem['where'] => placeAt(path, whole, from + offset, length);
  const conflicts = [...text.matchAll(/^(?:<{7}|={7}|>{7})(?= |[\r\n]|$)/gm)].filter(([mark]) => mark[0] !== '=');
  const problems: Problem[] = conflicts.map(({ index }) => ({
    code: 'adopt-conflict',
    message: messages.CONFLICT,
    where: at(index, 7)!,
    fix: messages.RESOLVE_CONFLICT,
  }));
  const tree = parseMarkdown(text);
  problems.push(
    ...gluedBoxes(tree, text)
      .filter(({ offset }) => !skip.some(({ start, end }) => start <= offset && offset < end))
      .map(({ offset, length, id }) => ({
        code: 'adopt-glued',
        message: messages.GLUED,
        where: at(offset, length)!,
        fix: messages.addBlank(id),
      })),
  );
  problems.push(
    ...linesWithoutBullet(tree, text)
      .filter(({ isInItem, offset }) => isInItem && !skip.some(({ start, end }) => start <= offset && offset < end))
      .map(({ offset, length, id }) => ({
        code: 'adopt-in-item',
        message: messages.IN_ITEM,
        where: at(offset, length)!,
        fix: messages.separateLine(id),
      })),
  );
  const open = openBlockAtEnd(tree, text);
  if (open === null) return problems;
  const message = messages.openFence(open.kind);
  return [
    ...problems,
    { code: 'adopt-open', message, where: at(open.offset, open.length)!, fix: messages.CLOSE_FENCE },
  ];
}

/** Entries, notes, which count as they are, and all that is parked. */
function passagesOfBoard(text: string, path: string, options: BoardOptions): readonly Passage[] {
  const { column, liveEnd } = parseColumn({ column: 'TODO', path, text }, options);
  return [...column.entries, { start: liveEnd, end: text.length + 1 }];
}

/** The text without these passages; of blank lines that then follow each other one stays. */
function cut(text: string, tasks: readonly Passage[]): string {
  let result = '';
  let at = 0;
  for (const { start, end } of tasks) {
    result += text.slice(at, start);
    at = end;
    const blank = /(?:[ \t]*(?:\r\n|\r|\n))*/y;
    blank.lastIndex = at;
    if (['blank', 'nothing'].includes(endingOf(result))) at += blank.exec(text)?.[0].length ?? 0;
  }
  return result + text.slice(at);
}

function entriesOf(
  tasks: readonly FoundTask[],
  { texts, rest, lineBreak }: { readonly texts: BoardTexts; readonly rest: string; readonly lineBreak: string },
  { ids }: BoardOptions,
): string {
  const grammar = createGrammar(ids);
  const pattern = new RegExp(`(?<![\\w-])${grammar.pattern}(?!\\w)`, 'g');
  const used = new Set([...Object.values(texts), rest].flatMap((text) => (text ?? '').match(pattern) ?? []));
  const takeId = (id: string): boolean => {
    if (used.has(id)) return false;
    used.add(id);
    return true;
  };
  return tasks.map((task) => taskEntry(task, grammar, lineBreak, takeId)).join(lineBreak);
}

/** The last guard before anything is written: no word may occur less often afterwards. null = all are there. */
export function lossProblem(before: string, after: string): Problem | null {
  const counts = new Map<string, number>();
  for (const word of wordsOf(after)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const lost = wordsOf(before).filter((word) => {
    const count = counts.get(word) ?? 0;
    counts.set(word, count - 1);
    return count <= 0;
  });
  return lost.length === 0
    ? null
    : { code: 'adopt-loss', message: messages.wordsLost(lost), fix: messages.REPORT_LOSS };
}

const lineOf = (text: string, offset: number): number => countBreaks(text.slice(0, offset)) + 1;

function named(text: string, { start }: Passage): Named {
  return { line: lineOf(text, start), text: text.slice(start, lineEnd(text, start)).trim() };
}
