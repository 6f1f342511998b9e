import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { pushFastForward } from '../../../src/git/remote/remote.ts';
import { makeRemoteRig, type Clone, type RemoteRig } from '../../rig/remote-rig.ts';

/** In the place of git-lfs: tells how it was called, and whether the branch was there already; then does as it is told. */
const STAND_IN = (folder: string, bare: string): string => `#!/bin/sh
{ echo "$@"; cat; git --git-dir='${bare}' for-each-ref --format='%(subject)'; } >> '${folder}/called'
. '${folder}/does'
`;

afterEach(() => vi.unstubAllEnvs());

async function withLfs(does: string): Promise<{ rig: RemoteRig; here: Clone; called: () => string }> {
  const rig = await makeRemoteRig();
  const here = await rig.clone('here');
  const bin = join(rig.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'git-lfs'), STAND_IN(rig.folder, rig.bare));
  chmodSync(join(bin, 'git-lfs'), 0o755);
  writeFileSync(join(rig.folder, 'does'), `${does}\n`);
  vi.stubEnv('PATH', `${bin}:${process.env['PATH'] ?? ''}`);
  const file = join(rig.folder, 'called');
  return { rig, here, called: () => (existsSync(file) ? readFileSync(file, 'utf8') : '') };
}

const order = { remote: 'origin', branch: 'main', timeout: 60_000 };

describe('files that Git LFS keeps', () => {
  it.each([
    ['the usual place', undefined, '.git/lfs'],
    ['lfs.storage', 'large', '.git/large'],
  ])('are sent before the branch is pushed, as by the hook of LFS: %s', async (_where, storage, folder) => {
    const { rig, here, called } = await withLfs('exit 0');
    mkdirSync(join(here.root, folder, 'objects'), { recursive: true });
    if (storage !== undefined) here.git('config', 'lfs.storage', storage);
    const sha = here.commit('two');
    expect(await pushFastForward(here.repo, { ...order, sha, from: rig.tip('refs/heads/main') })).toEqual({
      kind: 'done',
    });
    expect(called().split('\n')).toEqual([
      `pre-push origin ${rig.bare}`,
      `refs/heads/main ${sha} refs/heads/main ${'0'.repeat(40)}`,
      'start',
      '',
    ]);
    expect(rig.tip('refs/heads/main')).toBe(sha);
  });

  it('that can not be sent keep the branch here, with the words of LFS', async () => {
    const { rig, here } = await withLfs('echo "LFS: Authorization error: Repository or object not found" >&2; exit 2');
    mkdirSync(join(here.root, '.git/lfs/objects'), { recursive: true });
    const before = rig.tip('refs/heads/main');
    expect(
      await pushFastForward(here.repo, { ...order, sha: here.commit('two'), from: rig.tip('refs/heads/main') }),
    ).toEqual({
      kind: 'unreachable',
      message:
        'the files kept in Git LFS could not be sent to origin: LFS: Authorization error: Repository or object not found',
    });
    expect(rig.tip('refs/heads/main')).toBe(before);
  });

  it('are asked for only where there are any', async () => {
    const { rig, here, called } = await withLfs('exit 2');
    expect(
      await pushFastForward(here.repo, { ...order, sha: here.commit('two'), from: rig.tip('refs/heads/main') }),
    ).toEqual({ kind: 'done' });
    expect(called()).toBe('');
  });
});
