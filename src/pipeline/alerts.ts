import type { AlertFigure } from '../contract/alert-figure.ts';
import type { KanbanEvent, TimedEvent } from '../contract/event.ts';
import type { Snapshot, SnapshotAlert } from '../contract/snapshot.ts';
import { alertText } from '../report/notices/alert.ts';
import { countRuns } from '../report/status.ts';
import { unreachable } from '../unreachable.ts';
import { limitOf } from '../workflow/operations/alert-table.ts';
import type { AlertRule } from '../workflow/settings.ts';

type AlertEvent = Extract<KanbanEvent, { readonly type: 'alert' | 'alert-over' }>;

/** Causes of runs that ended before their work, through no verdict. */
const RESTARTS: ReadonlySet<string> = new Set(['timed-out', 'stalled', 'provider', 'not-started', 'lost']);
const MAX_RESTARTS = 1_000;

/** Watches the figures of the alerts. An alert is raised once, and again only after its figure was back below the limit. */
export class AlertWatch {
  readonly #active = new Map<string, SnapshotAlert>();
  /** When runs ended before their work, oldest first. */
  #restarts: number[] = [];
  /** Failed checks and refused landings since the last landing. */
  #failedLandings = 0;
  /** The last landing, or when runs began after none was on. */
  #progressAt: number;
  /** Since when something has been so, by the name of the alert. */
  readonly #beganAt = new Map<string, number>();

  /** @param since when the coordinator began, epoch ms */
  constructor(since: number) {
    this.#progressAt = since;
  }

  get active(): readonly SnapshotAlert[] {
    return [...this.#active.values()];
  }

  record(event: TimedEvent): void {
    if (event.type === 'run-ended' && RESTARTS.has(event.cause))
      this.#restarts = [...this.#restarts.slice(1 - MAX_RESTARTS), event.at];
    if (event.type === 'check-blamed' || event.type === 'audit-failed') this.#failedLandings++;
    if (event.type !== 'entry-landed') return;
    this.#failedLandings = 0;
    this.#progressAt = event.at;
  }

  /** @returns what begins and what is over */
  check(snapshot: Snapshot, rules: readonly AlertRule[], now: number): readonly AlertEvent[] {
    if (countRuns(snapshot) === 0) this.#progressAt = now;
    const raised = new Map<string, AlertFigure>(
      rules.flatMap((rule) => {
        const { limit, within } = limitOf(rule);
        const value = this.#valueOf({ when: rule.when, within }, snapshot, now);
        return value > limit ? [[`${rule.when} ${limit}`, { alert: rule.when, value, limit, within }] as const] : [];
      }),
    );
    const events: AlertEvent[] = [];
    for (const [name, figure] of raised) {
      if (this.#active.has(name)) continue;
      const why = alertText(figure);
      this.#active.set(name, { ...figure, why, since: now });
      events.push({ type: 'alert', ...figure, why });
    }
    for (const [name, { alert, since }] of this.#active) {
      if (raised.has(name)) continue;
      this.#active.delete(name);
      events.push({ type: 'alert-over', alert, seconds: Math.round((now - since) / 1000) });
    }
    return events;
  }

  /** A count, an amount in US dollars, or a time in ms. */
  #valueOf({ when, within }: Pick<AlertRule, 'when' | 'within'>, snapshot: Snapshot, now: number): number {
    switch (when) {
      case 'stalled':
        return snapshot.entries.filter(({ run }) => run !== null && run.stalledSince !== null).length;
      case 'restarts':
        return this.#restarts.filter((at) => now - at <= (within ?? Infinity)).length;
      case 'failed-landings':
        return this.#failedLandings;
      case 'cost':
        return snapshot.today.costUsd ?? 0;
      case 'no-landing':
        return now - this.#progressAt;
      case 'queue-age':
        return Math.max(0, ...queuedSince(snapshot).map((since) => now - since));
      case 'queue-held':
        return this.#lasting(when, snapshot.queue.held !== null, now);
      case 'provider':
        return this.#lasting(
          when,
          snapshot.entries.some(({ state }) => state === 'waits-for-provider'),
          now,
        );
      default:
        return unreachable(when);
    }
  }

  #lasting(name: string, is: boolean, now: number): number {
    if (!is) {
      this.#beganAt.delete(name);
      return 0;
    }
    const began = this.#beganAt.get(name) ?? now;
    this.#beganAt.set(name, began);
    return now - began;
  }
}

/** When the entries of the merge queue came into TESTING. */
function queuedSince({ entries, queue }: Snapshot): readonly number[] {
  const queued = new Set([...queue.batch, ...queue.waiting].map(({ id }) => id));
  return entries.flatMap(({ id, since }) => (id !== null && queued.has(id) && since !== null ? [since] : []));
}
