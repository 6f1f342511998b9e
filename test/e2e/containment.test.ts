import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tryBubblewrap } from '../../src/system/containment.ts';
import type { Brief } from '../../src/contract/brief.ts';
import { buildCli, type BuiltPackage } from '../rig/build-cli.ts';
import { PlainRepository } from './rig/plain-repository.ts';

const here = await tryBubblewrap(process.env['PATH']);

let built: BuiltPackage;
let open: PlainRepository[] = [];
beforeAll(async () => void (built = await buildCli()));
afterEach(async () => {
  const made = open;
  open = [];
  for (const repo of made) await repo.remove();
});

/** @param bwrap a script that stands first on the PATH by that name; null = what the machine has */
function repository(
  contain: string,
  bwrap: string | null,
): (...args: string[]) => ReturnType<PlainRepository['kanban']> {
  const repo = new PlainRepository(built.cli);
  open.push(repo);
  repo.init();
  repo.write(
    'WORKFLOW.md',
    repo
      .read('WORKFLOW.md')
      .replace(/^---\n/, `---\ncontain: ${contain}\n`)
      .replace(/^# contain:.*\n/m, ''),
  );
  repo.commit();
  repo.add('Make a file', 'echo made > made.txt');
  const bin = join(repo.folder, 'bin');
  mkdirSync(bin);
  if (bwrap !== null) {
    writeFileSync(join(bin, 'bwrap'), `#!/bin/sh\n${bwrap}\n`);
    chmodSync(join(bin, 'bwrap'), 0o755);
  }
  return (...args) => repo.kanbanIn(repo.root, { PATH: `${bin}:${process.env['PATH'] ?? ''}` }, ...args);
}

/** Of all runs that there were. */
function wrappers(): readonly (string | null)[] {
  const runs = join(open[0]?.root ?? '', '.kanban', 'runs');
  const briefs = readdirSync(runs).map(
    (name) => JSON.parse(readFileSync(join(runs, name, 'brief.json'), 'utf8')) as Brief,
  );
  return [...new Set(briefs.map((brief) => brief.bwrap))];
}

const BROKEN = 'echo "bwrap: Creating new namespace failed" >&2; exit 1';

describe('contain', () => {
  it.each([
    ['auto', null, here.ok ? here.path : null],
    ['auto', BROKEN, null],
    ['group', null, null],
  ])('%s, with bwrap %j: an entry lands', (contain, bwrap, used) => {
    const kanban = repository(contain, bwrap);
    const { code, all } = kanban('run', '--until-done');
    expect([code, wrappers()], all).toEqual([0, [used]]);
    expect(open[0]?.read('made.txt')).toBe('made\n');
  });

  it('bwrap, where it does not work: nothing starts, and the way to fix it is said', () => {
    const kanban = repository('bwrap', BROKEN);
    const said = "`contain: bwrap` can't be kept: bubblewrap does not work here (bwrap: Creating new namespace failed)";
    const { code, all } = kanban('run', '--until-done');
    expect(code, all).toBe(4);
    expect(all).toContain(said);
    expect(all).toContain('or set `contain: group`');
    expect(open[0]?.has('.kanban/runs')).toBe(false);
    expect(kanban('doctor').all).toContain(`containment: none: ${said}`);
    expect(kanban('preflight').all).toContain(said);
  });
});
