// The board: a cold parse and one move, on boards of up to 10,000 entries. In memory: no disk, no git.
import { execFileSync } from 'node:child_process';
import { against, load, median, printTable, spread } from './measure.mjs';
import { bundleProduct, inBench } from './product.mjs';

const SIZES = [1_000, 2_000, 5_000, 10_000];
const MOVES = 15;
const GOALS = { 1_000: 1_500, 10_000: 10_000 };

/** Each round is a process of its own: a parse that is cold for the program is cold for V8 too, as in life. */
export async function bench({ place, rounds = 3 }) {
  console.log(`## board: sizes interleaved, ${rounds} rounds, ${MOVES} moves of each kind a round; ${load()}\n`);
  const file = await bundleProduct(place, ['src/board/parse.ts', 'src/board/edit/edit.ts']);
  const found = Object.fromEntries(SIZES.map((size) => [size, []]));
  for (let round = 0; round < rounds; round++)
    for (const size of SIZES)
      found[size].push(
        JSON.parse(
          execFileSync(process.execPath, [inBench('board-round.mjs'), file, String(size), String(MOVES)], {
            encoding: 'utf8',
          }),
        ),
      );
  report(found);
}

function report(found) {
  const of = (size, key) => found[size].flatMap((round) => round[key]);
  printTable(
    ['entries', 'MB', 'cold parse, ms', 'µs an entry', 'parse again, one entry new, ms', 'goal of the cold parse'],
    SIZES.map((size) => [
      size,
      (found[size][0].bytes / 1e6).toFixed(1),
      spread(of(size, 'cold')),
      ((median(of(size, 'cold')) * 1000) / size).toFixed(0),
      spread(of(size, 'again'), 1),
      size in GOALS ? against(median(of(size, 'cold')), GOALS[size], 'ms') : '',
    ]),
  );
  printTable(
    [
      'one move (edit, checked, and the parse after it)',
      'top of TODO → IN_PROGRESS, ms',
      'middle of TODO → IN_PROGRESS, ms',
      'back to TODO’s top, ms',
      'goal',
    ],
    SIZES.map((size) => {
      const kinds = ['top', 'middle', 'back'];
      const slowest = Math.max(...kinds.map((kind) => median(of(size, kind))));
      return [
        size,
        ...kinds.map((kind) => spread(of(size, kind), 1)),
        size === 10_000 ? against(slowest, 50, 'ms') : '',
      ];
    }),
  );
}
