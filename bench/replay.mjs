// Replay: `kanban run --until-done` against the same work done by plain git, one task after the other.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { against, interleaved, load, median, printTable, spread } from './measure.mjs';
import { eventsOf, processesIn, setUpKanban, timed, traceGit, until } from './place.mjs';
import { verifyKanban, verifyPlain } from './replay-verify.mjs';
import { buildWork } from './work.mjs';

const SUBREAPER = fileURLToPath(new URL('./subreaper.pl', import.meta.url));

export async function bench({ place, cli, rounds = 3, package: name, versions }) {
  const work = join(place.folder, 'work');
  const { entries, chains, releases, name: label } = buildWork(place, work, { package: name, versions });
  const countsCpu = spawnSync('perl', [SUBREAPER, '/dev/null']).status === 0;
  console.log(
    `## replay: ${entries} entries in ${chains} chains (${label}, ${releases} releases), ${rounds} rounds; ${load()}\n`,
  );
  const context = { place, cli, work, entries, countsCpu };
  const segments = {};
  const results = await interleaved(rounds, {
    plain: () => plainRound(context),
    kanban: () => kanbanRound(context, (repo) => addSegments(segments, eventsOf(repo))),
  });
  const counts = await countGit(context);
  report(results, counts, countsCpu);
  reportSegments(segments);
  reportGit(counts);
}

async function plainRound(context) {
  const { folder, repo } = copyOf(context, 'plain');
  const script = join(folder, 'plain.sh');
  writeFileSync(script, plainScript(context.entries));
  const figures = await measured(context, ['sh', script], repo);
  verifyPlain(context.place, folder, repo);
  rmSync(folder, { recursive: true });
  return figures;
}

/** The least that git alone needs for a branch and a worktree a task. */
function plainScript(entries) {
  const tasks = Array.from({ length: entries }, (_, index) => {
    const id = `R-${index + 1}`;
    return `git worktree add -q -b ${id} .worktrees/${id} main
(cd .worktrees/${id} && git apply --index --whitespace=nowarn ../../../patches/${id}.patch && git commit -q -m ${id})
git merge -q --no-ff -m ${id} ${id}
git worktree remove .worktrees/${id}
git branch -q -d ${id}`;
  });
  return `set -e\n${tasks.join('\n')}\n`;
}

async function kanbanRound(context, afterwards = () => {}) {
  const { place, cli, entries } = context;
  const { folder, repo } = copyOf(context, 'kanban');
  setUpKanban(place, repo, cli, { ids: 'R' });
  cpSync(join(folder, 'TODO.md'), join(repo, 'board', 'TODO.md'));
  place.git(repo, 'add', '-A');
  place.git(repo, 'commit', '-q', '-m', 'kanban: set up');
  const figures = await measured(context, [process.execPath, cli, 'run', '--until-done'], repo);
  // Helpers of the coordinator (git that stays, spare runners) end on their own when it is gone.
  await until('the end of all processes', () => processesIn(repo).length === 0, { seconds: 20 });
  verifyKanban(place, folder, repo, entries);
  afterwards(repo);
  rmSync(folder, { recursive: true });
  return figures;
}

function copyOf({ place, work }, name) {
  const folder = join(place.folder, name);
  cpSync(work, folder, { recursive: true });
  const repo = join(folder, 'repo');
  place.git(repo, 'status', '--short');
  return { folder, repo };
}

/** @returns {Promise<{ wall: number, cpu: number }>} seconds; CPU of all descendants, NaN where it can't be counted */
async function measured({ place, countsCpu }, command, repo) {
  const file = join(place.folder, 'cpu.txt');
  const [program, ...args] = countsCpu ? ['perl', SUBREAPER, file, ...command] : command;
  const seconds = await timed(program, args, { cwd: repo, env: place.env, log: join(place.folder, 'output.log') });
  const [wall, cpu] = countsCpu ? readFileSync(file, 'utf8').split(' ').map(Number) : [seconds, Number.NaN];
  return { wall, cpu };
}

