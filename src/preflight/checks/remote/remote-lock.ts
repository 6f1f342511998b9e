import type { Check } from '../../finding.ts';

export const remoteLock: Check = {
  id: 'remote-lock',
  title: 'no coordinator works on base by another clone',
  why: 'There is one writer of the board.',
  run({ remoteAnswer: heard, settings: { base, remote: name, push } }) {
    if (!push || name === null || heard?.lockedBy == null) return [];
    const message = `Another coordinator works on ${base} of ${name}: ${heard.lockedBy}.`;
    const fix = 'kanban stop there; if that machine is gone, its lock runs out 15 minutes after it was renewed last';
    return [{ level: 'stops', message, fix }];
  },
};
