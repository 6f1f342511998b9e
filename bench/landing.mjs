// Landing: what one landed task costs, the product's merge queue beside the usual way by hand, on tmpfs and on disk.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interleaved, load, median, printTable, spread } from './measure.mjs';
import { makePlace, traceGit } from './place.mjs';
import { bundleProduct, inBench } from './product.mjs';
import { entryText, filesOf, firstCommit, Importer, pathOf, taskBranch, testingText } from './synthetic-repo.mjs';

const SIZE = 20;
const BATCHES = 2;
const TASKS = SIZE * BATCHES;
const FILES = [2_000, 20_000];
const GOALS = { 2_000: 6, 20_000: 15 };
const PROCESSES = 1.4;
/** Modules whose functions landing-round.mjs calls. */
const MODULES = [
  'src/board/edit/edit.ts',
  'src/board/parse/parse.ts',
  'src/git/close.ts',
  'src/git/git.ts',
  'src/git/objects/objects.ts',
  'src/git/refs.ts',
  'src/git/remote/remote.ts',
  'src/git/history/trailers.ts',
  'src/landing/chain.ts',
  'src/landing/changelog/changelog.ts',
  'src/landing/merge-onto.ts',
];

export async function bench({ place, rounds = 5 }) {
  console.log(
    `## landing: ${TASKS} tasks in batches of ${SIZE}, with push, ${rounds} rounds, the two ways in turn; ${load()}\n`,
  );
  const bundle = await bundleProduct(place, MODULES);
  const rows = [];
  const parts = [];
  for (const where of places(place)) {
    try {
      for (const files of FILES) await measure({ ...where, bundle, files, rounds, rows, parts });
    } finally {
      if (where.place !== place) where.place.remove();
    }
  }
  printTable(
    ['files', 'on', 'by hand, ms a task', 'queue, ms a task', 'ratio', 'goal', 'git processes a task', 'goal'],
    rows,
  );
  reportParts(parts);
}

async function measure({ name, place, bundle, files, rounds, rows, parts }) {
  const context = { place, bundle, files, template: makeTemplate(place, files) };
  const times = await interleaved(rounds, { naive: () => naive(context), queue: () => queue(context) });
  const counts = { naive: await counted(context, naive), queue: await counted(context, queue) };
  rows.push(...rowsOf(name, files, times, counts));
  parts.push([name, files, times]);
  rmSync(context.template, { recursive: true });
}

/** tmpfs (magic number of statfs(2)) and disk, as far as this machine has both. */
function places(place) {
  const isMemory = (folder) => statfsSync(folder).type === 0x01021994;
  const found = [{ name: isMemory(tmpdir()) ? `tmpfs (${tmpdir()})` : `disk (${tmpdir()})`, place }];
  try {
    if (!isMemory(tmpdir()) && isMemory('/dev/shm'))
      found.unshift({ name: 'tmpfs (/dev/shm)', place: makePlace('/dev/shm') });
  } catch {
    // No such folder: there is only the one place.
  }
  return found;
}

/** A checkout of main with a bare `origin` beside it. */
function makeTemplate(place, files) {
  const template = join(place.folder, `template-${files}`);
  const repo = join(template, 'repo');
  const importer = new Importer();
  const numbers = Array.from({ length: TASKS }, (_, index) => index + 1);
  const first = firstCommit(importer, { files, testing: testingText(numbers) });
  for (const number of numbers) taskBranch(importer, { id: `T-${number}`, number, files, from: first });
  importer.finish(place, repo);
  place.git(repo, 'clone', '-q', '--bare', '--single-branch', '--branch', 'main', repo, join(template, 'origin.git'));
  place.git(repo, 'remote', 'add', 'origin', '../origin.git');
  return template;
}

/** What is measured starts from the same state: a copy, its index refreshed, with something of the user's in it. */
function copyOf({ place, template, files }, name) {
  const folder = join(place.folder, name);
  execFileSync('cp', ['-Rp', template, folder]);
  const repo = join(folder, 'repo');
  appendFileSync(join(repo, pathOf(filesOf(TASKS + 1, files)[0])), 'a line of the user’s\n');
  writeFileSync(join(repo, 'notes.txt'), 'untracked\n');
  place.git(repo, 'status', '--short');
  return { folder, repo };
}

/** @returns {Promise<{ batches: number[] }>} ms a task */
async function naive(context, measure = (work) => work()) {
  const { folder, repo } = copyOf(context, 'naive');
  const batches = [];
  await measure(() => {
    for (let batch = 0; batch < BATCHES; batch++) {
      const begin = performance.now();
      for (let at = 1; at <= SIZE; at++) landByHand(context.place, repo, batch * SIZE + at);
      batches.push((performance.now() - begin) / SIZE);
    }
  });
  verify(context, folder, repo, 2);
  return { batches };
}