/** Once more each, untimed, with every git process leaving a trace. @returns by subcommand */
async function countGit(context) {
  const counts = {};
  for (const [name, round] of Object.entries({ plain: plainRound, kanban: kanbanRound })) {
    const folder = join(context.place.folder, `trace-${name}`);
    mkdirSync(folder);
    counts[name] = new Map();
    await round({ ...context, countsCpu: false, place: tracing(context.place, folder) });
    traceGit(context.place, false);
    for (const file of readdirSync(folder)) {
      const command = commandOf(readFileSync(join(folder, file), 'utf8'));
      counts[name].set(command, (counts[name].get(command) ?? 0) + 1);
    }
  }
  return counts;
}

/** The bench's own calls of git are not the work: the trace continues only while something is measured. */
function tracing(place, folder) {
  const git = (...args) => {
    traceGit(place, false);
    try {
      return place.git(...args);
    } finally {
      traceGit(place, folder);
    }
  };
  traceGit(place, folder);
  return { ...place, git };
}

function commandOf(trace) {
  const events = trace
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const name = events.find(({ event }) => event === 'cmd_name')?.name;
  return name?.startsWith('_') === false
    ? name
    : (events
        .find(({ event }) => event === 'start')
        ?.argv.slice(1, 2)
        .join(' ') ?? '?');
}

const sum = (counts) => [...counts.values()].reduce((total, count) => total + count, 0);

function report({ plain, kanban }, counts, countsCpu) {
  const wall = (rounds) => rounds.map((round) => round.wall);
  const cpu = (rounds) => rounds.map((round) => round.cpu);
  const ratio = (of) => median(of(kanban)) / median(of(plain));
  const rows = [
    [
      'wall time, s',
      spread(wall(plain), 2),
      spread(wall(kanban), 2),
      ratio(wall).toFixed(2),
      against(ratio(wall), 3, '×'),
    ],
  ];
  if (countsCpu)
    rows.push(['CPU of all processes, s', spread(cpu(plain), 2), spread(cpu(kanban), 2), ratio(cpu).toFixed(2), '']);
  rows.push([
    'git processes',
    sum(counts.plain),
    sum(counts.kanban),
    (sum(counts.kanban) / sum(counts.plain)).toFixed(2),
    '',
  ]);
  printTable(['replay', 'plain git', 'kanban', 'ratio', 'goal'], rows);
}

function reportGit(counts) {
  const names = [...new Set([...counts.plain.keys(), ...counts.kanban.keys()])].toSorted(
    (a, b) => (counts.kanban.get(b) ?? 0) - (counts.kanban.get(a) ?? 0),
  );
  printTable(
    ['git processes by command', 'plain git', 'kanban'],
    names.map((name) => [name, counts.plain.get(name) ?? 0, counts.kanban.get(name) ?? 0]),
  );
}

/** What one entry's way is made of: from one event to the next, in ms. */
function addSegments(segments, events) {
  const byEntry = grouped(events);
  for (const list of byEntry.values()) {
    const at = (type, wanted = {}) =>
      list.find((event) => event.type === type && Object.entries(wanted).every(([key, value]) => event[key] === value))
        ?.at;
    const moments = [
      ['', at('entry-moved', { to: 'IN_PROGRESS' })],
      ['picked → task run started (worktree made)', at('run-started', { role: 'task' })],
      ['task run', at('run-ended', { role: 'task' })],
      ['→ moved to REVIEW', at('entry-moved', { to: 'REVIEW' })],
      ['→ review run started', at('run-started', { role: 'reviewer' })],
      ['review run', at('run-ended', { role: 'reviewer' })],
      ['→ moved to TESTING', at('entry-moved', { to: 'TESTING' })],
      ['→ test run started', at('run-started', { role: 'tester' })],
      ['test run (merges base)', at('run-ended', { role: 'tester' })],
      ['→ landed', at('entry-landed')],
    ];
    if (moments.some(([, moment]) => moment === undefined)) continue;
    for (let next = 1; next < moments.length; next++)
      (segments[moments[next][0]] ??= []).push(moments[next][1] - moments[next - 1][1]);
    (segments['all of it'] ??= []).push(moments.at(-1)[1] - moments[0][1]);
  }
}

function grouped(events) {
  const groups = new Map();
  for (const event of events) if (event.id) groups.set(event.id, [...(groups.get(event.id) ?? []), event]);
  return groups;
}

function reportSegments(segments) {
  printTable(
    ['where an entry’s time goes, ms', 'median (min..max)'],
    Object.entries(segments).map(([name, values]) => [name, spread(values)]),
  );
}
