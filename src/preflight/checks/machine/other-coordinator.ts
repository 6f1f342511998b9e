import type { Check } from '../../finding.ts';

export const otherCoordinator: Check = {
  id: 'other-coordinator',
  title: 'no other coordinator is at work',
  why: 'There is one writer of the board.',
  run({ otherCoordinator: other }) {
    if (other === null) return [];
    if (other.here)
      return [
        { level: 'stops', message: `Another coordinator is at work here (pid ${other.pid}).`, fix: 'kanban stop' },
      ];
    const message = `The lock is held by process ${other.pid} on ${other.host}, which can't be judged from here.`;
    return [{ level: 'stops', message, fix: `end it there, or, if that machine is gone: kanban doctor --fix` }];
  },
};
