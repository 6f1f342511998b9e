import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GitViewer } from '../../../src/coordinator/git-view.ts';
import type { Repository } from '../../../src/git/git.ts';
import { closeRefs, updateRefs } from '../../../src/git/refs.ts';
import { RunRig } from '../../rig/run-rig.ts';

let rig: RunRig;
let repo: Repository;

beforeEach(() => {
  rig = new RunRig();
  const commonDir = join(rig.root, '.git');
  repo = { root: rig.root, gitDir: commonDir, commonDir, objectFormat: 'sha1', shallow: false };
  for (const name of ['seen', 'start/T-1', 'start/T-2', 'rescue/T-1/x'])
    rig.git('update-ref', `refs/kanban/${name}`, 'main');
});
afterEach(async () => {
  closeRefs(repo);
  await rig.remove();
});

const own = (): string => rig.git('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/kanban');

it('I6: start and seen, deleted by somebody else, are restored; what the coordinator deletes is not', async () => {
  const viewer = new GitViewer(repo);
  await viewer.list();
  for (const name of ['seen', 'start/T-1']) rig.git('update-ref', '-d', `refs/kanban/${name}`);
  await updateRefs(repo, [{ ref: 'refs/kanban/start/T-2', to: null }]);
  await viewer.list();
  expect(own()).toBe('rescue/T-1/x\nseen\nstart/T-1');
  expect(viewer.restored).toEqual(['refs/kanban/seen', 'refs/kanban/start/T-1']);
  await updateRefs(repo, [{ ref: 'refs/kanban/start/T-2', to: rig.sha('main') }]);
  await viewer.list();
  rig.git('update-ref', '-d', 'refs/kanban/start/T-2');
  expect((await viewer.view('main', ['refs/kanban/start/T-2'])).refs.has('refs/kanban/start/T-2')).toBe(true);
  expect(own()).toBe('rescue/T-1/x\nseen\nstart/T-1\nstart/T-2');
});
