import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRepository } from '../../../src/git/open-repository.ts';
import { writeLoose } from '../../../src/git/objects/loose.ts';
import { RunRig } from '../../rig/run-rig.ts';

let rig: RunRig;
beforeEach(() => {
  rig = new RunRig();
});
afterEach(() => rig.remove());

it('I8: an object is written again when git gc removes its folder in between', async () => {
  const opened = await openRepository(rig.root);
  if (!opened.ok) throw new Error('no repository');
  // As `git gc` does, only all the time.
  const gc = spawn(
    process.execPath,
    [
      '-e',
      `const fs = require('fs'); process.stdout.write('on');
       for (;;) for (let n = 0; n < 256; n++) try { fs.rmdirSync('.git/objects/' + n.toString(16).padStart(2, '0')) } catch {}`,
    ],
    { cwd: rig.root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    await new Promise((resolve) => gc.stdout.once('data', resolve));
    const shas: string[] = [];
    for (let n = 0; n < 1_500; n += 1) {
      const sha = writeLoose(opened.value, 'blob', Buffer.from(`object ${n}`));
      if (n % 100 === 0) shas.push(sha);
      else rmSync(`${rig.root}/.git/objects/${sha.slice(0, 2)}/${sha.slice(2)}`, { force: true });
    }
    for (const sha of shas) expect(rig.git('cat-file', '-t', sha)).toBe('blob');
  } finally {
    gc.kill('SIGKILL');
  }
});
