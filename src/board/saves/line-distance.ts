import { distance } from 'fastest-levenshtein';
import { TextMemo } from './text-memo.ts';

/**
 * How much two texts differ, in characters: the lines that differ are found by a shortest edit script (Myers, "An O(ND)
 * Difference Algorithm", 1986), and each stretch of them costs the edit distance of its characters. Trailing white space and
 * blank lines do not count.
 * @param limit from this on the exact figure does not matter
 * @returns the distance, or a figure of at least `limit`
 */
export function textDistance(a: string, b: string, limit = Infinity): number {
  if (a === b) return 0;
  const [from, ends] = commonLines(a, b);
  // Each stretch costs at least one character, and at least what its sides differ by in length: half of it is a safe bound.
  const isLarge = Math.max(a.length, b.length) - from - ends > MIN_WEIGHED;
  if (limit !== Infinity && isLarge && Math.abs(weights.of(a) - weights.of(b)) / 2 >= limit) return limit;
  const [mine, other] = [linesWithText(a.slice(from, a.length - ends)), linesWithText(b.slice(from, b.length - ends))];
  let total = 0;
  for (const { removed, added } of stretches(mine, other, limit) ?? bag(mine, other)) {
    total += cost(removed.join('\n'), added.join('\n'));
    if (total >= limit) return total;
  }
  return total;
}

/** The lines of a text that have something on them, without trailing white space. */
export const linesWithText = (text: string): string[] =>
  text.split(/\r\n|\r|\n/).flatMap((line) => {
    const end = line.trimEnd();
    return end === '' ? [] : [end];
  });

/** Characters in which texts differ: to weigh them is less work than to compare those. */
const MIN_WEIGHED = 64_000;

/** Characters of the lines that have something on them, with a line end each. */
const weights = new TextMemo((text) => linesWithText(text).reduce((sum, line) => sum + line.length + 1, 0));

/** Lines of the one text in the place of lines of the other. */
interface Stretch {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Longer stretches are not compared character by character. */
const MAX_COMPARED = 4_000;

function cost(removed: string, added: string): number {
  if (removed === '' || added === '') return removed.length + added.length;
  return removed.length + added.length > MAX_COMPARED
    ? Math.max(removed.length, added.length)
    : distance(removed, added);
}

/** How many characters the texts share at their beginning and at their end, whole lines only. */
function commonLines(a: string, b: string): [head: number, tail: number] {
  const shorter = Math.min(a.length, b.length);
  let head = common(shorter, (from, to) => a.slice(from, to) === b.slice(from, to));
  head = head === 0 ? 0 : a.lastIndexOf('\n', head - 1) + 1;
  const [endA, endB] = [a.length, b.length];
  const tail = common(
    shorter - head,
    (from, to) => a.slice(endA - to, endA - from) === b.slice(endB - to, endB - from),
  );
  const lineBreak = a.indexOf('\n', a.length - tail);
  return [head, lineBreak < 0 || tail === 0 ? 0 : a.length - lineBreak - 1];
}

/** How far two texts of a length are the same from one end on: whole pieces first, since pieces compare fastest. */
function common(length: number, isSame: (from: number, to: number) => boolean): number {
  let same = 0;
  for (let piece = 4_096; piece >= 1; piece >>= 2)
    while (same + piece <= length && isSame(same, same + piece)) same += piece;
  return same;
}

/** Texts that differ in more lines than this are compared by which lines they have, whatever their order. */
const MAX_EDITS = 1_000;

/** @returns null if the texts differ in too many lines, or in more than `limit` allows */
function stretches(a: readonly string[], b: readonly string[], limit: number): Stretch[] | null {
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) return n + m === 0 ? [] : [{ removed: a, added: b }];
  const most = Math.min(n + m, MAX_EDITS, 2 * limit);
  const offset = most + 1;
  // Furthest reach on diagonal k = x - y, as it was before each number of edits.
  const reach = new Int32Array(2 * offset + 1);
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits++) {
    trace.push(reach.slice(offset - edits - 1, offset + edits + 2));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && reach[offset + k - 1]! < reach[offset + k + 1]!);
      let x = down ? reach[offset + k + 1]! : reach[offset + k - 1]! + 1;
      while (x < n && x - k < m && a[x] === b[x - k]) x++;
      reach[offset + k] = x;
      if (x >= n && x - k >= m) return walkBack(a, b, trace);
    }
  }
  return null;
}

function walkBack(a: readonly string[], b: readonly string[], trace: readonly Int32Array[]): Stretch[] {
  const found: { removed: string[]; added: string[] }[] = [];
  let [x, y] = [a.length, b.length];
  let open: { removed: string[]; added: string[] } | null = null;
  for (let edits = trace.length - 1; edits > 0; edits--) {
    const before = trace[edits]!;
    const at = (k: number): number => before[k + edits + 1]!;
    const k = x - y;
    const down = k === -edits || (k !== edits && at(k - 1) < at(k + 1));
    const [fromX, fromK] = down ? [at(k + 1), k + 1] : [at(k - 1), k - 1];
    const middle = down ? fromX : fromX + 1;
    if (x > middle || open === null) found.push((open = { removed: [], added: [] }));
    if (down) open.added.unshift(b[fromX - fromK]!);
    else open.removed.unshift(a[fromX]!);
    [x, y] = [fromX, fromX - fromK];
  }
  return found;
}

/** Lines that only one of the texts has. */
function bag(a: readonly string[], b: readonly string[]): Stretch[] {
  const counts = new Map<string, number>();
  for (const line of a) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of b) counts.set(line, (counts.get(line) ?? 0) - 1);
  return [...counts].flatMap(([line, count]) =>
    count === 0 ? [] : [{ removed: [line.repeat(Math.abs(count))], added: [] }],
  );
}
