import type { Held } from '../../contract/hold.ts';
import { appendCheckLog, readCheckLog } from './check-log-file.ts';
import type { Repository } from '../../git/git.ts';
import type { CheckLog } from '../../pipeline/queue/check-log.ts';
import type { CheckRun } from '../../pipeline/check-run.ts';
import { redsNeeded, type Outcome, type QueueFacts } from '../../pipeline/queue/decide-queue.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { Suspect, Batch, Gone } from './batch.ts';
import type { Purpose } from './check-scheduler.ts';
import type { KeyedChain, ChainCache, Tree } from './chain-cache.ts';

/** What the queue is busy with, for what is shown. */
export interface QueueObserved {
  readonly members: readonly string[];
  /** So many of them are green. */
  readonly greenCount: number;
  readonly suspect: string | null;
  readonly running: CheckRun | null;
  readonly purpose: Purpose;
  readonly held: Held | null;
  readonly until: number | null;
}

/** What `decideQueue` is to know, and the trees that it may ask for. */
export interface Facts {
  readonly facts: QueueFacts;
  readonly isolated: Tree | null;
  readonly interactions: readonly Tree[];
  /** Of base: how often it was red in a row, and the last time. */
  readonly base: { readonly reds: number; readonly lastAt: number; readonly detail: string; readonly log: string };
}

/**
 * Base, or what is green and stands on it, was red twice in a row and is green again on the same tree: something outside was
 * down. What was red until then does not count.
 */
export function forgetOutage(repo: Repository, baseKey: string): void {
  const log = readCheckLog(repo);
  const own = log.recent.filter(({ key, outcome }) => key === baseKey && outcome !== 'error');
  const red = own.findIndex(({ outcome }) => outcome === 'red');
  const green = own[red - 1];
  if (green === undefined || own[red + 1]?.outcome !== 'red') return;
  const keys = [...log.outcomes].flatMap(([key, { reds }]) => (reds.some(({ at }) => at <= green.at) ? [key] : []));
  if (keys.length > 0) appendCheckLog(repo, [{ type: 'spent', keys, at: Date.now() }]);
}

/** The results of checks so far for a batch's trees. Trees beside the chain are built only where they may be asked for. */
export async function factsOfQueue(
  repo: Repository,
  trees: ChainCache,
  { batch, chain, settings }: { readonly batch: Batch; readonly chain: KeyedChain; readonly settings: Settings },
): Promise<Facts> {
  const log = readCheckLog(repo);
  const own = chain.trees.slice(batch.greenCount);
  const prefixes = own.map(({ key }) => outcomeOf(log, key));
  const isRed = (prefixes.at(-1)?.reds ?? 0) >= 2;
  const { landedSince, suspect } = batch;
  const { alone, partners } = isRed ? await sideTrees(trees, batch, settings, log) : { alone: null, partners: [] };
  const suspects = [...own.slice(1).map(({ key }) => key), ...(suspect === null ? [] : [suspect.key])];
  const all = [...suspects, ...(suspect?.held ?? []).map(({ key }) => key)];
  const isAgain = (keys: readonly (string | null | undefined)[]): boolean => wasRedAgain(log, all, keys);
  const base = own[0]?.key ?? '';
  const rest = batch.undecided.map(({ id }) => id).join(' ');
  return {
    isolated: alone,
    interactions: partners,
    base: baseReds(log, base),
    facts: {
      prefixes,
      isolated: outcomeOrNull(log, alone?.key ?? null),
      interactions: partners.length === landedSince.length - 1 ? partners.map(({ key }) => outcomeOf(log, key)) : [],
      suspect:
        suspect === null
          ? null
          : {
              outcome: outcomeOfSuspect(log, suspect, landedSince),
              isolated: outcomeOrNull(log, suspect.aloneKey),
              rest: restOf(suspect, rest),
              failedAfterRecovery: isAgain([suspect.key, suspect.aloneKey]),
            },
      failuresToBlame: redsNeeded(countOfGood(log), log.flakes.length),
      baseline: controlOf(log, suspects, base),
      failedAfterRecovery: isAgain([own[1]?.key, alone?.key]),
    },
  };
}

