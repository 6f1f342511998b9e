/** Half and nine tenths of the values lie below; null: there are none. */
export interface Spread {
  readonly count: number;
  readonly sum: number;
  readonly p50: number | null;
  readonly p90: number | null;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { count: sorted.length, sum: sum(sorted), p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9) };
}

/** The smallest value that so many lie at or below. */
const quantile = (sorted: readonly number[], share: number): number | null =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;

export const sum = (values: readonly number[]): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

export const share = (part: number, all: number): number | null => (all <= 0 ? null : part / all);
