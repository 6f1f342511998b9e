import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RemoteLock, type LockState } from '../../../src/coordinator/remote/remote-lock.ts';
import { inspectRemote } from '../../../src/coordinator/remote/inspect-remote.ts';
import type { KanbanEvent } from '../../../src/contract/event.ts';
import type { Repository } from '../../../src/git/git.ts';
import { writeCommit, writeTree } from '../../../src/git/objects/objects.ts';
import { defaultSettings } from '../../../src/workflow/parse.ts';
import { makeRemoteRig, type RemoteRig } from '../../rig/remote-rig.ts';
import { until } from '../../rig/waiting.ts';

const REF = 'refs/kanban/lock/main';
const MINUTE = 60_000;

/** A coordinator's lock on a clock that the test sets. */
function makeLock(repo: Repository) {
  const clock = { now: Date.UTC(2026, 10, 20), awake: 0 };
  const said: string[] = [];
  const emit = (event: KanbanEvent): void => void said.push('message' in event ? event.message : event.type);
  const parts = { repo, remote: 'origin', base: 'main', emit, now: () => clock.now, awake: () => clock.awake };
  const lock = new RemoteLock(parts);
  const pass = (minutes: number): void => {
    clock.now += minutes * MINUTE;
    clock.awake += minutes * MINUTE;
  };
  return { lock, clock, said, pass };
}

const holder = (rig: RemoteRig): { host: string; pid: number; clone: string } =>
  JSON.parse(rig.git('log', '-1', '--format=%B', REF)) as { host: string; pid: number; clone: string };
const other = (state: LockState): string => (typeof state === 'object' ? state.by : state);

describe('the lock on the remote', () => {
  it('is held by one of two clones, and names who to the other (I4)', async () => {
    const rig = await makeRemoteRig();
    const [a, b] = [makeLock((await rig.clone('a')).repo), makeLock((await rig.clone('b')).repo)];
    expect(a.lock.state).toBe('asking');
    await Promise.all([a.lock.step(), b.lock.step()]);
    const [winner, loser] = a.lock.state === 'held' ? [a, b] : [b, a];
    expect(winner.lock.state).toBe('held');
    expect(winner.lock.isSure()).toBe(true);
    expect(other(loser.lock.state)).toMatch(new RegExp(`^process ${process.pid} on \\S+, since 2026-11-20T00:00Z$`));
    expect(loser.lock.isSure()).toBe(false);
    expect(holder(rig).pid).toBe(process.pid);
    await loser.lock.release(30_000);
    expect(rig.tip(REF)).not.toBe('');
    await winner.lock.release(30_000);
    expect(rig.tip(REF)).toBe('');
    await loser.lock.step();
    expect(loser.lock.state).toBe('held');
  });

  it('is renewed while it is held, and taken over only when nobody has renewed it for 15 minutes', async () => {
    const rig = await makeRemoteRig();
    const [a, b] = [makeLock((await rig.clone('a')).repo), makeLock((await rig.clone('b')).repo)];
    await a.lock.step();
    const first = rig.tip(REF);
    await b.lock.step();
    expect([
      a.lock.isResting(a.clock.now + 5 * MINUTE - 1, 1_000),
      a.lock.isResting(a.clock.now + 5 * MINUTE, MINUTE),
    ]).toEqual([true, false]);
    b.pass(14);
    a.pass(5);
    await a.lock.step();
    expect(rig.tip(REF)).not.toBe(first);
    b.pass(2);
    await b.lock.step();
    expect(other(b.lock.state)).toContain(`process ${process.pid}`);
    b.pass(14);
    await b.lock.step();
    expect(b.lock.state).not.toBe('held');
    // The wall clock says nothing about how long it was seen.
    b.clock.now += 600 * MINUTE;
    await b.lock.step();
    expect(b.lock.state).not.toBe('held');
    b.pass(1);
    await b.lock.step();
    expect(b.lock.state).toBe('held');
    expect(b.said).toEqual([
      expect.stringMatching(/^took over the lock of main on origin from process \d+ on .*15 minutes$/),
    ]);
    // The other one finds out when it wants to renew.
    a.pass(30);
    expect(a.lock.isSure()).toBe(false);
    await a.lock.step();
    expect(other(a.lock.state)).toContain('process');
  });

  it('of a coordinator of this clone that died is taken again at once (I8)', async () => {
    const rig = await makeRemoteRig();
    const clone = await rig.clone('a');
    await makeLock(clone.repo).lock.step();
    const left = rig.tip(REF);
    const again = makeLock(clone.repo);
    await again.lock.step();
    expect(again.lock.state).toBe('held');
    expect(rig.tip(REF)).not.toBe(left);
    expect(again.said).toEqual([]);
    expect(clone.git('for-each-ref', 'refs/kanban/remote')).toBe('');
  });

  it('is not its own to a copy of the clone', async () => {
    const rig = await makeRemoteRig();
    const clone = await rig.clone('a');
    await makeLock(clone.repo).lock.step();
    const moved = await rig.clone('b');
    cpSync(join(clone.repo.commonDir, 'kanban'), join(moved.repo.commonDir, 'kanban'), { recursive: true });
    const { lock } = makeLock(moved.repo);
    await lock.step();
    expect(other(lock.state)).toContain('process');
  });

  it('that the server refuses is done without, and said once', async () => {
    const rig = await makeRemoteRig();
    rig.hook('update', `case $1 in refs/kanban/*) echo 'no such refs here' >&2; exit 1;; esac`);
    const { lock, said, pass } = makeLock((await rig.clone('a')).repo);
    await lock.step();
    expect(lock.state).toBe('none');
    expect(lock.isSure()).toBe(true);
    pass(61);
    await lock.step();
    expect(said).toEqual([
      expect.stringContaining('origin accepts no lock (refs/kanban/lock/main): no such refs here'),
    ]);
    await lock.release(30_000);
  });

  it('is found out again after a change that had no answer', async () => {
    const rig = await makeRemoteRig();
    const clone = await rig.clone('a');
    rig.hook('post-receive', `touch '${rig.folder}/there'; n=0; while [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done`);
    const { lock } = makeLock(clone.repo);
    const ending = new AbortController();
    const step = lock.step(ending.signal);
    await until(() => existsSync(join(rig.folder, 'there')));
    ending.abort();
    expect(await step).toEqual({ kind: 'unreachable', message: 'the connection to origin was ended' });
    expect(lock.state).toBe('asking');
    expect(rig.tip(REF)).not.toBe('');
    rmSync(join(rig.bare, 'hooks/post-receive'));
    expect(await lock.step()).toBe(null);
    expect(lock.state).toBe('held');
    await lock.release(30_000);
    expect(rig.tip(REF)).toBe('');
  });

  it('of a remote that is away is asked for again', async () => {
    const rig = await makeRemoteRig();
    const { lock } = makeLock((await rig.clone('a')).repo);
    renameSync(rig.bare, `${rig.bare}.away`);
    expect(await lock.step()).toMatchObject({ message: expect.stringMatching(/^origin cannot be reached/) });
    expect(lock.state).toBe('asking');
    renameSync(`${rig.bare}.away`, rig.bare);
    expect(await lock.step()).toBe(null);
    expect(lock.state).toBe('held');
    renameSync(rig.bare, `${rig.bare}.away`);
    expect(await lock.step()).not.toBe(null);
    expect(lock.state).toBe('held');
  });

  it('in a form that nobody here knows is not ours', async () => {
    const rig = await makeRemoteRig();
    const clone = await rig.clone('a');
    const written = await writeCommit(clone.repo, { tree: writeTree(clone.repo, []), parents: [], message: 'mine' });
    if (!written.ok) throw new Error('not written');
    clone.git('push', '-q', 'origin', `${written.value}:${REF}`);
    const { lock } = makeLock((await rig.clone('b')).repo);
    await lock.step();
    expect(other(lock.state)).toBe('an unknown holder');
  });
});

