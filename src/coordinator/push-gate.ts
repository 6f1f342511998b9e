import type { Repository } from '../git/git.ts';
import type { QueueWord } from '../pipeline/world.ts';
import type { Settings } from '../workflow/settings.ts';
import { contains } from './git-view.ts';
import type { Remote } from './remote.ts';

/** Keeps the end of a chain from `git gc` while it is being pushed. */
export const PUSH_PIN = 'refs/kanban/inflight/push';

/** What was heard of the remote so long ago is too old to push on. */
const FRESH = 15_000;
/** It is looked at again after so long, should nobody wake the queue before. */
const AGAIN = 1_000;

/** Why a landing can't be pushed now; null = it can, or nothing is pushed. No network: what is missing is asked for. */
export async function pushGate(
  repo: Repository,
  remote: Remote,
  settings: Settings,
  base: string,
): Promise<{
  readonly what: string;
  readonly why: string;
  readonly until: number;
  readonly state: QueueWord['state'];
} | null> {
  if (!settings.push || settings.remote === null) return null;
  const name = settings.remote;
  const now = Date.now();
  const wait = (why: string) => ({ what: 'pushes', why, until: now + AGAIN, state: 'lands' }) as const;
  const hold = (why: string) => ({ what: 'pushes', why, until: now + AGAIN, state: 'held' }) as const;
  const facts = await remote.facts(base);
  if (typeof facts.lock === 'object') return hold(facts.lock.by);
  if (facts.rejected !== null) return hold(`${name} does not take it: ${facts.rejected}`);
  if (facts.away !== null) return wait(`${name} can't be reached: ${facts.away}`);
  if (facts.lock === 'asking') return wait(`${name} is asked for the lock of ${settings.base}`);
  if (facts.foreign.length > 0) {
    const [first] = facts.foreign;
    const more = facts.foreign.length > 1 ? ` and ${facts.foreign.length - 1} more` : '';
    return hold(
      `the first push would publish ${first?.sha.slice(0, 10)} "${first?.subject}" (${first?.author})${more}: push it yourself first (git push ${name} ${settings.base})`,
    );
  }
  if (facts.lost !== null)
    return hold(`${name}/${settings.base} was rewritten: the next push would bring back what was taken out of it`);
  if (!remote.isFresh(now - FRESH)) {
    remote.fetchNow(now);
    return wait(`${name} is asked what it has`);
  }
  if (facts.tip !== null && !(await contains(repo, base, facts.tip)))
    return hold(`${settings.base} is not up to ${name}/${settings.base}`);
  return null;
}
