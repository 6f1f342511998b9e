import {
  decideQueue,
  FIRST_BATCH,
  nextBatchSize,
  redsNeeded,
  type Outcome,
  type QueueFacts,
  type QueueStep,
  type Which,
} from '../../../../src/pipeline/queue/decide-queue.ts';

/** What the tasks and the check are like. Shares are 0..1. */
export interface QueueSimOptions {
  readonly tasks: number;
  readonly seed: number;
  /** Tasks whose tree is red whatever stands under it. */
  readonly bad: number;
  /** Runs of the check that are red on a tree that is good. */
  readonly flake: number;
  /** Tasks that are good, and red together with the one right before them. */
  readonly clash?: number;
  /** `max_batch`; 1 = serial. */
  readonly most?: number;
  /** The check is red on everything, base included, from the so-manieth run on, so many times. */
  readonly outage?: { readonly from: number; readonly runs: number };
}

export interface QueueSimResult {
  readonly checks: number;
  readonly landed: readonly number[];
  readonly sentBack: readonly { readonly task: number; readonly partner: number | null }[];
  /** Good tasks that were sent back; one of a pair that is red together is none of them. */
  readonly innocents: readonly number[];
  /** Bad tasks, and second halves of a pair, that landed. */
  readonly escaped: readonly number[];
  /** Wrong partners named. */
  readonly misnamed: number;
  readonly flakes: number;
  /** How often base was found red. */
  readonly stops: number;
  /** The most steps that any one batch took. */
  readonly longest: number;
}

interface Task {
  readonly index: number;
  readonly bad: boolean;
  readonly clashes: boolean;
}

interface Aside {
  readonly task: Task;
  /** What stood under it. */
  readonly home: readonly Task[];
  readonly since: number;
  readonly rest: string;
  /** The others of its batch have been green without it. */
  restIsGreen: boolean;
  /** Trees of the chain that held it and the tasks behind it. */
  readonly held: readonly { readonly key: string; readonly others: readonly Task[] }[];
}

/** Lets `decideQueue` carry tasks through the queue, and keeps count. The same options give the same result. */
export function simulateQueue(options: QueueSimOptions): QueueSimResult {
  return new QueueSim(options).run();
}

/** Base further back than this is left out of a tree's description: nothing refers to it. */
const WINDOW = 40;
/** Lines that the queue's own memory looks back over for a control. */
const RECENT = 50;
/** A batch that takes more steps than this goes round in circles. */
const MOST_STEPS = 2_000;

class QueueSim {
  readonly #options: QueueSimOptions;
  readonly #random: () => number;
  readonly #outcomes = new Map<string, Outcome>();
  #log: { readonly key: string; readonly green: boolean; readonly at: number }[] = [];
  readonly #firstRed = new Map<string, number>();
  readonly #base: Task[] = [];
  readonly #landed: number[] = [];
  readonly #sentBack: { task: number; partner: number | null }[] = [];
  readonly #innocents: number[] = [];
  readonly #count = { checks: 0, flakes: 0, misnamed: 0, stops: 0, longest: 0 };
  /** The batch: what stood under it first, what has landed of it, what is left, who waits aside. */
  #origin: readonly Task[] = [];
  #since: Task[] = [];
  #items: Task[] = [];
  #aside: Aside | null = null;
  #wasRed = false;
  /** Checks of trees that were good, as far as is known. */
  #good = 0;

  constructor(options: QueueSimOptions) {
    this.#options = options;
    this.#random = mulberry32(options.seed);
  }

