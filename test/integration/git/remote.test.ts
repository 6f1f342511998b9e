import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askRemote, fetchRemote, pushFastForward, pushWithLease } from '../../../src/git/remote/remote.ts';
import { until } from '../../rig/waiting.ts';
import { makeRemoteRig } from '../../rig/remote-rig.ts';

const timeout = 60_000;
const fetch = { remote: 'origin', timeout };

describe('fetchRemote', () => {
  it('fetches just these branches, and a branch that is not there is an answer', async () => {
    const rig = await makeRemoteRig();
    const [here, there] = [await rig.clone('here'), await rig.clone('there')];
    const tip = there.commit('two');
    there.git('tag', 'v1');
    there.git('push', '-q', 'origin', 'main', 'main:other', 'v1');
    const fetched = await fetchRemote(here.repo, { ...fetch, branches: ['main', 'none', 'nor-this'] });
    expect(fetched).toEqual({
      ok: true,
      tips: new Map([
        ['main', tip],
        ['none', null],
        ['nor-this', null],
      ]),
    });
    expect(here.git('for-each-ref', '--format=%(refname)', 'refs/remotes/origin/other', 'refs/tags')).toBe('');
    expect(existsSync(join(here.root, '.git/FETCH_HEAD'))).toBe(false);
  });

  it('knows where everything asked for is missing', async () => {
    const rig = await makeRemoteRig({ start: false });
    const here = await rig.clone('here');
    const fetched = await fetchRemote(here.repo, { ...fetch, branches: ['main'] });
    expect(fetched).toEqual({ ok: true, tips: new Map([['main', null]]) });
  });

  it("moves no branch here, whatever the user's refspecs say", async () => {
    const rig = await makeRemoteRig();
    const [here, there] = [await rig.clone('here'), await rig.clone('there')];
    const before = here.git('rev-parse', 'main');
    here.git('branch', 'side');
    here.git('config', 'remote.origin.fetch', '+refs/*:refs/*');
    here.git('config', 'fetch.prune', 'true');
    there.commit('two');
    there.git('push', '-q', 'origin', 'main', 'main:side');
    await fetchRemote(here.repo, { ...fetch, branches: ['side'] });
    expect(here.git('for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads')).toBe(
      `main ${before}\nside ${before}`,
    );
  });

  it('runs no hook of this repository', async () => {
    const rig = await makeRemoteRig();
    const [here, there] = [await rig.clone('here'), await rig.clone('there')];
    const hook = join(here.root, '.git/hooks/reference-transaction');
    writeFileSync(hook, `#!/bin/sh\ntouch '${rig.folder}/ran'\n`);
    chmodSync(hook, 0o755);
    there.commit('two');
    there.git('push', '-q', 'origin', 'main');
    expect(await fetchRemote(here.repo, { ...fetch, branches: ['main'] })).toMatchObject({ ok: true });
    expect(existsSync(join(rig.folder, 'ran'))).toBe(false);
  });

  it('tells a remote that is away from one that is none', async () => {
    const rig = await makeRemoteRig();
    const here = await rig.clone('here');
    renameSync(rig.bare, `${rig.bare}.away`);
    const branches = ['main'];
    expect(await fetchRemote(here.repo, { ...fetch, branches })).toMatchObject({ ok: false, kind: 'unreachable' });
    mkdirSync(rig.bare);
    expect(await fetchRemote(here.repo, { ...fetch, branches })).toMatchObject({ ok: false, kind: 'not-a-repository' });
    here.git('remote', 'set-url', 'origin', `file://${rig.bare}.away`);
    expect(await fetchRemote(here.repo, { ...fetch, branches })).toMatchObject({ ok: true });
    expect(await fetchRemote(here.repo, { ...fetch, branches, remote: 'fork' })).toMatchObject({
      ok: false,
      kind: 'no-remote',
      message: 'there is no remote `fork` in this repository',
    });
    mkdirSync(join(here.root, 'fork'));
    expect(await fetchRemote(here.repo, { ...fetch, branches, remote: 'fork' })).toMatchObject({ kind: 'no-remote' });
  });

  it('says that a shallow clone can give nothing', async () => {
    const rig = await makeRemoteRig();
    const there = await rig.clone('there');
    there.commit('two');
    there.git('push', '-q', 'origin', 'main');
    rig.git('clone', '-q', '--bare', '--depth', '1', `file://${rig.bare}`, join(rig.folder, 'shallow.git'));
    there.git('remote', 'add', 'cut', join(rig.folder, 'shallow.git'));
    there.git('checkout', '-q', '--orphan', 'fresh');
    there.git('branch', '-D', 'main');
    const empty = await makeRemoteRig({ start: false });
    const here = await empty.clone('here');
    here.git('remote', 'add', 'cut', join(rig.folder, 'shallow.git'));
    const fetched = await fetchRemote(here.repo, { timeout, remote: 'cut', branches: ['main'] });
    expect(fetched).toMatchObject({ ok: false, message: 'cut is a shallow clone and lacks its history' });
  });

  it("waits for the user's own fetch", async () => {
    const rig = await makeRemoteRig();
    const [here, there] = [await rig.clone('here'), await rig.clone('there')];
    const tip = there.commit('two');
    there.git('push', '-q', 'origin', 'main');
    const lock = join(here.root, '.git/refs/remotes/origin/main.lock');
    writeFileSync(lock, '');
    const fetched = fetchRemote(here.repo, { ...fetch, branches: ['main'] });
    setTimeout(() => renameSync(lock, join(rig.folder, 'lock')), 250);
    expect(await fetched).toEqual({ ok: true, tips: new Map([['main', tip]]) });
  });
});

