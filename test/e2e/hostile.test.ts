import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';

const TWO = '## T-1: One\n\nDo it.\n\n## T-2: Two\n\nDo it.\n';
const DOES = 'save a.txt a; commit; report done';
const SPOILS: readonly (readonly [string, string])[] = [
  ['removes .kanban', 'rm -rf "$KANBAN_ROOT/.kanban"'],
  ['puts a file in the place of .kanban', 'rm -rf "$KANBAN_ROOT/.kanban"; echo mine > "$KANBAN_ROOT/.kanban"'],
  ['puts a link in the place of .kanban', 'rm -rf "$KANBAN_ROOT/.kanban"; ln -s "$HOME" "$KANBAN_ROOT/.kanban"'],
  [
    'writes a result, a brief and a claim that are none',
    `cd "$KANBAN_ROOT/.kanban/runs/$KANBAN_RUN_ID"; echo '{"version":1}' > result.json; echo '{' > brief.json; cd "$KANBAN_WORKTREE"`,
  ],
  [
    'makes FIFOs of what the coordinator reads and writes',
    'cd "$KANBAN_ROOT/.kanban"; mkdir -p messages/T-2; for f in snapshot.json events.jsonl mailbox/1.json messages/T-2/1-x.json runner.log resumed.json; do rm -rf $f; mkfifo $f; done; rm -rf mailbox/answers ended; mkfifo mailbox/answers ended; cd "$KANBAN_WORKTREE"',
  ],
];

describe.concurrent('I8: an agent that spoils what kanban reads', { timeout: 180_000 }, () => {
  for (const [name, script] of SPOILS)
    it(`${name}: the coordinator continues, and nothing lands that should not`, async ({ made }) => {
      const kanban = made({ todo: TWO });
      kanban.plan('T-1.task.1', `${script}; ${DOES}`);
      const { code } = await kanban.untilDone();
      expect(code, kanban.story()).toBe(0);
      await kanban.expectDone(['T-1', 'T-2']);
    });

  it('I9: .kanban is removed again and again: no attempt is counted for any entry', async ({ made }) => {
    const todo = [1, 2, 3, 4].map((n) => `## T-${n}: Task ${n}\n\nDo it.\n\n`).join('');
    const kanban = made({ todo });
    const remove = 'for n in 1 2 3 4 5 6 7 8; do rm -rf "$KANBAN_ROOT/.kanban"; sleep 0.3; done';
    kanban.plan('T-1.task.1', `${remove}; ${DOES}`);
    const { code } = await kanban.untilDone();
    expect(code, kanban.story()).toBe(0);
    await kanban.expectDone(['T-1', 'T-2', 'T-3', 'T-4']);
    expect(kanban.git('log', '-p', '--format=%B', 'main'), kanban.story()).not.toMatch(/^\+- attempts:/m);
  });

  it('a file in the place of .kanban when it begins: it is discarded, and work begins', async ({ made }) => {
    const kanban = made({ todo: '## T-1: One\n\nDo it.\n' });
    rmSync(kanban.path('.kanban'), { recursive: true, force: true });
    writeFileSync(kanban.path('.kanban'), 'mine\n');
    kanban.plan('T-1.task.1', DOES);
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
  });
});
