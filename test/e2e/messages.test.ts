import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import { until } from './rig/until.ts';

const ONE = '## T-1: A task\n\nDo it.\n';

describe.concurrent('kanban inject', () => {
  it('ends the run of an agent that can not be told while it works; the next one has the message in front, uncounted', async ({
    made,
  }) => {
    const kanban = made({ todo: ONE });
    kanban.plan('T-1.task.1', 'save half.txt half; pause working; report done');
    const coordinator = kanban.start('--until-done');
    await kanban.at('working');
    const low = kanban.kanban('inject', 'T-1', 'only the form', '--priority', 'low');
    expect(low).toMatchObject({ code: 0, out: expect.stringContaining('in the same worktree, with the message') });
    await kanban.stands('T-1', 'REVIEW').catch(() => null);
    expect((await coordinator.ended).code).toBe(0);
    const prompt = kanban.prompt('T-1', 'task', 2);
    expect(prompt.indexOf('only the form')).toBeGreaterThan(0);
    expect(prompt.indexOf('only the form')).toBeLessThan(prompt.indexOf('You are the task agent'));
    expect(prompt).toContain('Ada');
    expect(kanban.prompt('T-1', 'reviewer', 1), 'later roles hear of it too').toContain('only the form');
    expect(kanban.git('log', '--format=%B', 'main')).not.toContain('attempts');
    await kanban.expectDone(['T-1']);
    await until(() => !existsSync(kanban.path('.kanban/messages/T-1/delivered')) || coordinator.isOver, 'the end');
  });

  it('keeps a message for an entry that is not at work; unknown ids and empty messages are named', ({ made }) => {
    const kanban = made({ todo: ONE });
    expect(kanban.kanban('inject', 'T-1', 'mind', 'the', 'tests')).toMatchObject({
      code: 0,
      out: 'kept: the next run gets the message first (no coordinator is running)\n',
    });
    expect(kanban.kanban('inject', 'T-11', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('fix: kanban show T-1'),
    });
    expect(kanban.kanban('inject', 'T-1')).toMatchObject({ code: 2, err: expect.stringContaining('message is empty') });
    expect(kanban.kanban('inject', 'T-1', 'x', '--priority', 'top')).toMatchObject({ code: 2 });
    const shown = JSON.parse(kanban.kanban('status', '--json').out) as { entries: { messages: number }[] };
    expect(shown.entries[0]?.messages).toBe(1);
  });

  it('survives a coordinator that is killed right after it', async ({ made }) => {
    const kanban = made({ todo: ONE });
    kanban.plan('T-1.task.1', 'pause working; report blocked');
    const first = kanban.start();
    await kanban.at('working');
    first.signal('SIGSTOP');
    kanban.kanban('inject', 'T-1', 'first word', '--priority', 'low');
    kanban.kanban('inject', 'T-1', 'second word', '--priority', 'high');
    first.signal('SIGKILL');
    await first.ended;
    expect((await kanban.untilDone()).code).toBe(0);
    const prompt = kanban.prompt('T-1', 'task', 2);
    expect(prompt).toContain('first word');
    expect(prompt).toContain('second word');
  });
});

describe.concurrent('kanban pause and resume', () => {
  it('of everything: runs end, nothing starts, a new coordinator keeps to it, resume continues; no retry is used up', async ({
    made,
  }) => {
    const kanban = made({ todo: `${ONE}\n## T-2: Another\n\nDo it.\n` });
    kanban.plan('T-1.task.1', 'save a.txt a; pause one; report done');
    kanban.plan('T-2.task.1', 'save b.txt b; pause two; report done');
    const first = kanban.start();
    await kanban.at('one');
    await kanban.at('two');
    expect(kanban.kanban('pause', '--why', 'the API is down').code).toBe(0);
    await first.event('run-ended', ({ id, cause }) => id === 'T-1' && cause === 'stopped');
    await first.event('run-ended', ({ id, cause }) => id === 'T-2' && cause === 'stopped');
    // What a coordinator shows is as old as its last tick.
    await until(() => /paused by Ada \(the API is down\)/.test(kanban.kanban('status').out), 'the pause in the status');
    first.signal('SIGKILL');
    await first.ended;
    const paused = await kanban.untilDone();
    expect(paused.code).toBe(4);
    expect(paused.err).toContain('kanban resume');
    expect(kanban.times('T-1', 'task')).toBe(1);
    expect(kanban.kanban('resume')).toMatchObject({ code: 0, out: 'work continues\n' });
    expect(kanban.kanban('resume')).toMatchObject({ code: 2, err: 'nothing is paused or held\n' });
    expect((await kanban.untilDone()).code).toBe(0);
    await kanban.expectDone(['T-1', 'T-2']);
    expect(kanban.git('log', '-p', '--format=', '--', 'board')).not.toContain('attempts:');
  });

  it('of one entry', async ({ made }) => {
    const kanban = made({ todo: ONE });
    kanban.plan('T-1.task.1', 'save a.txt a; pause one; report done');
    const coordinator = kanban.start('--until-done');
    await kanban.at('one');
    expect(kanban.kanban('pause', 'T-1').code).toBe(0);
    await kanban.stands('T-1', 'IN_PROGRESS', /^\[PAUSED\] T-1/);
    expect((await coordinator.ended).code).toBe(4);
    expect(kanban.kanban('resume', 'T-1').code).toBe(0);
    expect((await kanban.untilDone()).code).toBe(0);
    await kanban.expectDone(['T-1']);
  });
});

