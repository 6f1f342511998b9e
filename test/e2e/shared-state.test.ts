import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';

const WORK = 'save "$KANBAN_TASK.txt" work && commit && report done';

describe.concurrent('what all worktrees share', { timeout: 180_000 }, () => {
  it('I6: an agent that makes the repository bare fails; the others land, and it is restored', async ({ made }) => {
    const todo = [1, 2].map((n) => `## T-${n}: Task ${n}\n\nDo it.\n\n`).join('');
    const kanban = made({ todo });
    kanban.plan('T-1.task', `git config core.bare true; git config user.name Other; ${WORK}`);
    const { code } = await kanban.untilDone();
    expect(code, kanban.story()).toBe(4);
    expect(kanban.landings(), kanban.story()).toEqual(['T-2']);
    expect(kanban.git('config', 'core.bare')).toBe('false');
    expect(kanban.git('config', 'user.name')).toBe('Ada');
    expect(kanban.column('IN_PROGRESS')).toMatch(/^## \[ESCALATED\] T-1[\s\S]*feedback: .*core\.bare/m);
  });

  it('I6: a merge that drops what has landed is refused each time, then escalated', async ({ made }) => {
    const kanban = made({ todo: '## T-2: Two\n\nDo it.\n', files: { 'other.txt': 'old\n' } });
    const drop =
      'cd "$KANBAN_ROOT"; save other.txt landed; GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.com git commit -qam landed; cd "$KANBAN_WORKTREE"; git merge -q -s ours --no-edit main; report passed';
    kanban.plan('T-2.tester.1', drop);
    kanban.plan('T-2.tester', 'git merge -q --no-edit main; report passed');
    const { code } = await kanban.untilDone();
    expect(code, kanban.story()).toBe(4);
    expect(kanban.landings(), kanban.story()).toEqual([]);
    expect(kanban.column('REVIEW')).toMatch(/^## \[ESCALATED\] T-2[\s\S]*drops what git merges clean: other\.txt/m);
    expect(kanban.git('show', 'main:other.txt')).toBe('old\nlanded');
  });
});
