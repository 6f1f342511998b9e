// Queue: how many checks a landed task costs, and who is blamed, by the product's own rules on simulated tasks.
import { against, printTable } from './measure.mjs';
import { bundleProduct } from './product.mjs';

const TASKS = 4_000;
const GOAL = 0.45;

/** Shares of bad tasks, of runs that are red for nothing, and of tasks that don't go with the one before them. */
const CASES = [
  { bad: 0.05, flake: 0.05, goal: GOAL },
  { bad: 0.02, flake: 0 },
  { bad: 0.05, flake: 0 },
  { bad: 0.1, flake: 0 },
  { bad: 0.1, flake: 0.05 },
  { bad: 0.2, flake: 0 },
  { bad: 0.05, flake: 0.05, clash: 0.02 },
  { bad: 0.05, flake: 0, most: 1 },
  { bad: 0.05, flake: 0.05, most: 1 },
  { bad: 0.05, flake: 0.05, most: 8 },
];

export async function bench({ place, rounds = 20 }) {
  console.log(`## queue: ${TASKS} simulated tasks, ${rounds} seeds each\n`);
  const { simulateQueue } = await import(await bundleProduct(place, ['test/unit/pipeline/simulation/queue-sim.ts']));
  const rows = CASES.map(({ goal, ...options }) => {
    const runs = Array.from({ length: rounds }, (_, round) =>
      simulateQueue({ ...options, tasks: TASKS, seed: (round + 1) * 7919 }),
    );
    const sum = (of) => runs.reduce((total, run) => total + of(run), 0);
    const checks = sum((run) => run.checks) / (rounds * TASKS);
    const innocents = sum((run) => run.innocents.length);
    return [
      percent(options.bad),
      percent(options.flake),
      percent(options.clash ?? 0),
      options.most ?? 16,
      checks.toFixed(3),
      `${innocents} of ${sum((run) => run.landed.length + run.innocents.length)}`,
      `${sum((run) => run.escaped.length)}`,
      `${sum((run) => run.sentBack.filter(({ partner }) => partner !== null).length)}, ${sum((run) => run.misnamed)} wrong`,
      goal === undefined
        ? ''
        : `${against(checks, goal, 'checks')}, no innocent: ${innocents === 0 ? 'met' : 'MISSED'}`,
    ];
  });
  printTable(
    [
      'bad tasks',
      'flakes',
      'clashes',
      'largest batch',
      'checks a task',
      'good tasks sent back',
      'bad tasks landed',
      'partners named',
      'goal',
    ],
    rows,
  );
  outages(simulateQueue);
}

/** Everything is red for a while, base included, and comes back in the middle of a search. */
function outages(simulateQueue) {
  const rows = [
    { bad: 0, flake: 0 },
    { bad: 0, flake: 0.05 },
    { bad: 0.05, flake: 0 },
    { bad: 0.05, flake: 0.05 },
  ].map((options) => {
    const runs = [];
    for (let from = 1; from <= 50; from += 1)
      for (let length = 1; length <= 30; length += 1)
        runs.push(
          simulateQueue({ ...options, tasks: 150, seed: from * 31 + length, outage: { from, runs: length } }).innocents
            .length,
        );
    return [
      percent(options.bad),
      percent(options.flake),
      runs.length,
      runs.filter((innocents) => innocents > 0).length,
    ];
  });
  console.log('\nOutages of 1 to 30 checks, beginning with each of the first 50 checks:\n');
  printTable(['bad tasks', 'flakes', 'outages', 'in which a good task was sent back'], rows);
}

const percent = (share) => `${share * 100} %`;
