import { existsSync, rmSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import type { RunningCoordinator } from './rig/coordinator.ts';
import { until } from './rig/until.ts';

const NESTED = `git init -q frontend
git -C frontend -c user.name=A -c user.email=a@b.c commit -q --allow-empty -m 'the only copy'
report passed`;

const reportsOf = (coordinator: RunningCoordinator, what: string): string[] =>
  coordinator.all('hold-changed').flatMap((event) => (event.what === what && event.why !== null ? [event.why] : []));

describe('what can not be done', () => {
  it.concurrent('I10: a nested repository keeps its worktree: reported once, nothing left per try, exit 4', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: Make a frontend\n\n## T-2: Another\n' });
    kanban.plan('T-1.tester', NESTED);
    const { code, err, coordinator } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(4);
    expect(kanban.landings().toSorted()).toEqual(['T-1', 'T-2']);
    expect(err).toMatch(/clean-up of T-1: .*T-1\/frontend.* Fix: /);
    expect(reportsOf(coordinator, 'clean-up of T-1')).toHaveLength(1);
    const kept = kanban.refs('refs/kanban/rescue/');
    expect(kept.length).toBeLessThanOrEqual(1);
    expect(kanban.gitIn(kanban.path('.worktrees/T-1/frontend'), 'log', '-1', '--format=%s')).toBe('the only copy');
    const again = await kanban.untilDone();
    expect(again.code, again.err).toBe(4);
    expect(kanban.refs('refs/kanban/rescue/')).toEqual(kept);
  });

  it.concurrent('I10: it is done once its cause is gone', async ({ made }) => {
    const kanban = made({ todo: '## T-1: Add a worktree\n' });
    kanban.plan('T-1.tester', 'git worktree add -q --detach nested HEAD && report passed');
    const coordinator = kanban.start();
    await coordinator.event('hold-changed', ({ what, why }) => what === 'clean-up of T-1' && why !== null);
    rmSync(kanban.path('.worktrees/T-1/nested'), { recursive: true });
    await coordinator.event('hold-changed', ({ what, why }) => what === 'clean-up of T-1' && why === null);
    await until(
      () => !existsSync(kanban.path('.worktrees/T-1')) && kanban.refs('refs/heads/T-1').length === 0,
      () => `the end of T-1\n${kanban.story()}`,
    );
    expect(kanban.refs('refs/kanban/rescue/').length).toBeLessThanOrEqual(1);
  });

  it.concurrent('I10: a lock that stays on a branch: everything else continues, and the end names it', async ({
    made,
  }) => {
    const lock = '"$(git rev-parse --path-format=absolute --git-common-dir)/refs/heads/T-1.lock"';
    const kanban = made({
      todo: '## T-1: Locked\n\n## T-2: Free\n',
      settings: `hooks: { before_remove: 'test $KANBAN_TASK != T-1 || : > ${lock}' }\n`,
    });
    const { code, err, coordinator } = await kanban.untilDone('--max-wait', '3s');
    expect(code, err + kanban.story()).toBe(4);
    expect(kanban.landings().toSorted()).toEqual(['T-1', 'T-2']);
    expect(err).toMatch(/clean-up of T-1: its branch cannot be removed: .*T-1\.lock.* Fix: .*rm /);
    // On a busy machine the removal may be seen while it is at work.
    const reports = reportsOf(coordinator, 'clean-up of T-1').filter((why) => !why.endsWith('is being removed'));
    expect(reports).toHaveLength(1);
    expect(kanban.refs('refs/kanban/').filter((ref) => !/start|seen|rescue/.test(ref))).toEqual([]);
  });
});
