import { describe, expect, it } from 'vitest';
import { JsonShortener } from '../../../src/runner/shorten-json.ts';

const MOST = 256 * 1024;

function shorten(line: string, cuts: readonly number[]): string {
  const bytes = Buffer.from(line);
  const shortener = new JsonShortener();
  const kept: Buffer[] = [];
  let from = 0;
  for (const end of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    kept.push(Buffer.from(shortener.take(bytes.subarray(from, end))));
    from = end;
  }
  return Buffer.concat(kept).toString('utf8');
}

/** The same value with every text cut where its JSON is longer than the limit: by another way than the bytes. */
function startsAlike(full: unknown, cut: unknown): boolean {
  if (typeof full === 'string')
    return (
      typeof cut === 'string' &&
      full.startsWith(cut) &&
      (cut === full || Buffer.byteLength(JSON.stringify(cut)) > MOST - 12)
    );
  if (Array.isArray(full)) return Array.isArray(cut) && full.every((item, n) => startsAlike(item, cut[n]));
  if (typeof full === 'object' && full !== null)
    return Object.entries(full).every(([key, value]) => startsAlike(value, (cut as Record<string, unknown>)[key]));
  return full === cut;
}

describe('JsonShortener', () => {
  it('keeps a line as it is while no text is long', () => {
    const line = JSON.stringify({ type: 'result', text: 'a "quoted" \\ ünïcode \u2028 line', list: [1, null, true] });
    expect(shorten(line, [3, 10, 20])).toBe(line);
  });

  it('cuts every long text at the end of a character or escape, wherever the parts of the line end', () => {
    let seed = 7;
    const random = (most: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % most;
    const pieces = ['x', '"', '\\', 'ü', '\u0001', '\u{1F600}', '\\u12', '\n', '}', '€'];
    for (let n = 0; n < 40; n += 1) {
      const text = (): string =>
        Array.from({ length: 1 + random(5) }, () => pieces[random(pieces.length)])
          .join('')
          .repeat(random(90_000));
      const value = { type: 'result', a: text(), b: [text(), { c: 'short', d: text() }], cost: 0.5 };
      const line = JSON.stringify(value);
      const cut = shorten(
        line,
        Array.from({ length: random(6) }, () => random(line.length)),
      );
      expect(startsAlike(value, JSON.parse(cut))).toBe(true);
      expect(Buffer.byteLength(cut)).toBeLessThan(3 * (MOST + 100));
    }
  });
});
