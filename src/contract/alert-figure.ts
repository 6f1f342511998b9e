import type { AlertName } from '../workflow/settings.ts';

/** A count, an amount in US dollars, or a time in ms, above its limit. */
export interface AlertFigure {
  readonly alert: AlertName;
  readonly value: number;
  readonly limit: number;
  /** The time that is counted over, ms; null = it is no count over a time. */
  readonly within: number | null;
}
