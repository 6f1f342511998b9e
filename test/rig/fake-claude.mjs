/**
 * Speaks as Claude Code does over stdin and stdout (`--input-format stream-json`), and does what a test has laid down for
 * it: `node fake-claude.mjs <folder> …`. A plan is JavaScript, found as `plans/<task>.<role>.<time>`, `plans/<task>.<role>`
 * or `plans/<role>`; the time counts the runs of that role, from 1. What it was started with and told is kept in `argv/`
 * and `heard/` under `<task>.<role>.<time>`.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pauseFor } from 'node:timers/promises';

const [folder = '', ...argv] = process.argv.slice(2);
const { KANBAN_TASK = 'T-1', KANBAN_ROLE = 'task', KANBAN_REPORT = '' } = process.env;
for (const name of ['plans', 'argv', 'heard', 'at', 'go', 'sessions', 'count'])
  mkdirSync(join(folder, name), { recursive: true });
const name = numbered(`${KANBAN_TASK}.${KANBAN_ROLE}`);
writeFileSync(join(folder, 'argv', name), JSON.stringify(argv));

const option = (flag) => (argv.includes(flag) ? argv[argv.indexOf(flag) + 1] : undefined);
const session = option('--resume') ?? option('--session-id') ?? 'no-session';
if (argv.includes('--resume') && !existsSync(join(folder, 'sessions', session))) {
  process.stderr.write(`No conversation found with session ID: ${session}\n`);
  process.exit(1);
}

const print = (line) => process.stdout.write(`${JSON.stringify({ session_id: session, ...line })}\n`);
const waiting = [];
const listeners = [];
const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const message = JSON.parse(line);
  appendFileSync(join(folder, 'heard', name), `${JSON.stringify(message.message.content[0].text)}\n`);
  waiting.push(message);
  listeners.splice(0).forEach((wake) => wake());
});
const ended = new Promise((resolve) => input.on('close', resolve));

const words = {
  print,
  sh: (script) => execFileSync('sh', ['-c', script], { encoding: 'utf8' }),
  /** The next line that it is told; taken up, as the CLI shows by replaying it. */
  async hear() {
    while (waiting.length === 0) await new Promise((resolve) => listeners.push(resolve));
    const message = waiting.shift();
    print({ ...message, isReplay: true });
    return message.message.content[0].text;
  },
  /** A turn begins. */
  begin() {
    writeFileSync(join(folder, 'sessions', session), '');
    print({ type: 'system', subtype: 'init' });
  },
  say: (text) => print({ type: 'assistant', message: { content: [{ type: 'text', text }] } }),
  use: (tool, input) =>
    print({ type: 'assistant', message: { content: [{ type: 'tool_use', id: 'call', name: tool, input }] } }),
  /** The turn has ended. `cost`: US dollars, `input` and `output` tokens, since the result before. */
  result({ cost, input: tokens = 0, output = 0, ...more } = {}) {
    const used = { inputTokens: tokens, outputTokens: output, costUSD: cost };
    print({
      type: 'result',
      subtype: 'success',
      is_error: false,
      ...(cost === undefined ? {} : { model_usage_since_last_result: { model: used } }),
      ...more,
    });
  },
  report: (verdict, text = `The ${KANBAN_ROLE} of ${KANBAN_TASK} says ${verdict}.`) =>
    writeFileSync(KANBAN_REPORT, `---\nverdict: ${verdict}\n---\n${text}\n`),
  commit: (file, text) => {
    writeFileSync(file, text);
    execFileSync('git', ['add', '-A']);
    execFileSync('git', ['commit', '-q', '-m', `work on ${KANBAN_TASK}`]);
  },
  /** Says that it is there, and waits until the test says `go`. */
  async pause(place) {
    writeFileSync(join(folder, 'at', place), '');
    // A test that is over takes its folder away.
    while (!existsSync(join(folder, 'go', place)) && existsSync(folder)) await pauseFor(20);
  },
  /** Until nothing more can be told to it. */
  ended,
  forever: () => new Promise((resolve) => setInterval(resolve, 2 ** 30)),
};

const USUAL = `
  await hear();
  begin();
  ${KANBAN_ROLE === 'task' ? `commit('${KANBAN_TASK}.txt', 'work ${name}'); report('done');` : ''}
  ${KANBAN_ROLE === 'reviewer' ? `report('ready');` : ''}
  ${KANBAN_ROLE === 'tester' ? `report('passed');` : ''}
  result();`;
const plan = [name, `${KANBAN_TASK}.${KANBAN_ROLE}`, KANBAN_ROLE]
  .map((file) => join(folder, 'plans', file))
  .find((file) => existsSync(file));
const Played = Object.getPrototypeOf(async () => {}).constructor;
await new Played(...Object.keys(words), plan === undefined ? USUAL : readFileSync(plan, 'utf8'))(
  ...Object.values(words),
);
await ended;

function numbered(run) {
  for (let n = 1; ; n += 1)
    try {
      mkdirSync(join(folder, 'count', `${run}.${n}`));
      return `${run}.${n}`;
    } catch {
      // That was an earlier run.
    }
}
