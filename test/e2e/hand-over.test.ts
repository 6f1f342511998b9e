import { rmSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import type { Kanban } from './rig/kanban.ts';

const LONG = 'for i in $(seq 60); do echo "line $i of the task"; done';
const WORK = `save work.txt "work $n" && commit "work $n" && report done "" "$(${LONG})"`;
const REFUSED = 'report changes-requested "" "The message names the field."';

/** Task → reviewer, who asks for changes → task → another run of the reviewer → tester, who fails → tester. */
function allStages(kanban: Kanban): void {
  kanban.plan('T-1.task', WORK);
  kanban.plan('T-1.reviewer.1', REFUSED);
  kanban.plan('T-1.reviewer', 'report ready "" "The message is right now."');
  kanban.plan('T-1.tester.1', 'report failed "" "expected 400, got 500"');
  kanban.plan('T-1.tester', 'report passed');
}

const TODO = '## T-1: Say hello\n\nWrite it down.\n\n- [ ] it is friendly\n';

describe('each run gets what the runs before it reported', () => {
  it.concurrent('all roles, one after the other', async ({ made }) => {
    const kanban = made({ todo: TODO });
    allStages(kanban);
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);

    const review = kanban.prompt('T-1', 'reviewer', 1);
    expect(review).toContain('#### task agent (fake): done');
    // A commit holds 40 lines of it; the newest report is whole all the same.
    expect(review).toContain('> line 60 of the task\n');
    expect(kanban.git('log', '--format=%b', '--grep=Kanban-Verdict: T-1 task done')).not.toContain('line 60');

    const changes = kanban.prompt('T-1', 'task', 2);
    expect(changes).toContain('> The message names the field.\n');
    expect(changes).toContain('Address every finding of the reviewer');
    expect(changes).toMatch(
      /> line 12 of the task\n> \[cut here: 48 more lines; `git show -s [0-9a-f]{10}` shows all\]\n/,
    );

    const second = kanban.prompt('T-1', 'reviewer', 2);
    expect(second).toMatch(/## Findings so far[^]*> The message names the field\.\n[^]*## Hand-over/);
    expect(second).toContain('Check each finding first');

    const test = kanban.prompt('T-1', 'tester', 1);
    expect(test).toContain('> The message is right now.\n');
    expect(test).not.toContain('## Findings so far');

    const again = kanban.prompt('T-1', 'tester', 2);
    expect(again).toContain('> expected 400, got 500\n');
    expect(again).toContain('> The message is right now.\n');
    for (const text of [review, changes, second, test, again])
      expect(text).toMatch(/`git restore --source=[0-9a-f]{10} /);
  });

  it.concurrent('from the commits of base, if .kanban/ is lost, in a run that starts again too', async ({ made }) => {
    const kanban = made({ todo: TODO });
    kanban.plan('T-1.task', WORK);
    kanban.plan('T-1.reviewer.1', REFUSED);
    kanban.plan('T-1.reviewer.2', 'pause review');
    kanban.plan('T-1.reviewer.3', 'pause again');
    const first = kanban.start();
    await kanban.at('review');
    first.signal('SIGTERM');
    await first.ended;
    rmSync(kanban.path('.kanban'), { recursive: true });
    const next = kanban.start();
    await kanban.at('again');
    expect(kanban.prompt('T-1', 'reviewer', 3)).toMatch(/## Findings so far[^]*> The message names the field\.\n/);
    next.signal('SIGTERM');
    await next.ended;
    // Its record is there this time; both messages wait for the next run.
    expect(kanban.kanban('inject', 'T-1', 'be quick').code).toBe(0);
    expect(kanban.kanban('inject', 'T-1', 'be kind', '--priority', 'high').code).toBe(0);
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    const restarted = kanban.prompt('T-1', 'reviewer', 4);
    expect(restarted).toMatch(
      /### Why this run was started again\n\nRun T-1-\d+-reviewer-[0-9a-f]{8} \(fake\) was stopped: /,
    );
    expect(restarted).toMatch(/`git status` in the worktree now:\n\n {4}## T-1\n/);
    expect(restarted).toMatch(/be kind[^]*be quick/);
  });

  it.concurrent('a fresh start keeps them, and drops the line for CHANGELOG.md', async ({ made }) => {
    const kanban = made({ todo: TODO });
    kanban.plan('T-1.task.1', 'save work.txt a && commit && report done "The old line"');
    kanban.plan('T-1.task', 'save work.txt b && commit && report done');
    kanban.plan('T-1.reviewer.1', REFUSED);
    kanban.plan('T-1.reviewer.2', 'report changes-requested "" "It still names it."');
    await kanban.untilDone();
    expect(kanban.column('REVIEW')).toContain('- changelog: The old line');
    expect(kanban.kanban('rescope', 'T-1', '--why', 'use the form').code).toBe(0);
    expect(kanban.column('TODO')).toContain('- feedback: use the form (findings before: It still names it.)');
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    const fresh = kanban.prompt('T-1', 'task', 3);
    for (const text of [
      '> The message names the field.',
      '> It still names it.',
      '> use the form',
      'on a fresh branch',
    ])
      expect(fresh).toContain(text);
    expect(fresh).toContain('`refs/kanban/abandoned/T-1/1-rescoped`');
    expect(kanban.read('CHANGELOG.md')).toContain('- Say hello (T-1)');
    expect(kanban.read('CHANGELOG.md')).not.toContain('The old line');
  });
});