/** The first undecided task alone, and with each landing since: trees that tell whether it fails by itself. */
async function sideTrees(
  trees: ChainCache,
  { undecided, origin, landedSince }: Batch,
  settings: Settings,
  log: CheckLog,
): Promise<{ readonly alone: Tree | null; readonly partners: readonly Tree[] }> {
  const [first] = undecided;
  if (first === undefined || origin === null || landedSince.length === 0) return { alone: null, partners: [] };
  const alone = await trees.side(origin, first, settings);
  const partners: Tree[] = [];
  if (alone !== null && outcomeOf(log, alone.key).greens > 0)
    for (const { sha } of landedSince.slice(0, -1)) {
      const tree = await trees.side(sha, first, settings);
      if (tree === null) break;
      partners.push(tree);
    }
  return { alone, partners };
}

const outcomeOrNull = (log: CheckLog, key: string | null): Outcome | null =>
  key === null ? null : outcomeOf(log, key);

function outcomeOf(log: CheckLog, key: string): Outcome {
  const found = log.outcomes.get(key);
  return { greens: found?.greens.length ?? 0, reds: found?.reds.length ?? 0 };
}

/** With its reds in trees that held, besides it, only tasks that have turned out to be green since. */
function outcomeOfSuspect(log: CheckLog, { key, held }: Suspect, since: readonly Gone[]): Outcome {
  const { greens, reds } = outcomeOf(log, key);
  // Spent, or green: then the others do not count either.
  if (reds === 0) return { greens, reds };
  const isGreen = (id: string): boolean => since.some((gone) => gone.id === id);
  const own = held.filter(({ others }) => others.every(isGreen));
  return { greens, reds: own.reduce((sum, tree) => sum + outcomeOf(log, tree.key).reds, reds) };
}

/** @param now the ids of those that are not decided */
function restOf({ rest, restIsGreen }: Suspect, now: string): 'chain' | 'green' | 'other' {
  if (restIsGreen) return 'green';
  return rest === now && now !== '' ? 'chain' : 'other';
}

const redTimes = (log: CheckLog, key: string): readonly number[] =>
  log.outcomes.get(key)?.reds.map(({ at }) => at) ?? [];

/** Since one of the batch's trees was red first, something was green; and after that one of the suspect's own was red. */
function wasRedAgain(log: CheckLog, batch: readonly string[], own: readonly (string | null | undefined)[]): boolean {
  const since = Math.min(...batch.flatMap((key) => redTimes(log, key)));
  const green = log.recent.findLast(({ at, outcome }) => at >= since && outcome === 'green');
  return green !== undefined && own.some((key) => redTimes(log, key ?? '').some((at) => at > green.at));
}

/** Since one of these was red first: greens of any tree, reds of base. */
function controlOf(log: CheckLog, suspects: readonly string[], base: string): Outcome {
  const since = Math.min(...suspects.flatMap((key) => redTimes(log, key)));
  const later = log.recent.filter(({ at }) => at >= since);
  return {
    greens: later.filter(({ outcome }) => outcome === 'green').length,
    reds: later.filter(({ outcome, key }) => outcome === 'red' && key === base).length,
  };
}

function baseReds(log: CheckLog, key: string): Facts['base'] {
  const own = log.recent.filter((line) => line.key === key && line.outcome !== 'error');
  const green = own.findIndex(({ outcome }) => outcome === 'green');
  const reds = green < 0 ? own : own.slice(0, green);
  const last = reds[0];
  return { reds: reds.length, lastAt: last?.at ?? 0, detail: last?.detail ?? '', log: last?.log ?? '' };
}

const counts = new WeakMap<CheckLog, number>();

/** Checks of trees that were good, as far as the log remembers: greens, and reds that were flakes. */
function countOfGood(log: CheckLog): number {
  let count = counts.get(log);
  if (count === undefined) {
    count = log.flakes.length;
    for (const { greens } of log.outcomes.values()) count += greens.length;
    counts.set(log, count);
  }
  return count;
}
