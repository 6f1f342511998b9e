import type { Check } from '../../finding.ts';
import { shellPath } from '../../../shell-word.ts';

/** Milliseconds after which a lock is taken for one that a killed process left. */
const STALE_LOCK_MS = 60_000;

export const indexLock: Check = {
  id: 'index-lock',
  title: "git's index is not locked",
  why: 'kanban moves nothing while another git process changes files of the checkout.',
  run({ indexLock: lock }) {
    if (lock === null) return [];
    const message = `Another git process has locked the index for ${Math.round(lock.age / 1000)} s: ${lock.path} exists.`;
    const fix = `wait for that process to end; if none runs: rm ${shellPath(lock.path)}`;
    return [{ level: lock.age < STALE_LOCK_MS ? 'info' : 'stops', message, fix }];
  },
};