  run(): QueueSimResult {
    const { tasks, bad, clash = 0, most = 16 } = this.#options;
    const queue = Array.from({ length: tasks }, (_, index): Task => ({
      index,
      bad: this.#random() < bad,
      clashes: this.#random() < clash && index > 0,
    }));
    for (let size = Math.min(FIRST_BATCH, most); queue.length > 0;) {
      this.#batch(queue.splice(0, size));
      size = nextBatchSize(size, this.#wasRed ? 'red' : 'green', most);
    }
    const good = new Set(this.#base.filter((task) => !this.#isGuilty(task, this.#base)).map(({ index }) => index));
    return {
      ...this.#count,
      landed: this.#landed,
      sentBack: this.#sentBack,
      innocents: this.#innocents,
      escaped: this.#landed.filter((index) => !good.has(index)),
    };
  }

  #batch(items: Task[]): void {
    this.#origin = this.#base.slice(-WINDOW);
    this.#since = [];
    this.#items = items;
    this.#wasRed = false;
    if (this.#outcomes.size > 5_000) this.#outcomes.clear();
    // What base is was green when it landed; the first one is.
    const base = keyOf(this.#origin);
    if (this.#outcome(base).greens === 0) this.#outcomes.set(base, { greens: 1, reds: 0 });
    let steps = 0;
    while (this.#items.length > 0 || this.#aside !== null) {
      if (++steps > MOST_STEPS) throw new Error(`the queue goes round in circles: ${JSON.stringify(this.#facts())}`);
      this.#do(decideQueue(this.#facts()));
    }
    this.#count.longest = Math.max(this.#count.longest, steps);
    this.#base.push(...this.#since);
  }

  #do(step: QueueStep): void {
    switch (step.do) {
      case 'check':
        if (step.why !== 'first' && step.why !== 'again') this.#wasRed = true;
        return void this.#check(this.#tree(step.which));
      case 'land':
        if (this.#aside !== null && step.length === this.#items.length)
          this.#aside.restIsGreen ||= this.#rest(this.#aside) === 'chain';
        for (const task of this.#items.splice(0, step.length)) {
          this.#since.push(task);
          this.#landed.push(task.index);
        }
        return;
      case 'set-aside':
        return this.#setAside();
      case 'take-back':
        this.#items.unshift(this.#aside!.task);
        this.#aside = null;
        return;
      case 'send-back':
        return this.#sendBack(step);
      case 'base-fails':
        return this.#waitForBase();
      case 'nothing':
        throw new Error(`nothing to do: ${JSON.stringify(this.#facts())}`);
    }
  }

  #facts(): QueueFacts {
    const [first] = this.#items;
    const { outcome, alone, own } = this.#asideFacts();
    const suspects = [...this.#items.map((_, index) => keyOf(this.#prefix(index + 1))), ...own.slice(0, 1)];
    const batch = [...suspects, ...(this.#aside?.held.map(({ key }) => key) ?? [])];
    return {
      prefixes: Array.from({ length: this.#items.length + 1 }, (_, length) =>
        this.#outcome(keyOf(this.#prefix(length))),
      ),
      isolated: this.#since.length > 0 && first ? this.#outcome(keyOf([...this.#origin, first])) : null,
      interactions:
        first === undefined
          ? []
          : this.#since
              .slice(0, -1)
              .map((_, at) => this.#outcome(keyOf(this.#tree({ tree: 'interaction', length: at + 1 })))),
      suspect:
        this.#aside === null
          ? null
          : { outcome, isolated: alone, rest: this.#rest(this.#aside), failedAfterRecovery: this.#again(batch, own) },
      failuresToBlame: redsNeeded(this.#good, this.#count.flakes),
      baseline: this.#control(suspects),
      failedAfterRecovery:
        first !== undefined && this.#again(batch, [keyOf(this.#prefix(1)), keyOf([...this.#origin, first])]),
    };
  }

  #rest({ rest, restIsGreen }: Aside): 'chain' | 'green' | 'other' {
    if (restIsGreen) return 'green';
    return rest === keyOf(this.#items) && this.#items.length > 0 ? 'chain' : 'other';
  }

  /** `own`: keys of the trees that tell of it, its own first. */
  #asideFacts(): { readonly outcome: Outcome; readonly alone: Outcome | null; readonly own: readonly string[] } {
    if (this.#aside === null) return { outcome: NONE, alone: null, own: [] };
    const { home, task, since, held } = this.#aside;
    const key = keyOf([...home, task]);
    const { greens, reds } = this.#outcome(key);
    const proven = held.filter(({ others }) => others.every((other) => this.#since.includes(other)));
    const more = proven.reduce((sum, tree) => sum + this.#outcome(tree.key).reds, 0);
    return {
      outcome: { greens, reds: reds > 0 ? reds + more : 0 },
      alone: since > 0 ? this.#outcome(keyOf([...this.#origin, task])) : null,
      own: [key, keyOf([...this.#origin, task])],
    };
  }

  /** When one of these was red first. */
  #redSince(keys: readonly string[]): number {
    return Math.min(...keys.map((key) => this.#firstRed.get(key) ?? Infinity));
  }

  /** Since one of the batch's trees was red first, something was green; and after that one of its own was red. */
  #again(batch: readonly string[], own: readonly string[]): boolean {
    const since = this.#redSince(batch);
    const first = this.#log.find(({ green, at }) => green && at >= since);
    return first !== undefined && this.#log.some(({ key, green, at }) => !green && own.includes(key) && at > first.at);
  }

  #control(suspects: readonly string[]): Outcome {
    const since = this.#redSince(suspects);
    const base = keyOf(this.#prefix(0));
    const later = this.#log.filter(({ at }) => at >= since);
    return {
      greens: later.filter(({ green }) => green).length,
      reds: later.filter(({ green, key }) => !green && key === base).length,
    };
  }

  #prefix(length: number): Task[] {
    return [...this.#origin, ...this.#since, ...this.#items.slice(0, length)];
  }

  #tree(which: Which): readonly Task[] {
    const [first] = this.#items;
    if (which.tree === 'prefix') return this.#prefix(which.length);
    if (which.tree === 'suspect') return [...this.#aside!.home, this.#aside!.task];
    const under = which.tree === 'isolated' ? [] : this.#since.slice(0, which.length);
    return [...this.#origin, ...under, first!];
  }

  #check(tree: readonly Task[]): boolean {
    const { flake, outage = { from: Infinity, runs: 0 } } = this.#options;
    const at = ++this.#count.checks;
    const isDown = at >= outage.from && at < outage.from + outage.runs;
    const green = !isDown && !tree.some((task) => this.#isGuilty(task, tree)) && this.#random() >= flake;
    const key = keyOf(tree);
    const { greens, reds } = this.#outcome(key);
    if (green && reds > 0) this.#count.flakes += 1;
    if (green) this.#good += reds > 0 ? 2 : 1;
    if (!green && greens === 0 && reds === 0) this.#firstRed.set(key, at);
    this.#outcomes.set(key, green ? { greens: greens + 1, reds: 0 } : { greens, reds: reds + (greens > 0 ? 0 : 1) });
    this.#log = [...this.#log.slice(1 - RECENT), { key, green, at }];
    return green;
  }

  #isGuilty(task: Task, among: readonly Task[]): boolean {
    return task.bad || (task.clashes && among.some(({ index }) => index === task.index - 1));
  }

  #setAside(): void {
    const [task, ...rest] = this.#items;
    const home = this.#prefix(0);
    const held = rest.map((_, at) => {
      const others = rest.slice(0, at + 1);
      return { key: keyOf([...home, task!, ...others]), others };
    });
    this.#aside = { task: task!, home, since: this.#since.length, rest: keyOf(rest), restIsGreen: false, held };
    this.#items = rest;
  }

  #sendBack({ who, partner }: Extract<QueueStep, { do: 'send-back' }>): void {
    const task = who === 'first' ? this.#items.shift()! : this.#aside!.task;
    const under = who === 'first' ? this.#prefix(0) : this.#aside!.home;
    if (who === 'suspect') this.#aside = null;
    const named = partner === null ? null : (this.#since[partner - 1]?.index ?? -1);
    this.#sentBack.push({ task: task.index, partner: named });
    const other = under.find(({ index, clashes }) => index === task.index + 1 && clashes);
    if (!this.#isGuilty(task, [...under, task]) && other === undefined) this.#innocents.push(task.index);
    const isOther = named !== null && (named === other?.index || (named === task.index - 1 && task.clashes));
    if (named !== null && !isOther) this.#count.misnamed += 1;
  }

  /** Nothing lands until base is green again; then no red of before counts any more. */
  #waitForBase(): void {
    this.#count.stops += 1;
    const base = this.#prefix(0);
    while (!this.#check(base));
    for (const [key, { greens }] of this.#outcomes) this.#outcomes.set(key, { greens, reds: 0 });
    this.#firstRed.clear();
  }

  #outcome(key: string): Outcome {
    return this.#outcomes.get(key) ?? NONE;
  }
}

const NONE: Outcome = { greens: 0, reds: 0 };

const keyOf = (tree: readonly Task[]): string => tree.map(({ index }) => index).join(' ');

/** A small generator of numbers in 0..1; the same seed, the same numbers. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
