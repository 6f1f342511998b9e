import { describe, expect, it } from 'vitest';
import type { HoldReason } from '../../../src/contract/hold.ts';
import type {
  SnapshotCheck,
  SnapshotChecked,
  SnapshotQueue,
  SnapshotQueued,
  SnapshotRemote,
} from '../../../src/contract/snapshot.ts';
import { liveFrame } from '../../../src/report/live/live-frame.ts';
import { adviceFor } from '../../../src/report/queue/advice.ts';
import { renderQueue } from '../../../src/report/queue/queue.ts';
import { renderStatus } from '../../../src/report/status.ts';
import { displayWidth } from '../../../src/report/width.ts';
import { clock, entry, minutes, NOW, queue, snapshot } from './board.ts';

const FILES: HoldReason = { code: 'files-in-the-way', files: [{ path: 'package.json', what: 'changed' }] };
const commit = '3f2a9c1d00000000000000000000000000000000';
const log = (n: number): string => `.kanban/checks/check-${n}-0123abcd/output.log`;

const queued = (id: string, fields: Partial<SnapshotQueued> = {}): SnapshotQueued => ({
  id,
  title: `Title of ${id}`,
  state: 'unchecked',
  reason: null,
  why: '',
  ...fields,
});

const check = (fields: Partial<SnapshotCheck> = {}): SnapshotCheck => ({
  id: 'check-9-0123abcd',
  commit,
  entries: ['T-12', 'T-14'],
  purpose: 'first',
  startedAt: NOW - minutes(3),
  deadlineAt: NOW + minutes(27),
  log: log(9),
  ...fields,
});

const checked = (n: number, fields: Partial<SnapshotChecked> = {}): SnapshotChecked => ({
  at: NOW - minutes(60 - n * 5),
  commit,
  entries: ['T-10', 'T-11'],
  outcome: 'green',
  detail: '',
  seconds: 42,
  log: log(n),
  ...fields,
});

const remote = (fields: Partial<SnapshotRemote> = {}): SnapshotRemote => ({
  name: 'origin',
  branch: 'main',
  tip: '0a1b2c3d00000000000000000000000000000000',
  fetchedAt: NOW - minutes(2),
  away: null,
  reason: null,
  rejected: null,
  lock: 'us',
  pushing: false,
  ...fields,
});

/** As the merge queue words it. */
const BASE_RED = `the check fails on main itself (3f2a9c1d00), without any task: exit 1; see ${log(4)}`;

const BASE_FAILS: HoldReason = { code: 'base-fails', landings: [], commit, log: log(4) };

/** A batch under check after a red, one task held, one waiting, a red and a flake behind it. */
const busy = (fields: Partial<SnapshotQueue> = {}): SnapshotQueue =>
  queue({
    size: 8,
    batch: [
      queued('T-12', { title: 'Login crashes on an empty password', state: 'green' }),
      queued('T-14', { title: 'Rate-limit the login', reason: { code: 'checking' }, why: 'being checked with T-12' }),
      queued('T-15', {
        title: 'Drop lodash',
        reason: { code: 'waits-for-check' },
        why: 'waits for the check of its batch',
      }),
    ],
    waiting: [
      queued('T-9', {
        state: 'suspect',
        reason: { code: 'suspected' },
        why: 'failed in the check: checked again before it goes back',
      }),
      queued('T-16', { state: 'held', why: 'conflicts with T-14 in src/login.ts' }),
      queued('T-17', { reason: { code: 'waits-for-batch' }, why: 'waits for the batch before it' }),
    ],
    running: check({ purpose: 'again' }),
    recent: [
      checked(9, { outcome: 'red', detail: 'exit 1', seconds: 192, entries: ['T-12', 'T-14', 'T-9'] }),
      checked(8, { entries: [], seconds: 0.4 }),
      checked(7, { outcome: 'error', detail: 'the disk was full while it ran (exit 1)', seconds: 3 }),
    ],
    checks: 41,
    flakes: 3,
    ...fields,
  });

const options = { now: NOW, width: 100 as number | null, colour: false, clock, limit: 5 };
const drawn = (
  of: SnapshotQueue,
  more: Partial<typeof options> = {},
  around: Parameters<typeof snapshot>[0] = {},
): string => renderQueue(snapshot({ queue: of, ...around }), { ...options, ...more });

