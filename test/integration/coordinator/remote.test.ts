import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foreignCommits } from '../../../src/coordinator/remote/first-push.ts';
import type { RemoteSettings } from '../../../src/coordinator/remote/remote-facts.ts';
import { Remote } from '../../../src/coordinator/remote/remote.ts';
import type { KanbanEvent } from '../../../src/contract/event.ts';
import { makeRemoteRig, type Clone, type RemoteRig } from '../../rig/remote-rig.ts';
import { until } from '../../rig/waiting.ts';

const LOCK = 'refs/kanban/lock/main';
const HOLD = 'n=0; while [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done';
const PUSHED: RemoteSettings = { base: 'main', remote: 'origin', push: true, upstream: null, fetch: 60_000 };
const FETCHED: RemoteSettings = { ...PUSHED, push: false };

/** A Remote on a clock that the test sets, and what it has said. */
function makeRemote(clone: Clone, settings: RemoteSettings, limits = { fetch: 60_000, push: 60_000 }) {
  const clock = { now: Date.UTC(2026, 10, 20) };
  const events: KanbanEvent[] = [];
  let wakes = 0;
  const remote = new Remote({
    repo: clone.repo,
    emit: (event) => void events.push(event),
    wake: () => void (wakes += 1),
    now: () => clock.now,
    awake: () => clock.now,
    limits,
  });
  /** A tick, and all that it has started. */
  const tick = async (changed: Partial<RemoteSettings> = {}) => {
    remote.follow({ ...settings, ...changed }, clock.now);
    await remote.drain();
    return remote.facts(clone.sha('main'));
  };
  const push = async (sha: string) => {
    remote.push(sha);
    await remote.drain();
    return remote.takePushed()?.outcome;
  };
  return { remote, clock, events, tick, push, wakes: () => wakes };
}

async function pair(): Promise<{ rig: RemoteRig; here: Clone; there: Clone }> {
  const rig = await makeRemoteRig();
  return { rig, here: await rig.clone('here'), there: await rig.clone('there') };
}

const holds = (events: readonly KanbanEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'hold-changed' ? [`${event.what}: ${event.why ?? 'continues'}`] : []));

describe('fetching', () => {
  it('continues beside the tick, every so often', async () => {
    const { here, there } = await pair();
    const { remote, clock, tick, wakes } = makeRemote(here, FETCHED);
    const start = here.sha('main');
    expect(await remote.facts(start)).toMatchObject({ tip: null, fetchedAt: null });
    remote.follow(FETCHED, clock.now);
    expect(remote.isFresh(clock.now)).toBe(false);
    await remote.drain();
    expect(wakes()).toBe(1);
    expect(remote.isFresh(clock.now)).toBe(true);
    expect(await remote.facts(start)).toMatchObject({ tip: start, fetchedAt: clock.now, lock: 'none', away: null });
    const next = there.commit('theirs');
    there.git('push', '-q', 'origin', 'main');
    clock.now += 59_999;
    expect(await tick()).toMatchObject({ tip: start });
    clock.now += 1;
    expect(await tick()).toMatchObject({ tip: next, fetchedAt: clock.now });
    clock.now += 1;
    expect(remote.isFresh(clock.now)).toBe(false);
    remote.fetchNow();
    await remote.drain();
    expect(remote.isFresh(clock.now)).toBe(true);
  });

  it('is off without a remote, where upstream is a branch here', async () => {
    const { here } = await pair();
    here.git('branch', 'trunk');
    const { remote, tick, clock, wakes } = makeRemote(here, { ...FETCHED, remote: null, upstream: 'trunk' });
    expect(await tick()).toMatchObject({ tip: null, upstreamTip: here.sha('trunk'), lock: 'none', fetchedAt: null });
    expect(remote.state).toBe('off');
    expect(remote.isFresh(clock.now)).toBe(true);
    expect(wakes()).toBe(0);
  });

  it("takes upstream from the remote, and knows a branch that isn't there", async () => {
    const { here, there } = await pair();
    const theirs = there.commit('theirs');
    there.git('push', '-q', 'origin', 'main:trunk');
    const { tick } = makeRemote(here, { ...FETCHED, base: 'agents', upstream: 'origin/trunk' });
    expect(await tick()).toMatchObject({ tip: null, upstreamTip: theirs });
    here.git('branch', 'trunk');
    expect(await tick({ upstream: 'trunk' })).toMatchObject({ upstreamTip: theirs });
    expect(await tick({ upstream: 'none-such' })).toMatchObject({ upstreamTip: null });
  });

  it('of a remote that is away is tried again after 5 s, 10 s, 20 s…, and said when it begins and ends', async () => {
    const { rig, here } = await pair();
    const { clock, tick, events } = makeRemote(here, PUSHED);
    await tick();
    renameSync(rig.bare, `${rig.bare}.away`);
    clock.now += 60_000;
    const away = (await tick()).away;
    expect(away?.why).toMatch(/^origin cannot be reached: .*does not appear to be a git repository/);
    expect(away?.reason).toEqual({ code: 'remote-away' });
    clock.now += 5_000;
    await tick();
    renameSync(`${rig.bare}.away`, rig.bare);
    clock.now += 9_999;
    expect((await tick()).away).toEqual(away);
    clock.now += 1;
    expect((await tick()).away).toBe(null);
    expect(holds(events)).toEqual([`the remote: ${away?.why}`, 'the remote: continues']);
  });

  it('is tried at once when the user resumes', async () => {
    const { rig, here } = await pair();
    const { remote, tick } = makeRemote(here, FETCHED);
    renameSync(rig.bare, `${rig.bare}.away`);
    expect((await tick()).away).not.toBe(null);
    renameSync(`${rig.bare}.away`, rig.bare);
    remote.fetchNow();
    expect((await tick()).away).not.toBe(null);
    remote.resume();
    expect((await tick()).away).toBe(null);
  });
});

