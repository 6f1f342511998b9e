import { writeSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { closeRepository } from '../../../src/git/close.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import { undoLanding, undoOf } from './undo-deeds.ts';
import type { Rig } from './rig.ts';

/** Arguments: root, the landing that is undone, and the number of the step at which to kill itself (-1: none). */
const [root = '', landing = '', crashAt] = process.argv.slice(2);
const opened = await openRepository(root);
if (!opened.ok) throw new Error(JSON.stringify(opened.error));
const sha = (revision: string) => execFileSync('git', ['rev-parse', revision], { cwd: root, encoding: 'utf8' }).trim();
const rig = { repo: opened.value, root, sha } as Rig;
let count = 0;
await undoLanding(rig.repo, undoOf(rig, landing), (name) => {
  writeSync(1, `${name}\n`);
  if (count++ === Number(crashAt)) process.kill(process.pid, 'SIGKILL');
});
closeRepository(rig.repo);
