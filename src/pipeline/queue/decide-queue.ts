/** How often one and the same tree was green and red; only what counts (reds that were used up don't). */
export interface Outcome {
  readonly greens: number;
  readonly reds: number;
}

/**
 * What the queue knows when it decides: the chain of a batch, prefix by prefix. Index 0 is base, index k the tree with the
 * first k landings of the chain.
 */
export interface QueueFacts {
  /** Length: landings of the chain + 1. Without a check every prefix counts as green. */
  readonly prefixes: readonly Outcome[];
  /**
   * The first landing of the chain by itself, on the base that the batch began with; null: it is no other tree than prefix
   * 1, or can't be built without what has landed since.
   */
  readonly isolated: Outcome | null;
  /**
   * The first landing on the batch's first base with the first 1, 2, … of the landings that have landed since, but for the
   * last: where it is green alone and red with them, one of these is its partner. Empty: no such tree.
   */
  readonly interactions: readonly Outcome[];
  /** A task that was set aside while the others of its batch are checked without it: how the tree was on which it was found. */
  readonly suspect: {
    /** With the reds of every tree that held it and otherwise only tasks that have landed since. */
    readonly outcome: Outcome;
    readonly isolated: Outcome | null;
    /** The whole of its batch but for it is the chain, or was `green`: then they prove what it is. */
    readonly rest: 'chain' | 'green' | 'other';
    /** As of the first landing of the chain. */
    readonly failedAfterRecovery: boolean;
  } | null;
  /** So many reds without a green blame a task. */
  readonly failuresToBlame: number;
  /**
   * Since the batch was red first: how often any tree was green, and base red. What was green yesterday says
   * nothing about a database that is down today.
   */
  readonly baseline: Outcome;
  /**
   * Since the batch was red first, some tree was green, and after that the first landing of the chain was red: an outage
   * that has ended is not the reason.
   */
  readonly failedAfterRecovery: boolean;
}

/** Which tree is to be checked. */
export type Which =
  | { readonly tree: 'prefix'; readonly length: number }
  | { readonly tree: 'isolated' }
  /** With the first that many of the landings that came since. */
  | { readonly tree: 'interaction'; readonly length: number }
  | { readonly tree: 'suspect' };

export type QueueStep =
  | { readonly do: 'nothing' }
  /** The first so many landings of the chain are green. */
  | { readonly do: 'land'; readonly length: number }
  | {
      readonly do: 'check';
      readonly which: Which;
      /** `first` time, `again` after a red, `baseline`: base by itself, `search` for the culprit, `confirm` it. */
      readonly why: 'first' | 'again' | 'baseline' | 'search' | 'confirm';
    }
  /** The first task of the chain is suspected: the others are checked without it before anybody is blamed. */
  | { readonly do: 'set-aside' }
  /** The task that was set aside is green after all: it continues. */
  | { readonly do: 'take-back' }
  /**
   * This task is red because of itself: base without it is green. `partner`: it is green without the so-manieth of the
   * landings that came since (1 = the first), and red with it.
   */
  | { readonly do: 'send-back'; readonly who: 'first' | 'suspect'; readonly partner: number | null }
  /** Base itself is red: nobody is to blame, nothing lands. */
  | { readonly do: 'base-fails' };

/**
 * What the merge queue does next about a batch, by the outcomes of checks so far. Blame waits until the rest of the batch has
 * been checked, for that costs no further check. The same facts give the same
 * step, so that a queue that was killed continues where it was.
 */
export function decideQueue(facts: QueueFacts): QueueStep {
  const { prefixes, suspect } = facts;
  const last = prefixes.length - 1;
  if (last < 1) return suspect === null ? { do: 'nothing' } : decideSuspect(facts, suspect);
  const whole = at(facts, last);
  if (isGreen(whole))
    return suspect?.rest === 'chain' && isProven(suspect) ? sendBackSuspect(suspect) : { do: 'land', length: last };
  if (whole.reds < 2) return check(prefix(last), whole.reds === 0 ? 'first' : 'again');
  if (suspect !== null) return besideSuspect(facts, suspect);
  const green = prefixes.findLastIndex(isGreen);
  if (green > 0) return { do: 'land', length: green };
  if (green < 0) return at(facts, 0).reds >= 2 ? { do: 'base-fails' } : check(prefix(0), 'baseline');
  return search(facts);
}

/**
 * How often a red is repeated before somebody is blamed follows from how many reds turned out to be flakes.
 * @param checks of trees that were good: greens, and reds that were flakes. (All checks would hide flakes behind the reds
 * of what is bad.)
 */
export function redsNeeded(checks: number, flakes: number): number {
  // As if one in twenty had been one, until more is known.
  const rate = (flakes + 1) / (checks + 20);
  return Math.min(4, Math.max(2, Math.ceil(Math.log(INNOCENT) / Math.log(rate))));
}

/** The size of the next batch. */
export function nextBatchSize(size: number, outcome: 'green' | 'red', most: number): number {
  return outcome === 'green' ? Math.min(most, size * 2) : Math.max(1, Math.floor(size / 2));
}

/** Of the first batch. */
export const FIRST_BATCH = 4;

/** How likely it may be that a good task is sent back. */
const INNOCENT = 5e-6;

