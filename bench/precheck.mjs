// Precheck: do 100 branches merge with base? The product's own way beside one `git merge-tree` a branch.
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { against, interleaved, load, median, printTable, spread } from './measure.mjs';
import { bundleProduct, inBench } from './product.mjs';
import { filesOf, firstCommit, Importer, pathOf, taskBranch, testingText, textOf } from './synthetic-repo.mjs';

const BRANCHES = 100;
/** Landings that base has got since the branches began. */
const AHEAD = [0, 20];
const FILES = [2_000, 20_000];
const GOAL = 25;
const KINDS = { plain: 'files changed and added', moved: 'a file renamed in each' };
const MODULES = ['src/git/close.ts', 'src/git/git.ts', 'src/git/objects/objects.ts', 'src/landing/merge-onto.ts'];

export async function bench({ place, rounds = 9 }) {
  console.log(`## precheck: ${BRANCHES} branches, ${rounds} rounds, the ways in turn; ${load()}\n`);
  const bundle = await bundleProduct(place, MODULES);
  const rows = [];
  for (const files of FILES)
    for (const [kind, ahead] of [...AHEAD.map((landings) => ['plain', landings]), ['moved', AHEAD.at(-1)]]) {
      const repo = makeRepository(place, files, kind, ahead);
      const alone = (work) => () => {
        withoutLoose(repo);
        return work();
      };
      const times = await interleaved(rounds, {
        ours: alone(() => oneRound(place, bundle, repo)),
        git: alone(() => gitOnly(place, repo)),
        stdin: alone(() => gitStdin(place, repo)),
      });
      const of = (key) => times.ours.map((round) => round[key]);
      rows.push([
        `${files + 7} files, ${KINDS[kind]}, base ${ahead} landings further`,
        spread(times.git),
        spread(times.stdin),
        spread(of('first')),
        spread(of('cold')),
        spread(of('moved'), 1),
        spread(of('again'), 1),
        against(median(of('cold')), GOAL, 'ms'),
      ]);
    }
  printTable(
    [
      `${BRANCHES} branches, ms`,
      'git merge-tree, one each',
      'git merge-tree --stdin, one for all',
      'the first of a process',
      'nothing remembered',
      'base has moved by one landing',
      'asked again',
      'goal (nothing remembered)',
    ],
    rows,
  );
}

function makeRepository(place, files, kind, ahead) {
  const repo = join(place.folder, `${kind}-${files}-${ahead}`);
  const importer = new Importer();
  const first = firstCommit(importer, { files, testing: testingText([]) });
  for (let number = 1; number <= BRANCHES; number++)
    taskBranch(importer, { id: `T-${number}`, number, files, from: first, moved: kind === 'moved' });
  let base = first;
  for (let number = BRANCHES + 1; number <= BRANCHES + ahead + 1; number++) {
    const put = filesOf(number, files).map((index) => [pathOf(index), textOf(index, `changed by T-${number}`)]);
    const ref = number <= BRANCHES + ahead ? 'refs/heads/main' : 'refs/heads/later';
    base = importer.commit({ ref, from: base, message: `T-${number}: landed\n`, put });
  }
  importer.finish(place, repo);
  return repo;
}

/** merge-tree writes the trees that it merges: nobody finds them there already. All else is in a pack. */
function withoutLoose(repo) {
  const objects = join(repo, '.git', 'objects');
  for (const name of readdirSync(objects))
    if (/^[0-9a-f]{2}$/.test(name)) rmSync(join(objects, name), { recursive: true });
}

const oneRound = (place, bundle, repo) =>
  JSON.parse(
    execFileSync(process.execPath, [inBench('precheck-round.mjs'), bundle, repo, String(BRANCHES)], {
      env: place.env,
      encoding: 'utf8',
    }),
  );

function gitOnly(place, repo) {
  const [base, ...tips] = revisions(place, repo);
  return timed(() => {
    for (const tip of tips) merge(place, repo, ['merge-tree', '--write-tree', base, tip]);
  });
}

function gitStdin(place, repo) {
  const [base, ...tips] = revisions(place, repo);
  return timed(() => merge(place, repo, ['merge-tree', '--stdin'], tips.map((tip) => `${base} ${tip}\n`).join('')));
}

function revisions(place, repo) {
  const names = ['main', ...Array.from({ length: BRANCHES }, (_, index) => `T-${index + 1}`)];
  return place
    .git(repo, 'rev-parse', ...names)
    .trim()
    .split('\n');
}

function merge(place, repo, args, input = '') {
  const { status, stderr } = spawnSync('git', args, { cwd: repo, env: place.env, input });
  if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${status}: ${stderr.toString()}`);
}

function timed(work) {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}
