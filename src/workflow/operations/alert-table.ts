import type { AlertName, AlertRule } from '../settings.ts';

const HOUR = 3_600_000;

interface AlertKind {
  /** The key that sets its limit: a count or US dollars, or a time. */
  readonly key: 'over' | 'for';
  /** Count, US dollars or ms; null = it must be given, and is not among the defaults. */
  readonly limit: number | null;
  /** ms that it is counted over. */
  readonly within: number | null;
}

export const ALERTS: Readonly<Record<AlertName, AlertKind>> = {
  stalled: { key: 'over', limit: 0, within: null },
  restarts: { key: 'over', limit: 3, within: HOUR },
  'failed-landings': { key: 'over', limit: 2, within: null },
  cost: { key: 'over', limit: null, within: null },
  'no-landing': { key: 'for', limit: 6 * HOUR, within: null },
  'queue-age': { key: 'for', limit: 2 * HOUR, within: null },
  'queue-held': { key: 'for', limit: HOUR / 2, within: null },
  provider: { key: 'for', limit: HOUR / 2, within: null },
};

export const ALERT_NAMES = Object.keys(ALERTS) as AlertName[];

/** Those that need no number of the user's. */
export const DEFAULT_ALERTS = ALERT_NAMES.filter((name) => ALERTS[name].limit !== null);

/** Its limit and time, the defaults filled in. */
export function limitOf(rule: AlertRule): { readonly limit: number; readonly within: number | null } {
  const { key, limit, within } = ALERTS[rule.when];
  return { limit: rule[key] ?? limit ?? Infinity, within: within === null ? null : (rule.within ?? within) };
}
