import type { Check } from '../../finding.ts';

export const remoteLock: Check = {
  id: 'remote-lock',
  title: 'no coordinator in another clone works on base',
  why: 'Only one process may write the board.',
  run({ remoteAnswer: answer, settings: { base, remote: name, push } }) {
    if (!push || name === null || answer?.lockedBy == null) return [];
    const message = `Another coordinator works on ${base} of ${name}: ${answer.lockedBy}.`;
    const fix = 'run `kanban stop` there; if that machine is gone, its lock expires 15 minutes after its last renewal';
    return [{ level: 'stops', message, fix }];
  },
};
