import type { Reason } from '../contract/reason.ts';
import { unreachable } from '../unreachable.ts';
import type { Action } from './action.ts';
import { waitAfter, WAITS } from './backoff.ts';
import * as messages from './messages.ts';

/** Why an action was not done. */
export interface Failure {
  readonly why: string;
  /** What helps, as a command or as text; null = it helps by itself. */
  readonly fix: string | null;
  /** Time alone does not help: the user is needed. */
  readonly lasting: boolean;
  /** It was not tried, because somebody is at work there. It is tried at the next tick, without a wait. */
  readonly untried: boolean;
}

/** An action that could not be done when it was last due. */
export interface FailedAction extends Failure {
  readonly key: string;
  /** The entry; null = it belongs to none. */
  readonly id: string | null;
  /** Names it for the user: `move of T-1`. Several that fail for one reason may share it: `picks`. */
  readonly what: string;
  /** Tries in a row that failed. */
  readonly times: number;
  /** Epoch ms of the first of them. */
  readonly since: number;
  /** It is not tried again before this, epoch ms. */
  readonly until: number;
}

/** What is known of actions that failed, by their keys. */
export type Failures = ReadonlyMap<string, FailedAction>;

/** What an action is about: the key keeps its value from tick to tick. */
export interface Identity {
  readonly key: string;
  readonly id: string | null;
  readonly what: string;
  /** What all actions of this kind for this entry share, where the key also names a run or a tip; none for a command's. */
  readonly kind?: string;
}

/** One failure more. */
export function failedOnceMore(
  before: FailedAction | undefined,
  identity: Identity,
  failure: Failure,
  now: number,
): FailedAction {
  const { key, id, what } = identity;
  // While somebody is at work there, the last reason still holds.
  if (failure.untried && before !== undefined && !before.untried) return { ...before, until: now };
  const times = (before?.times ?? 0) + (failure.untried ? 0 : 1);
  const until = failure.untried ? now : now + waitAfter(times, WAITS.local);
  return { ...failure, key, id, what, times, since: before?.since ?? now, until };
}

/** Is it too early for another try? A clock that was set back holds nothing for longer. */
export const isPostponed = ({ until }: FailedAction, now: number): boolean =>
  until > now && until - now <= WAITS.local.most;

/**
 * The identities of an action: kind, entry, and what it acts on. A pick of several entries has one for each.
 * `start-run` and `land-entries` have none: runs that could not start are among the past runs of the World, and the merge
 * queue reports what holds its landings.
 */
export function identitiesOf(action: Action): readonly Identity[] {
  switch (action.type) {
    case 'move-entry': {
      const { id, from, to, consumesRun, request } = action;
      const identity = { key: `move ${id} ${from} ${to} ${consumesRun ?? request ?? ''}`, id, what: `move of ${id}` };
      return [request === null ? { ...identity, kind: `moves ${id} ${from} ${to}` } : identity];
    }
    case 'land-tested':
      return identitiesOf(action.result);
    case 'pick-entries':
      return action.picks.map(({ key, id }) => pickOf(key, id));
    case 'number-entry':
      return [{ key: `number ${action.column} ${action.key}`, id: null, what: messages.numberFor(action.column) }];
    case 'add-entry':
    case 'answer-request':
      return [{ key: `request ${action.request}`, id: null, what: `request ${action.request}` }];
    case 'abandon-entry':
    case 'edit-entry':
    case 'undo-entry': {
      const verb = action.type.slice(0, -'-entry'.length);
      return [{ key: `${verb} ${action.id} ${action.request}`, id: action.id, what: `${verb} of ${action.id}` }];
    }
    case 'stop-run':
    case 'put-aside': {
      const { type, run } = action;
      // A run's id begins with its entry's.
      const kind = `${type} ${run.replace(/-\d+-[a-z]+-[0-9a-f]+$/, '')}`;
      return [{ key: `${type} ${run}`, id: null, what: `run ${run}`, kind: `all ${kind}` }];
    }
    case 'close-merged': {
      const { id, tip } = action;
      return [{ key: `close ${id} ${tip}`, id, what: `move of ${id}`, kind: `closes ${id}` }];
    }
    case 'restore-branch': {
      const { id, ref } = action;
      return [{ key: `restore ${id} ${ref}`, id, what: `branch of ${id}`, kind: `restores ${id}` }];
    }
    case 'remove-worktree':
    case 'retire-branch':
      return [cleanUpOf(action.id)];
    case 'start-run':
    case 'land-entries':
      return [];
    default:
      return unreachable(action);
  }
}

export const pickOf = (key: string, id: string | null): Identity => ({
  key: `pick ${key}`,
  id,
  what: 'picks',
  ...(id === null ? {} : { kind: `picks ${id}` }),
});

/** Worktree and branch of an entry go together, whatever asks for it. */
export const cleanUpOf = (id: string): Identity => ({
  key: `clean-up ${id}`,
  id,
  what: `clean-up of ${id}`,
  kind: `clean-ups ${id}`,
});

/** The failure that keeps an action from being tried now; null = nothing does. */
export function postponedBy(failures: Failures, action: Action, now: number): FailedAction | null {
  for (const identity of identitiesOf(action)) {
    const failed = postponedOf(failures, identity, now);
    if (failed !== null) return failed;
  }
  return null;
}

/** The failure, of this very action or of its kind, that keeps it from being tried now; null = nothing does. */
export function postponedOf(
  failures: Failures,
  { key, kind }: Pick<Identity, 'key' | 'kind'>,
  now: number,
): FailedAction | null {
  for (const failed of [failures.get(key), kind === undefined ? undefined : failures.get(kind)])
    if (failed !== undefined && isPostponed(failed, now)) return failed;
  return null;
}

export const reasonOf = ({ why, fix }: Pick<Failure, 'why' | 'fix'>): Reason => ({
  code: 'action-failed',
  text: why,
  fix,
});
