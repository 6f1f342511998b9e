import {
  failedOnceMore,
  isPostponed,
  reasonOf,
  type FailedAction,
  type Failure,
  type Failures,
  type Identity,
} from '../pipeline/failures.ts';

/** A failure that ends by itself within this time is not worth a report, ms. */
const WORTH_REPORTING = 1_500;
/** An action that was done so often in a row, with base where it was and the same action due again, has no effect. */
const MOST_WITHOUT_EFFECT = 10;

/** What is reported: an action can't be done, for this reason; null = it can, or is no longer due. */
type Report = (what: string, why: string | null) => void;

/**
 * The one register of actions that could not be done: when each is tried again, and which reasons were reported. `decide`
 * is given its content as data. It holds nothing that must survive: a new coordinator tries again.
 */
export class FailureRegister {
  readonly #report: Report;
  readonly #failed = new Map<string, FailedAction>();
  /** Reasons that were reported, by key. */
  readonly #reported = new Map<string, Set<string>>();
  /** Keys of what was due in the last tick, and of what is due in this one so far. */
  #due: ReadonlySet<string> = new Set();
  #dueNow = new Set<string>();
  /** Actions that were done, or found outdated, while base was the same. */
  readonly #without = new Map<string, { readonly base: string; readonly times: number }>();

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
  mayTry({ key }: Pick<Identity, 'key'>, now: number): boolean {
    this.#dueNow.add(key);
    const failed = this.#failed.get(key);
    return failed === undefined || !isPostponed(failed, now);
  }

  failed(identity: Identity, failure: Pick<Failure, 'why'> & Partial<Failure>, now: number): void {
    const whole = { fix: null, lasting: false, untried: false, ...failure };
    this.#failed.set(identity.key, failedOnceMore(this.#failed.get(identity.key), identity, whole, now));
  }

  /** It was done. */
  done({ key }: Identity): void {
    const failed = this.#failed.get(key);
    this.#failed.delete(key);
    if (failed !== undefined) this.#isOver(failed);
  }

  /**
   * It changed something, or was outdated. The same again and again with base where it was is no progress: it counts as
   * failed then, so that nothing is repeated without a wait.
   */
  hadNoEffect(identity: Identity, base: string, now: number): void {
    const before = this.#without.get(identity.key);
    const times = before?.base === base ? before.times + 1 : 1;
    this.#without.set(identity.key, { base, times });
    if (times > MOST_WITHOUT_EFFECT)
      this.failed(identity, { why: `it was done ${times} times, and is due again each time` }, now);
  }

  /** What was repeated without effect is not repeated any more. */
  settled({ key }: Pick<Identity, 'key'>): void {
    this.#without.delete(key);
  }

  /**
   * At the end of each tick: what was not found due in it is over; it is forgotten once its wait is. A reason is reported
   * once.
   */
  follow(now: number): void {
    this.#due = this.#dueNow;
    this.#dueNow = new Set();
    for (const key of this.#without.keys()) if (!this.#due.has(key)) this.#without.delete(key);
    for (const failed of this.#failed.values()) {
      if (this.#due.has(failed.key)) this.#tell(failed, now);
      else {
        this.#isOver(failed);
        if (failed.until <= now) this.#failed.delete(failed.key);
      }
    }
  }

  /** The user says that the cause is gone: everything is tried at once. @returns false when nothing waits */
  tryAgain(now: number): boolean {
    const waiting = this.due.filter(({ untried }) => !untried);
    for (const failed of waiting) this.#failed.set(failed.key, { ...failed, until: now });
    return waiting.length > 0;
  }

  #tell(failed: FailedAction, now: number): void {
    if (!failed.lasting && now - failed.since <= WORTH_REPORTING) return;
    const reasons = this.#reported.get(failed.key) ?? new Set();
    const reason = sameIn(failed.why);
    if (reasons.has(reason)) return;
    this.#reported.set(failed.key, reasons.add(reason));
    this.#report(failed.what, reasonOf(failed));
  }

  #isOver({ key, what }: FailedAction): void {
    if (this.#reported.delete(key)) this.#report(what, null);
  }
}

/** Numbers and object names differ from try to try. */
const sameIn = (why: string): string => why.replaceAll(/[0-9a-f]{7,}|\d+/g, '#');
