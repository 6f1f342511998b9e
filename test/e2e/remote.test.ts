import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import { PUSHED, SharedRemote } from './rig/shared-remote.ts';
import { until } from './rig/until.ts';

const ONE = '## T-1: One\n';
const TWO = '## T-1: One\n\n## T-2: Two\n';
const THREE = `${TWO}\n## T-3: Three\n`;

/** Waits at `there` before its work is committed. */
const WAITING = 'pause there; save "$KANBAN_TASK.txt" "work $n"; commit; report done';

/** A check that tells what it saw, and waits at `check` the first time. */
const CHECK =
  'steer="$KANBAN_ROOT/../steer"; echo * >> "$steer/seen"; : > "$steer/at/check"; until [ -e "$steer/go/check" ]; do sleep 0.05; done\n';

describe('landings are pushed', () => {
  it.concurrent('what is ready together is one push; moves go out with a landing only (I4)', async ({ made }) => {
    const kanban = made({ todo: THREE, settings: `${PUSHED}merge_queue: { mode: batch }\n` });
    const remote = new SharedRemote(kanban);
    const start = remote.tip();
    kanban.plan('T-1.tester', 'pause first; report passed');
    for (const id of ['T-2', 'T-3']) kanban.plan(`${id}.tester`, 'pause later; report passed');
    const pushes = remote.count();
    remote.hook('pre-receive', 'pause push');
    const coordinator = kanban.start('--until-done');
    await kanban.at('first');
    await kanban.at('later');
    expect(remote.tip()).toBe(start);
    kanban.go('first');
    await kanban.at('push');
    kanban.go('later');
    await until(
      () => coordinator.all('run-ended').filter(({ role }) => role === 'tester').length === 3,
      () => coordinator.story(),
    );
    kanban.go('push');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    expect([pushes(), coordinator.all('pushed').map(({ entries }) => entries.length)]).toEqual([2, [1, 2]]);
    expect(remote.tip()).toBe(kanban.git('rev-parse', 'main'));
    await kanban.expectDone(['T-1', 'T-2', 'T-3']);
    remote.expectInStep(['T-1', 'T-2', 'T-3']);
    expect(remote.git('for-each-ref', 'refs/kanban')).toBe('');
  });

  it.concurrent('base is checked out nowhere: refs follow, the branch and the files of the user do not (I7)', async ({
    made,
  }) => {
    const kanban = made({ todo: ONE, settings: PUSHED });
    const remote = new SharedRemote(kanban);
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start('--until-done');
    await kanban.at('there');
    kanban.git('switch', '-q', '-c', 'mine');
    kanban.write('base.txt', 'changed\n');
    const before = [kanban.git('rev-parse', 'mine'), kanban.git('status', '--porcelain')];
    remote.clone().push('theirs', { 'theirs.txt': 'theirs\n' });
    kanban.go('there');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    expect([kanban.git('rev-parse', 'mine'), kanban.git('status', '--porcelain')]).toEqual(before);
    expect(remote.tip()).toBe(kanban.git('rev-parse', 'main'));
    expect(remote.show('theirs.txt')).toBe('theirs');
    await kanban.expectQuiet();
    remote.expectInStep(['T-1']);
  });

  it.concurrent('a file of the user in the way of a landing holds it before the push, not after it (I4, I7)', async ({
    made,
  }) => {
    const kanban = made({ todo: TWO, settings: PUSHED });
    const remote = new SharedRemote(kanban);
    const start = remote.tip();
    kanban.plan('T-1.task', 'pause first; save base.txt more; save T-1.txt x; commit; report done');
    kanban.plan('T-2.task', WAITING);
    const coordinator = kanban.start('--until-done');
    await kanban.at('first');
    kanban.write('base.txt', 'mine\n');
    kanban.go('first');
    await kanban.at('there');
    await coordinator.event('hold-changed', ({ why }) => why?.includes('you have changed base.txt') === true);
    expect(remote.tip()).toBe(start);
    await kanban.shows('status', 'you have changed base.txt');
    kanban.go('there');
    await coordinator.landed('T-2');
    expect(kanban.read('base.txt')).toBe('mine\n');
    kanban.git('checkout', '-q', '--', 'base.txt');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    await kanban.expectDone(['T-1', 'T-2']);
    remote.expectInStep(['T-1', 'T-2']);
  });

  it.concurrent('push: false with a remote: nothing is pushed, no fetch moves base; switched on later, what the user has not pushed is named first', async ({
    made,
  }) => {
    const kanban = made({ todo: TWO, settings: 'remote: origin\nfetch: 1s\n' });
    const remote = new SharedRemote(kanban);
    const theirs = remote.clone().push('theirs', { 'theirs.txt': 'theirs\n' });
    kanban.plan('T-2.task', WAITING);
    const coordinator = kanban.start('--until-done');
    await coordinator.landed('T-1');
    await until(() => kanban.git('rev-parse', 'origin/main') === theirs, 'a fetch');
    expect(remote.tip()).toBe(theirs);
    expect(kanban.git('rev-list', '--count', `${theirs}..main`, '--not', theirs)).not.toBe('0');
    expect(kanban.git('ls-tree', '--name-only', 'main', 'theirs.txt')).toBe('');
    kanban.write('WORKFLOW.md', kanban.workflow('remote: origin\nfetch: 1s\npush: true\n'));
    kanban.git('commit', '-q', '-m', 'We push from now on', '--', 'WORKFLOW.md');
    await coordinator.event('integrated');
    kanban.go('there');
    await coordinator.event('hold-changed', ({ why }) => why?.includes('"We push from now on" (Ada)') === true);
    expect(remote.tip()).toBe(theirs);
    kanban.git('push', '-q', 'origin', 'main');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    expect(remote.tip()).toBe(kanban.git('rev-parse', 'main'));
    await kanban.expectDone(['T-1', 'T-2']);
    remote.expectInStep(['T-1', 'T-2']);
  });

  it.concurrent('commits of the user hold the first push, named, with exit code 4; once they have pushed them it continues', async ({
    made,
  }) => {
    const kanban = made({ todo: ONE, settings: PUSHED });
    const remote = new SharedRemote(kanban);
    const start = remote.tip();
    kanban.git('commit', '-q', '--allow-empty', '-m', 'Private notes');
    const { code, err } = await kanban.untilDone('--max-wait', '1s');
    expect([code, remote.tip()], err).toEqual([4, start]);
    expect(err).toMatch(/T-1: .*"Private notes" \(Ada\).*git push origin main/);
    kanban.git('push', '-q', 'origin', 'main');
    expect((await kanban.untilDone()).code).toBe(0);
    await kanban.expectDone(['T-1']);
    remote.expectInStep(['T-1']);
  });
});