describe.concurrent('kanban attach', () => {
  it('follows a run to its end, as text and as bytes, and leaves it alone when it goes', async ({ made, built }) => {
    const kanban = made({ todo: ONE });
    kanban.plan(
      'T-1.task.1',
      `printf 'one\\n\\033[31mred\\033[0m\\n'; pause mid; echo last; save a.txt a; commit; report done`,
    );
    const coordinator = kanban.start('--until-done');
    await kanban.at('mid');
    const start = (...more: string[]) => {
      const child = spawn(process.execPath, [built.cli, 'attach', 'T-1', ...more], { cwd: kanban.root });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      return { child, ended, out: () => out };
    };
    const [text, raw, leaver] = [start(), start('--raw'), start()];
    for (const reader of [text, raw, leaver]) await until(() => reader.out().includes('red'), 'the first lines');
    leaver.child.kill('SIGINT');
    await leaver.ended;
    kanban.go('mid');
    expect(await text.ended).toBe(0);
    expect(await raw.ended).toBe(0);
    expect(text.out()).toMatch(/\none\nred\nlast\n— ended: reported/);
    expect(raw.out()).toBe('one\n\u001b[31mred\u001b[0m\nlast\n');
    expect((await coordinator.ended).code).toBe(0);
    const [run = ''] = /T-1-1-task-[0-9a-f]{8}/.exec(text.out()) ?? [];
    expect(readFileSync(join(kanban.root, '.kanban/runs', run, 'output.log'), 'utf8')).toBe(raw.out());
    expect(kanban.kanban('attach', 'T-9')).toMatchObject({
      code: 2,
      err: expect.stringContaining('T-9 is not on the board'),
    });
  });

  it('follows an entry through its stages, and all entries with their names', async ({ made, built }) => {
    const kanban = made({ todo: `${ONE}\n## T-2: Two\n` });
    kanban.plan('T-1.task.1', 'echo the work; pause mid; save a.txt a; commit; report done');
    kanban.plan('T-1.reviewer', 'echo the review; report ready');
    kanban.plan('T-2.task', 'echo other; report blocked');
    const start = (...args: string[]) => {
      const child = spawn(process.execPath, [built.cli, 'attach', ...args], { cwd: kanban.root });
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      return { child, ended, out: () => out, err: () => err };
    };
    expect(kanban.kanban('attach')).toMatchObject({ code: 2, err: expect.stringContaining('no run is active') });
    // Before the first run there is nothing to print, and it waits.
    const [one, two, all] = [start('T-1', '--follow'), start('T-2', '-f'), start('--follow')];
    await until(() => one.err().includes('no coordinator is running'), 'it says why nothing comes');
    const coordinator = kanban.start('--until-done');
    await kanban.at('mid');
    await until(() => one.out().includes('the work'), 'the first stage');
    expect(JSON.parse(kanban.kanban('inject', 'T-7', 'hurry', '--json').out)).toMatchObject({ ok: false, id: 'T-7' });
    kanban.go('mid');
    expect(await one.ended).toBe(0);
    expect(one.out()).toMatch(/the work\n— ended: reported[^]*the review\n— ended: reported[^]*-tester-[^]*— ended/);
    expect(one.err()).toContain('— T-1 has landed\n');
    expect(await two.ended).toBe(4);
    expect(two.err()).toMatch(/— T-2 needs you: [^]*kanban retry T-2/);
    expect((await coordinator.ended).code).toBe(4);
    expect(all.out()).toMatch(/^T-1 +task +the work$/m);
    expect(all.out()).toMatch(/^T-1 +reviewer +the review$/m);
    expect(all.out()).toMatch(/^T-2 +task +other$/m);
    all.child.kill('SIGINT');
    await all.ended;
    const message = JSON.parse(kanban.kanban('inject', 't-2', 'do it', '--json').out) as unknown;
    expect(message).toMatchObject({ ok: true, id: 'T-2', commit: null, delivered: false, run: null });
  });
});
