import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';
import type { Kanban, Made } from './rig/kanban.ts';
import { until } from './rig/until.ts';

const FAKE = fileURLToPath(new URL('../rig/fake-claude.mjs', import.meta.url));
const ONE = '## T-1: A task\n\nDo it.\n';
const ROLES = 'roles:\n  task: { agent: claude }\n  reviewer: { agent: claude }\n  tester: { agent: claude }\n';

/** Worked by a program that speaks as Claude Code does (fake-claude.mjs), its plans beside those of the driven agent. */
function spoken(made: (what: Made) => Kanban, settings = '', todo = ONE): Kanban {
  const kanban = made({ todo, settings: 'agents: {}\n' });
  const command = JSON.stringify([process.execPath, FAKE, kanban.steer]);
  const agents = `agents:\n  claude: { command: ${command}, env: { ANTHROPIC_API_KEY: none } }\n`;
  kanban.write('WORKFLOW.md', kanban.workflow(`${ROLES}${agents}${settings}`));
  kanban.git('commit', '-qam', 'agents');
  return kanban;
}

const argv = (kanban: Kanban, run: string): string[] =>
  JSON.parse(readFileSync(join(kanban.steer, 'argv', run), 'utf8')) as string[];
const after = (args: readonly string[], flag: string): string | undefined =>
  args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined;
const heard = (kanban: Kanban, run: string): string[] => {
  const path = join(kanban.steer, 'heard', run);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as string);
};
const trailers = (kanban: Kanban, name: string): string[] =>
  kanban.git('log', '--reverse', `--format=%(trailers:key=${name},valueonly)`, 'main').split('\n').filter(Boolean);

const USES = (cost: number): string => `result({ cost: ${cost}, input: 1000, output: 100 });`;

