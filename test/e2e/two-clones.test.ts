import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import { PUSHED, SharedRemote } from './rig/shared-remote.ts';
import { until } from './rig/until.ts';

const WAITING = 'pause there; save "$KANBAN_TASK.txt" "work $n"; commit; report done';

describe('two coordinators on two clones of one remote', () => {
  it.concurrent('the second is told who works on base and starts nothing; it takes over when the first has ended, and knows what that landed (I3, I4)', async ({
    made,
  }) => {
    const first = made({ todo: '## T-1: One\n\n## T-2: Two\n\n- depends: T-1\n', settings: `${PUSHED}fetch: 1s\n` });
    const remote = new SharedRemote(first);
    const second = made({ todo: '' });
    remote.join(second);
    first.plan('T-1.task', WAITING);
    const one = first.start('T-1', '--until-done');
    await first.at('there');
    const { code, err } = await second.untilDone();
    expect([code, second.git('log', '-1', '--format=%s')], err).toEqual([3, 'begin']);
    expect(err).toMatch(/Another coordinator works on main of origin: process \d+ on \S+/);
    const two = second.start();
    await until(
      () => /Another coordinator works on main/.test(second.kanban('queue').out),
      () => `${second.kanban('queue').out}\n${two.story()}`,
    );
    first.go('there');
    expect((await one.ended).code, one.story()).toBe(0);
    expect(remote.git('for-each-ref', '--format=%(refname)', 'refs/kanban')).toBe('');
    await two.landed('T-2');
    two.signal('SIGINT');
    expect((await two.ended).code, two.story()).toBe(130);
    expect([first.times('T-1', 'task'), first.times('T-2', 'task')]).toEqual([1, 1]);
    await second.expectDone(['T-1', 'T-2']);
    await first.expectQuiet();
    remote.expectInStep(['T-1', 'T-2']);
  });
});
