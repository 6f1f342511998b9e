import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRepository } from '../../../src/git/open-repository.ts';
import { closeRepository } from '../../../src/git/close.ts';
import type { Repository } from '../../../src/git/git.ts';
import type { RunRecord } from '../../../src/runs/list-runs.ts';
import { filesOfRuns } from '../../../src/surfaces/audit/run-files.ts';
import { aBrief, aResult } from '../../rig/a-run.ts';
import { CommandRig } from '../commands/command-rig.ts';

let rig: CommandRig;
let repo: Repository;
beforeEach(async () => {
  rig = new CommandRig();
  const opened = await openRepository(rig.root);
  if (!opened.ok) throw new Error('no repository');
  repo = opened.value;
});
afterEach(() => {
  closeRepository(repo);
  rig.remove();
});

const lines = (count: number): string => Array.from({ length: count }, (_, index) => `line ${index}\n`).join('');

function run(runId: string, from: string, to: string | null): RunRecord {
  const brief = aBrief(rig.root, { runId, tip: from });
  return { runId, brief, result: to === null ? null : { ...aResult(runId), tip: to } } as unknown as RunRecord;
}

it('are those of its own commits, each path once; what it merged from base is left out', async () => {
  const start = rig.commit('start');
  rig.git('switch', '-q', '-c', 'T-1');
  rig.write('src/a ü.txt', lines(10));
  rig.write('old.txt', lines(5));
  rig.commit('one');
  rig.write('src/a ü.txt', `${lines(10)}more\n`);
  rig.write('binary', '\0\x01');
  rig.git('mv', 'old.txt', 'new.txt');
  const first = rig.commit('two');
  rig.git('switch', '-q', 'main');
  for (let file = 0; file < 250; file++) rig.write(`base/${file}`, 'x\n');
  const base = rig.commit('much on base');
  rig.git('switch', '-q', 'T-1');
  rig.git('merge', '-q', '--no-edit', 'main');
  rig.write('src/a ü.txt', '');
  const second = rig.commit('three');

  const found = await filesOfRuns(
    repo,
    [
      run('first', start, first),
      run('second', first, second),
      run('nothing', second, second),
      run('alive', second, null),
      run('gone', start, '9'.repeat(40)),
      run('many', start, base),
    ],
    start,
  );
  expect(found.get('first')).toEqual({
    list: [
      { path: 'binary', from: null, added: null, removed: null },
      { path: 'new.txt', from: 'old.txt', added: 0, removed: 0 },
      { path: 'old.txt', from: null, added: 5, removed: 0 },
      { path: 'src/a ü.txt', from: null, added: 11, removed: 0 },
    ],
    ...{ more: 0, added: 16, removed: 0 },
  });
  expect(found.get('second')?.list).toEqual([{ path: 'src/a ü.txt', from: null, added: 0, removed: 11 }]);
  expect(found.get('nothing')).toEqual({ list: [], more: 0, added: 0, removed: 0 });
  expect([found.has('alive'), found.has('gone')]).toEqual([false, false]);
  expect(found.get('many')).toMatchObject({ more: 50, added: 250 });
  expect(found.get('many')?.list).toHaveLength(200);
});

it('are none of base that a branch was moved onto, and stay when the branch lands', async () => {
  const start = rig.commit('start');
  rig.write('base.txt', lines(3));
  rig.commit('on base');
  rig.git('switch', '-q', '-c', 'T-1', start);
  rig.git('merge', '-q', '--ff-only', 'main');
  rig.write('own.txt', lines(2));
  const tip = rig.commit('own');
  rig.git('switch', '-q', 'main');
  const files = async () => (await filesOfRuns(repo, [run('ff', start, tip)], 'main')).get('ff');
  const own = [{ path: 'own.txt', from: null, added: 2, removed: 0 }];
  expect((await files())?.list).toEqual(own);
  rig.git('merge', '-q', '--no-ff', '--no-edit', 'T-1');
  rig.git('commit', '-q', '--allow-empty', '-m', 'later');
  // Another commit is looked up anew.
  rig.git('switch', '-q', 'T-1');
  rig.write('own.txt', lines(4));
  const later = rig.commit('more');
  rig.git('switch', '-q', 'main');
  rig.git('merge', '-q', '--no-ff', '--no-edit', 'T-1');
  const found = await filesOfRuns(repo, [run('both', start, later)], 'main');
  expect(found.get('both')?.list).toEqual([{ path: 'own.txt', from: null, added: 4, removed: 0 }]);
});