describe('kanban preflight', () => {
  const settings = { ...defaultSettings(), remote: 'origin', push: true };

  it("names another clone's coordinator, not its own, and takes nothing", async () => {
    const rig = await makeRemoteRig();
    const [a, b] = [await rig.clone('a'), await rig.clone('b')];
    expect(await inspectRemote(a.repo, settings, a.sha('main'))).toMatchObject({ away: null, lockedBy: null });
    expect(rig.tip(REF)).toBe('');
    expect(existsSync(join(a.repo.commonDir, 'kanban'))).toBe(false);
    await makeLock(a.repo).lock.step();
    expect(await inspectRemote(a.repo, settings, a.sha('main'))).toMatchObject({ lockedBy: null });
    expect(await inspectRemote(b.repo, settings, b.sha('main'))).toMatchObject({
      lockedBy: expect.stringContaining(`process ${process.pid} on`) as string,
    });
    expect(await inspectRemote(b.repo, { ...settings, push: false }, b.sha('main'))).toBe(null);
  });

  it('says why the remote is away, and what the first push would publish', async () => {
    const rig = await makeRemoteRig();
    const clone = await rig.clone('a');
    const sha = clone.commit('private notes');
    clone.commit('kanban: set up');
    expect(await inspectRemote(clone.repo, settings, clone.sha('main'))).toMatchObject({
      foreign: [{ sha, subject: 'private notes', author: 'Per a' }],
    });
    renameSync(rig.bare, `${rig.bare}.away`);
    expect(await inspectRemote(clone.repo, settings, clone.sha('main'))).toMatchObject({
      away: expect.stringContaining('origin cannot be reached') as string,
      foreign: [],
    });
  });
});
