// History: what a landing costs after 100 to 10,000 landed tasks. Writes the curve to docs/landing-curve.svg.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { curve } from './curve.mjs';
import { interleaved, load, median, printTable, spread } from './measure.mjs';
import { bundleProduct, bundleSpawner, inBench } from './product.mjs';
import { filesOf, firstCommit, Importer, pathOf, taskBranch, textOf } from './synthetic-repo.mjs';

const SIZES = [100, 300, 1_000, 3_000, 10_000];
const FILES = 2_000;
/** Tasks that history-round.mjs lands. */
const TASKS = 16 + 1 + 8 + 3 * 16;
const RELEASE = 100;
/** The longest history, with what was released taken out of CHANGELOG.md. */
const SHORT = `${SIZES.at(-1)}, a short CHANGELOG.md`;
/** At 10,000 tasks against 100. */
const FLAT = 1.5;
const MODULES = [
  'src/coordinator/observe/git-state.ts',
  'src/git/close.ts',
  'src/git/git.ts',
  'src/git/refs.ts',
  'src/git/history/trailers.ts',
  'src/landing/chain.ts',
  'src/landing/changelog/changelog.ts',
];

export async function bench({ place, rounds = 5 }) {
  console.log(`## history: ${FILES} files, ${rounds} rounds, the sizes in turn; ${load()}\n`);
  const bundle = await bundleProduct(place, MODULES);
  const spawner = await bundleSpawner(place);
  for (const size of SIZES) makeTemplate(place, size);
  const cases = Object.fromEntries(SIZES.map((size) => [size, () => oneRound(place, [bundle, spawner], size)]));
  cases[SHORT] = () => oneRound(place, [bundle, spawner], SIZES.at(-1), true);
  const found = await interleaved(rounds, cases);
  const of = (size, key) => found[size].flatMap((round) => round[key]);
  printTable(
    [
      'landed tasks',
      'commits',
      'CHANGELOG.md, kB',
      'a landing by itself, ms',
      'one of a chain of 16, ms',
      'somebody else moved base, ms',
      'reading it all at start, ms',
      'memory then, MB',
    ],
    [...SIZES, SHORT].map((size) => [
      size,
      found[size][0].commits,
      (found[size][0].changelog / 1000).toFixed(0),
      ...['single', 'chain', 'byHand'].map((key) => spread(of(size, key), 1)),
      spread(of(size, 'start')),
      spread(of(size, 'memory')),
    ]),
  );
  const growth = (key) => median(of(SIZES.at(-1), key)) / median(of(SIZES[0], key));
  console.log(
    `from ${SIZES[0]} to ${SIZES.at(-1)}: a landing by itself × ${growth('single').toFixed(2)}, one of a chain of 16 × ${growth('chain').toFixed(2)} (flat: ≤ ${FLAT}: ${Math.max(growth('single'), growth('chain')) <= FLAT ? 'met' : 'MISSED'})\n`,
  );
  const line = (key) => SIZES.map((size) => [size, of(size, key)]);
  const file = inBench('../docs/landing-curve.svg');
  writeFileSync(
    file,
    curve({
      title: 'What a landing costs, by how many tasks have landed before',
      x: 'landed tasks in the history',
      y: 'ms a landed task',
      lines: [
        { name: 'a landing by itself', points: line('single') },
        { name: 'one of a chain of 16', points: line('chain') },
      ],
    }),
  );
  console.log(`written: docs/landing-curve.svg\n`);
}

/** The history of so many tasks: for each a branch, three moves and a landing; a release every 100 tasks. */
function makeTemplate(place, size) {
  const importer = new Importer();
  let base = firstCommit(importer, { files: FILES, testing: '# TESTING\n' });
  for (let number = 1; number <= size; number++) base = taskLanded(importer, base, number, size);
  importer.ref('refs/kanban/seen', base);
  for (let number = size + 1; number <= size + TASKS; number++)
    taskBranch(importer, { id: `T-${number}`, number: number - size, files: FILES, from: base });
  importer.finish(place, join(place.folder, `history-${size}`));
}

