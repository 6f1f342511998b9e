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

/** What holds landings, and is the status of those that are green. */
const OF_LANDINGS = ['landings', 'pushes'] as const;

/** Why something waits. */
export interface Hold {
  readonly why: string;
  /** Epoch ms. */
  readonly since: number;
  /** `held`: the user is needed. */
  readonly state: QueueNote['state'];
}

/** The status of each task in the merge queue, and of what waits as a whole. One step after the other. */
export class QueueStatus {
  /** By task id. */
  readonly statuses = new Map<string, QueueNote>();
  /** By what it is. */
  readonly holds = new Map<string, Hold>();
  /** Holds that were found in this turn. */
  readonly #found = new Set<string>();
  /** Until when a landing is not tried again, by task id; '' = all. */
  readonly #notBefore = new Map<string, number>();
  /** Landings in a row that were tried and failed. */
  #failures = 0;
  /** The next hold is for a landing that was tried. */
  #wasTried = false;

  /** A step begins: the status of tasks that are no longer in the queue is forgotten. */
  begin(candidates: readonly Candidate[]): void {
    this.#found.clear();
    const ids = new Set(candidates.map(({ id }) => id));
    for (const id of [...this.statuses.keys(), ...this.#notBefore.keys()])
      if (id !== '' && !ids.has(id)) this.forget(id);
  }

  /** A turn has looked at everything: a hold that it did not find is over. */
  end(): void {
    for (const what of this.holds.keys()) if (!this.#found.has(what)) this.holds.delete(what);
    if (!this.holds.has('landings')) this.#notBefore.delete('');
  }

  /** Something has landed: what was in the way is looked at afresh. */
  landed(ids: readonly string[]): void {
    for (const id of ids) this.statuses.delete(id);
    this.holds.clear();
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
    this.holds.clear();
    this.#notBefore.clear();
  }

  forget(id: string): void {
    this.statuses.delete(id);
    this.#notBefore.delete(id);
    this.holds.delete(`landing of ${id}`);
  }

  set(id: string, state: QueueNote['state'], why: string, until: number | null = null): void {
    this.statuses.set(id, { state, why, until });
  }

  /** Nothing lands for now; it is tried again in a second, or at the time given. */
  hold(
    {
      what,
      why,
      until = Date.now() + (this.#wasTried ? waitAfter(this.#failures, AFTER_FAILURE) : LAND_RETRY_MS),
      state = 'held',
    }: Pick<PushHold, 'what' | 'why'> & Partial<PushHold>,
    candidates: readonly Candidate[],
  ): Later {
    this.#wasTried = false;
    this.#mark(what, why, state);
    if (what === 'landings') this.#notBefore.set('', until);
    for (const { id } of candidates) this.set(id, state, why, until);
    return { kind: 'later', why };
  }

  /** One landing is kept from landing, and no other. */
  holdOne(id: string, why: string): void {
    const until = Date.now() + LAND_RETRY_MS;
    this.#mark(`landing of ${id}`, why, 'held');
    this.#notBefore.set(id, until);
    this.set(id, 'held', why, until);
  }

  /** What was found in an earlier turn, and is not looked at in this one, still holds. */
  stillHolds(what: string): void {
    if (this.holds.has(what)) this.#found.add(what);
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
  get ofLandings(): { readonly why: string; readonly state: QueueNote['state'] } | null {
    for (const what of OF_LANDINGS) {
      const hold = this.holds.get(what);
      if (hold !== undefined && this.#found.has(what)) return hold;
    }
    return null;
  }

  #mark(what: string, why: string, state: QueueNote['state']): void {
    this.holds.set(what, { why, since: this.holds.get(what)?.since ?? Date.now(), state });
    this.#found.add(what);
  }
}
