import type { Check } from '../../finding.ts';

export const otherCoordinator: Check = {
  id: 'other-coordinator',
  title: 'no other coordinator runs here',
  why: 'Only one process may write the board.',
  run({ otherCoordinator: other }) {
    if (other === null) return [];
    if (other.here)
      return [{ level: 'stops', message: `Another coordinator runs here (pid ${other.pid}).`, fix: 'kanban stop' }];
    const message = `Process ${other.pid} on ${other.host} holds the lock, and kanban cannot tell from here whether it is alive.`;
    return [{ level: 'stops', message, fix: `stop it there; if that machine is gone: kanban doctor --fix` }];
  },
};