describe('pushFastForward', () => {
  it('pushes one commit and nothing else (I4)', async () => {
    const rig = await makeRemoteRig();
    const here = await rig.clone('here');
    const from = rig.tip('refs/heads/main');
    const sha = here.commit('two');
    here.commit('three, not to be pushed');
    here.git('tag', '-a', '-m', 'x', 'v1', sha);
    here.git('config', 'push.followTags', 'true');
    here.git('config', 'remote.origin.mirror', 'true');
    expect(await pushFastForward(here.repo, { ...fetch, sha, branch: 'main', from })).toEqual({ kind: 'done' });
    expect(rig.git('for-each-ref', '--format=%(refname) %(objectname)')).toBe(`refs/heads/main ${sha}`);
    expect(await pushFastForward(here.repo, { ...fetch, sha, branch: 'main', from })).toEqual({ kind: 'done' });
    expect(await pushFastForward(here.repo, { ...fetch, sha, branch: 'agents', from: null })).toEqual({ kind: 'done' });
    expect(rig.tip('refs/heads/agents')).toBe(sha);
  });

  it("runs the server's hooks, and none of this repository", async () => {
    const rig = await makeRemoteRig();
    const here = await rig.clone('here');
    const from = rig.tip('refs/heads/main');
    const hook = join(here.root, '.git/hooks/pre-push');
    writeFileSync(hook, `#!/bin/sh\necho no >&2\nexit 1\n`);
    chmodSync(hook, 0o755);
    rig.hook('pre-receive', `touch '${rig.folder}/asked'`);
    expect(await pushFastForward(here.repo, { ...fetch, sha: here.commit('two'), branch: 'main', from })).toEqual({
      kind: 'done',
    });
    expect(existsSync(join(rig.folder, 'asked'))).toBe(true);
  });

  it('is rejected by a remote that has moved, whether that was fetched or not (I4)', async () => {
    const rig = await makeRemoteRig();
    const [here, there] = [await rig.clone('here'), await rig.clone('there')];
    const from = rig.tip('refs/heads/main');
    const tip = there.commit('theirs');
    there.git('push', '-q', 'origin', 'main');
    const sha = here.commit('ours');
    const push = { ...fetch, sha, branch: 'main', from };
    expect(await pushFastForward(here.repo, push)).toEqual({
      kind: 'rejected',
      message: 'origin has moved (stale info)',
    });
    await fetchRemote(here.repo, { ...fetch, branches: ['main'] });
    const message = `origin has moved (it has ${tip.slice(0, 10)})`;
    expect(await pushFastForward(here.repo, { ...push, from: tip })).toEqual({ kind: 'rejected', message });
    here.git('config', 'remote.origin.push', '+refs/heads/*:refs/heads/*');
    for (const known of [from, tip, null])
      expect(await pushFastForward(here.repo, { ...push, from: known })).toMatchObject({ kind: 'rejected' });
    expect(rig.tip('refs/heads/main')).toBe(tip);
  });

  it('brings nothing back that was taken out of the remote a moment ago', async () => {
    const rig = await makeRemoteRig();
    const [here, there] = [await rig.clone('here'), await rig.clone('there')];
    const start = rig.tip('refs/heads/main');
    there.commit('a mistake');
    there.git('push', '-q', 'origin', 'main');
    here.git('pull', '-q', '--ff-only');
    const order = { ...fetch, sha: here.commit('on top of it'), branch: 'main', from: rig.tip('refs/heads/main') };
    there.git('push', '-q', '--force', 'origin', `${start}:main`);
    expect(await pushFastForward(here.repo, order)).toEqual({
      kind: 'rejected',
      message: 'origin has moved (stale info)',
    });
    rig.git('update-ref', '-d', 'refs/heads/main');
    expect(await pushFastForward(here.repo, order)).toMatchObject({ kind: 'rejected' });
    expect(rig.tip('refs/heads/main')).toBe('');
  });

  it('is rejected by a remote that moves while the push is under way (I4)', async () => {
    const rig = await makeRemoteRig();
    const [here, there] = [await rig.clone('here'), await rig.clone('there')];
    const from = rig.tip('refs/heads/main');
    const tip = there.commit('theirs');
    there.git('push', '-q', 'origin', 'main:side');
    const clean = 'unset GIT_DIR GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES';
    rig.hook('update', `${clean}\ngit --git-dir='${rig.bare}' update-ref refs/heads/main ${tip}`);
    const outcome = await pushFastForward(here.repo, { ...fetch, sha: here.commit('ours'), branch: 'main', from });
    expect(outcome.kind).toBe('rejected');
    expect(rig.tip('refs/heads/main')).toBe(tip);
  });

  it("hands back the server's own words when it declines", async () => {
    const rig = await makeRemoteRig();
    const here = await rig.clone('here');
    const from = rig.tip('refs/heads/main');
    rig.hook(
      'pre-receive',
      `printf 'GH006: Protected branch update failed.\\n\\n========\\n\\033[31mAt least 1 approving review is required\\033[0m\\n' >&2; exit 1`,
    );
    expect(await pushFastForward(here.repo, { ...fetch, sha: here.commit('two'), branch: 'main', from })).toEqual({
      kind: 'remote-rejected',
      message:
        'GH006: Protected branch update failed. At least 1 approving review is required (pre-receive hook declined)',
    });
  });

  it('knows that nothing was sent to a remote that is away', async () => {
    const rig = await makeRemoteRig();
    const here = await rig.clone('here');
    const from = rig.tip('refs/heads/main');
    const push = { ...fetch, sha: here.commit('two'), branch: 'main', from };
    renameSync(rig.bare, `${rig.bare}.away`);
    expect(await pushFastForward(here.repo, push)).toMatchObject({ kind: 'unreachable' });
    expect(await pushFastForward(here.repo, { ...push, remote: 'fork' })).toEqual({
      kind: 'unreachable',
      message: 'there is no remote `fork` in this repository',
    });
    renameSync(`${rig.bare}.away`, rig.bare);
    expect(await pushFastForward(here.repo, push)).toEqual({ kind: 'done' });
  });

  it('is unknown when it is ended before the remote has answered, whether it arrived or not (I8)', async () => {
    for (const hook of ['update', 'post-receive']) {
      const rig = await makeRemoteRig();
      const here = await rig.clone('here');
      const before = rig.tip('refs/heads/main');
      rig.hook(hook, `echo $$ > '${rig.folder}/pid'; ${A_MINUTE}`);
      const ending = new AbortController();
      const sha = here.commit('two');
      const outcome = pushFastForward(here.repo, {
        ...fetch,
        sha,
        branch: 'main',
        from: before,
        signal: ending.signal,
      });
      await until(() => pidIn(rig.folder) !== null);
      ending.abort();
      expect(await outcome).toEqual({ kind: 'unknown', message: 'the connection to origin was ended' });
      expect(rig.tip('refs/heads/main')).toBe(hook === 'update' ? before : sha);
      await until(() => !isAlive(pidIn(rig.folder)));
    }
  });

  it('ends all that it started when its time is up', async () => {
    const rig = await makeRemoteRig();
    const here = await rig.clone('here');
    const from = rig.tip('refs/heads/main');
    rig.hook('update', `trap '' TERM; echo $$ > '${rig.folder}/pid'; ${A_MINUTE}`);
    const outcome = await pushFastForward(here.repo, {
      ...fetch,
      timeout: 3_000,
      sha: here.commit('two'),
      branch: 'main',
      from,
    });
    expect(outcome).toEqual({ kind: 'unknown', message: 'origin did not answer within 3 s' });
    await until(() => !isAlive(pidIn(rig.folder)));
  });
});

