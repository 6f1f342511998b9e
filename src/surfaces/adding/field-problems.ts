import { COLUMNS, type Board, type Entry } from '../../board/entry.ts';
import { dependencyProblems, parseBoard } from '../../board/parse.ts';
import { agentProblems } from '../../coordinator/observe/entry-problems.ts';
import { isSameId } from '../../pipeline/named-id.ts';
import type { Problem } from '../../problem.ts';
import type { KnownBoard } from './known-board.ts';

/** What may be wrong with fields. Other problems of an entry do not keep it from being written. */
const OF_FIELDS: ReadonlySet<string> = new Set([
  'unreadable-field',
  'misspelt-field',
  'unknown-agent',
  'unknown-dependency',
  'abandoned-dependency',
  'self-dependency',
  'cyclic-dependency',
]);

/**
 * What the fields of new entries would be reported for, as the board reads them.
 * @param text their markdown, one after the other
 * @returns each problem with the entry that has it, counted from 0
 */
export function newEntryProblems(
  board: KnownBoard,
  text: string,
): readonly { readonly index: number; readonly problem: Problem }[] {
  const own = text.trimEnd();
  const todo = `${own}\n\n${board.texts.TODO ?? ''}`;
  const whole = parse({ ...board, texts: { ...board.texts, TODO: todo } });
  const added = whole.columns.TODO.entries.filter(({ start }) => start < own.length);
  return added.flatMap((entry, index) => problemsOf(board, whole, entry).map((problem) => ({ index, problem })));
}

/** What an entry would be reported for with its new text, and is not now. @param id its id, in any case */
export function editedEntryProblems(board: KnownBoard, id: string, text: string): Problem[] {
  const isIt = (entry: Entry): boolean => entry.id !== null && isSameId(entry.id, id);
  const entry = entriesOf(board).find(isIt);
  if (entry === undefined) return [];
  const whole = board.texts[entry.column] ?? '';
  const edited = whole.slice(0, entry.start) + text + whole.slice(entry.end);
  const known = new Set(problemsOf(board, parse(board), entry).map(({ message }) => message));
  const changed = parse({ ...board, texts: { ...board.texts, [entry.column]: edited } });
  const now = COLUMNS.flatMap((column) => changed.columns[column].entries).find(isIt);
  const after = now === undefined ? [] : problemsOf(board, changed, now);
  return after.filter(({ message }) => !known.has(message));
}

const parse = ({ settings, texts, memo }: KnownBoard): ReturnType<typeof parseBoard> =>
  parseBoard(texts, { ids: settings.ids, boardPath: settings.board, memo });

const entriesOf = (board: KnownBoard): Entry[] => {
  const { columns } = parse(board);
  return COLUMNS.flatMap((column) => columns[column].entries);
};

/** Without places: they would be those of a text that is in no file. */
function problemsOf(known: KnownBoard, board: Board, entry: Entry): Problem[] {
  // A parked entry is judged as if it were to be picked.
  const agents = agentProblems([{ ...entry, parked: false }], known.settings, board);
  return [...board.problems, ...dependencyProblems(board, known.gone), ...agents]
    .filter(({ code, holds = [] }) => OF_FIELDS.has(code) && holds.includes(entry.key))
    .map(({ code, message, fix }) => ({ code, message, ...(fix === undefined ? {} : { fix }) }));
}

/** Ids as the board and its history write them, whatever their case; what names none stays as typed. */
export function knownIds(board: KnownBoard, typed: string): string {
  const { landed, abandoned } = board.gone;
  const ids = [...entriesOf(board).flatMap(({ id }) => id ?? []), ...landed, ...abandoned];
  return typed.replaceAll(/[^\s,;]+/g, (word) => ids.find((id) => isSameId(id, word)) ?? word);
}
