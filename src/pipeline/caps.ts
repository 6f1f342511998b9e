import type { Reason } from '../contract/reason.ts';
import type { Allowance } from '../contract/brief.ts';
import type { Usage } from '../contract/agent-event.ts';
import { isShell } from './is-shell.ts';
import * as messages from './messages.ts';
import { tokensOf } from '../contract/usage.ts';
import { dollars, short } from '../report/usage.ts';
import type { World } from './world.ts';

/** A cap that is reached: of the entry, which then waits for the user, or of the day, which ends by itself. */
export type Reached =
  | { readonly kind: 'entry'; readonly reason: Reason }
  | { readonly kind: 'day'; readonly reason: Reason; readonly until: number };

/**
 * The cap that keeps an agent from being given a run for this entry; null = none. An entry that the user has freed may use
 * as much again. What agents don't tell can't be counted.
 */
export function capReached(world: World, id: string, agent: string): Reached | null {
  const { caps } = world.settings;
  if (isShell(world, agent)) return null;
  const entry = over(world.usage.entries.get(id)?.sinceFreed ?? {}, caps.entry_usd, caps.entry_tokens);
  if (entry !== null) return { kind: 'entry', reason: { code: 'entry-cap', id, used: entry } };
  const day = over(world.usage.today, caps.day_usd, caps.day_tokens);
  if (day === null) return null;
  return { kind: 'day', until: world.usage.dayEnds, reason: { code: 'day-cap', used: day } };
}

/** Why no further run of this entry may start: it has had as many as `caps.entry_runs` allows since the user last freed it; null = it may. */
export function runsUsedUp({ settings, usage }: World, id: string): Reason | null {
  const most = settings.caps.entry_runs;
  const runs = usage.runs.get(id) ?? 0;
  return most !== null && runs >= most ? { code: 'entry-runs', id, runs, most } : null;
}

/** What a new run of this entry may use before a cap ends it; null = as much as it likes. */
export function allowanceOf(world: World, id: string, agent: string): Allowance | null {
  const { caps } = world.settings;
  if (isShell(world, agent)) return null;
  const entry = world.usage.entries.get(id)?.sinceFreed ?? {};
  const { today } = world.usage;
  const costUsd = least(left(caps.entry_usd, entry.costUsd ?? 0), left(caps.day_usd, today.costUsd ?? 0));
  const tokens = least(left(caps.entry_tokens, tokensOf(entry)), left(caps.day_tokens, tokensOf(today)));
  return costUsd === null && tokens === null ? null : { costUsd, tokens, why: messages.CAP_REACHED };
}

function over(used: Usage, usd: number | null, tokens: number | null): string | null {
  if (usd !== null && (used.costUsd ?? 0) >= usd) return `${dollars(used.costUsd ?? 0)} of ${dollars(usd)}`;
  return tokens !== null && tokensOf(used) >= tokens ? `${short(tokensOf(used))} of ${short(tokens)} tokens` : null;
}

const left = (cap: number | null, used: number): number | null => (cap === null ? null : Math.max(0, cap - used));

const least = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));
