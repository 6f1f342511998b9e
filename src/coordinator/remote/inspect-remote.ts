import type { Repository } from '../../git/git.ts';
import { fetchedRef, fetchRemote, tipOf, trackingRef } from '../../git/remote/remote.ts';
import { updateRefs } from '../../git/refs.ts';
import type { RemoteAnswer } from '../../preflight/facts.ts';
import type { Settings } from '../../workflow/settings.ts';
import { FirstPush } from './first-push.ts';
import { describeHolder, knownToken, readHolder } from './lock-holder.ts';
import { lockRef } from './remote-lock.ts';

/** The user waits for the answer. */
const NETWORK_TIMEOUT_MS = 6_000;

/**
 * Asks the remote as `kanban preflight` does: once, for a few seconds, without taking anything: does it answer, does
 * somebody else hold the lock, what would a first push publish?
 * @param base tip of base. @returns null where there is nothing to ask.
 */
export async function inspectRemote(
  repo: Repository,
  { base: name, remote, push, upstream }: Settings,
  base: string,
): Promise<RemoteAnswer | null> {
  if (remote === null || (!push && upstream === null)) return null;
  const ref = lockRef(name);
  const fetched = await fetchRemote(repo, { remote, branches: [], refs: [ref], timeout: NETWORK_TIMEOUT_MS });
  const nothing = { away: null, declined: null, lockedBy: null, foreign: [], lost: null };
  if (!fetched.ok) return { ...nothing, away: fetched.message };
  if (!push) return nothing;
  const lock = fetched.tips.get(ref) ?? null;
  const holder = lock === null ? null : await readHolder(repo, lock);
  if (lock !== null) await updateRefs(repo, [{ ref: fetchedRef(remote, ref), to: null }]);
  const ours = lock === null || (holder !== null && holder.clone === knownToken(repo));
  const remoteTip = await tipOf(repo, trackingRef(remote, name));
  const { foreign, lost } = await new FirstPush(repo).observe({ remote, branch: name, base, remoteTip });
  return { ...nothing, lockedBy: ours ? null : describeHolder(holder), foreign, lost };
}
