/**
 * The next free id: 1 + the highest number with this prefix.
 * @param used every id ever seen (board, history, branches, refs); other prefixes and other words are passed over
 */
export function nextId(prefix: string, used: Iterable<string>): string {
  let highest = 0n;
  for (const id of used) {
    if (!id.startsWith(`${prefix}-`)) continue;
    const digits = id.slice(prefix.length + 1);
    if (!/^\d+$/.test(digits)) continue;
    const number = BigInt(digits);
    if (number > highest) highest = number;
  }
  return `${prefix}-${highest + 1n}`;
}
