import type { Held, HoldReason } from '../../contract/hold.ts';
import type { PushOutcome, RemoteError } from '../../git/remote/remote.ts';

/** Why the remote could not be asked. */
export const heldByRemote = ({ kind, message }: RemoteError): Held => ({ why: message, reason: { code: CODES[kind] } });

/** Why a push did not reach the remote. */
export const heldByPush = ({ kind, message }: Exclude<PushOutcome, { readonly kind: 'done' }>): Held => ({
  why: message,
  reason: { code: kind === 'login' ? 'login-refused' : 'remote-away' },
});

const CODES: Readonly<Record<RemoteError['kind'], Exclude<HoldReason['code'], 'files-in-the-way' | 'base-fails'>>> = {
  unreachable: 'remote-away',
  login: 'login-refused',
  'no-remote': 'repository-missing',
  'not-a-repository': 'repository-missing',
  shallow: 'other',
};