const NONE: Outcome = { greens: 0, reds: 0 };
const at = ({ prefixes }: QueueFacts, index: number): Outcome => prefixes[index] ?? NONE;
const isGreen = ({ greens }: Outcome): boolean => greens > 0;
const isSuspect = ({ greens, reds }: Outcome): boolean => greens === 0 && reds > 0;
const prefix = (length: number): Which => ({ tree: 'prefix', length });
const check = (which: Which, why: Extract<QueueStep, { do: 'check' }>['why']): QueueStep => ({
  do: 'check',
  which,
  why,
});

/** Base is green, the whole is red twice: half by half to the first prefix that is red. */
function search(facts: QueueFacts): QueueStep {
  const last = facts.prefixes.length - 1;
  const red = facts.prefixes.findIndex((one, index) => index > 0 && isSuspect(one));
  if (red > 1) return check(prefix(Math.floor(red / 2)), 'search');
  const first = at(facts, 1);
  const { isolated, failuresToBlame } = facts;
  if (isolated !== null && isGreen(isolated)) return interaction(facts);
  // By itself it is as good a second look as the same tree again, and tells whether it takes another task to make it red.
  if (isolated !== null && isolated.reds === 0) return check({ tree: 'isolated' }, 'confirm');
  const reds = first.reds + (isolated?.reds ?? 0);
  // Where all has been red so far, its second red is asked for once something was green.
  if (last > 1 && reds >= (facts.failedAfterRecovery ? 2 : 1)) return { do: 'set-aside' };
  const verdict: QueueStep = { do: 'send-back', who: 'first', partner: null };
  return findCulprit(
    facts,
    { reds, need: failuresToBlame, again: facts.failedAfterRecovery },
    check(prefix(1), 'confirm'),
    verdict,
  );
}

/**
 * Nobody is blamed before something was green, lest it is base, or what the check needs (a database that is down); nor
 * without a red after that, lest that has come back meanwhile.
 * @param more the check that gives one red more
 */
function findCulprit(
  { baseline }: QueueFacts,
  { reds, need, again }: { readonly reds: number; readonly need: number; readonly again: boolean },
  more: QueueStep,
  verdict: QueueStep,
): QueueStep {
  if (reds < 2) return more;
  if (!isGreen(baseline)) return baseline.reds >= 2 ? { do: 'base-fails' } : check(prefix(0), 'baseline');
  return reds >= need && again ? verdict : more;
}

/** Green alone, red after what has landed since: with which of these? */
function interaction(facts: QueueFacts): QueueStep {
  const { interactions, failuresToBlame } = facts;
  // That two tasks don't go together is rarer than one that is bad: it takes one look more.
  if (at(facts, 1).reds <= failuresToBlame) return check(prefix(1), 'confirm');
  // 0 is alone (green), the last is prefix 1 (red).
  const end = interactions.findIndex(isSuspect);
  const red = end < 0 ? interactions.length + 1 : end + 1;
  const green = 1 + interactions.slice(0, red - 1).findLastIndex(isGreen);
  const named = interactions[red - 1];
  if (red - green <= 1 && (named === undefined || named.reds >= 2)) {
    const seen = { reds: at(facts, 1).reds, need: failuresToBlame, again: facts.failedAfterRecovery };
    return findCulprit(facts, seen, check(prefix(1), 'confirm'), { do: 'send-back', who: 'first', partner: red });
  }
  if (red - green <= 1) return check({ tree: 'interaction', length: red }, 'confirm');
  return check({ tree: 'interaction', length: Math.floor((green + red) / 2) }, 'search');
}

type SuspectFacts = NonNullable<QueueFacts['suspect']>;

/** Where the others are green. Its reds may have been forgotten meanwhile, because base was red as well. */
const isProven = ({ outcome, failedAfterRecovery }: SuspectFacts): boolean =>
  isGreen(outcome) || (outcome.reds > 0 && failedAfterRecovery);

const sendBackSuspect = ({ outcome }: SuspectFacts): QueueStep =>
  isGreen(outcome) ? { do: 'take-back' } : { do: 'send-back', who: 'suspect', partner: null };

/**
 * The others are red without it, too. They are searched on: what of them turns out to be green makes evidence of the reds
 * that it had together with those, and is the control.
 */
function besideSuspect(facts: QueueFacts, aside: SuspectFacts): QueueStep {
  const { prefixes, failuresToBlame, baseline } = facts;
  const reds = aside.outcome.reds + (aside.isolated?.reds ?? 0);
  if (isGreen(aside.outcome) || (reds >= failuresToBlame && isGreen(baseline))) return decideSuspect(facts, aside);
  const green = prefixes.findLastIndex(isGreen);
  if (green > 0) return { do: 'land', length: green };
  const red = prefixes.findIndex((one, index) => index > 0 && isSuspect(one));
  return red > 1 ? check(prefix(Math.floor(red / 2)), 'search') : decideSuspect(facts, aside);
}

/** Unless the others have proved what it is, it is judged by itself. */
function decideSuspect(facts: QueueFacts, aside: SuspectFacts): QueueStep {
  if (isGreen(aside.outcome) || (aside.rest === 'green' && isProven(aside))) return sendBackSuspect(aside);
  const reds = aside.outcome.reds + (aside.isolated?.reds ?? 0);
  const seen = { reds, need: facts.failuresToBlame, again: aside.failedAfterRecovery };
  return findCulprit(facts, seen, check({ tree: 'suspect' }, 'confirm'), sendBackSuspect(aside));
}
