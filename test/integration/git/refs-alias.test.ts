import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Repository } from '../../../src/git/git.ts';
import { closeRefs, updateRefs } from '../../../src/git/refs.ts';
import { join } from 'node:path';
import { RunRig } from '../../rig/run-rig.ts';

let rig: RunRig;
let repo: Repository;
beforeEach(() => {
  rig = new RunRig();
  const commonDir = join(rig.root, '.git');
  repo = { root: rig.root, gitDir: commonDir, commonDir, objectFormat: 'sha1', shallow: false };
  rig.git('branch', 'old');
  rig.git('commit', '-q', '--allow-empty', '-m', 'more');
});
afterEach(async () => {
  closeRefs(repo);
  await rig.remove();
});

it('I4, I6: a ref that is an alias is changed itself, and not the branch that it names', async () => {
  const [main, old] = [rig.sha('main'), rig.sha('old')];
  for (const name of ['one', 'two']) rig.git('symbolic-ref', `refs/heads/${name}`, 'refs/heads/main');
  rig.git('symbolic-ref', 'refs/kanban/rescue/T-1/1', 'refs/heads/newborn');
  const updates = [
    { ref: 'refs/heads/one', to: null, from: main },
    { ref: 'refs/heads/two', to: old, from: main },
    { ref: 'refs/kanban/rescue/T-1/1', to: old },
  ];
  expect(await updateRefs(repo, updates)).toEqual({ ok: true });
  expect(
    rig
      .git('for-each-ref', '--format=%(refname) %(objectname)%(symref)', 'refs/heads', 'refs/kanban/rescue')
      .split('\n'),
  ).toEqual(
    expect.arrayContaining([`refs/heads/main ${main}`, `refs/heads/two ${old}`, `refs/kanban/rescue/T-1/1 ${old}`]),
  );
  expect(rig.git('for-each-ref', 'refs/heads/one', 'refs/heads/newborn')).toBe('');
});
