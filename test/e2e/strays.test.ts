import { execFileSync } from 'node:child_process';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import type { Kanban } from './rig/kanban.ts';

const TWO = '## T-1: One\n\nDo it.\n\n## T-2: Two\n\nDo it.\n';
/** Whoever else is at git there has its lock for a moment. */
const ESCAPE =
  'save a.txt a; commit; cd "$KANBAN_ROOT"; echo x > escaped.txt; git add escaped.txt; until git commit -qm "a quick fix" -- escaped.txt; do sleep 0.1; done; cd "$KANBAN_WORKTREE"; report done';

/** T-1's agent commits in the user's checkout; T-2 is done after that. @returns the commit. */
async function escaped(kanban: Kanban, where: string): Promise<string> {
  kanban.plan('T-1.task.1', `pause one; ${ESCAPE}`);
  kanban.plan('T-2.task.1', 'save b.txt b; commit; pause two; report done');
  const coordinator = kanban.start('--until-done');
  await kanban.at('one');
  await kanban.at('two');
  kanban.go('one');
  await coordinator.needsPerson('T-1');
  kanban.go('two');
  expect((await coordinator.ended).code, kanban.story()).toBe(4);
  const sha = kanban.git('log', '--format=%H', '--grep=^a quick fix', where);
  expect(sha).toMatch(/^[0-9a-f]{40}$/);
  expect(kanban.landings(), kanban.story()).toEqual([]);
  return sha;
}

