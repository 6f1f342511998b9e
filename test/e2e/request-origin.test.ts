import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import { until } from './rig/until.ts';

const END = 'save a.txt a; commit; report done';

describe.concurrent('I5: what a run asks for', { timeout: 180_000 }, () => {
  it('is refused beyond reading, proposing entries and messages for its own entry', async ({ made, built }) => {
    const kanban = made({ todo: '## T-1: One\n\nDo it.\n\n## T-2: Two\n\nDo it.\n', settings: 'approve: land\n' });
    const k = `${process.execPath} ${built.cli}`;
    kanban.plan(
      'T-1.task.1',
      [
        `try() { echo "$*" >> "$STEER/said"; ${k} "$@" >> "$STEER/said" 2>&1; echo "exit $?" >> "$STEER/said"; }`,
        'try approve T-2; try retry T-2; try stop; try abandon T-2 --why x; try pause; try resume; try undo T-2 --why x; try run --until-done; try init; try inject T-2 hello',
        '(unset KANBAN_RUN_ID KANBAN_MARK KANBAN_ROOT; try approve T-1)',
        'try status; try show T-2',
        `n=0; while [ $n -lt 14 ]; do n=$((n+1)); ${k} add "Idea $n" >> "$STEER/added" 2>&1 || echo refused >> "$STEER/added"; done`,
        END,
      ].join('\n'),
    );
    const { code } = await kanban.untilDone();
    expect(code, kanban.story()).toBe(4);
    const said = kanban.steered('said');
    const codes = [...said.matchAll(/^exit (\d+)$/gm)].map(([, exit]) => exit);
    expect(codes, said).toEqual([...Array.from({ length: 11 }, () => '2'), '0', '0']);
    expect(said).toContain('`kanban approve` is refused: it comes from the run T-1-1-task-');
    // Both wait for the user's approval, as before.
    expect(kanban.landings(), kanban.story()).toEqual([]);
    expect(kanban.steered('added').match(/^refused$/gm)).toHaveLength(2);
    const todo = kanban.read('board/TODO.md');
    expect(todo).toContain('\n# Proposed (T-1)\n\n## T-3: Idea 1\n');
    expect(todo).toContain('## T-14: Idea 12');
    expect(todo).not.toContain('Idea 13');
    expect(kanban.git('log', '--format=%s', 'main')).toMatch(/^kanban: T-14 proposed by T-1-1-task-/m);
    expect(kanban.kanban('approve', 'T-2').code).toBe(0);
  });

  it('is refused as a file in the mailbox too, and the user is told from a run by where they stand', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n\nDo it.\n' });
    kanban.plan('T-1.task.1', `pause here; ${END}`);
    kanban.start();
    await kanban.at('here');
    const inWorktree = () => kanban.kanbanIn(join(kanban.root, '.worktrees', 'T-1'), 'pause', 'T-1');
    const refused = inWorktree();
    expect(refused.code, refused.err).toBe(2);
    expect(refused.err).toContain('works in this folder');
    const id = '00001790000000-0123abcd';
    const by = { name: 'Ada', email: 'ada@example.com' };
    const file = join(kanban.root, '.kanban', 'mailbox', `${id}.json`);
    writeFileSync(`${file}.new`, JSON.stringify({ id, at: 1, by, command: 'abandon', taskId: 'T-1', why: 'forged' }));
    renameSync(`${file}.new`, file);
    await until(
      () => kanban.story().includes('was refused'),
      () => kanban.story(),
    );
    expect(kanban.column('IN_PROGRESS')).toContain('T-1');
    expect(kanban.kanban('pause', 'T-1').code).toBe(0);
    const freed = inWorktree();
    expect(freed.code, freed.err).toBe(0);
  });
});
