import type { Candidate } from '../pipeline/action.ts';

/** A task of a batch, once it is decided that it goes. */
export interface Gone {
  readonly id: string;
  /** The landing as it was built; in the object store. */
  readonly sha: string;
}

/** A task that was found red, while the rest of its batch is checked without it. */
export interface Aside {
  readonly member: Candidate;
  /** What it was built on, and the two together. */
  readonly under: string;
  readonly red: string;
  readonly key: string;
  readonly aloneKey: string | null;
  /** The others, in order: green, they prove what it is. */
  readonly rest: string;
}

/**
 * The tasks that the queue is busy with, in landing order. Held in memory only: what checks have said is on disk by key, so
 * that a batch that is formed anew after a crash goes on where the last one was.
 */
export class Batch {
  /** Those that are green but held, then those that are not decided. */
  members: readonly Candidate[] = [];
  /** What those that are not decided were built on when the batch began. */
  origin: string | null = null;
  /** Those of the batch that are decided, in order: landed, or green and held. */
  since: readonly Gone[] = [];
  /** Key of what the first undecided one is built on; another one means that somebody else moved base. */
  underKey: string | null = null;
  aside: Aside | null = null;
  /** A culprit was searched for. */
  wasRed = false;
  /** So many it began with. */
  size = 0;
  /** Ids that are green in their place. */
  readonly #settled = new Set<string>();

  /** How many of the members, from the first on, are green. */
  get floor(): number {
    const first = this.members.findIndex(({ id }) => !this.#settled.has(id));
    return first < 0 ? this.members.length : first;
  }

  get undecided(): readonly Candidate[] {
    return this.members.slice(this.floor);
  }

  /** The next ones are green in their place. */
  settle(gone: readonly Gone[], underKey: string): void {
    for (const { id } of gone) this.#settled.add(id);
    this.since = [...this.since, ...gone];
    this.underKey = underKey;
  }

  /** Those that may no longer land, or have another tip by now, are out of it. */
  keep(candidates: readonly Candidate[]): void {
    const is = (one: Candidate): boolean => candidates.some(({ id, tip }) => id === one.id && tip === one.tip);
    const { floor } = this;
    const kept = this.members.filter(is);
    // What stood on one that is gone is another tree now.
    if (this.members.slice(0, floor).some((one) => !is(one))) this.#settled.clear();
    this.members = kept;
    if (this.aside !== null && !is(this.aside.member)) this.aside = null;
  }

  /** Begins anew with these, behind `held`, which are green. */
  begin(held: readonly Candidate[], fresh: readonly Candidate[]): void {
    this.members = [...held, ...fresh];
    this.size = fresh.length;
    this.wasRed = false;
    this.#settled.clear();
    for (const { id } of held) this.#settled.add(id);
    this.forgetOrigin();
  }

  /** Base has changed under it: what was found out about what it stood on says nothing any more. */
  forgetOrigin(): void {
    this.origin = null;
    this.since = [];
    this.underKey = null;
    if (this.aside !== null) this.takeBack(this.aside.member);
  }

  setAside(aside: Aside): void {
    this.aside = aside;
    this.members = this.members.filter(({ id }) => id !== aside.member.id);
  }

  /** It goes on as the first of those that are not decided. */
  takeBack(member: Candidate): void {
    const { floor } = this;
    this.aside = null;
    this.members = [...this.members.slice(0, floor), member, ...this.members.slice(floor)];
  }

  has(id: string): boolean {
    return this.aside?.member.id === id || this.members.some((member) => member.id === id);
  }

  drop(ids: readonly string[]): void {
    this.members = this.members.filter(({ id }) => !ids.includes(id));
    if (this.aside !== null && ids.includes(this.aside.member.id)) this.aside = null;
  }
}