describe('pushing', () => {
  it('moves the remote, remembers that it has pushed, and holds the lock until the end', async () => {
    const { rig, here } = await pair();
    const { remote, tick, push, clock } = makeRemote(here, PUSHED);
    expect(await tick()).toMatchObject({ lock: 'held', pushing: false, foreign: [] });
    const sha = here.commit('kanban: T-1 TODO → IN_PROGRESS');
    remote.push(sha);
    expect((await remote.facts(sha)).pushing).toBe(true);
    expect(() => remote.push(sha)).toThrow();
    await remote.drain();
    expect(remote.takePushed()).toEqual({ sha, outcome: { kind: 'done' } });
    expect(remote.takePushed()).toBe(null);
    expect(rig.tip('refs/heads/main')).toBe(sha);
    expect(here.sha('refs/kanban/pushed/main')).toBe(sha);
    expect(await remote.facts(sha)).toMatchObject({ pushing: false, tip: sha });
    clock.now += 6 * 60_000;
    const lock = rig.tip(LOCK);
    await tick();
    expect(rig.tip(LOCK)).not.toBe(lock);
    expect(await push(here.commit('kanban: more'))).toEqual({ kind: 'done' });
    await remote.close();
    expect(rig.tip(LOCK)).toBe('');
  });

  it('makes a branch that the remote lacks, in an empty remote and in a clone of one branch', async () => {
    const rig = await makeRemoteRig({ start: false });
    const here = await rig.clone('here');
    const sha = here.commit('kanban: set up');
    here.git('config', 'remote.origin.fetch', '+refs/heads/other:refs/remotes/origin/other');
    const { tick, push } = makeRemote(here, PUSHED);
    expect(await tick()).toMatchObject({ tip: null, foreign: [] });
    expect(await push(sha)).toEqual({ kind: 'done' });
    expect(rig.tip('refs/heads/main')).toBe(sha);
    expect(await tick()).toMatchObject({ tip: sha });
  });

  it('that is rejected shows the new tip, and moves nothing (I4)', async () => {
    const { rig, here, there } = await pair();
    const { tick, push } = makeRemote(here, PUSHED);
    await tick();
    const theirs = there.commit('theirs');
    there.git('push', '-q', 'origin', 'main');
    const sha = here.commit('kanban: ours');
    expect((await push(sha))?.kind).toBe('rejected');
    expect(await tick()).toMatchObject({ tip: theirs, rejected: null, away: null });
    expect(rig.tip('refs/heads/main')).toBe(theirs);
  });

  it('that the server declines is held with its words, until something changes', async () => {
    const { rig, here, there } = await pair();
    const { remote, tick, push, clock } = makeRemote(here, PUSHED);
    await tick();
    rig.hook(
      'pre-receive',
      `while read -r _ _ ref; do case $ref in refs/heads/*) echo 'GH006: Protected' >&2; exit 1;; esac; done`,
    );
    const sha = here.commit('kanban: ours');
    const words = 'GH006: Protected (pre-receive hook declined)';
    expect(await push(sha)).toEqual({ kind: 'remote-rejected', message: words });
    expect((await tick()).rejected).toBe(words);
    clock.now += 9 * 60_000;
    expect((await tick()).rejected).toBe(words);
    clock.now += 60_000;
    expect((await tick()).rejected).toBe(null);
    await push(sha);
    expect((await tick()).rejected).toBe(words);
    remote.resume();
    expect((await tick()).rejected).toBe(null);
    await push(sha);
    expect((await tick()).rejected).toBe(words);
    rmSync(join(rig.bare, 'hooks/pre-receive'));
    there.commit('theirs');
    there.git('push', '-q', 'origin', 'main');
    clock.now += 60_000;
    expect((await tick()).rejected).toBe(null);
  });

  it('that is refused as outdated again and again, though nothing moved, is held', async () => {
    const { rig, here } = await pair();
    rig.hook(
      'update',
      `case $1 in refs/heads/*) echo "error: cannot lock ref 'x': is at 12ab but expected 34cd" >&2; exit 1;; esac`,
    );
    const { tick, push } = makeRemote(here, PUSHED);
    await tick();
    const sha = here.commit('kanban: ours');
    for (let times = 0; times < 2; times += 1) {
      expect((await push(sha))?.kind).toBe('rejected');
      expect((await tick()).rejected).toBe(null);
    }
    await push(sha);
    expect((await tick()).rejected).toContain('origin has moved');
  });

  it('waits while the remote is away, and is tried again', async () => {
    const { rig, here } = await pair();
    const { tick, push, clock } = makeRemote(here, PUSHED);
    await tick();
    renameSync(rig.bare, `${rig.bare}.away`);
    const sha = here.commit('kanban: ours');
    expect((await push(sha))?.kind).toBe('unreachable');
    expect((await tick()).away?.why).toMatch(/^origin cannot be reached/);
    renameSync(`${rig.bare}.away`, rig.bare);
    clock.now += 5_000;
    expect((await tick()).away).toBe(null);
    expect(await push(sha)).toEqual({ kind: 'done' });
  });

  it.each([
    ['update', 'rejected'],
    ['post-receive', 'done'],
  ])('that had no answer is looked up before anything else: %s → %s (I8)', async (hook, kind) => {
    const { rig, here } = await pair();
    const { tick, push, remote, clock } = makeRemote(here, PUSHED, { fetch: 60_000, push: 2_000 });
    await tick();
    rig.hook(hook, HOLD);
    const sha = here.commit('kanban: ours');
    const outcome = await push(sha);
    // On a machine so busy that the hook was not even reached, it did not arrive either.
    if (rig.tip('refs/heads/main') === sha) expect(outcome).toEqual({ kind: 'done' });
    else expect(outcome?.kind).toBe('rejected');
    if (kind === 'rejected') expect(rig.tip('refs/heads/main')).not.toBe(sha);
    expect(remote.isFresh(clock.now)).toBe(true);
  });

  it('stays unknown where the remote can not be asked, and nothing counts as fresh', async () => {
    const { rig, here } = await pair();
    const { tick, remote, clock } = makeRemote(here, PUSHED);
    await tick();
    rig.hook('post-receive', `mv '${rig.bare}' '${rig.bare}.away'; kill -9 $PPID`);
    const sha = here.commit('kanban: ours');
    remote.push(sha);
    await remote.drain();
    expect(remote.takePushed()?.outcome.kind).toBe('unknown');
    expect(remote.isFresh(clock.now - 1)).toBe(false);
    expect((await remote.facts(sha)).away).not.toBe(null);
    renameSync(`${rig.bare}.away`, rig.bare);
    clock.now += 5_000;
    expect(await tick()).toMatchObject({ tip: sha, away: null });
  });

  it('is given a moment at the end, then broken off, and the lock is given back', async () => {
    const { rig, here } = await pair();
    const { tick, remote } = makeRemote(here, PUSHED);
    await tick();
    rig.hook('update', `case $1 in refs/heads/*) touch '${rig.folder}/there'; ${HOLD};; esac`);
    remote.push(here.commit('kanban: ours'));
    await until(() => existsSync(join(rig.folder, 'there')));
    await remote.close();
    expect(remote.takePushed()?.outcome.kind).toBe('unknown');
    expect(rig.tip(LOCK)).toBe('');
  });

  it('needs the lock: another clone has it', async () => {
    const { rig, here, there } = await pair();
    const [a, b] = [makeRemote(here, PUSHED), makeRemote(there, PUSHED)];
    await a.tick();
    expect((await b.tick()).lock).toEqual({ by: expect.stringContaining('process') as string });
    const before = rig.tip('refs/heads/main');
    expect((await b.push(there.commit('kanban: theirs')))?.kind).toBe('rejected');
    expect(rig.tip('refs/heads/main')).toBe(before);
    // With `push: false` there is no lock to hold.
    expect((await a.tick({ push: false })).lock).toBe('none');
    expect(rig.tip(LOCK)).toBe('');
    b.clock.now += 60_000;
    expect((await b.tick()).lock).toBe('held');
  });
});

