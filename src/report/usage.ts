import type { Usage } from '../contract/agent-event.ts';
import { tokensOf } from '../contract/usage.ts';

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
