import { reasonText } from '../../report/reason.ts';
import {
  failedOnceMore,
  postponedOf,
  reasonOf,
  type FailedAction,
  type Failure,
  type Failures,
  type Identity,
} from '../../pipeline/failures.ts';
import * as messages from './messages.ts';

/** A failure that ends by itself within this time is not worth a report, ms. */
const WORTH_REPORTING = 1_500;
/** After this time without being due, a failure is forgotten with its reasons, ms. */
const FORGOTTEN_AFTER_MS = 3_600_000;
/** An action that was done so often in a row, with base where it was and the same action due again, has no effect. */
const MOST_WITHOUT_EFFECT = 10;
/** The same kind of action for one entry that was done so often within a minute goes round in a circle, wherever base is. */
const MOST_IN_A_MINUTE = 10;
const MINUTE_MS = 60_000;
/** After that it must not be done for this long before it counts as done again: longer than the longest wait, ms. */
const DONE_AFTER_MS = 3 * MINUTE_MS;

/** What is reported: an action can't be done, for this reason; null = it can, or is no longer due. */
type Report = (what: string, why: string | null) => void;

/**
 * The one register of actions that could not be done: when each is tried again, and which reasons were reported. `decide`
 * is given its content as data. It holds nothing that must survive: a new coordinator tries again.
 */
export class FailureRegister {
  readonly #report: Report;
  readonly #failed = new Map<string, FailedAction>();
  /** Reasons that were reported, by what they are about; and whether the last one stands. */
  readonly #reported = new Map<string, { readonly reasons: Set<string>; stands: boolean }>();
  /** Something failed since it was asked last. */
  #fresh = false;
  /** When each was due last, epoch ms. */
  readonly #dueAt = new Map<string, number>();
  /** Keys of what was due in the last tick, and of what is due in this one so far. */
  #due: ReadonlySet<string> = new Set();
  #dueNow = new Set<string>();
  /** Actions that were done, or found outdated, while base was the same. */
  readonly #without = new Map<string, { readonly base: string; readonly times: number }>();
  /** When the actions of a kind were done last, epoch ms. */
  readonly #doneAt = new Map<string, readonly number[]>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** For the World. */
  get all(): Failures {
    return this.#failed;
  }

