import type { Held } from '../../contract/hold.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { ForeignCommit } from './first-push.ts';
import type { LockState } from './remote-lock.ts';

export type RemoteSettings = Pick<Settings, 'base' | 'remote' | 'push' | 'upstream' | 'fetch'>;

/** What one tick may know of the remote. */
export interface RemoteFacts {
  /** The remote's base, as last fetched; null = it has no such branch, or there is no remote. */
  readonly tip: string | null;
  /** `upstream`: the remote's branch where there is a remote, else the branch of that name here. */
  readonly upstreamTip: string | null;
  /** When the last fetch that went well began, epoch ms; null = none has in this process. */
  readonly fetchedAt: number | null;
  /** It has answered since this coordinator began, and since it holds the lock; or it is known why not. */
  readonly answer: boolean;
  /** Why the remote can't be reached now: landings wait where they are pushed. */
  readonly away: Held | null;
  /** Why the server does not want what was pushed, in its own words. */
  readonly rejected: string | null;
  readonly lock: LockState;
  /** Base is not to be moved. */
  readonly pushing: boolean;
  /** Commits that the first push would publish besides ours: it waits for the user. */
  readonly foreign: readonly ForeignCommit[];
  /** A commit that was pushed and that the remote's base has lost: a push would bring it back, and waits for the user. */
  readonly lost: string | null;
}