describe('queue', () => {
  it('says what is checked and why, what is in the batch, what waits and for what, and how checks ended', () => {
    expect(drawn(busy())).toMatchInlineSnapshot(`
      "main@3f2a9c1 · coordinator pid 4121, 12m · batches of up to 8 (at most 16) · push off
      check        checking T-12, T-14 on main (again, after a failure) · 3m of 30m · kanban queue --log
      batch of 3   T-12  Login crashes on an e…   passed
                   T-14  Rate-limit the login     checking
                   T-15  Drop lodash              not checked  waits for the check of its batch
      waiting      T-9   Title of T-9             suspect      failed in the check: checked again before …
                   T-16  Title of T-16            held         conflicts with T-14 in src/login.ts
                   T-17  Title of T-17            waits        for the batch before it
      checks       14:05  failed   3m   T-12, T-14, T-9  exit 1
                          .kanban/checks/check-9-0123abcd/output.log
                   14:00  passed   <1s  main alone       .kanban/checks/check-8-0123abcd/output.log
                   13:55  error    3s   T-10, T-11       the disk was full while it ran (exit 1)
                          .kanban/checks/check-7-0123abcd/output.log
                   3 of 41 checks were flakes: failed, then passed on the same commit
      "
    `);
  });

  it('says that nothing waits', () => {
    expect(drawn(queue(), {}, { coordinator: null })).toMatchInlineSnapshot(`
      "main@3f2a9c1 · no coordinator · batches of up to 4 (at most 16) · push off
      check        npm test · nothing is being checked
      (nothing waits to land)
      "
    `);
  });

  it('without a check and in serial mode: what is tested lands', () => {
    expect(
      drawn(
        queue({
          mode: 'serial',
          check: null,
          waiting: [
            queued('T-12', { reason: { code: 'passed' }, why: 'passed the check: lands' }),
            queued('T-14', { why: 'being pushed' }),
          ],
        }),
      ),
    ).toMatchInlineSnapshot(`
      "main@3f2a9c1 · coordinator pid 4121, 12m · one landing at a time · push off
      check        none is set (merge_queue.check): what the tester passed lands as it is
      waiting      T-12  Title of T-12   lands
                   T-14  Title of T-14   lands  being pushed
      "
    `);
  });

  it('says what is held, until when, and what to do; what comes after is still shown', () => {
    const held = 'you have changed package.json';
    expect(
      drawn(busy({ held, reason: FILES, until: NOW + minutes(12), running: null, waiting: [], recent: [] }), {
        width: 80,
      }),
    ).toMatchInlineSnapshot(`
      "main@3f2a9c1 · coordinator pid 4121, 12m · batches of up to 8 (at most 16)
      push off
      held         you have changed package.json (looked at again at 14:32)
                   commit or stash it; the queue continues with the other tasks, and
                   lands the held one after that
      check        npm test · nothing is being checked
      batch of 3   T-12  Login crashes on…   passed
                   T-14  Rate-limit the l…   not checked
                   T-15  Drop lodash         not checked  waits for the check of its …
      checks       3 of 41 checks were flakes: failed, then passed on the same commit
      "
    `);
  });

  it('says that base is red, and that nobody is blamed', () => {
    expect(drawn(busy({ held: BASE_RED, reason: BASE_FAILS, running: null, batch: [], recent: [] }), { width: 80 }))
      .toMatchInlineSnapshot(`
        "main@3f2a9c1 · coordinator pid 4121, 12m · batches of up to 8 (at most 16)
        push off
        held         the check fails on main itself (3f2a9c1d00), without any task: exit
                     1; see .kanban/checks/check-4-0123abcd/output.log
                     no task is the cause; fix main, or what the check needs:
                     kanban queue --log shows the output
        check        npm test · nothing is being checked
        waiting      T-9   Title of T-9    suspect  failed in the check: checked again …
                     T-16  Title of T-16   held     conflicts with T-14 in src/login.ts
                     T-17  Title of T-17   waits    for the batch before it
        checks       3 of 41 checks were flakes: failed, then passed on the same commit
        "
      `);
  });

  it('tells where the remote stands: up to date, pushing, never asked, away, refusing', () => {
    const faces: [SnapshotRemote, Partial<SnapshotQueue>][] = [
      [remote({ pushing: true }), {}],
      [remote({ tip: null, fetchedAt: null, lock: null }), {}],
      [remote({ tip: null, lock: 'process 77 on build-2, since 2026-11-20T09:00Z' }), {}],
      [
        remote({
          away: 'origin cannot be reached: Connection refused',
          reason: { code: 'remote-away' },
          fetchedAt: NOW - minutes(18),
        }),
        {},
      ],
      [
        remote({ rejected: 'protected branch hook declined' }),
        { held: 'origin rejects the push: protected branch hook declined', reason: { code: 'push-rejected' } },
      ],
    ];
    const lines = faces.map(([one, more]) =>
      drawn(queue({ remote: one, ...more }), {}, { push: true }).replace(/^.*\ncheck .*\n|^main@.*\n/gm, ''),
    );
    expect(lines.join('')).toMatchInlineSnapshot(`
      "remote       origin/main@0a1b2c3 · asked 2m ago · pushing · its lock is ours
      (nothing waits to land)
      remote       origin/main: not known · not asked yet
      (nothing waits to land)
      remote       origin/main: no such branch there yet · asked 2m ago
                   its lock is held by process 77 on build-2, since 2026-11-20T09:00Z
      (nothing waits to land)
      remote       origin/main@0a1b2c3 · its lock is ours
                   origin cannot be reached: Connection refused (it answered last at 14:02); landings
                   wait, all else continues
                   nothing is to be done: kanban tries again, less and less often
      (nothing waits to land)
      remote       origin/main@0a1b2c3 · asked 2m ago · its lock is ours
                   allow the push on the server; kanban tries it again after ten minutes. If the server
                   takes no pushes at all, work on a branch for kanban: kanban init --base agents
      (nothing waits to land)
      "
    `);
  });

  it('says that nothing lands while no coordinator runs', () => {
    expect(drawn(busy({ running: null }), {}, { coordinator: null })).toContain(
      'held         no `kanban run` is on: nothing lands\n',
    );
  });

  it('says what stops everything, once', () => {
    const why = 'paused by Ada: kanban resume continues';
    const text = drawn(busy({ held: why, reason: { code: 'stopped' } }), {}, { stops: [why, 'the disk is full'] });
    expect(text.split('paused by Ada')).toHaveLength(2);
    expect(text).toContain('all waits    the disk is full\n');
  });

  it.each(['first', 'again', 'control', 'search', 'confirm'] as const)('words a check that is there %s', (purpose) => {
    const running = check({ purpose, entries: purpose === 'control' ? [] : ['T-12'] });
    const said = drawn(queue({ running }), { width: null }).split('\n')[1];
    expect(said).toBe(
      {
        first: 'check        checking T-12 on main · 3m of 30m · kanban queue --log',
        again: 'check        checking T-12 on main (again, after a failure) · 3m of 30m · kanban queue --log',
        control: 'check        checking main alone (to see whether it passes) · 3m of 30m · kanban queue --log',
        search: 'check        checking T-12 on main (in search of the culprit) · 3m of 30m · kanban queue --log',
        confirm:
          'check        checking T-12 on main (once more, to confirm the culprit) · 3m of 30m · kanban queue --log',
      }[purpose],
    );
  });

  it('shows no more checks than asked for, and counts flakes in words', () => {
    expect(drawn(busy(), { limit: 1 }).match(/output\.log/g)).toHaveLength(1);
    expect(drawn(queue({ checks: 1 }))).toContain('checks       1 check, no flake\n');
    expect(drawn(queue({ checks: 7, flakes: 1 }))).toContain('1 of 7 checks was a flake: failed, then passed');
    expect(drawn(queue())).not.toContain('flake');
  });

  const hostile = 'a\u001b[2J\u001b]0;title\u0007\u009b1A\rb\u202e\nc';
  const wide = '世界 '.repeat(30);
  const states: [string, SnapshotQueue][] = [
    ['busy', busy()],
    ['empty', queue()],
    ['held', busy({ held: 'you have changed package.json and a great many other files besides', until: NOW })],
    ['with a remote', busy({ remote: remote({ away: 'origin is gone', rejected: 'no', lock: wide, pushing: true }) })],
    ['wide', busy({ batch: [queued('T-1', { title: wide, why: wide })], check: wide, held: wide })],
    ['long', busy({ batch: Array.from({ length: 40 }, (_, n) => queued(`T-${n}`)), check: 'x'.repeat(300) })],
    [
      'many in a check',
      busy({ running: check({ entries: Array.from({ length: 40 }, (_, n) => `T-${n}`), purpose: 'search' }) }),
    ],
  ];

  it.each(states)('keeps to every width from 40 to 200, but for commands and paths to copy: %s', (_, of) => {
    for (const width of [40, 41, 57, 62, 63, 64, 80, 100, 120, 200])
      for (const line of drawn(of, { width }).split('\n'))
        if (!/output\.log$|kanban (queue|init) --/.test(line))
          expect(displayWidth(line), `${width}: ${line}`).toBeLessThanOrEqual(width);
  });

  it('ends no line in spaces', () => {
    for (const width of [40, 62, 64, 100, null])
      expect(drawn(busy({ recent: [checked(1), checked(2, { entries: ['T-1'] })] }), { width })).not.toMatch(/ $/m);
  });

  it('cuts no path and no command, however narrow', () => {
    const narrow = drawn(busy(), { width: 40 });
    expect(narrow).toContain(log(9));
    expect(narrow).toContain('kanban queue --log');
  });

  it('cuts nothing where there is no terminal', () => {
    const long = 'word '.repeat(60).trim();
    expect(
      drawn(busy({ batch: [queued('T-1', { state: 'held', why: long })], held: long }), { width: null }),
    ).toContain(long);
  });

  it('lets no text of an agent, a file or a server move the cursor', () => {
    const evil = queue({
      check: hostile,
      batch: [queued('T-1', { title: hostile, why: hostile })],
      waiting: [queued('T-2', { title: hostile, why: hostile, state: 'held' })],
      held: hostile,
      recent: [checked(1, { detail: hostile, log: hostile, outcome: 'red', entries: [hostile] })],
      running: check({ entries: [hostile], log: hostile }),
      remote: remote({ name: hostile, branch: hostile, away: hostile, rejected: hostile, lock: hostile }),
    });
    for (const width of [40, 100, null]) {
      const around = { push: true, base: { name: hostile, sha: commit, checkout: null } };
      const text =
        drawn(evil, { width }, around) +
        renderStatus(snapshot({ queue: evil, ...around }), { ...options, width, details: false }) +
        liveFrame(snapshot({ queue: evil, ...around }), { ...options, width: width ?? 200, height: 50 }).join('');
      // eslint-disable-next-line no-control-regex
      expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    }
  });

  it('colours only when asked', () => {
    expect(drawn(busy({ held: 'why' }), { colour: true })).toContain('\u001b[');
    expect(drawn(busy({ held: 'why' }))).not.toContain('\u001b[');
  });

  it('is drawn from a snapshot that an earlier version keeps', () => {
    const { queue: _, ...old } = snapshot();
    expect(renderQueue(old as ReturnType<typeof snapshot>, options)).toContain('(nothing waits to land)');
    const {
      reason: _reason,
      batch,
      remote: known,
      ...rest
    } = busy({ held: 'why', remote: remote({ away: 'no answer' }) });
    const without = <T extends { reason: unknown }>({ reason: _none, ...one }: T): Omit<T, 'reason'> => one;
    const text = drawn({ ...rest, batch: batch.map(without), remote: without(known!) } as unknown as SnapshotQueue);
    expect(text).toContain('no answer');
    expect(text).toContain('not checked  waits for the check of its batch');
  });
});

