import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeLock } from '../../../src/system/lock.ts';
import { sendRequest } from '../../../src/surfaces/requests/send-request.ts';
import { CommandRig } from '../commands/command-rig.ts';

let rig: CommandRig;
beforeEach(() => {
  rig = new CommandRig();
});
afterEach(() => rig.remove());

it.each([
  [undefined, 'the coordinator'],
  ['kanban undo', '`kanban undo`'],
])('a request that nobody answers tells once what it waits for: %s', async (command, who) => {
  const taken = await takeLock(join(rig.root, '.git/kanban'), command === undefined ? {} : { command });
  if (!taken.ok) throw new Error(taken.problem.message);
  const told: string[] = [];
  const reply = await sendRequest(
    { cwd: rig.root, env: {} },
    { command: 'add', taskId: null, text: '## T-?: One\n' },
    (text) => {
      told.push(text);
      taken.release();
    },
  );
  expect(told).toEqual([
    `kanban add waits for ${who} (pid ${process.pid}): it has not answered yet. The request stays: do not repeat it`,
  ]);
  expect(reply).toMatchObject({ ok: true, value: { ok: true, id: 'T-1' } });
  expect(rig.read('board/TODO.md').match(/^## .*$/gm)).toEqual(['## T-1: One']);
});