describe('a remote that somebody has rewritten', () => {
  it('is told apart from one that has moved, and a branch that is gone is made again', async () => {
    const { rig, here, there } = await pair();
    const { tick, push, clock } = makeRemote(here, PUSHED);
    await tick();
    const start = here.sha('main');
    const sha = here.commit('kanban: ours');
    await push(sha);
    there.git('pull', '-q');
    there.commit('theirs');
    there.git('push', '-q', 'origin', 'main');
    clock.now += 60_000;
    expect(await tick()).toMatchObject({ tip: there.sha('main'), lost: null });
    rig.git('update-ref', 'refs/heads/main', start);
    clock.now += 60_000;
    expect(await tick()).toMatchObject({ tip: start, lost: sha });
    here.git('reset', '-q', '--soft', start);
    expect(await tick()).toMatchObject({ lost: null });
    here.git('reset', '-q', '--soft', sha);
    expect(await tick()).toMatchObject({ lost: sha });
    rig.git('update-ref', '-d', 'refs/heads/main');
    clock.now += 60_000;
    expect(await tick()).toMatchObject({ tip: null, lost: null });
  });
});

describe('the first push', () => {
  it("waits for commits that nobody has pushed and that aren't ours", async () => {
    const { here } = await pair();
    const { tick, push } = makeRemote(here, PUSHED);
    const mine = here.commit('private notes');
    here.commit('kanban: board edited by hand');
    here.git('commit', '-q', '--allow-empty', '-m', 'T-1: Title\n\nKanban-Move: T-1 TESTING -> CHANGELOG');
    expect((await tick()).foreign).toEqual([{ sha: mine, subject: 'private notes', author: 'Per here' }]);
    here.git('push', '-q', 'origin', `${mine}:main`);
    expect((await tick()).foreign).toEqual([]);
    expect(await push(here.sha('main'))).toEqual({ kind: 'done' });
    here.commit('from now on it goes out');
    expect((await tick()).foreign).toEqual([]);
  });

  it('looks along the first parents only, and at what other branches of the remote have', async () => {
    const { here } = await pair();
    here.git('switch', '-q', '-c', 'T-1');
    here.commit('the work of an agent');
    here.git('switch', '-q', 'main');
    here.git('merge', '-q', '--no-ff', '-m', 'T-1: Title\n\nKanban-Move: T-1 TESTING -> CHANGELOG', 'T-1');
    const asked = { remote: 'origin', base: here.sha('main') };
    expect(await foreignCommits(here.repo, { ...asked, remoteTip: here.sha('origin/main') })).toEqual([]);
    expect(await foreignCommits(here.repo, { ...asked, remoteTip: null })).toEqual([]);
    here.git('update-ref', '-d', 'refs/remotes/origin/main');
    here.git('update-ref', '-d', 'refs/remotes/origin/HEAD');
    const all = await foreignCommits(here.repo, { ...asked, remoteTip: null });
    expect(all.map(({ subject }) => subject)).toEqual(['start']);
  });
});