describe('advice', () => {
  const names = { base: 'main', remote: 'origin' };

  const reasons: [HoldReason, string | null][] = [
    [FILES, 'commit or stash it'],
    [{ code: 'base-fails', landings: [], commit, log: log(4) }, '`kanban queue --log`'],
    [{ code: 'check-not-run' }, 'says nothing about any task'],
    [{ code: 'git-locked' }, '`kanban doctor`'],
    [{ code: 'login-refused' }, '`git fetch origin`'],
    [{ code: 'repository-missing' }, '`git remote -v`'],
    [{ code: 'remote-away' }, 'kanban tries again'],
    [{ code: 'disk-full' }, 'make room'],
    [{ code: 'push-rejected' }, null],
    [{ code: 'stopped' }, null],
    [{ code: 'other' }, null],
  ];
  it.each(reasons)('of %j is: %s', (reason, advice) => {
    const given = adviceFor(reason, names);
    if (advice === null) expect(given).toBeNull();
    else expect(given).toContain(advice);
  });

  it('follows from the data alone, whatever the text says', () => {
    const held = 'origin cannot be reached, and the disk is full';
    expect(drawn(queue({ held, reason: { code: 'other' } }))).not.toContain('make room');
    expect(drawn(queue({ held: 'no room', reason: { code: 'disk-full' } }))).toContain('make room');
  });
});