describe('the remote moves', () => {
  it.concurrent('code and a board entry that were pushed from another clone are brought in, the entry is worked too (I1)', async ({
    made,
  }) => {
    const kanban = made({ todo: ONE, settings: PUSHED });
    const remote = new SharedRemote(kanban);
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start('--until-done');
    await kanban.at('there');
    const bea = remote.clone();
    bea.push('theirs', { 'theirs.txt': 'theirs\n' });
    bea.push('A task', { 'board/TODO.md': `${bea.read('board/TODO.md')}\n## T-2: From elsewhere\n` });
    kanban.go('there');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    expect(remote.show('theirs.txt')).toBe('theirs');
    await kanban.expectDone(['T-1', 'T-2']);
    remote.expectInStep(['T-1', 'T-2']);
  });

  it.concurrent('while a landing is being pushed: fetched, built anew, landed; the user’s commit stays (I4)', async ({
    made,
  }) => {
    const kanban = made({ todo: ONE, settings: PUSHED });
    const remote = new SharedRemote(kanban);
    const theirs = remote.clone().push('theirs', { 'theirs.txt': 'theirs\n' }, 'side');
    // Between what the server says when we connect, and its own move of the branch.
    const moved = `${kanban.folder}/moved`;
    remote.hook(
      'pre-receive',
      `[ -e '${moved}' ] || { : > '${moved}'; env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main ${theirs}; }`,
    );
    const { code, err, coordinator } = await kanban.untilDone();
    expect(code, err + coordinator.story()).toBe(0);
    expect(coordinator.all('integrated')).toHaveLength(1);
    await kanban.expectDone(['T-1']);
    expect(remote.show('theirs.txt')).toBe('theirs');
    remote.expectInStep(['T-1']);
  });

  it.concurrent('while the check is on: what is pushed is checked with what has come in (I5)', async ({ made }) => {
    const kanban = made({
      todo: ONE,
      settings: `${PUSHED}merge_queue: { check: sh check.sh }\n`,
      files: { 'check.sh': CHECK },
    });
    const remote = new SharedRemote(kanban);
    const coordinator = kanban.start('--until-done');
    await kanban.at('check');
    remote.clone().push('theirs', { 'theirs.txt': 'theirs\n' });
    kanban.go('check');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    const seen = readFileSync(join(kanban.steer, 'seen'), 'utf8').trimEnd().split('\n');
    expect(seen.map((files) => ['T-1.txt', 'theirs.txt'].filter((name) => files.split(' ').includes(name)))).toEqual([
      ['T-1.txt'],
      ['T-1.txt', 'theirs.txt'],
    ]);
    remote.expectInStep(['T-1']);
  });

  it.concurrent('to code that conflicts with a task: the task is fixed and lands, nobody’s line is lost', async ({
    made,
  }) => {
    const kanban = made({ todo: ONE, settings: PUSHED });
    const remote = new SharedRemote(kanban);
    kanban.plan('T-1.task', 'pause there; printf "base\\nwork\\n" > base.txt; save T-1.txt x; commit; report done');
    kanban.plan(
      'T-1.tester.2',
      'git merge -q main || { printf "base\\nmine\\nwork\\n" > base.txt; git add -A; git commit -q --no-edit; }; report passed',
    );
    const coordinator = kanban.start('--until-done');
    await kanban.at('there');
    remote.clone().push('theirs', { 'base.txt': 'base\nmine\n' });
    kanban.go('there');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    expect(remote.show('base.txt')).toBe('base\nmine\nwork');
    await kanban.expectDone(['T-1']);
    remote.expectInStep(['T-1']);
  });

  it.concurrent('into a file that the user has changed: held, the file named, no byte touched; then all continues (I7)', async ({
    made,
  }) => {
    const kanban = made({ todo: ONE, settings: `${PUSHED}fetch: 1s\n` });
    const remote = new SharedRemote(kanban);
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start('--until-done');
    await kanban.at('there');
    kanban.write('base.txt', 'changed here\n');
    const theirs = remote.clone().push('theirs', { 'base.txt': 'changed there\n' });
    await coordinator.event(
      'hold-changed',
      ({ why }) => why === 'main cannot be brought up to origin/main: you have changed base.txt',
    );
    kanban.go('there');
    await kanban.shows('status', /T-1 .*you have changed base.txt/);
    expect([kanban.read('base.txt'), remote.tip()]).toEqual(['changed here\n', theirs]);
    kanban.git('checkout', '-q', '--', 'base.txt');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    expect(kanban.read('base.txt')).toBe('changed there\n');
    await kanban.expectDone(['T-1']);
    remote.expectInStep(['T-1']);
  });
});

