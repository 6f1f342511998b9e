import { OTHER, type Held, type HoldKey, type HoldReason } from '../../contract/hold.ts';
import type { Repository } from '../../git/git.ts';
import type { QueueNote } from '../../pipeline/world.ts';
import type { Settings } from '../../workflow/settings.ts';
import { isAncestor } from '../../git/history/is-ancestor.ts';
import type { RemoteFacts } from './remote-facts.ts';
import type { Remote } from './remote.ts';
import * as messages from './messages.ts';

/** Keeps the end of a chain from `git gc` while it is being pushed. */
export const PUSH_PIN = 'refs/kanban/inflight/push';

/** Why a landing waits. */
export interface PushHold extends Held {
  readonly key: HoldKey;
  /** Looked at again at this time, epoch ms, should nobody wake the queue before. */
  readonly until: number;
  /** `held`: the user is needed. */
  readonly state: QueueNote['state'];
}

/** Older facts about the remote are no base for a push, ms. */
const MAX_FACTS_AGE_MS = 15_000;
const RETRY_INTERVAL_MS = 1_000;

/**
 * Why a landing can't be pushed now; null = it can, or nothing is pushed. No network: what is missing is asked for.
 * @param base tip of base
 * @param behind why base can't be brought up to the remote; null = nothing is in the way
 */
export async function pushGate(
  repo: Repository,
  remote: Remote,
  settings: Settings,
  { base, behind }: { readonly base: string; readonly behind: Held | null },
): Promise<PushHold | null> {
  const { push, remote: name } = settings;
  if (!push || name === null) return null;
  const now = Date.now();
  const at = (state: QueueNote['state'], why: string, reason: HoldReason = OTHER): PushHold => ({
    key: { on: 'pushes' },
    why,
    reason,
    until: now + RETRY_INTERVAL_MS,
    state,
  });
  const facts = await remote.facts(base);
  const person = needsPerson(facts, settings, name);
  if (person !== null) return at('held', person.why, person.reason);
  if (facts.away !== null) return at('lands', facts.away.why, facts.away.reason);
  if (facts.lock === 'asking') return at('lands', messages.askingForLock(name, settings.base));
  if (!facts.answer || !remote.isFresh(now - MAX_FACTS_AGE_MS)) {
    remote.fetchNow(now);
    return at('lands', messages.askingRemote(name));
  }
  if (facts.tip === null || (await isAncestor(repo, facts.tip, base))) return null;
  return behind === null
    ? at('held', messages.behindRemote(settings.base, name))
    : at('held', behind.why, behind.reason);
}

/** What time does not fix, with the fix. */
function needsPerson(facts: RemoteFacts, { base }: Settings, name: string): Held | null {
  const other = (why: string): Held => ({ why, reason: OTHER });
  if (typeof facts.lock === 'object') return other(messages.lockedBy(base, name, facts.lock.by));
  if (facts.rejected !== null)
    return { why: messages.pushRejected(name, facts.rejected), reason: { code: 'push-rejected' } };
  const [first] = facts.foreign;
  if (first !== undefined)
    return other(messages.firstPushPublishes(first, facts.foreign.length - 1, `${name} ${base}`));
  if (facts.lost === null) return null;
  return other(messages.lostOnRemote(name, base, facts.lost));
}
