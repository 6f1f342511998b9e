import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LineEnds } from '../../../src/coordinator/observe/board/line-endings.ts';
import { RunRig } from '../../rig/run-rig.ts';

let rig: RunRig;
beforeEach(() => {
  rig = new RunRig();
});
afterEach(() => rig.remove());

it('I7: whether git converts line ends follows .gitattributes, info/attributes and the config as they change', async () => {
  const commonDir = join(rig.root, '.git');
  const ends = new LineEnds({ root: rig.root, gitDir: commonDir, commonDir, objectFormat: 'sha1', shallow: false });
  const areGits = (): Promise<boolean> => ends.areGits(rig.root, 'board/TODO.md', 'a\r\n', 'a\n');
  mkdirSync(join(rig.root, 'board'), { recursive: true });
  mkdirSync(join(commonDir, 'info'), { recursive: true });
  expect(await areGits()).toBe(false);
  rig.git('config', 'core.autocrlf', 'true');
  expect(await areGits()).toBe(true);
  rig.git('config', 'core.autocrlf', 'false');
  expect(await areGits()).toBe(false);
  for (const path of ['.gitattributes', 'board/.gitattributes', '.git/info/attributes']) {
    writeFileSync(join(rig.root, path), '*.md text eol=crlf\n');
    expect(await areGits(), path).toBe(true);
    rmSync(join(rig.root, path));
    expect(await areGits(), path).toBe(false);
  }
});