describe('a rewrite by hand', () => {
  it.concurrent('on one side only: a landing taken out here comes back from the remote; taken out there it is named, and not pushed again (I4)', async ({
    made,
  }) => {
    const kanban = made({ todo: TWO, settings: `${PUSHED}fetch: 1s\n` });
    const remote = new SharedRemote(kanban);
    kanban.plan('T-2.task', WAITING);
    const coordinator = kanban.start('--until-done', '--max-wait', '1s');
    const { commit } = await coordinator.landed('T-1');
    await kanban.at('there');
    kanban.git('reset', '-q', '--keep', `${commit}^`);
    await coordinator.event('integrated');
    expect(kanban.git('merge-base', '--is-ancestor', commit, 'main')).toBe('');
    remote.git('update-ref', 'refs/heads/main', `${commit}^`);
    await until(() => kanban.git('rev-parse', 'origin/main') === remote.tip(), 'a fetch');
    kanban.go('there');
    const { code, err } = await coordinator.ended;
    expect([code, remote.tip()], err).toEqual([4, kanban.git('rev-parse', `${commit}^`)]);
    expect(err).toMatch(new RegExp(`T-2: origin/main no longer has ${commit.slice(0, 10)}.*git push origin main`));
    kanban.git('push', '-q', 'origin', 'main');
    expect((await kanban.untilDone()).code).toBe(0);
    await kanban.expectDone(['T-1', 'T-2']);
    remote.expectInStep(['T-1', 'T-2']);
  });
});

