import { writeSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { closeRepository } from '../../../src/git/close.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import { recover } from '../../../src/landing/recovery/recover.ts';
import { commitMove, landingOf, landOne, moveOf } from './deeds.ts';
import type { Rig } from './rig.ts';

/** Arguments: root, `move` | `land` | `recover`, and the number of the step at which to kill itself (-1: none). */
const [root = '', deed, crashAt] = process.argv.slice(2);
const opened = await openRepository(root);
if (!opened.ok) throw new Error(JSON.stringify(opened.error));
const sha = (revision: string) => execFileSync('git', ['rev-parse', revision], { cwd: root, encoding: 'utf8' }).trim();
const rig = { repo: opened.value, root, sha } as Rig;
let count = 0;
const step = (name: string) => {
  writeSync(1, `${name}\n`);
  if (count++ === Number(crashAt)) process.kill(process.pid, 'SIGKILL');
};
if (deed === 'move') await commitMove(rig.repo, await moveOf(rig), step);
else if (deed === 'land') await landOne(rig.repo, landingOf(rig), step);
else await recover(rig.repo, step);
closeRepository(rig.repo);
