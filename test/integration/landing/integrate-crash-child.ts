import { UNCHECKED_LOCK } from '../../rig/lock-proof.ts';
import { writeSync } from 'node:fs';
import { createSectionMemo } from '../../../src/board/parse.ts';
import { checkoutOf } from '../../../src/git/checkout.ts';
import { closeRepository } from '../../../src/git/close.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import { resolve } from '../../../src/git/objects/objects.ts';
import { planIntegration } from '../../../src/landing/integrate.ts';
import { landIntegration } from '../../../src/landing/land-integration.ts';
import { recover } from '../../../src/landing/recovery/recover.ts';

/** Arguments: root, `integrate` | `recover`, and the number of the step at which to kill itself (-1: none). */
const [root = '', deed, crashAt] = process.argv.slice(2);
const opened = await openRepository(root);
if (!opened.ok) throw new Error(JSON.stringify(opened.error));
const repo = opened.value;
let count = 0;
const step = (name: string): void => {
  writeSync(1, `${name}\n`);
  if (count++ === Number(crashAt)) process.kill(process.pid, 'SIGKILL');
};
if (deed === 'recover') await recover(repo, step);
else {
  const [ours, theirs] = await Promise.all([
    resolve(repo, 'refs/heads/main'),
    resolve(repo, 'refs/remotes/origin/main'),
  ]);
  if (ours === null || theirs === null) throw new Error('no base');
  const plan = await planIntegration(repo, {
    ours,
    theirs,
    kind: 'remote',
    base: 'main',
    board: 'board',
    changelog: 'CHANGELOG.md',
    boardOptions: { ids: ['T'], boardPath: 'board', memo: createSectionMemo() },
  });
  if (plan.kind !== 'merge' && plan.kind !== 'fast-forward') throw new Error(plan.kind);
  const landed = await landIntegration(
    repo,
    {
      lock: UNCHECKED_LOCK,
      baseRef: 'refs/heads/main',
      oldBase: ours,
      plan,
      message: `kanban: main brought up to origin/main\n\nKanban-Integrated: ${theirs}\n`,
      what: 'bringing main up to origin/main',
      board: 'board',
      checkout: checkoutOf(repo, 'refs/heads/main'),
      extraRefs: [{ ref: 'refs/kanban/seen' }],
    },
    step,
  );
  if (!landed.ok || landed.audit.length > 0) throw new Error(JSON.stringify(landed));
}
closeRepository(repo);
