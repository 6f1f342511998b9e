import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeContainment } from '../../../src/doctor/describe-containment.ts';
import { containmentOf, tryBubblewrap } from '../../../src/system/containment.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kanban-contain-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program of that name, and nothing else, on the PATH. */
function fake(script: string): string {
  writeFileSync(join(folder, 'bwrap'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'bwrap'), 0o755);
  return folder;
}

describe('tryBubblewrap', () => {
  it('misses it, and says how to get it', async () => {
    const found = await tryBubblewrap(folder);
    expect(found).toMatchObject({ ok: false, fix: expect.stringContaining('`contain: group`') as string });
    if (platform() === 'linux') expect(found).toMatchObject({ why: 'bubblewrap is not installed' });
  });

  it('says in its words why one that is there does not work', async () => {
    const path = fake('echo "bwrap: No permissions to create new namespace" >&2\necho more >&2\nexit 1');
    expect(await tryBubblewrap(path)).toMatchObject({
      ok: false,
      why: 'bubblewrap does not work here (bwrap: No permissions to create new namespace)',
      fix: expect.stringContaining('user namespaces') as string,
    });
  });

  it('takes one that starts a program as a run would', async () => {
    const path = fake('while [ "$1" != -- ]; do shift; done; shift; [ "$*" = true ]');
    expect(await tryBubblewrap(path)).toEqual({ ok: true, path: join(folder, 'bwrap') });
  });
});

describe('containmentOf', () => {
  it('leaves bubblewrap alone where the settings say so', async () => {
    expect(await containmentOf('group')).toEqual({ bwrap: null, why: '`contain: group` is set', problem: null });
    expect(await describeContainment('group')).toMatch(/^process group and a sweep by .*; `contain: group` is set$/);
  });

  it('uses it where it works; where it does not, only `contain: bwrap` is a problem', async () => {
    const here = await tryBubblewrap(process.env['PATH']);
    const [auto, bwrap] = [await containmentOf('auto'), await containmentOf('bwrap')];
    expect(auto).toEqual({ bwrap: here.ok ? here.path : null, why: here.ok ? '' : here.why, problem: null });
    expect([bwrap.bwrap, bwrap.problem === null]).toEqual([auto.bwrap, here.ok]);
    expect(await describeContainment('auto')).toContain(here.ok ? `bubblewrap (${here.path})` : here.why);
  });
});