describe.concurrent('the session of an agent', { timeout: 180_000 }, () => {
  it('continues after changes-requested; what it all used is in the commits, in status and in the log', async ({
    made,
  }) => {
    const kanban = spoken(made);
    kanban.plan(
      'T-1.task',
      `await hear(); begin(); commit('a.txt', String(Math.random())); report('done'); ${USES(0.25)}`,
    );
    kanban.plan('T-1.reviewer.1', `await hear(); begin(); report('changes-requested', 'Another way.'); ${USES(0.5)}`);
    kanban.plan('T-1.tester.1', `await hear(); begin(); report('passed'); await pause('tested'); result();`);
    const coordinator = kanban.start('--until-done');
    await kanban.at('tested');
    type Shown = { entries: { usage: { runs: number } }[]; today: unknown };
    const look = (): Shown => kanban.json<Shown>('status');
    await until(
      () => look().entries[0]?.usage.runs === 5,
      () => `the fifth run in ${JSON.stringify(look())}`,
    );
    const shown = look();
    expect(shown.entries[0]?.usage).toMatchObject({
      runs: 5,
      untold: 2,
      total: { input: 3000, output: 300, costUsd: 1 },
    });
    expect(shown.today).toMatchObject({ costUsd: 1 });
    kanban.go('tested');
    expect((await coordinator.ended).code).toBe(0);
    await kanban.expectDone(['T-1']);

    const [first, second] = [argv(kanban, 'T-1.task.1'), argv(kanban, 'T-1.task.2')];
    expect(after(first, '--session-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(after(second, '--resume')).toBe(after(first, '--session-id'));
    expect(after(argv(kanban, 'T-1.reviewer.2'), '--resume')).toBe(
      after(argv(kanban, 'T-1.reviewer.1'), '--session-id'),
    );
    expect(heard(kanban, 'T-1.task.2')[0], 'it is briefed again').toContain('Another way.');
    expect(trailers(kanban, 'Kanban-Usage')).toEqual([
      expect.stringMatching(/^T-1 T-1-\d-task-\S+ input=1000 cached=0 output=100 cost=0\.25$/),
      expect.stringMatching(/^T-1 T-1-\d-reviewer-\S+ input=1000 cached=0 output=100 cost=0\.5$/),
      expect.stringMatching(/^T-1 T-1-\d-task-\S+ input=1000 cached=0 output=100 cost=0\.25$/),
      expect.stringMatching(/^T-1 T-1-4-reviewer-\S+ unknown$/),
      expect.stringMatching(/^T-1 T-1-5-tester-\S+ unknown$/),
      'T-1 total runs=5 input=3000 cached=0 output=300 cost=1 untold=2',
    ]);
    const log = kanban.json<unknown>('log');
    expect(JSON.stringify(log)).toContain('"costUsd":1');
  });

  it('continues after kill -9 of runner and coordinator', async ({ made }) => {
    const kanban = spoken(made);
    kanban.plan('T-1.task.1', `await hear(); begin(); await pause('working'); await forever();`);
    const first = kanban.start();
    await kanban.at('working');
    const [run = ''] = readdirSync(kanban.path('.kanban/runs'));
    const claim = JSON.parse(kanban.read(`.kanban/runs/${run}/run.json`)) as { pid: number };
    await until(
      () => existsSync(kanban.path(`.kanban/runs/${run}/events.jsonl`)),
      () => 'its first event',
    );
    process.kill(claim.pid, 'SIGKILL');
    await first.kill();
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(after(argv(kanban, 'T-1.task.2'), '--resume')).toBe(after(argv(kanban, 'T-1.task.1'), '--session-id'));
  });

  it('that is gone is not asked for again; nothing is counted for it', async ({ made }) => {
    const kanban = spoken(made);
    kanban.plan('T-1.task.1', `await hear(); begin(); await pause('working'); await forever();`);
    const first = kanban.start();
    await kanban.at('working');
    first.signal('SIGTERM');
    await first.ended;
    rmSync(join(kanban.steer, 'sessions'), { recursive: true });
    expect((await kanban.untilDone()).code).toBe(0);
    await kanban.expectDone(['T-1']);
    const session = after(argv(kanban, 'T-1.task.1'), '--session-id');
    expect(after(argv(kanban, 'T-1.task.2'), '--resume')).toBe(session);
    expect(after(argv(kanban, 'T-1.task.3'), '--session-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(after(argv(kanban, 'T-1.task.3'), '--session-id')).not.toBe(session);
    expect(kanban.git('log', '-p', '--format=', '--', 'board')).not.toContain('attempts:');
  });

  it('is another one after kanban rescope', async ({ made }) => {
    const kanban = spoken(made);
    kanban.plan('T-1.task.1', `await hear(); begin(); commit('a.txt', 'a'); await pause('working'); await forever();`);
    const first = kanban.start();
    await kanban.at('working');
    first.signal('SIGTERM');
    await first.ended;
    expect(kanban.kanban('rescope', 'T-1', '--why', 'another way').code).toBe(0);
    expect((await kanban.untilDone()).code).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(after(argv(kanban, 'T-1.task.2'), '--resume')).toBeUndefined();
  });
});

describe.concurrent('kanban inject', { timeout: 180_000 }, () => {
  it('reaches a turn that is on, and says so', async ({ made }) => {
    const kanban = spoken(made);
    kanban.plan(
      'T-1.task.1',
      `await hear(); begin(); await pause('working'); const text = await hear(); commit('a.txt', text); report('done'); result();`,
    );
    const coordinator = kanban.start('--until-done');
    await kanban.at('working');
    const told = kanban.kanban('inject', 'T-1', 'only the form');
    expect(told).toMatchObject({ code: 0 });
    await until(
      () => heard(kanban, 'T-1.task.1').length === 2,
      () => `the message\n${kanban.story()}`,
    );
    kanban.go('working');
    expect((await coordinator.ended).code).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(kanban.read('a.txt')).toBe('only the form');
    expect(kanban.times('T-1', 'task'), 'the run that was on took it').toBe(1);
    expect(heard(kanban, 'T-1.reviewer.1')[0]).toContain('only the form');
  });

  it('when the last run has just ended has the entry tested again before it lands', async ({ made }) => {
    const kanban = spoken(made);
    kanban.plan('T-1.tester.1', `await hear(); begin(); await pause('testing'); report('passed'); result();`);
    const coordinator = kanban.start('--until-done');
    await kanban.at('testing');
    coordinator.signal('SIGSTOP');
    kanban.go('testing');
    const isOver = (run: string): boolean => existsSync(kanban.path(`.kanban/runs/${run}/result.json`));
    await until(
      () =>
        readdirSync(kanban.path('.kanban/runs'))
          .filter((run) => run.includes('-tester-'))
          .every(isOver),
      () => `the end of the test\n${kanban.story()}`,
    );
    expect(kanban.kanban('inject', 'T-1', 'one more thing')).toMatchObject({ code: 0 });
    coordinator.signal('SIGCONT');
    expect((await coordinator.ended).code, kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(heard(kanban, 'T-1.tester.2')[0]).toContain('one more thing');
  });

  it('ends a run that can only be told by resuming it, and continues with its session', async ({ made }) => {
    const kanban = made({ todo: ONE, settings: 'agents: {}\n' });
    const file = join(kanban.steer, 'qwen.mjs');
    writeFileSync(file, QWEN);
    const agents = `agents:\n  qwen: { command: ${JSON.stringify([process.execPath, file, kanban.steer])}, env: { OPENAI_API_KEY: none } }\n`;
    kanban.write('WORKFLOW.md', kanban.workflow(`${ROLES.replaceAll('claude', 'qwen')}${agents}`));
    kanban.git('commit', '-qam', 'agents');
    const coordinator = kanban.start('--until-done');
    await kanban.at('T-1.task.1');
    await until(
      () =>
        readdirSync(kanban.path('.kanban/runs')).some((run) =>
          existsSync(kanban.path(`.kanban/runs/${run}/events.jsonl`)),
        ),
      () => 'its session',
    );
    expect(kanban.kanban('inject', 'T-1', 'only the form')).toMatchObject({ code: 0 });
    expect((await coordinator.ended).code, kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(after(argv(kanban, 'T-1.task.2'), '--resume')).toBe(after(argv(kanban, 'T-1.task.1'), '--session-id'));
    const prompt = heard(kanban, 'T-1.task.2')[0] ?? '';
    expect(prompt.indexOf('only the form')).toBeGreaterThan(-1);
    expect(prompt.indexOf('only the form')).toBeLessThan(prompt.indexOf('You are the task agent'));
    expect(kanban.git('log', '-p', '--format=', '--', 'board')).not.toContain('attempts:');
  });
});

describe.concurrent('caps', { timeout: 180_000 }, () => {
  it('of an entry end its run; the user is asked, and kanban retry gives as much again', async ({ made }) => {
    const kanban = spoken(made, 'caps: { entry_usd: 1 }\n');
    kanban.plan(
      'T-1.task.1',
      `await hear(); begin(); await pause('working'); result({ cost: 1.5, input: 10, output: 1 }); await forever();`,
    );
    const first = kanban.start('--until-done');
    await kanban.at('working');
    kanban.kanban('inject', 'T-1', 'and this');
    await until(
      () => heard(kanban, 'T-1.task.1').length === 2,
      () => `the message\n${kanban.story()}`,
    );
    kanban.go('working');
    expect((await first.ended).code, kanban.story()).toBe(4);
    expect(first.all('run-ended')).toMatchObject([{ cause: 'stopped' }]);
    expect(kanban.headings('IN_PROGRESS')[0]).toMatch(/^\[ESCALATED\] T-1/);
    expect(kanban.column('IN_PROGRESS')).toMatch(/feedback: .*\$1\.50? of \$1/);
    expect(trailers(kanban, 'Kanban-Usage')).toMatchObject([expect.stringContaining('cost=1.5')]);
    expect(kanban.kanban('retry', 'T-1', '--why', 'continue').code).toBe(0);
    expect((await kanban.untilDone()).code, kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(after(argv(kanban, 'T-1.task.2'), '--resume')).toBe(after(argv(kanban, 'T-1.task.1'), '--session-id'));
  });

  it('of a day hold what is not begun, and escalate nothing', async ({ made }) => {
    const kanban = spoken(made, 'caps: { day_tokens: 1000 }\ncapacity: 1\n');
    kanban.plan('T-1.task', `await hear(); begin(); commit('a.txt', 'a'); report('done'); ${USES(0.25)}`);
    const { code, coordinator, err } = await kanban.untilDone('--max-wait', '1s');
    expect(code, kanban.story()).toBe(4);
    expect(err).toMatch(/today/);
    expect(kanban.headings('REVIEW')[0]).toMatch(/^T-1/);
    expect(coordinator.all('run-ended')).toHaveLength(1);
    kanban.write('WORKFLOW.md', kanban.read('WORKFLOW.md').replace('day_tokens: 1000', 'day_tokens: 100000'));
    kanban.git('commit', '-qam', 'a higher cap');
    expect((await kanban.untilDone()).code, kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
  });
});

describe.concurrent('an agent that needs a login', { timeout: 180_000 }, () => {
  it('is held at once for every entry, and none is escalated', async ({ made }) => {
    const kanban = spoken(made, 'capacity: 1\n', `${ONE}\n## T-2: Another\n\nDo it.\n`);
    kanban.plan(
      'task',
      `await hear(); begin(); result({ is_error: true, result: 'Not logged in · Please run /login' });`,
    );
    const coordinator = kanban.start();
    await coordinator.event('run-ended');
    const status = (): string => kanban.kanban('status').out;
    await until(
      () => /Not logged in/.test(status()),
      () => `what it waits for\n${status()}`,
    );
    expect(kanban.times('T-1', 'task') + kanban.times('T-2', 'task')).toBe(1);
    expect(coordinator.all('person-needed')).toEqual([]);
    coordinator.signal('SIGTERM');
    await coordinator.ended;
    expect(kanban.column('IN_PROGRESS')).not.toContain('ESCALATED');
  });
});

/** Reads its prompt from stdin, prints lines; its first run as task agent only waits. */
const QWEN = `
  import { execFileSync } from 'node:child_process';
  import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
  const [folder, ...argv] = process.argv.slice(2);
  const { KANBAN_TASK, KANBAN_ROLE, KANBAN_REPORT } = process.env;
  for (const name of ['argv', 'heard', 'at', 'count']) mkdirSync(folder + '/' + name, { recursive: true });
  let n = 1;
  for (;; n += 1)
    try {
      mkdirSync(folder + '/count/' + [KANBAN_TASK, KANBAN_ROLE, n].join('.'));
      break;
    } catch {}
  const name = [KANBAN_TASK, KANBAN_ROLE, n].join('.');
  writeFileSync(folder + '/argv/' + name, JSON.stringify(argv));
  appendFileSync(folder + '/heard/' + name, JSON.stringify(readFileSync(0, 'utf8')) + '\\n');
  const print = (line) => process.stdout.write(JSON.stringify(line) + '\\n');
  const session = argv[argv.findIndex((word) => word === '--resume' || word === '--session-id') + 1];
  print({ type: 'system', subtype: 'init', session_id: session });
  writeFileSync(folder + '/at/' + name, '');
  if (name === 'T-1.task.1') setInterval(() => {}, 2 ** 30);
  else {
    if (KANBAN_ROLE === 'task') {
      writeFileSync('a.txt', 'a');
      execFileSync('git', ['add', '-A']);
      execFileSync('git', ['commit', '-qm', 'work']);
    }
    const verdict = { task: 'done', reviewer: 'ready', tester: 'passed' }[KANBAN_ROLE];
    writeFileSync(KANBAN_REPORT, '---\\nverdict: ' + verdict + '\\n---\\nSo it is.\\n');
    print({ type: 'result', subtype: 'success', is_error: false, usage: { input_tokens: 5, output_tokens: 1 } });
  }
`;
