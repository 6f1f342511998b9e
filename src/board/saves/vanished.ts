import { type BoardTexts, COLUMNS } from '../entry.ts';

/**
 * Does the heading line of an entry that was on the board still stand in the raw text of some column? A line that
 * markdown or the grammar no longer reads as the entry's heading (swallowed by a fence, a misspelt tag, another case or
 * prefix) counts: then it is a slip, and no deletion.
 * @param title as it was last read; null = not known
 * @param present the ids that are read on the board now
 */
export function isStillWritten(
  entry: { readonly id: string; readonly title: string | null },
  texts: BoardTexts,
  present: ReadonlySet<string | null>,
): boolean {
  return COLUMNS.some((column) => headingLikeLines(texts[column] ?? '').some((line) => isLineOf(entry, line, present)));
}

/** Headings at any indentation, in quotes and comments too, and checkbox lines. */
function headingLikeLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/).filter((line) => /^[\s>]*(?:<!--\s*)?(?:#{1,6}|[-*+]\s+\[)/.test(line));
}

function isLineOf(
  { id, title: known }: { readonly id: string; readonly title: string | null },
  line: string,
  present: ReadonlySet<string | null>,
): boolean {
  if (words(line).includes(id.toLowerCase())) return true;
  // The id is gone or has another prefix, but the title is there, and the line is no other entry's.
  const title = known?.trim() ?? '';
  return (
    title.length >= 4 &&
    line.includes(title) &&
    !words(line).some((word) => [...present].some((other) => other?.toLowerCase() === word))
  );
}

const words = (line: string): string[] => line.toLowerCase().match(/[\w]+(?:-[\w]+)*/g) ?? [];
