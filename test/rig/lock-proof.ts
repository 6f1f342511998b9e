import type { LockProof } from '../../src/system/lock.ts';

/** Stands for the proof of a lock where a test has the repository for itself and takes none. */
export const UNCHECKED_LOCK = { path: '', nonce: '' } as unknown as LockProof;