describe('pushWithLease', () => {
  it('makes, replaces and deletes a ref only where it is what it should be', async () => {
    const rig = await makeRemoteRig();
    const here = await rig.clone('here');
    const [one, two] = [here.commit('one'), here.commit('two')];
    const order = { ...fetch, ref: 'refs/kanban/lock/main' };
    expect(await pushWithLease(here.repo, { ...order, to: two, from: null })).toEqual({ kind: 'done' });
    expect(await pushWithLease(here.repo, { ...order, to: one, from: null })).toMatchObject({ kind: 'rejected' });
    expect(await pushWithLease(here.repo, { ...order, to: one, from: two })).toEqual({ kind: 'done' });
    expect(await pushWithLease(here.repo, { ...order, to: null, from: two })).toMatchObject({ kind: 'rejected' });
    expect(await askRemote(here.repo, { ...fetch, ref: order.ref })).toEqual({ ok: true, sha: one });
    expect(await pushWithLease(here.repo, { ...order, to: null, from: one })).toEqual({ kind: 'done' });
    expect(await askRemote(here.repo, { ...fetch, ref: order.ref })).toEqual({ ok: true, sha: null });
  });
});

/** Bounded, should a test fail to end it. */
const A_MINUTE = 'n=0; while [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done';

/** The hook's own process, once it says so. */
function pidIn(folder: string): number | null {
  const file = join(folder, 'pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  return pid > 0 ? pid : null;
}

function isAlive(pid: number | null): boolean {
  try {
    return pid !== null && process.kill(pid, 0);
  } catch {
    return false;
  }
}
