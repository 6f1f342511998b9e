/** What is held, as data: stable JSON. `report/hold.ts` has the name of each. */
export type HoldKey =
  | { readonly on: 'landings' | 'pushes' | 'check' | 'base' | 'board' | 'remote' | 'everything' }
  | { readonly on: 'landing'; readonly id: string }
  /** An action that cannot be done; `what` names it for the user. */
  | { readonly on: 'action'; readonly what: string };

/** A file of the user's in the checkout that a landing would touch. */
export interface FileInTheWay {
  readonly path: string;
  readonly what: 'changed' | 'staged' | 'deleted' | 'not-in-git';
}

/** Why something is held, as data: what is done about it, and what the user is advised to do, depends on it alone. */
export type HoldReason =
  | { readonly code: 'files-in-the-way'; readonly files: readonly FileInTheWay[] }
  /** The check fails on base itself, or on base with these landings, which passed. */
  | { readonly code: 'base-fails'; readonly landings: readonly string[]; readonly commit: string; readonly log: string }
  | {
      readonly code:
        | 'check-not-run'
        | 'git-locked'
        | 'disk-full'
        | 'push-rejected'
        /** Why the remote could not be asked. */
        | RemoteReason
        /** Everything is held: `Snapshot.stops` has the reasons. */
        | 'stopped'
        | 'other';
    };

export type RemoteReason = 'remote-away' | 'login-refused' | 'repository-missing';

/** A reason as a sentence and as data. */
export interface Held {
  readonly why: string;
  readonly reason: HoldReason;
}

export const OTHER: HoldReason = { code: 'other' };

const REMOTE_REASONS: readonly string[] = ['remote-away', 'login-refused', 'repository-missing'];

export const isRemoteReason = ({ code }: HoldReason): boolean => REMOTE_REASONS.includes(code);

/** The same for equal keys, and for no other. */
export const nameOfKey = (key: HoldKey): string =>
  key.on === 'landing' ? `landing ${key.id}` : key.on === 'action' ? `action ${key.what}` : key.on;