  /** Those that are due still. */
  get due(): FailedAction[] {
    return [...this.#failed.values()].filter(({ key }) => this.#due.has(key));
  }

  has(key: string): boolean {
    return this.#failed.has(key);
  }

  /** It is due in this tick. @returns whether it may be tried; false: its last failure is too recent */
  mayTry(identity: Pick<Identity, 'key' | 'kind'>, now: number): boolean {
    this.#dueNow.add(identity.key);
    if (identity.kind !== undefined) this.#dueNow.add(identity.kind);
    return postponedOf(this.#failed, identity, now) === null;
  }

  failed(identity: Identity, failure: Pick<Failure, 'why'> & Partial<Failure>, now: number): void {
    this.#fresh ||= failure.untried !== true;
    const whole = { fix: null, lasting: false, untried: false, ...failure };
    this.#failed.set(identity.key, failedOnceMore(this.#failed.get(identity.key), identity, whole, now));
  }

  /** Has something failed since the last call? What else is due may be possible now. */
  takeFresh(): boolean {
    const fresh = this.#fresh;
    this.#fresh = false;
    return fresh;
  }

  /**
   * It was done, and may be due again: that it was done ends its failure, unless it was done again and again to no end.
   * @param hasEnded false: it has only begun, and `done` or `failed` follows
   */
  wasDone(identity: Identity, base: string, now: number, hasEnded = true): void {
    const isRepeated = this.#isTooOften(identity, now) || this.hadNoEffect(identity, base, now);
    if (!isRepeated && hasEnded) this.done(identity);
  }

  /** It was done. */
  done({ key }: Pick<Identity, 'key'>): void {
    const failed = this.#failed.get(key);
    if (failed === undefined) return;
    this.#isOver(failed);
    this.#forget(key);
  }

  /**
   * It changed something, or was outdated. The same again and again with base where it was is no progress: it counts as
   * failed then, so that nothing is repeated without a wait.
   * @returns whether it counts as failed
   */
  hadNoEffect(identity: Identity, base: string, now: number): boolean {
    const before = this.#without.get(identity.key);
    const times = before?.base === base ? before.times + 1 : 1;
    this.#without.set(identity.key, { base, times });
    if (times <= MOST_WITHOUT_EFFECT) return false;
    this.failed(identity, { why: messages.repeated(times) }, now);
    return true;
  }

  /** What was repeated without effect is not repeated any more. */
  recordDone(identity: Pick<Identity, 'key'>): void {
    this.#without.delete(identity.key);
    this.done(identity);
  }

  /** Its kind counts as failed then, whatever run or tip the next one is about. */
  #isTooOften(identity: Identity, now: number): boolean {
    const { kind } = identity;
    if (kind === undefined) return false;
    const before = this.#doneAt.get(kind) ?? [];
    const times = [...before, now].slice(-MOST_IN_A_MINUTE);
    this.#doneAt.set(kind, times);
    const hasFailed = this.#failed.has(kind);
    const isTooOften = hasFailed
      ? now - (before.at(-1) ?? 0) < DONE_AFTER_MS
      : times.length === MOST_IN_A_MINUTE && now - (times[0] ?? 0) < MINUTE_MS;
    if (isTooOften) this.failed({ ...identity, key: kind }, { why: messages.repeatedInAMinute(MOST_IN_A_MINUTE) }, now);
    else if (hasFailed) this.done({ key: kind });
    return isTooOften;
  }

  /**
   * At the end of each tick: what was not found due in it is over, but not forgotten at once: it may only lack a place in
   * the pool. A reason is reported once.
   */
  follow(now: number): void {
    this.#due = this.#dueNow;
    this.#dueNow = new Set();
    for (const key of this.#without.keys()) if (!this.#due.has(key)) this.#without.delete(key);
    for (const [kind, times] of this.#doneAt) if (now - (times.at(-1) ?? 0) > DONE_AFTER_MS) this.#doneAt.delete(kind);
    for (const failed of this.#failed.values()) {
      const { key } = failed;
      if (this.#due.has(key)) {
        this.#dueAt.set(key, now);
        this.#tell(failed, now);
        continue;
      }
      this.#isOver(failed);
      const dueAt = this.#dueAt.get(key) ?? now;
      this.#dueAt.set(key, dueAt);
      if (now - dueAt > FORGOTTEN_AFTER_MS) this.#forget(key);
    }
  }

  /** `kanban resume`: everything is tried at once. @returns false when nothing waits */
  tryAgain(now: number): boolean {
    const waiting = this.due.filter(({ untried }) => !untried);
    for (const failed of waiting) this.#failed.set(failed.key, { ...failed, until: now });
    return waiting.length > 0;
  }

  #tell(failed: FailedAction, now: number): void {
    if (!failed.lasting && now - failed.since <= WORTH_REPORTING) return;
    const reported = this.#reported.get(failed.what) ?? { reasons: new Set(), stands: false };
    const reason = sameIn(failed.why);
    if (reported.reasons.has(reason)) return;
    reported.reasons.add(reason);
    reported.stands = true;
    this.#reported.set(failed.what, reported);
    this.#report(failed.what, reasonText(reasonOf(failed)));
  }

  #isOver({ key, what }: FailedAction): void {
    const reported = this.#reported.get(what);
    if (reported?.stands !== true || this.due.some((other) => other.what === what && other.key !== key)) return;
    reported.stands = false;
    this.#report(what, null);
  }

  #forget(key: string): void {
    const what = this.#failed.get(key)?.what;
    this.#failed.delete(key);
    this.#dueAt.delete(key);
    if (what !== undefined && ![...this.#failed.values()].some((other) => other.what === what))
      this.#reported.delete(what);
  }
}

/** Numbers and object names differ from try to try. */
const sameIn = (why: string): string => why.replaceAll(/[0-9a-f]{7,}|\d+/g, '#');