describe.concurrent('an agent that commits outside its branch', { timeout: 180_000 }, () => {
  it('on base: it is escalated with the evidence; nothing is undone, and nothing lands until the user has', async ({
    made,
  }) => {
    const kanban = made({ todo: TWO });
    const sha = await escaped(kanban, 'main');
    const short = sha.slice(0, 10);
    expect(kanban.column('IN_PROGRESS')).toMatch(/^## \[ESCALATED\] T-1/m);
    expect(kanban.kanban('show', 'T-1').out).toContain(`git revert ${short} reverts it`);
    expect(kanban.git('log', '--format=%B', 'main')).toContain(`${short} on main: a quick fix (escaped.txt)`);
    expect(kanban.kanban('status').out).toMatch(/T-2 .*T-1/);
    kanban.git('revert', '--no-edit', short);
    expect((await kanban.untilDone()).code, kanban.story()).toBe(4);
    expect(kanban.landings(), kanban.story()).toEqual(['T-2']);
    expect(kanban.column('IN_PROGRESS'), 'it waits for its person all the same').toMatch(/^## \[ESCALATED\] T-1/m);
    expect(kanban.kanban('retry', 'T-1', '--why', 'undone').code).toBe(0);
    expect((await kanban.untilDone()).code, kanban.story()).toBe(0);
    await kanban.expectDone(['T-1', 'T-2']);
  });

  it('I7: a moved base: nothing lands until the advice, copied as it is, was followed', async ({ made }) => {
    const kanban = made({ todo: TWO });
    kanban.plan('T-1.task.1', 'save a.txt a; commit; git update-ref refs/heads/main HEAD; report done');
    kanban.plan('T-2.task.1', 'pause two; save b.txt b; commit; report done');
    const coordinator = kanban.start('--until-done');
    await kanban.at('two');
    await coordinator.needsPerson('T-1');
    kanban.go('two');
    expect((await coordinator.ended).code, kanban.story()).toBe(4);
    expect(kanban.landings(), kanban.story()).toEqual([]);
    const advice = /(git commit [^\n]*?) reverts it/.exec(kanban.kanban('show', 'T-1').out)?.[1] ?? 'false';
    execFileSync('sh', ['-c', advice], { cwd: kanban.root, stdio: 'pipe' });
    expect(kanban.git('status', '--porcelain')).toBe('');
    expect((await kanban.untilDone()).code, kanban.story()).toBe(4);
    expect(kanban.landings(), kanban.story()).toEqual(['T-2']);
    expect(kanban.git('ls-tree', '--name-only', 'main')).not.toContain('a.txt');
  });

  it('on base: what the user rewrote away is in nobody’s way', async ({ made }) => {
    const kanban = made({ todo: TWO });
    const sha = await escaped(kanban, 'main');
    kanban.git('rebase', '-q', '--onto', `${sha}^`, sha, 'main');
    expect((await kanban.untilDone()).code, kanban.story()).toBe(4);
    expect(kanban.landings(), kanban.story()).toEqual(['T-2']);
    expect(kanban.git('ls-tree', '--name-only', 'main')).not.toContain('escaped.txt');
  });

  it('on the branch that the user has checked out, until they give their word on the entry', async ({ made }) => {
    const kanban = made({ todo: TWO });
    kanban.git('switch', '-q', '-c', 'feature');
    const sha = await escaped(kanban, 'feature');
    expect(kanban.git('log', '--format=%B', 'main')).toContain(
      `${sha.slice(0, 10)} on feature: a quick fix (escaped.txt)`,
    );
    expect(kanban.kanban('abandon', 'T-1', '--why', 'it does not listen').code).toBe(0);
    expect((await kanban.untilDone()).code, kanban.story()).toBe(0);
    expect(kanban.landings(), kanban.story()).toEqual(['T-2']);
  });

  it('on a detached HEAD, until nothing holds it any more', async ({ made }) => {
    const kanban = made({ todo: TWO });
    kanban.git('switch', '-q', '--detach');
    const sha = await escaped(kanban, 'HEAD');
    expect(kanban.git('log', '--format=%B', 'main')).toContain(`${sha.slice(0, 10)} on the detached HEAD`);
    kanban.git('switch', '-q', 'main');
    expect((await kanban.untilDone()).code, kanban.story()).toBe(4);
    expect(kanban.landings(), kanban.story()).toEqual(['T-2']);
  });

  it('by merging that branch into base itself: not taken for the user’s merge', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n\nDo it.\n' });
    kanban.plan(
      'T-1.task.1',
      'save a.txt a; commit; until git -C "$KANBAN_ROOT" merge -q --no-edit T-1; do sleep 0.1; done; report done',
    );
    expect((await kanban.untilDone()).code, kanban.story()).toBe(4);
    expect(await kanban.stands('T-1', 'IN_PROGRESS')).toMatch(/^\[ESCALATED\]/);
    expect(kanban.landings(), kanban.story()).toEqual([]);
    const [, undo = ''] = /(git revert [^;]*) reverts it/.exec(kanban.kanban('show', 'T-1').out) ?? [];
    kanban.git(...undo.split(' ').slice(1), '--no-edit');
    expect(kanban.kanban('rescope', 'T-1', '--why', 'afresh').code).toBe(0);
    expect((await kanban.untilDone()).code, kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
  });

  it('I4: that moves base back: base is moved back at once, the others land, and only its run has failed', async ({
    made,
  }) => {
    const todo = [1, 2, 3].map((n) => `## T-${n}: Task ${n}\n\nDo it.\n\n`).join('');
    const kanban = made({ todo });
    kanban.plan(
      'T-1.task.1',
      'pause one; git update-ref refs/heads/main main~1; save a.txt a; commit; until git merge-base --is-ancestor refs/kanban/seen main; do sleep 0.1; done; report done',
    );
    const coordinator = kanban.start('--until-done');
    await kanban.at('one');
    kanban.go('one');
    expect((await coordinator.ended).code, kanban.story()).toBe(0);
    await kanban.expectDone(['T-1', 'T-2', 'T-3']);
    const log = kanban.git('log', '--format=%B', 'main');
    expect(log).toMatch(
      /moved main from [0-9a-f]{10} to [0-9a-f]{10}, which does not contain it; kanban moved it back/,
    );
    expect(log.match(/attempts/g) ?? [], log).toEqual([]);
    expect(kanban.git('log', '--format=%(trailers:key=Kanban-Escalated)', 'main').trim()).toBe('');
  });

  it('I7: that resets the checkout of base: all wait, until the command of the message is given', async ({ made }) => {
    const kanban = made({ todo: TWO });
    kanban.plan(
      'T-1.task.1',
      'pause one; git -C "$KANBAN_ROOT" reset -q --hard main~1; save a.txt a; commit; report done',
    );
    const coordinator = kanban.start('--until-done');
    await kanban.at('one');
    kanban.go('one');
    const { code, err } = await coordinator.ended;
    expect(code, kanban.story()).toBe(4);
    const advice = /Fix: (git .*? reset --keep [0-9a-f]{40})/.exec(err)?.[1] ?? 'false';
    execFileSync('sh', ['-c', advice], { cwd: kanban.root, stdio: 'pipe' });
    expect((await kanban.untilDone()).code, kanban.story()).toBe(0);
    await kanban.expectDone(['T-1', 'T-2']);
  });
});