describe('the remote refuses, or is away', () => {
  it.concurrent('declined by a hook: all landings are held with the words of the server, runs continue; exit code 4', async ({
    made,
  }) => {
    const kanban = made({ todo: TWO, settings: PUSHED });
    const remote = new SharedRemote(kanban);
    const start = remote.tip();
    remote.hook('pre-receive', 'echo "main is frozen until Monday" >&2; exit 1');
    kanban.plan('T-2.task', WAITING);
    const coordinator = kanban.start('--until-done', '--max-wait', '1s');
    await kanban.at('there');
    await kanban.shows('status', /T-1 .*main is frozen until Monday/);
    kanban.go('there');
    const { code, err } = await coordinator.ended;
    expect([code, remote.tip()], err).toEqual([4, start]);
    expect(err).toMatch(/T-1: .*main is frozen until Monday/);
    expect(err).toMatch(/T-2: .*main is frozen until Monday/);
    expect(kanban.headings('TESTING')).toHaveLength(2);
    remote.unhook('pre-receive');
    expect((await kanban.untilDone()).code).toBe(0);
    await kanban.expectDone(['T-1', 'T-2']);
    remote.expectInStep(['T-1', 'T-2']);
  });

  it.concurrent('declined, then allowed: `kanban resume` tries at once', async ({ made }) => {
    const kanban = made({ todo: ONE, settings: PUSHED });
    const remote = new SharedRemote(kanban);
    remote.hook('pre-receive', 'exit 1');
    const coordinator = kanban.start('--until-done');
    await coordinator.event('hold-changed', ({ why }) => why?.includes('origin rejects the push') === true);
    remote.unhook('pre-receive');
    expect(kanban.kanban('resume').out).toContain('work continues');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    remote.expectInStep(['T-1']);
  });

  it.concurrent('away: landings wait, the rest continues; it comes back, and they land', async ({ made }) => {
    const kanban = made({ todo: TWO, settings: PUSHED });
    const remote = new SharedRemote(kanban);
    kanban.plan('T-1.task', WAITING);
    const coordinator = kanban.start('--until-done');
    await kanban.at('there');
    remote.leave();
    kanban.go('there');
    await kanban.stands('T-2', 'TESTING');
    await kanban.stands('T-1', 'TESTING');
    await kanban.shows('status', /T-1 .*origin cannot be reached/);
    remote.comeBack();
    kanban.kanban('resume');
    expect((await coordinator.ended).code, coordinator.story()).toBe(0);
    await kanban.expectDone(['T-1', 'T-2']);
    remote.expectInStep(['T-1', 'T-2']);
  });

  it.concurrent('away for longer than --max-wait: exit code 4 with the reason; work was done meanwhile (I10)', async ({
    made,
  }) => {
    const kanban = made({ todo: ONE, settings: PUSHED });
    const remote = new SharedRemote(kanban);
    remote.leave();
    const { code, err } = await kanban.untilDone('--max-wait', '2s');
    expect(code, err).toBe(4);
    expect(err).toMatch(/T-1: .*origin cannot be reached/);
    expect(kanban.headings('TESTING')).toHaveLength(1);
    remote.comeBack();
    expect((await kanban.untilDone()).code).toBe(0);
    await kanban.expectDone(['T-1']);
    remote.expectInStep(['T-1']);
  });
});
