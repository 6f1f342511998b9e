import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.mjs';

const GOOD = { task: 'task', reviewer: 'reviewer', tester: 'tester' };
/** The first attempt goes wrong, the second does its work from whatever step it is entered at. */
const firstGoesWrong = (name, times = 2) => ({ ...GOOD, first: name, task: { cycle: 'again', times } });
const TWO = [{ title: 'Write a note' }, { title: 'Write another' }];
/** Its output is read line by line: `command` knows only the exit code. */
const understood = ({ kind }) => kind !== 'command';
const LINE = 'A long line, which is to reach the model whole, whatever the others say.\n';
const short = (seconds) => () => ({ 'roles.task.timeout': `${seconds}s` });

/**
 * What is tried, by name:
 * - scripts: what the model plays, by part (scripted-model.mjs); entries: `{ title, body }`, T-1, T-2…
 * - settings(site): paths in WORKFLOW.md with their values; `$agent` is the agent's name
 * - env(cli): variables over the user's; null takes one away
 * - for(cli): does it apply to this CLI?
 * - args: of `kanban run`; act(site): what is done instead of one plain `kanban run`, gives its exit code
 * - look(look, site): the expected outcome, by docs/failures.md
 */
export const CASES = {
  pipeline: {
    scripts: GOOD,
    entries: TWO,
    look: (look, site) => {
      look.landed();
      const reported = look.runs.filter(({ result }) => result?.cause === 'reported').length;
      look.want(reported === 6, `${reported} reports instead of 6`);
      // Some CLIs trip over each other when two of them first start in a new home.
      if (look.runs.length > reported) look.told = `${look.runs.length - reported} started again`;
      look.want(!look.runs.some(({ result }) => result?.cause === 'no-report'), 'a run counted as failed');
      if (site.cli.usage) look.usage();
    },
  },
  mcp: {
    for: ({ mcp }) => mcp,
    scripts: { task: 'task-mcp', reviewer: 'reviewer-mcp', tester: 'tester-mcp' },
    look: (look) => look.landed(),
  },
  // The user's own session, with `kanban mcp` as any client starts it.
  session: {
    for: ({ session }) => session !== undefined,
    scripts: { session: 'session' },
    entries: [],
    act: (site) => site.session('Please put three entries on the board, then tell me how it stands.'),
    look: (look, site) => {
      look.want(look.code === 0, `exit ${look.code}: ${site.said.slice(-500)}`);
      const titles = [...site.board().matchAll(/^## (T-\d+: .*)$/gm)].map(([, title]) => title);
      const wanted = ['T-1: Limit logins', 'T-2: Document the limit', 'T-3: Drop lodash'];
      look.want(titles.join() === wanted.join(), `on the board: ${titles.join() || 'nothing'}`);
      look.want(/^- depends: T-1$/m.test(site.board()), 'T-2 does not depend on T-1');
      const subject = site.git('log', '-1', '--format=%s').trim();
      look.want(subject === 'kanban: T-1, T-2, T-3 added', `the last commit is "${subject}"`);
      const read = site.model
        .requests()
        .some(({ lastResult }) => /T-3/.test(lastResult) && /"counts"/.test(lastResult));
      look.want(read, 'the model did not get the state of the three');
    },
  },
  // A text of the prompt is cut at 100,000 characters, and says so; an argument can be 131,072 bytes long (Linux).
  'big-prompt': {
    scripts: GOOD,
    entries: [{ title: 'Write a note', body: LINE.repeat(5_000) }],
    rules: `${LINE.repeat(1_200)}THE-LAST-RULE\n`,
    look: (look, site) => {
      look.landed();
      const sent = site.model.requests().map(({ script, body }) => `${script} ${JSON.stringify(body)}`);
      const whole = sent.some((text) => text.startsWith('task:task') && text.includes('THE-LAST-RULE'));
      look.want(whole, 'the end of the prompt did not reach the model');
      look.want(
        sent.some((text) => text.length > 180_000),
        'the prompt was shorter than it should be',
      );
    },
  },
  'no-json': {
    scripts: GOOD,
    settings: noisyCommand,
    look: (look) => look.landed(),
  },
  lie: {
    scripts: firstGoesWrong('lie'),
    look: (look, site) => {
      look.landed();
      look.first('no-report');
      if (site.cli.resumes !== 'never') look.resumed();
    },
  },
  'lie-in-report': {
    scripts: firstGoesWrong('lie-in-report'),
    look: (look, site) => {
      look.landed();
      look.first('reported');
      const said = site.eventsOf('entry-changed').some(({ why }) => why.includes('nothing is committed'));
      look.want(said, 'nobody said that nothing was committed');
    },
  },
  dirty: {
    scripts: { ...GOOD, task: 'dirty' },
    look: (look, site) => {
      look.landed();
      const run = look.first('reported');
      look.want(typeof run?.result?.leftovers === 'string', 'what was left uncommitted was not committed');
      look.want(
        site.git('log', '--format=%s', 'main').includes('T-1: left uncommitted'),
        'no commit of the leftovers on main',
      );
    },
  },
  refused: {
    for: ({ refuses }) => refuses !== false,
    scripts: firstGoesWrong('refused'),
    look: (look, site) => {
      look.landed();
      const run = look.first('no-report');
      look.want(run?.result?.exit?.code === 0, `exit ${run?.result?.exit?.code} instead of 0`);
      if (site.cli.refuses === true) look.want((run?.result?.denied ?? []).length > 0, 'the refused call is not named');
      look.want(!existsSync(join(site.folder, 'refused.txt')), 'it was carried out');
    },
  },
  'error-429': provider('error-429'),
  'error-429-stated': provider('error-429-stated'),
  'error-500': provider('error-500'),
  'error-529': provider('error-529'),
  once: {
    scripts: { ...GOOD, task: 'once' },
    look: (look) => {
      look.landed();
      look.want(look.runs.length === 3, `${look.runs.length} runs instead of 3`);
    },
  },
  'key-missing': {
    for: (cli) => understood(cli) && cli.key !== null,
    scripts: GOOD,
    entries: TWO,
    env: ({ key }) => ({ [key]: null }),
    args: ['--max-wait', '1s'],
    look: needsLogin,
  },
  'key-wrong': {
    for: understood,
    scripts: { task: 'error-401' },
    entries: TWO,
    settings: () => ({ capacity: 1 }),
    args: ['--max-wait', '1s'],
    look: (look, site) => {
      needsLogin(look, site);
      const run = look.first('not-started');
      look.want(run?.result?.login === true, 'it is not told as a missing login');
      look.want(look.runs.length === 1, `${look.runs.length} runs instead of 1`);
    },
  },
  hang: {
    scripts: firstGoesWrong('hang'),
    settings: short(40),
    look: (look) => {
      look.landed();
      look.first('timed-out');
    },
  },
  stall: {
    scripts: firstGoesWrong('stall'),
    settings: short(40),
    look: (look) => {
      look.landed();
      // A CLI that gives up the stream and asks again is waiting for its provider.
      look.first('timed-out', 'provider');
    },
  },
  drop: {
    for: understood,
    scripts: firstGoesWrong('drop'),
    settings: short(40),
    look: (look) => {
      look.landed();
      look.first('provider');
    },
  },
  loop: {
    for: understood,
    scripts: firstGoesWrong('loop', 4),
    settings: () => ({ 'roles.task.timeout': '60s', stall: { repeat: 4, kill: true } }),
    look: (look) => {
      look.landed();
      const run = look.first('stalled');
      const told = run?.events.some(({ type, why }) => type === 'stalled' && why?.includes('the same tool call'));
      look.want(told, 'nobody said that the same call was made again and again');
    },
  },
  toolhang: {
    scripts: firstGoesWrong('toolhang', 4),
    settings: short(40),
    look: (look) => {
      look.landed();
      look.first('timed-out');
    },
  },
  background: {
    scripts: { ...GOOD, task: 'background' },
    look: (look, site) => {
      look.landed();
      const started = site.model.requests().some(({ lastResult }) => lastResult?.includes('started'));
      look.want(started, 'the background processes were not started');
    },
  },
  escape: {
    scripts: { ...GOOD, one: 'escape', task: { cycle: 'again', times: 3 } },
    entries: TWO,
    act: escapeAndUndo,
    look: (look, site) => {
      look.landed();
      look.told = site.escaped ? 'it did commit there' : 'its sandbox kept it from that';
    },
  },
  board: {
    scripts: { ...GOOD, task: 'board' },
    look: (look) => {
      look.landed();
      const run = look.first('reported');
      look.want((run?.result?.boardRestored ?? []).includes('board/TESTING.md'), 'the board was not put back');
    },
  },
  adopt: {
    scripts: { ...GOOD, task: 'slow' },
    act: (site) => killAndGoOn(site, ({ kill }) => kill()),
    look: (look) => {
      look.landed();
      const tasks = look.runs.filter(({ brief }) => brief.role === 'task');
      look.want(tasks.length === 1, `${tasks.length} task runs instead of 1`);
    },
  },
  kill: {
    scripts: firstGoesWrong('hold'),
    act: (site) => killAndGoOn(site, () => site.killAll()),
    look: (look, site) => {
      look.landed();
      look.first('lost');
      if (site.cli.resumes === 'always') look.resumed();
    },
  },
  inject: {
    for: understood,
    scripts: { ...firstGoesWrong('slow'), first: { cycle: 'slow', times: 2 } },
    act: tellWhileBusy,
    look: (look, site) => {
      look.landed();
      const heard = site.model.requests().some(({ body }) => JSON.stringify(body).includes(MESSAGE));
      look.want(heard, 'the message did not reach the model');
      look.want(!site.eventsOf('run-ended').some(({ cause }) => cause === 'no-report'), 'a run counted as failed');
      const again = look.runs.filter(({ brief }) => brief.role === 'task').slice(1);
      look.told = again.length === 0 ? 'live' : again.some(({ brief }) => brief.session?.resume) ? 'resumed' : 'again';
    },
  },
  probe: {
    for: understood,
    scripts: GOOD,
    act: (site) => {
      const { code, out, err } = site.run('doctor', '--probe', site.agent, '--json');
      site.proved = code === 0 ? JSON.parse(out).probes[0] : { ok: false, what: `${out}${err}`.slice(0, 500) };
      return code;
    },
    look: (look, site) => {
      look.want(site.proved.ok, `it was not proved: ${site.proved.what}`);
      look.want(site.git('worktree', 'list').trim().split('\n').length === 1, 'a worktree is left');
      look.want(site.git('branch', '--list').trim() === '* main', 'a branch is left');
    },
  },
};

const MESSAGE = 'the API is frozen: change only the note';

/** A message while the agent waits for its second answer. */
async function tellWhileBusy(site) {
  const coordinator = site.start('--max-wait', '2m');
  const busy = await until(90, () =>
    site.model.requests().some(({ script, step }) => script?.includes(':') && step === 1),
  );
  if (!busy) return 'never came to its second step';
  const { code, out, err } = site.run('inject', 'T-1', MESSAGE);
  if (code !== 0) site.wrong.push(`kanban inject: exit ${code} ${out}${err}`);
  return coordinator.ended;
}

/** A provider that is down: nobody's failure, and all runs of that agent wait. */
function provider(name) {
  return {
    for: understood,
    scripts: { task: name },
    entries: TWO,
    settings: () => ({ capacity: 1 }),
    args: ['--max-wait', '1s'],
    look: (look, site) => {
      look.exit(4);
      const run = look.first('provider');
      look.notFailed();
      look.want(look.runs.length === 1, `${look.runs.length} runs instead of 1: the agent was not held`);
      const { out } = site.run('status');
      look.want(/no retry used/.test(out), `status does not say that it waits for its provider: ${out.slice(0, 400)}`);
      if (name.endsWith('stated'))
        look.told =
          run?.result?.providerUntil === undefined
            ? 'no time told'
            : `told to wait ${Math.round((run.result.providerUntil - run.result.endedAt) / 1000)} s`;
    },
  };
}

/**
 * T-1 commits in the user's checkout: it is escalated with the evidence and the command that undoes it, landings wait,
 * and nothing is undone. The user follows the advice; then all continues. A sandbox may have kept it from committing.
 */
async function escapeAndUndo(site) {
  const code = await site.start('--max-wait', '2m').ended;
  const stray = site.git('log', '--format=%H', '--grep=^a commit in the checkout of the user', 'main').trim();
  site.escaped = stray !== '';
  if (!site.escaped) return code;
  const shown = site.run('show', 'T-1').out + site.run('status').out;
  const wrong = [
    [code === 4, `exit ${code} instead of 4`],
    [/^## .*\[ESCALATED\].*T-1/m.test(site.board()), 'the entry is not escalated'],
    [site.eventsOf('entry-landed').length === 0, 'another entry landed all the same'],
    [shown.includes(stray.slice(0, 7)), 'neither show nor status names the commit'],
    [/git revert [0-9a-f]{7}/.test(shown), 'neither show nor status names the command that undoes it'],
  ];
  site.wrong.push(...wrong.filter(([isSo]) => !isSo).map(([, words]) => words));
  site.git('revert', '--no-edit', stray);
  const retry = site.run('retry', 'T-1', '--why', 'the stray commit is reverted');
  if (retry.code !== 0) site.wrong.push(`kanban retry: exit ${retry.code} ${retry.err}`);
  return site.start('--max-wait', '2m').ended;
}

function needsLogin(look, site) {
  look.exit(3, 4);
  look.notFailed();
  const said = [site.coordinators.at(-1).err, ...site.events.map((event) => JSON.stringify(event))].join('\n');
  look.want(/log ?in|api key|API_KEY|KEY\b|auth/i.test(said), 'nothing was said of a login or a key');
  look.want(!site.eventsOf('run-ended').some(({ cause }) => cause === 'no-report'), 'a run counted as failed');
}

/** kill -9 while the agent waits for its second answer; then `kanban run` again. */
async function killAndGoOn(site, kill) {
  const coordinator = site.start('--max-wait', '2m');
  const busy = await until(90, () =>
    site.model.requests().some(({ script, step }) => script?.includes(':') && step === 1),
  );
  if (!busy) return 'never came to its second step';
  kill(coordinator);
  await coordinator.ended;
  return site.start('--max-wait', '2m').ended;
}

/** The CLI's output between lines that are no JSON, are cut off, or have nothing to do with it. */
function noisyCommand(site) {
  const file = join(site.folder, 'noisy.sh');
  const noise = [
    'warning: a line of plain words',
    '{"type":"resu',
    '[1,2',
    '"text"',
    'null',
    '{}',
    '{"type":17,"message":null}',
  ];
  const print = noise.map((line) => `printf '%s\\n' '${line}'`).join('\n');
  writeFileSync(
    file,
    `#!/bin/sh\n${print}\nprintf '\\377\\376\\000\\n'\nhead -c 300000 /dev/zero | tr '\\0' x; echo\n"$@"\ncode=$?\n${print}\nexit $code\n`,
  );
  chmodSync(file, 0o755);
  return { 'agents.$agent.command': [file, ...(site.cli.command ?? [site.name])] };
}
