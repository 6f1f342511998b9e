import type { Candidate } from '../../pipeline/action.ts';

/** A task of a batch, once it is decided that it goes. */
export interface Gone {
  readonly id: string;
  /** The landing as it was built; in the object store. */
  readonly sha: string;
}

/** A task that was found red, while the rest of its batch is checked without it. */
export interface Suspect {
  readonly member: Candidate;
  /** What it was built on, and the two together. */
  readonly under: string;
  readonly red: string;
  readonly key: string;
  readonly aloneKey: string | null;
  /** The others, in order: green, they prove what it is. */
  readonly rest: string;
  /** They were green. */
  readonly restIsGreen: boolean;
  /** Trees that held it and the next of the others, by their ids: once these are green, its reds there are its own. */
  readonly held: readonly { readonly key: string; readonly others: readonly string[] }[];
}

/** A task that does not merge with what stands before it. */
interface Clash {
  /** Key of the tree that it was to be merged onto. */
  readonly key: string;
  readonly why: string;
}

/**
 * The tasks that the queue is busy with, in landing order. Held in memory only: the results of checks are on disk by key, so
 * that a batch that is formed anew after a crash continues where the last one was.
 */
export class Batch {
  /** Those that are green but held, then those that are not decided. */
  members: readonly Candidate[] = [];
  /** What those that are not decided were built on when the batch began. */
  origin: string | null = null;
  /** Those of the batch that are decided, in order: landed, or green and held. */
  landedSince: readonly Gone[] = [];
  suspect: Suspect | null = null;
  /** A culprit was searched for. */
  hadFailure = false;
  /** Key of what the first undecided one is built on; another one means that another process moved base. */
  #underKey: string | null = null;
  /** So many it began with, until it is counted. */
  #size = 0;
  /** Some of it was found green. */
  #isProved = false;
  /** Ids that are green in their place. */
  readonly #greenIds = new Set<string>();
  /** By `<id> <tip>`. */
  readonly #clashes = new Map<string, Clash>();

  /** How many of the members, from the first on, are green. */
  get greenCount(): number {
    const first = this.members.findIndex(({ id }) => !this.#greenIds.has(id));
    return first < 0 ? this.members.length : first;
  }

  get undecided(): readonly Candidate[] {
    return this.members.slice(this.greenCount);
  }

  /** The next ones are green in their place. */
  confirmGreen(gone: readonly Gone[], underKey: string): void {
    for (const { id } of gone) this.#greenIds.add(id);
    const { suspect } = this;
    if (suspect !== null && gone.map(({ id }) => id).join(' ') === suspect.rest)
      this.suspect = { ...suspect, restIsGreen: true };
    this.landedSince = [...this.landedSince, ...gone];
    this.#underKey = underKey;
    this.#isProved = true;
  }

  /** Those that may no longer land, or have another tip by now, are out of it. */
  keep(candidates: readonly Candidate[]): void {
    const is = (one: Candidate): boolean => candidates.some(({ id, tip }) => id === one.id && tip === one.tip);
    this.members = this.members.filter(is);
    if (this.suspect !== null && !is(this.suspect.member)) this.suspect = null;
    const known = new Set(candidates.map(nameOf));
    for (const name of this.#clashes.keys()) if (!known.has(name)) this.#clashes.delete(name);
  }

  /**
   * Settled is only what is green as it stands now: base, the check, or a task before it may be another than it was.
   * @param keys of the prefixes of the chain, from none of the members to all
   */
  confirm(keys: readonly string[], isGreen: (key: string) => boolean): void {
    let { greenCount } = this;
    while (greenCount > 0 && !isGreen(keys[greenCount] ?? '')) greenCount -= 1;
    for (const { id } of this.members.slice(greenCount)) this.#greenIds.delete(id);
  }

  /** Begins anew with these, behind `held`, which are green. */
  begin(held: readonly Candidate[], fresh: readonly Candidate[]): void {
    this.members = [...held, ...fresh];
    this.hadFailure = false;
    this.#size = fresh.length;
    this.#isProved = false;
    this.#greenIds.clear();
    for (const { id } of held) this.#greenIds.add(id);
    this.#forgetOrigin();
  }

  /** How a batch came out of which nobody is left to be decided, once. @returns null: there is none, or nothing was found out. */
  takeOutcome(): { readonly outcome: 'green' | 'red'; readonly size: number } | null {
    if (this.#size === 0 || this.undecided.length > 0 || this.suspect !== null) return null;
    const size = this.#size;
    this.#size = 0;
    return this.hadFailure || this.#isProved ? { outcome: this.hadFailure ? 'red' : 'green', size } : null;
  }

  /** What the first undecided one stands on now. Once that has changed, what was found out about it no longer counts. */
  follow(under: { readonly commit: string; readonly key: string }): void {
    if (this.#underKey !== null && this.#underKey !== under.key) this.#forgetOrigin();
    this.origin ??= under.commit;
    this.#underKey ??= under.key;
  }

  #forgetOrigin(): void {
    this.origin = null;
    this.landedSince = [];
    this.#underKey = null;
    if (this.suspect !== null) this.takeBack(this.suspect.member);
  }

  setSuspect(suspect: Suspect): void {
    this.hadFailure = true;
    this.suspect = suspect;
    this.members = this.members.filter(({ id }) => id !== suspect.member.id);
  }

  /** It continues as the first of those that are not decided. */
  takeBack(member: Candidate): void {
    const { greenCount } = this;
    this.suspect = null;
    this.members = [...this.members.slice(0, greenCount), member, ...this.members.slice(greenCount)];
  }

  has(id: string): boolean {
    return this.suspect?.member.id === id || this.members.some((member) => member.id === id);
  }

  drop(ids: readonly string[]): void {
    this.members = this.members.filter(({ id }) => !ids.includes(id));
    if (this.suspect !== null && ids.includes(this.suspect.member.id)) this.suspect = null;
  }

  /** It does not merge onto the tree of this key: out of the batch, until something else stands there. */
  leave(member: Candidate, clash: Clash): void {
    this.drop([member.id]);
    this.#clashes.set(nameOf(member), clash);
  }

  /** Why it can't come right behind the tree of this key; null = as far as is known it can. */
  clashOf(candidate: Candidate, key?: string): string | null {
    const clash = this.#clashes.get(nameOf(candidate));
    return clash === undefined || (key !== undefined && clash.key !== key) ? null : clash.why;
  }
}

const nameOf = ({ id, tip }: Candidate): string => `${id} ${tip}`;
