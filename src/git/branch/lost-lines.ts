import type { Hunk } from './patch.ts';

/**
 * Is a change that a file is to contain missing from it: most of the lines that it adds, in whatever form, or most of
 * what it removes is back?
 * @param wanted the file with the change.
 * @param now the file as it is.
 */
export function isLost({ removed, added }: Hunk, wanted: string, now: string): boolean {
  const [before, after] = [countsOf(wanted), countsOf(now)];
  const news = filled(added);
  if (news.length === 0) return isBack({ removed, added }, wanted, now);
  const missing = news.filter((line) => (after.get(line) ?? 0) < (before.get(line) ?? 0));
  if (!isMost(missing, news)) return false;
  const own = [...after].flatMap(([line, count]) => (count > (before.get(line) ?? 0) ? [wordsOf(line)] : []));
  const back = new Set(filled(removed));
  const reworked = own.filter((words) => !back.has(words.line));
  return isMost(
    missing.filter((line) => !reworked.some((words) => isReworked(wordsOf(line), words))),
    news,
  );
}

/** Is most of what a change removes there again? */
export function isBack({ removed }: Hunk, wanted: string, now: string): boolean {
  const [before, after] = [countsOf(wanted), countsOf(now)];
  const olds = filled(removed);
  return isMost(
    olds.filter((line) => (after.get(line) ?? 0) > (before.get(line) ?? 0)),
    olds,
  );
}

/** As they stand, but for blanks around them: a block that moved inwards is there. */
const filled = (lines: readonly string[]): string[] => lines.map((line) => line.trim()).filter((line) => line !== '');

const isMost = (some: readonly string[], all: readonly string[]): boolean => some.length * 2 > all.length;

function countsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of filled(text.split('\n'))) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

interface LineWords {
  readonly line: string;
  readonly words: ReadonlySet<string>;
}

const wordsOf = (line: string): LineWords => ({ line, words: new Set(line.match(/[\p{L}\p{N}_]+/gu) ?? [line]) });

const isReworked = ({ words }: LineWords, other: LineWords): boolean =>
  [...words].filter((word) => other.words.has(word)).length * 2 > words.size;