function taskLanded(importer, from, number, size) {
  const id = `T-${number}`;
  const [file] = filesOf(number % (FILES / 2), FILES);
  const ref = 'refs/heads/main';
  const move = (before, trailers) =>
    importer.commit({
      ref,
      from: before,
      message: `kanban: ${id} moves\n\n    What the run reported.\n\n${trailers.join('\n')}\n`,
      put: [['board/TESTING.md', `# TESTING\n\nafter ${trailers[0]}\n`]],
    });
  const picked = move(from, [`Kanban-Move: ${id} TODO -> IN_PROGRESS`]);
  // No ref: merged, its branch is gone.
  const tip = importer.commit({
    ref: 'refs/kanban/scratch',
    from: picked,
    message: `${id}: work\n`,
    put: [[pathOf(file), textOf(file, `changed by ${id}`)]],
  });
  const worked = move(picked, [
    `Kanban-Move: ${id} IN_PROGRESS -> REVIEW`,
    `Kanban-Run: ${id} ${id}-1-task-00000000`,
    `Kanban-Verdict: ${id} task done`,
    `Kanban-Agent: ${id} task=shell`,
  ]);
  const reviewed = move(worked, [
    `Kanban-Move: ${id} REVIEW -> TESTING`,
    `Kanban-Run: ${id} ${id}-1-reviewer-00000000`,
    `Kanban-Verdict: ${id} reviewer ready`,
    `Kanban-Agent: ${id} reviewer=shell`,
  ]);
  const put = [[pathOf(file), textOf(file, `changed by ${id}`)]];
  // Written now and then only: 10,000 versions of a file that grows would be gigabytes to import.
  if (number % RELEASE === 0 || number === size) put.push(['CHANGELOG.md', changelogText(number)]);
  return importer.commit({
    ref,
    from: reviewed,
    merge: tip,
    message: `${id}: Task ${number}\n\n    The task agent: done.\n\nKanban-Move: ${id} TESTING -> CHANGELOG\nKanban-Tested: ${id} ${'0'.repeat(40)}\nKanban-Agent: ${id} task=shell reviewer=shell tester=shell\n`,
    put,
  });
}

/** All that has landed, a release every 100 tasks, half a release's worth still unreleased. */
function changelogText(number) {
  const parts = ['# Changelog\n\nAll notable changes of this project.\n\n## [Unreleased]\n\n### Changed\n'];
  for (let at = number; at > 0; at--) {
    if (at % RELEASE === RELEASE / 2)
      parts.push(`\n## [1.${Math.floor(at / RELEASE)}.0] - 2024-01-01\n\n### Changed\n`);
    parts.push(`\n- Part ${at} does what it says on the tin, and says so (T-${at})`);
  }
  return `${parts.join('')}\n`;
}

async function oneRound(place, bundles, size, isShort = false) {
  const repo = join(place.folder, 'copy');
  execFileSync('cp', ['-Rp', join(place.folder, `history-${size}`), repo]);
  if (isShort) cutChangelog(place, repo);
  place.git(repo, 'status', '--short');
  const commits = Number(place.git(repo, 'rev-list', '--count', 'main'));
  const changelog = Number(place.git(repo, 'cat-file', '-s', 'main:CHANGELOG.md'));
  const args = ['--expose-gc', inBench('history-round.mjs'), ...bundles, repo, String(size + 1)];
  const times = JSON.parse(execFileSync(process.execPath, args, { env: place.env, encoding: 'utf8' }));
  if (times.landed !== size + TASKS) throw new Error(`${times.landed} tasks have landed, not ${size + TASKS}`);
  if (place.git(repo, 'status', '--porcelain') !== '') throw new Error('the checkout has not followed');
  rmSync(repo, { recursive: true });
  return { ...times, commits, changelog };
}

function cutChangelog(place, repo) {
  writeFileSync(join(repo, 'CHANGELOG.md'), '# Changelog\n\n## [Unreleased]\n\n### Changed\n\n- Part 1 (T-1)\n');
  place.git(repo, 'commit', '-q', '-a', '-m', 'What was released is told elsewhere');
  place.git(repo, 'update-ref', 'refs/kanban/seen', 'main');
}