describe('the queue in the status and the live view', () => {
  const status = (of: SnapshotQueue, around: Parameters<typeof snapshot>[0] = {}): string =>
    renderStatus(snapshot({ queue: of, ...around }), { ...options, details: false });
  const tested = entry({ id: 'T-12', column: 'TESTING', state: 'lands', why: 'is being checked', title: 'Login' });

  it('has one line for the check that is on, like a run, and takes no place in the pool', () => {
    const shown = { entries: [tested], push: true };
    const of = busy({ remote: remote() });
    expect(status(of, shown)).toMatchInlineSnapshot(`
      "main@3f2a9c1 · coordinator pid 4121, 12m · 0 of 6 runs · push origin/main
      TESTING      T-12  Login        lands  is being checked
      queue              T-12, T-14   check  3m of 30m   again, after a failure
      "
    `);
    expect(liveFrame(snapshot({ queue: of, ...shown }), { ...options, width: 100, height: 20 }).join('\n'))
      .toMatchInlineSnapshot(`
      "TESTING      T-12  Login        lands  is being checked
      queue              T-12, T-14   check  27m left    again, after a failure
      TODO         empty
      main@3f2a9c1 · 0 of 6 runs · Ctrl-C: start nothing new"
    `);
  });

  it('says that the check is at a hook before its command', () => {
    const of = busy({ running: check({ hook: 'after_create' }) });
    expect(status(of)).toMatch(/^queue .* check .*the hook after_create runs$/m);
    expect(drawn(of)).toMatch(/^check {8}checking T-12, T-14 on main · the hook after_create runs ·/m);
  });

  it('names what holds all landings, once: not where the line of an entry says it', () => {
    const held = 'you have changed package.json';
    expect(status(queue({ held }))).toContain(`queue        landings wait: ${held}\n`);
    const said = status(queue({ held }), {
      entries: [{ ...tested, state: 'held', reason: { code: 'merge-queue', text: held }, why: held }],
    });
    expect(said).not.toContain('landings wait');
    expect(said.split(held)).toHaveLength(2);
  });

  it('says that the remote is away, once, and what the server refused', () => {
    const away = 'origin cannot be reached: Connection refused';
    const shown = status(
      queue({
        held: `main waits, ${away}`,
        reason: { code: 'remote-away' },
        remote: remote({ away, rejected: 'declined' }),
      }),
      {
        push: true,
      },
    );
    expect(shown.split('cannot be reached')).toHaveLength(2);
    expect(shown).toContain('landings wait: declined');
    expect(shown).toContain('· push origin/main');
  });

  it('says nothing of a queue that has nothing to say', () => {
    expect(status(queue({ remote: remote() }))).not.toContain('queue');
  });

  it('does not say of what waits that it lands', () => {
    const drawn = (held: string | null, coordinator: { pid: number; since: number } | null): string =>
      renderQueue(snapshot({ coordinator, queue: queue({ check: null, held, batch: [queued('T-1')] }) }), {
        now: NOW,
        width: 100,
        colour: false,
        clock,
        limit: 5,
      });
    expect(drawn(null, { pid: 1, since: NOW })).toMatch(/^lands +T-1 +Title of T-1 +lands$/m);
    expect(drawn('you have changed a.txt', { pid: 1, since: NOW })).toMatch(/^waiting +T-1 +Title of T-1 +held$/m);
    expect(drawn(null, null)).toMatch(/^waiting +T-1 +Title of T-1 +held$/m);
  });
});
