import { nameOfKey, type Held, type HoldKey } from '../../contract/hold.ts';
import type { Candidate } from '../../pipeline/action.ts';
import { waitAfter, WAITS } from '../../pipeline/backoff.ts';
import type { QueueNote } from '../../pipeline/world.ts';
import type { Performed } from '../perform/performed.ts';
import type { PushHold } from '../remote/push-gate.ts';

/** Between two looks at what is in the way of a landing: the user's files may be for hours. */
const LAND_RETRY_MS = 1_000;
/** Between two tries of a landing that failed. */
const AFTER_FAILURE = { first: LAND_RETRY_MS, most: WAITS.local.most };

type Later = Extract<Performed, { kind: 'later' }>;

export const LANDINGS: HoldKey = { on: 'landings' };

/** What holds landings, and is the status of those that are green. */
const OF_LANDINGS = [LANDINGS, { on: 'pushes' }] as const;

/** What waits, and why. */
export interface Hold extends Held {
  readonly key: HoldKey;
  /** Epoch ms. */
  readonly since: number;
  /** `held`: the user is needed. */
  readonly state: QueueNote['state'];
}

/** The status of each task in the merge queue, and of what waits as a whole. One step after the other. */
export class QueueStatus {
  /** By task id. */
  readonly statuses = new Map<string, QueueNote>();
  /** By the names of their keys. */
  readonly #holds = new Map<string, Hold>();
  /** Holds that were found in this turn. */
  readonly #found = new Set<string>();
  /** Until when a landing is not tried again, by task id; '' = all. */
  readonly #notBefore = new Map<string, number>();
  /** Landings in a row that were tried and failed. */
  #failures = 0;
  /** The next hold is for a landing that was tried. */
  #wasTried = false;

  /** What waits now, the longest first. */
  get holds(): readonly Hold[] {
    return [...this.#holds.values()];
  }

  isHeld(key: HoldKey): boolean {
    return this.#holds.has(nameOfKey(key));
  }

  /** A step begins: the status of tasks that are no longer in the queue is forgotten. */
  begin(candidates: readonly Candidate[]): void {
    this.#found.clear();
    const ids = new Set(candidates.map(({ id }) => id));
    for (const id of [...this.statuses.keys(), ...this.#notBefore.keys()])
      if (id !== '' && !ids.has(id)) this.forget(id);
  }

  /** A turn has looked at everything: a hold that it did not find is over. */
  end(): void {
    for (const name of this.#holds.keys()) if (!this.#found.has(name)) this.#holds.delete(name);
    if (!this.isHeld(LANDINGS)) this.#notBefore.delete('');
  }

  /** Something has landed: what was in the way is looked at afresh. */
  landed(ids: readonly string[]): void {
    for (const id of ids) this.statuses.delete(id);
    this.#holds.clear();
    this.#notBefore.clear();
    this.#failures = 0;
  }

  /** A landing was tried and failed; `hold` follows. */
  failed(): void {
    this.#failures += 1;
    this.#wasTried = true;
  }

  clear(): void {
    this.statuses.clear();
    this.#holds.clear();
    this.#notBefore.clear();
  }

  forget(id: string): void {
    this.statuses.delete(id);
    this.#notBefore.delete(id);
    this.#holds.delete(nameOfKey({ on: 'landing', id }));
  }

  set(id: string, note: QueueNote): void {
    this.statuses.set(id, note);
  }

  /** Nothing lands for now; it is tried again in a second, or at the time given. */
  hold(
    {
      key,
      why,
      reason,
      until = Date.now() + (this.#wasTried ? waitAfter(this.#failures, AFTER_FAILURE) : LAND_RETRY_MS),
      state = 'held',
    }: Pick<PushHold, 'key' | 'why' | 'reason'> & Partial<PushHold>,
    candidates: readonly Candidate[],
  ): Later {
    this.#wasTried = false;
    this.#mark({ key, why, reason, state });
    if (key.on === 'landings') this.#notBefore.set('', until);
    for (const { id } of candidates) this.set(id, { state, code: 'held', why, until });
    return { kind: 'later', why, reason };
  }

  /** One landing is kept from landing, and no other. */
  holdOne(id: string, { why, reason }: Held): void {
    const until = Date.now() + LAND_RETRY_MS;
    this.#mark({ key: { on: 'landing', id }, why, reason, state: 'held' });
    this.#notBefore.set(id, until);
    this.set(id, { state: 'held', code: 'held', why, until });
  }

  /** What was found in an earlier turn, and is not looked at in this one, still holds. */
  stillHolds(key: HoldKey): void {
    if (this.isHeld(key)) this.#found.add(nameOfKey(key));
  }

  /** A landing is not to be tried yet. @param id '' = any */
  isTooEarly(id: string): boolean {
    const until = this.#notBefore.get(id) ?? 0;
    // A clock that was set back holds nothing for longer.
    return until > Date.now() && until - Date.now() <= AFTER_FAILURE.most;
  }

  /** When landings are tried again; null = nothing holds them. */
  get landAgainAt(): number | null {
    return this.#notBefore.get('') ?? null;
  }

  /** What keeps green landings from landing in this turn. */
  get ofLandings(): Hold | null {
    for (const name of OF_LANDINGS.map(nameOfKey)) {
      const hold = this.#holds.get(name);
      if (hold !== undefined && this.#found.has(name)) return hold;
    }
    return null;
  }

  #mark(hold: Omit<Hold, 'since'>): void {
    const name = nameOfKey(hold.key);
    this.#holds.set(name, { ...hold, since: this.#holds.get(name)?.since ?? Date.now() });
    this.#found.add(name);
  }
}