function landByHand(place, repo, number) {
  const id = `T-${number}`;
  const git = (...args) => {
    const { status, stderr } = spawnSync('git', args, { cwd: repo, env: place.env });
    if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${status}: ${stderr.toString()}`);
  };
  const edit = (path, change) => {
    const file = join(repo, path);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
  git('checkout', '-q', 'main');
  git('merge', '-q', '--no-ff', '-m', `${id}: Task ${id}`, id);
  edit('board/TESTING.md', (text) => text.replace(entryText(number), ''));
  edit('CHANGELOG.md', (text) => `${text.trimEnd()}\n- Task ${id} (${id})\n`);
  git('add', 'board', 'CHANGELOG.md');
  git('commit', '-q', '-m', `${id}: board and CHANGELOG`);
  git('push', '-q', 'origin', 'main');
  git('branch', '-q', '-d', id);
}

async function queue(context, measure = (work) => work()) {
  const { folder, repo } = copyOf(context, 'queue');
  let results = [];
  await measure(() => {
    const args = [inBench('landing-round.mjs'), context.bundle, repo, String(BATCHES), String(SIZE)];
    results = JSON.parse(execFileSync(process.execPath, args, { env: context.place.env, encoding: 'utf8' }));
  });
  verify(context, folder, repo, 1);
  return { batches: results.map(({ ms }) => ms / SIZE), parts: results.map(({ parts }) => parts) };
}

/** Both ways must end with the same tree, here and at the remote, and leave what is the user's alone. */
function verify(context, folder, repo, commits) {
  const { place } = context;
  const tree = place.git(repo, 'rev-parse', 'main^{tree}').trim();
  context.tree ??= tree;
  const merges = place.git(repo, 'rev-list', '--first-parent', '--count', 'main').trim();
  const found = {
    tree,
    remote: place.git(join(folder, 'origin.git'), 'rev-parse', 'main^{tree}').trim(),
    commits: Number(merges) - 1,
    branches: place.git(repo, 'for-each-ref', '--format=%(refname)', 'refs/heads').trim(),
    status: place.git(repo, 'status', '--porcelain'),
  };
  const wanted = {
    tree: context.tree,
    remote: context.tree,
    commits: TASKS * commits,
    branches: 'refs/heads/main',
    status: ` M ${pathOf(filesOf(TASKS + 1, context.files)[0])}\n?? notes.txt\n`,
  };
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`${folder}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
  rmSync(folder, { recursive: true });
}

/** Once more, untimed, with every git process leaving a trace. @returns processes a task: started for it, and with all that git itself starts */
async function counted(context, way) {
  const folder = join(context.place.folder, 'trace');
  mkdirSync(folder);
  await way(context, (work) => {
    traceGit(context.place, folder);
    try {
      work();
    } finally {
      traceGit(context.place, false);
    }
  });
  // A process that git itself started has its parent's id in front of its own (git's api-trace2).
  const sids = readdirSync(folder).map(
    (name) => JSON.parse(readFileSync(join(folder, name), 'utf8').split('\n')[0]).sid,
  );
  rmSync(folder, { recursive: true });
  const own = sids.filter((sid) => !sid.includes('/'));
  return { own: own.length / TASKS, all: sids.length / TASKS };
}

function rowsOf(where, files, { naive: byHand, queue: ours }, counts) {
  const before = byHand.flatMap(({ batches }) => batches);
  return ['first batch', 'a later batch'].map((name, batch) => {
    const after = ours.map(({ batches }) => batches[batch]);
    const ratio = median(before) / median(after);
    const goal = GOALS[files];
    return [
      files + 7,
      `${where}, ${name}`,
      spread(before, 1),
      spread(after, 1),
      `${ratio.toFixed(1)} ×`,
      where.startsWith('tmpfs') ? `≥ ${goal} ×: ${ratio >= goal ? 'met' : 'MISSED'}` : '',
      `${counts.naive.own.toFixed(2)} → ${counts.queue.own.toFixed(2)} (with git’s own helpers ${counts.naive.all.toFixed(1)} → ${counts.queue.all.toFixed(1)})`,
      `≤ ${PROCESSES}: ${counts.queue.own <= PROCESSES ? 'met' : 'MISSED'}`,
    ];
  });
}

function reportParts(found) {
  const names = Object.keys(found[0][2].queue[0].parts[0]);
  printTable(
    ['a later batch, ms a task', ...names],
    found.map(([where, files, { queue: ours }]) => [
      `${files + 7} files, ${where}`,
      ...names.map((name) => (median(ours.map(({ parts }) => parts[1][name])) / SIZE).toFixed(2)),
    ]),
  );
}
