/** A stretch of a three-way merge: what each of the three lists has there. */
export interface MergeChunk<T> {
  readonly base: readonly T[];
  readonly ours: readonly T[];
  readonly theirs: readonly T[];
  /** Who changed it; `same`: all three agree. */
  readonly by: 'same' | 'ours' | 'theirs' | 'both';
}

/**
 * Three-way merge of lists (the algorithm of `diff3`): stretches that all three have in common part the others.
 * @param key equal keys, equal items.
 * @returns chunks in order; those that both sides changed in the same way are `same` (take ours).
 */
export function mergeThree<T>(
  base: readonly T[],
  ours: readonly T[],
  theirs: readonly T[],
  key: (item: T) => string,
): MergeChunk<T>[] {
  const [b, o, t] = [base.map(key), ours.map(key), theirs.map(key)];
  const inOurs = matches(b, o);
  const inTheirs = matches(b, t);
  const chunks: MergeChunk<T>[] = [];
  let at = { b: 0, o: 0, t: 0 };
  const push = (to: typeof at): void => {
    const chunk = { base: base.slice(at.b, to.b), ours: ours.slice(at.o, to.o), theirs: theirs.slice(at.t, to.t) };
    if (chunk.base.length + chunk.ours.length + chunk.theirs.length === 0) return;
    const same = (x: readonly T[], y: readonly T[]) =>
      x.length === y.length && x.every((one, i) => key(one) === key(y[i]!));
    const changedOurs = !same(chunk.base, chunk.ours);
    const changedTheirs = !same(chunk.base, chunk.theirs);
    const by = changedOurs && changedTheirs ? 'both' : changedOurs ? 'ours' : changedTheirs ? 'theirs' : 'same';
    chunks.push({ ...chunk, by: by === 'both' && same(chunk.ours, chunk.theirs) ? 'same' : by });
  };
  for (let index = 0; index < base.length; index++) {
    const [inO, inT] = [inOurs.get(index), inTheirs.get(index)];
    if (inO === undefined || inT === undefined) continue;
    push({ b: index, o: inO, t: inT });
    at = { b: index, o: inO, t: inT };
    push({ b: index + 1, o: inO + 1, t: inT + 1 });
    at = { b: index + 1, o: inO + 1, t: inT + 1 };
  }
  push({ b: base.length, o: ours.length, t: theirs.length });
  return chunks;
}

/** Larger tables than this (in cells) are not filled: the middle then counts as changed altogether. */
const MOST_CELLS = 4_000_000;

/** A longest common subsequence: index in `a` → index in `b`. */
export function matches(a: readonly string[], b: readonly string[]): Map<number, number> {
  const found = new Map<number, number>();
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) found.set(head, head++);
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) {
    tail++;
    found.set(a.length - tail, b.length - tail);
  }
  const [rows, columns] = [a.length - head - tail, b.length - head - tail];
  if (rows * columns > MOST_CELLS) return found;
  const width = columns + 1;
  const table = new Uint32Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--)
    for (let j = columns - 1; j >= 0; j--)
      table[i * width + j] =
        a[head + i] === b[head + j]
          ? table[(i + 1) * width + j + 1]! + 1
          : Math.max(table[(i + 1) * width + j]!, table[i * width + j + 1]!);
  for (let i = 0, j = 0; i < rows && j < columns;) {
    if (a[head + i] === b[head + j]) found.set(head + i++, head + j++);
    else if (table[(i + 1) * width + j]! >= table[i * width + j + 1]!) i++;
    else j++;
  }
  return found;
}
