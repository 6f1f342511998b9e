import type { Identity } from '../pipeline/failures.ts';
import { forgetMessages } from '../runs/message-store.ts';
import { watchedPaths } from './change-watcher.ts';
import { failureOf } from '../git/failure-of.ts';
import type { Members } from './members.ts';
import * as messages from './messages.ts';
import { pinLost } from './observe/lost-landings.ts';
import type { Observation } from './observe/observation.ts';

const WATCH: Identity = { key: 'watch', id: null, what: messages.WATCHING };

type FollowMembers = Pick<Members, 'repo' | 'observer' | 'monitor' | 'publisher' | 'failures' | 'watcher'>;

/** Acts on what happened since the last tick, and reports it. */
export function followUp(observation: Observation, members: FollowMembers): void {
  const { repo, observer, monitor, publisher } = members;
  const { world, git, lost } = observation;
  observer.workflow.pin(world.entries.some(({ entry }) => entry.column !== 'TODO') || world.runs.length > 0);
  watch(observation, members);
  monitor.follow(observation);
  publisher.observed(observation);
  forgetMessages(repo.root, observer.history.history.gone);
  if (observation.rewritten || lost.length > 0)
    pinLost(repo, git.refs, lost).catch((error: unknown) =>
      publisher.once(`pin ${String(error)}`, { type: 'notice', message: messages.notPinned(error) }),
    );
  const open = git.open ?? (observation.inMotion ? messages.IN_MOTION : null);
  publisher.hold({ on: 'everything' }, open ?? world.stops[0] ?? null);
}

function watch(observation: Observation, { repo, failures, watcher }: FollowMembers): void {
  const now = Date.now();
  if (!failures.mayTry(WATCH, now)) return;
  try {
    watcher.follow(watchedPaths(repo.root, observation), now);
    failures.done(WATCH);
  } catch (error) {
    const why = failureOf(error);
    if (why === null) throw error;
    failures.failed(WATCH, { why }, now);
  }
}
