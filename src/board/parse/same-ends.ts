/** How many UTF-16 units two texts have in common at their beginning and, behind that, at their end. */
export function sameEnds(one: string, other: string): { head: number; tail: number } {
  const limit = Math.min(one.length, other.length);
  const head = sameHead(one, other, limit);
  return { head, tail: sameTail(one, other, limit - head) };
}

/** Compared as slices, which V8 does natively; unit by unit only where two of them differ. */
const STRIDE = 4096;

function sameHead(one: string, other: string, limit: number): number {
  let at = 0;
  while (at + STRIDE <= limit && one.slice(at, at + STRIDE) === other.slice(at, at + STRIDE)) at += STRIDE;
  while (at < limit && one.charCodeAt(at) === other.charCodeAt(at)) at++;
  return at;
}

function sameTail(one: string, other: string, limit: number): number {
  const isSame = (from: number, to: number): boolean =>
    one.slice(one.length - to, one.length - from) === other.slice(other.length - to, other.length - from);
  let count = 0;
  while (count + STRIDE <= limit && isSame(count, count + STRIDE)) count += STRIDE;
  while (count < limit && one.charCodeAt(one.length - count - 1) === other.charCodeAt(other.length - count - 1))
    count++;
  return count;
}
