import { applyEdits } from '../../board/edit/edit.ts';
import { numberEntries } from '../../board/edit/number-entries.ts';
import type { Problem } from '../../problem.ts';
import { entryText } from '../../report/entry-text.ts';
import { plainLine } from '../../plain-text.ts';
import * as messages from '../messages.ts';
import { knownIds, newEntryProblems } from './field-problems.ts';
import type { KnownBoard } from './known-board.ts';
import type { NewEntry } from './new-entry.ts';

/** More at once are no plan any more. */
const MAX_ENTRIES = 100;
const KEY = /^[\w.-]{1,40}$/;
/** Numbers above it are far from those on the board: no id is mistaken for one of them. */
const FIRST_PLACEHOLDER = 900_000_000;
/** Such a word in `depends` is a task id. */
const ID = /-\d+$/;

/** What is written, or all that is wrong with it. */
export interface CheckedEntries {
  readonly text: string;
  readonly keys: readonly string[];
  readonly problems: readonly Problem[];
}

/** New entries as markdown, one after the other, checked against each other and the board. */
export function checkEntries(board: KnownBoard, entries: readonly NewEntry[]): CheckedEntries {
  const keys = entries.map(({ key }) => key ?? '');
  if (entries.length === 0) return { text: '', keys, problems: [{ code: 'no-entries', message: messages.NO_ENTRIES }] };
  if (entries.length > MAX_ENTRIES)
    return {
      text: '',
      keys,
      problems: [{ code: 'too-many-entries', message: messages.tooManyEntries(entries.length, MAX_ENTRIES) }],
    };
  const texts = entries.map((entry) => markdownOf(board, entry, keys));
  const problems = entries.flatMap((entry, index) => {
    const read = texts[index]!;
    const found = [...keyProblems(keys, index), ...(read.ok ? [] : read.error)];
    return found.map((problem) => ofEntry(entry, index, problem));
  });
  const text = texts.flatMap((read) => (read.ok ? [read.value] : [])).join('\n');
  return { text, keys, problems: problems.length > 0 ? problems : fieldProblems(board, entries, { text, keys }) };
}

function markdownOf(board: KnownBoard, entry: NewEntry, keys: readonly string[]): ReturnType<typeof entryText> {
  const { title, text = '', criteria = [], files = [], depends = [], priority = '', agent = '', paused } = entry;
  const boxes = criteria.map((one) => `- [ ] ${plainLine(one)}`).join('\n');
  return entryText({
    ids: board.settings.ids,
    title,
    depends: depends.map((one) => (keys.includes(one) ? one : knownIds(board, one))).join(', '),
    files,
    priority,
    agent,
    isPaused: paused === true,
    body: [text.trimEnd(), boxes].filter((part) => part !== '').join('\n\n'),
  });
}

function keyProblems(keys: readonly string[], index: number): Problem[] {
  const key = keys[index] ?? '';
  if (key === '') return [];
  if (!KEY.test(key) || ID.test(key)) return [{ code: 'unreadable-key', message: messages.badKey(plainLine(key)) }];
  return keys.indexOf(key) === index ? [] : [{ code: 'duplicate-key', message: messages.keyTwice(key) }];
}

/** As the board would read them; the numbers that they have for that are shown as what they stand for. */
function fieldProblems(
  board: KnownBoard,
  entries: readonly NewEntry[],
  { text, keys }: Pick<CheckedEntries, 'text' | 'keys'>,
): Problem[] {
  const { ids } = board.settings;
  const numbered = numberEntries(text, { ids, used: [`${ids[0] ?? 'T'}-${FIRST_PLACEHOLDER}`], keys });
  // Each text was read as one entry (`entryText`): the entries are in the order of the call.
  const names = numbered.entries.map(({ id }, index) => ({ id, name: nameOf(entries[index]!) }));
  const named = (words: string): string =>
    words.replaceAll(/[\w-]+-\d+/g, (word) => names.find(({ id }) => id === word)?.name ?? word);
  const found = [...newEntryProblems(board, numbered.text), ...placeProblems(board, numbered.text)];
  // A cycle is found with each of its entries.
  const once = found.filter(
    ({ problem: { code, message } }, at) =>
      code !== 'cyclic-dependency' || found.findIndex((other) => other.problem.message === message) === at,
  );
  return once.map(({ index, problem: { code, message, where, fix } }) =>
    ofEntry(entries[index]!, index, {
      code,
      message: named(message),
      ...(where === undefined ? {} : { where }),
      ...(fix === undefined ? {} : { fix: named(fix) }),
    }),
  );
}

/** Why they cannot be put at the end of TODO: what stands there would take them in, or they what stands below. */
function placeProblems({ settings, texts, memo }: KnownBoard, text: string): { index: number; problem: Problem }[] {
  const options = { ids: settings.ids, boardPath: settings.board, memo };
  const done = applyEdits(texts, [{ type: 'add', column: 'TODO', position: 'bottom', text }], options);
  return done.ok ? [] : [{ index: 0, problem: done.problem }];
}

const nameOf = ({ key, title }: NewEntry): string => key ?? plainLine(title);

const ofEntry = (entry: NewEntry, index: number, problem: Problem): Problem => ({
  ...problem,
  message: messages.ofNewEntry(index + 1, nameOf(entry), problem.message),
});
