import type { Usage } from '../contract/agent-event.ts';

/** What one run used; null = its agent did not tell. */
export interface UsedRun {
  readonly id: string;
  readonly taskId: string;
  /** When it ended (for one that is on: now), epoch ms. */
  readonly at: number;
  readonly usage: Usage | null;
}

const KEYS = ['input', 'output', 'cached', 'costUsd'] as const;

/** Usages added up; a figure that nobody told stays unknown. */
export function sumUsage(all: readonly (Usage | null)[]): Usage {
  const sum: Record<string, number> = {};
  for (const usage of all)
    for (const key of KEYS) {
      const figure = usage?.[key];
      if (figure !== undefined) sum[key] = (sum[key] ?? 0) + figure;
    }
  return sum;
}

/** Input and output together, as caps count them. */
export const tokensOf = ({ input, output }: Usage): number => (input ?? 0) + (output ?? 0);

/**
 * As a trailer's words: `input=1000 cached=200 output=50 cost=0.0123`, cost in US dollars; `unknown` if nothing was told.
 */
export function usageText(usage: Usage | null): string {
  const words = [
    usage?.input === undefined ? '' : `input=${Math.round(usage.input)}`,
    usage?.cached === undefined ? '' : `cached=${Math.round(usage.cached)}`,
    usage?.output === undefined ? '' : `output=${Math.round(usage.output)}`,
    usage?.costUsd === undefined ? '' : `cost=${String(Number(usage.costUsd.toFixed(6)))}`,
  ].filter((word) => word !== '');
  return words.length === 0 ? 'unknown' : words.join(' ');
}

/** The words of a trailer read back; null = unknown. */
export function readUsage(words: readonly string[]): Usage | null {
  const figures: Record<string, number> = {};
  for (const word of words) {
    const [, name = '', value = ''] = /^(input|cached|output|cost)=(\d+(?:\.\d+)?(?:e-\d+)?)$/.exec(word) ?? [];
    if (name !== '') figures[name === 'cost' ? 'costUsd' : name] = Number(value);
  }
  return Object.keys(figures).length === 0 ? null : figures;
}

/** For people: `12.3k tokens, $0.34`; '' if nothing is known. */
export function describeUsage(usage: Usage): string {
  const tokens = usage.input === undefined && usage.output === undefined ? '' : `${short(tokensOf(usage))} tokens`;
  return [tokens, usage.costUsd === undefined ? '' : dollars(usage.costUsd)].filter((part) => part !== '').join(', ');
}

export const dollars = (amount: number): string =>
  `$${amount < 0.01 && amount > 0 ? amount.toFixed(4) : amount.toFixed(2)}`;

/** `950`, `12.3k`, `4.1M` */
export function short(count: number): string {
  if (count < 1_000) return String(Math.round(count));
  return count < 999_950 ? `${Number((count / 1_000).toFixed(1))}k` : `${Number((count / 1_000_000).toFixed(1))}M`;
}
