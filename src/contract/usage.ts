import type { Usage } from './agent-event.ts';

/** What one run used; null = its agent reported none. */
export interface UsedRun {
  readonly id: string;
  readonly taskId: string;
  /** When it ended (for one that is on: now), epoch ms. */
  readonly at: number;
  readonly usage: Usage | null;
}

const KEYS = ['input', 'output', 'cached', 'costUsd'] as const;

/** Usages added up; a figure that no agent reported stays unknown. */
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
 * As the value of a trailer: `input=1000 cached=200 output=50 cost=0.0123`, cost in US dollars; `unknown` if nothing was reported.
 */
export function usageText(usage: Usage | null): string {
  const parts = [
    usage?.input === undefined ? '' : `input=${Math.round(usage.input)}`,
    usage?.cached === undefined ? '' : `cached=${Math.round(usage.cached)}`,
    usage?.output === undefined ? '' : `output=${Math.round(usage.output)}`,
    usage?.costUsd === undefined ? '' : `cost=${String(Number(usage.costUsd.toFixed(6)))}`,
  ].filter((word) => word !== '');
  return parts.length === 0 ? 'unknown' : parts.join(' ');
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
