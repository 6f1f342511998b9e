import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** What the scripts read off our role prompts; the last report path counts, since a resumed session has several. */
const VARS = {
  id: 'You are the (?:task agent for|reviewer of|tester of) ([A-Z]+-[0-9]+)',
  worktree: 'worktree, `([^`]+)`',
  root: 'worktree, `([^`]+)/\\.worktrees/',
  report: '[\\s\\S]*End by writing the file `([^`]+)`',
  base: '`git (?:diff|merge) ([\\w/-]+)',
};

/** No later attempt is spoken of anywhere: a resumed session holds the earlier prompts too. */
const ONCE = '^(?![\\s\\S]*this is attempt (?:[2-9]|\\d\\d))[\\s\\S]*';
/** Which part of our prompts a script answers to. `first`: the task agent's first attempt; `one`: the same for T-1 alone. */
const PARTS = {
  one: `${ONCE}you are the task agent for T-1:`,
  first: `${ONCE}you are the task agent for `,
  task: 'you are the task agent for ',
  reviewer: 'you are the reviewer of ',
  tester: 'you are the tester of ',
  // The user's own, not one of ours.
  session: 'put three entries on the board',
};

/** The scripts of a case as the server reads them, in the order in which they are tried. */
function writeScripts(folder, scripts) {
  mkdirSync(folder);
  for (const [n, part] of Object.keys(PARTS).entries()) {
    const chosen = scripts[part];
    if (chosen === undefined) continue;
    const { steps } = JSON.parse(readFileSync(join(HERE, 'scripts', `${nameOf(chosen)}.json`), 'utf8'));
    const script = {
      name: `${part}:${nameOf(chosen)}`,
      match: PARTS[part],
      vars: VARS,
      steps: typeof chosen === 'string' ? steps : cycle(steps, chosen.times),
    };
    writeFileSync(join(folder, `${n}-${part}.json`), JSON.stringify(script));
  }
}

const nameOf = (chosen) => (typeof chosen === 'string' ? chosen : chosen.cycle);

/**
 * For a session that continues: its earlier tool calls count as steps too, so the script has to do its work from whichever
 * step it is entered at.
 */
const cycle = (steps, times) => [
  ...Array.from({ length: times }, () => steps).flat(),
  { text: 'Done at the second attempt.' },
];

/** Starts the server. @returns its address, `requests()` (all that it was asked so far) and `stop()` */
export async function startModel(folder, scripts) {
  writeScripts(join(folder, 'scripts'), scripts);
  const log = join(folder, 'requests.jsonl');
  const ready = join(folder, 'server-ready');
  const server = spawn(
    process.execPath,
    [
      join(HERE, 'model-server', 'server.mjs'),
      '--scripts',
      join(folder, 'scripts'),
      '--log',
      log,
      '--ready-file',
      ready,
      '--bodies',
    ],
    { stdio: 'ignore' },
  );
  await until(20, () => existsSync(ready));
  const { url } = JSON.parse(readFileSync(ready, 'utf8'));
  return {
    url,
    pid: server.pid,
    requests: () => (existsSync(log) ? lines(readFileSync(log, 'utf8')) : []).filter(({ script }) => script),
    stop: () => server.kill('SIGKILL'),
  };
}

const lines = (text) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
