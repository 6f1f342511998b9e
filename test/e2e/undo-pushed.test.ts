import { expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import { PUSHED, SharedRemote } from './rig/shared-remote.ts';

it.concurrent('a landing that was taken back is not left on the remote until the next one lands (I4)', async ({
  made,
}) => {
  const kanban = made({ todo: '## T-1: One\n', settings: PUSHED });
  const remote = new SharedRemote(kanban);
  kanban.plan('task', 'save "$KANBAN_TASK.txt" "work $n"; commit; report done');
  const landed = await kanban.untilDone();
  expect(landed.code, landed.err + kanban.story()).toBe(0);
  const undone = kanban.kanban('undo', 'T-1', '--why', 'it broke the build', '--resume');
  expect(undone.code, undone.err).toBe(0);
  expect(undone.out).toContain('it is pushed as soon as the remote accepts it');
  // Parked, so that nothing lands that would take it along.
  kanban.write('board/TODO.md', kanban.read('board/TODO.md').replace(/^## T-1/m, '# Parked\n\n## T-1'));
  const again = await kanban.untilDone();
  expect(again.code, again.err + kanban.story()).toBe(0);
  expect(again.coordinator.all('entry-landed')).toEqual([]);
  expect(remote.git('log', '--format=%s', 'main')).toContain('kanban: T-1 undone');
  expect(remote.git('ls-tree', '--name-only', 'main')).not.toContain('T-1.txt');
  expect(kanban.git('for-each-ref', 'refs/kanban/inflight')).toBe('');
});
