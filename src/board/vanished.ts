import { type Board, type BoardTexts, COLUMNS, type Entry } from './entry.ts';
import { type BoardOptions, columnPath } from './parse.ts';
import { parseColumn } from './parse-column.ts';

/**
 * Ids whose heading line is nowhere in the raw text of any column any more. A line that markdown or the grammar no
 * longer reads as the entry's heading (swallowed by a fence, misspelt tags, another case or prefix) still counts.
 * @returns none while a column file that had text is missing or empty: such a file is being written.
 */
export function vanishedIds(before: Board, texts: BoardTexts, options: BoardOptions): string[] {
  const isHalfWritten = COLUMNS.some(
    (column) => before.columns[column].text.trim() !== '' && (texts[column] ?? '').trim() === '',
  );
  if (isHalfWritten) return [];
  const present = new Set<string | null>();
  for (const column of COLUMNS) {
    const text = texts[column] ?? '';
    for (const entry of parseColumn(column, columnPath(column, options), text, options.ids, options.memo).column
      .entries)
      present.add(entry.id);
  }
  const missing = new Map<string, Entry>();
  for (const column of COLUMNS) {
    for (const entry of before.columns[column].entries) {
      if (entry.id !== null && !present.has(entry.id)) missing.set(entry.id, entry);
    }
  }
  if (missing.size === 0) return [];
  const lines = COLUMNS.flatMap((column) => headingLikeLines(texts[column] ?? ''));
  return [...missing.values()]
    .filter((entry) => !lines.some((line) => isLineOf(entry, line, present)))
    .map((entry) => entry.id!);
}

/** Headings at any indentation, in quotes and comments too, and checkbox lines. */
function headingLikeLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/).filter((line) => /^[\s>]*(?:<!--\s*)?(?:#{1,6}|[-*+]\s+\[)/.test(line));
}

function isLineOf(entry: Entry, line: string, present: ReadonlySet<string | null>): boolean {
  if (words(line).includes(entry.id!.toLowerCase())) return true;
  // The id is gone or has another prefix, but the title is there, and the line is no other entry's.
  const title = entry.title.trim();
  return (
    title.length >= 4 &&
    line.includes(title) &&
    !words(line).some((word) => [...present].some((id) => id?.toLowerCase() === word))
  );
}

const words = (line: string): string[] => line.toLowerCase().match(/[\w]+(?:-[\w]+)*/g) ?? [];
