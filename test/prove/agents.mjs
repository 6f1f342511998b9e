// Hostile agents as real processes, each beside three good entries: what they may break, and what they may not.
//
//   node test/prove/agents.mjs [--short] [--seed 1] [--only name,…] [--contain bwrap,group] [--cli dist/cli.js] [--keep]
//
// Every row of rows.mjs is played with bubblewrap, where it works, and with process groups. The short form plays the rows that
// are marked so, in turn with the one and the other. The oracle looks at git, files and processes, and shares no code with the
// product. Prints a line for each row that fails, then one line of figures; exit code 1 when an invariant is broken.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chance } from './chance.mjs';
import { GOOD, Repository } from './repository.mjs';
import { ROWS } from './rows.mjs';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
/** ms within which `kanban run --until-done` must end. */
const LONGEST = 150_000;
const PARALLEL = 2;

/** @returns lines of what is wrong, and the figures */
export async function proveAgents({
  short = false,
  seed = 1,
  only = null,
  contain = null,
  cli = CLI,
  keep = false,
  say = console.log,
}) {
  const ways = contain ?? (hasBubblewrap() ? ['bwrap', 'group'] : ['group']);
  const random = chance(seed);
  const rows = ROWS.filter((row) => (only === null ? !short || row.short : only.includes(row.name)));
  const trials = short
    ? rows.map((row, n) => ({ row, way: ways[n % ways.length] }))
    : rows.flatMap((row) => ways.map((way) => ({ row, way })));
  const order = trials.map((trial) => ({ trial, at: random() })).toSorted((a, b) => a.at - b.at);
  const bad = [];
  let landed = 0;
  const next = order.map(({ trial }) => trial);
  const work = async () => {
    for (let trial = next.shift(); trial !== undefined; trial = next.shift()) {
      const result = await play(trial.row, trial.way, cli, keep);
      landed += result.landed;
      for (const what of result.wrong) bad.push(`${trial.row.name} (${trial.way}): ${what}`);
      for (const what of result.wrong) say(`  ${trial.row.name} (${trial.way}): ${what}${result.where}`);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return { trials: trials.length, rows: rows.length, ways, landed, bad };
}

async function play(row, way, cli, keep) {
  const repo = new Repository(row, way, resolve(cli));
  const wrong = [];
  try {
    const ended = await repo.kanban(['run', '--until-done', '--max-wait', '15s'], LONGEST);
    if (ended.late) wrong.push(`I10: it has not ended within ${LONGEST / 1000} s`);
    else if (ended.code !== 0 && ended.code !== 4)
      wrong.push(`I10: exit code ${ended.code}: ${ended.said.split('\n').slice(-4).join(' | ')}`);
    if (/bug in kanban/.test(repo.said)) wrong.push('the coordinator ended with "a bug in kanban"');
    const words = await explanation(repo);
    if (row.waits) wrong.push(...(await revert(repo, words)));
    wrong.push(...(await look(repo, row, words)));
    return { wrong, landed: repo.landed().length, where: keep ? ` [${repo.folder}]` : '' };
  } finally {
    if (!keep) repo.remove();
  }
}

/** All that the user is told of T-1. */
async function explanation(repo) {
  const { said: shown } = await repo.kanban(['show', 'T-1'], 30_000);
  const { said: status } = await repo.kanban(['status'], 30_000);
  const log = repo.git('log', '--first-parent', '--format=%B', '--grep', 'T-1', 'main');
  const boards = ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING'].map((name) => repo.read(`board/${name}.md`));
  return [repo.said, shown, status, log, ...boards].join('\n');
}

/** The advice is copied, and the others land. */
async function revert(repo, words) {
  const advice = /(git (?:revert|commit)\b[^\n]*?) takes (?:it|them) back/.exec(words)?.[1];
  if (advice === undefined) return ['there is no command that takes it back'];
  try {
    execFileSync('sh', ['-c', advice], {
      cwd: repo.root,
      env: { ...repo.env, GIT_EDITOR: 'true' },
      stdio: 'pipe',
    });
  } catch (error) {
    return [`the advice fails: ${advice}: ${String(error.stderr).split('\n')[0]}`];
  }
  const ended = await repo.kanban(['run', '--until-done', '--max-wait', '15s'], LONGEST);
  return ended.code === 0 || ended.code === 4 ? [] : [`after the revert: exit code ${ended.code}`];
}

/** What must be true afterwards. @returns what is not */
async function look(repo, row, words) {
  const wrong = [];
  const differs = new Set(row.differs ?? []);
  const landed = repo.landed();
  for (const id of GOOD) {
    const times = landed.filter((one) => one === id).length;
    if (times !== 1) wrong.push(`I4: ${id} has landed ${times} times`);
    else if (!/^(work \d+\n)+$/.test(repo.show('main', `${id}.txt`)))
      wrong.push(`I4: the work of ${id} is not on main`);
  }
  const isIn = landed.includes('T-1');
  if (row.lands !== null && isIn !== row.lands) wrong.push(isIn ? 'T-1 has landed' : 'T-1 has not landed');
  if (row.named !== null && !row.named.test(words)) wrong.push(`the explanation does not name ${row.named}`);
  if (repo.git('merge-base', repo.begin.trim(), 'main') !== repo.begin) wrong.push('I4: main was rewritten');
  if (row.kept !== undefined && !repo.has(row.kept)) wrong.push(`I6: "${row.kept}" is nowhere`);
  for (const [path, text] of Object.entries(repo.own))
    if (repo.read(path) !== text) wrong.push(`I7: ${path} of the user has changed`);
  if (!differs.has('words.txt') && repo.read('words.txt') !== 'as it was\n') wrong.push('I7: words.txt has changed');
  const after = repo.shared();
  for (const [name, text] of Object.entries(repo.before))
    if (!differs.has(name) && after[name] !== text)
      wrong.push(`shared state: ${name} is not as before: ${oneLine(after[name])}`);
  if (!after.stash.includes(repo.before.stash.split(' ')[0])) wrong.push("I6: the user's stash is gone");
  const status = repo.git(
    'status',
    '--porcelain',
    '--untracked-files=no',
    '--',
    '.',
    ':!board',
    ':!mine.txt',
    ':!staged.txt',
    ':!words.txt',
  );
  if (status !== '') wrong.push(`I7: the checkout is not as base: ${oneLine(status)}`);
  const fsck = repo.git('fsck', '--no-dangling', '--no-progress');
  if (fsck !== '') wrong.push(`git fsck: ${oneLine(fsck)}`);
  for (const until = Date.now() + 10_000; repo.processes().length > 0 && Date.now() < until;) await pause(100);
  if (repo.processes().length > 0) wrong.push(`alive: ${repo.processes().join('; ')}`);
  if (existsSync(join(repo.root, '.git/index.lock'))) wrong.push('.git/index.lock is left');
  const journals = existsSync(join(repo.root, '.git/kanban')) ? readdirSync(join(repo.root, '.git/kanban')) : [];
  if (journals.some((name) => /^(move|landing|lock)/.test(name))) wrong.push(`left: ${journals.join(', ')}`);
  const rescues = repo.git('for-each-ref', '--format=%(tree)', 'refs/kanban/rescue/').split('\n').filter(Boolean);
  if (new Set(rescues).size < rescues.length) wrong.push('I10: the same content was rescued twice');
  const steer = {
    has: (name) => existsSync(join(repo.steer, name)),
    read: (name) => (existsSync(join(repo.steer, name)) ? readFileSync(join(repo.steer, name), 'utf8') : ''),
  };
  wrong.push(...(row.after?.({ repo, steer, said: repo.said }) ?? []));
  return wrong;
}

const oneLine = (text) => text.trim().replaceAll(/\s+/g, ' ').slice(0, 200);

function hasBubblewrap() {
  try {
    execFileSync('bwrap', ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      contain: { type: 'string' },
      cli: { type: 'string', default: CLI },
      keep: { type: 'boolean', default: false },
    },
  });
  const began = Date.now();
  const { trials, rows, ways, landed, bad } = await proveAgents({
    ...values,
    seed: Number(values.seed),
    only: values.only?.split(',') ?? null,
    contain: values.contain?.split(',') ?? null,
  });
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(
    `agents: ${rows} hostile agents, ${trials} trials (${ways.join(', ')}), ${landed} landings, seed ${values.seed}, ${seconds} s: ${bad.length} broken`,
  );
  process.exitCode = bad.length > 0 ? 1 : 0;
}
