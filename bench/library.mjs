// The library: one changed title on a board of 10,000 entries, in the coordinator that writes the files and in a reader.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { against, load, median, printTable, spread } from './measure.mjs';
import { bundleProduct, inBench } from './product.mjs';

const ENTRIES = 10_000;
const CHANGES = 30;
const GOAL_MS = 20;

export async function bench({ place, rounds = 3 }) {
  console.log(`## library: ${ENTRIES} entries, ${CHANGES} changed titles a round, ${rounds} rounds; ${load()}\n`);
  const file = await bundleProduct(place, [
    'src/board/parse.ts',
    'src/contract/snapshot-change.ts',
    'src/contract/snapshot-files.ts',
    'src/coordinator/publish/build-snapshot.ts',
    'src/coordinator/publish/entries-files.ts',
    'src/coordinator/publish/entry-memo.ts',
    'src/coordinator/publish/snapshot-files.ts',
    'src/system/write-once.ts',
  ]);
  const found = [];
  for (let round = 0; round < rounds; round++) {
    const args = [
      inBench('library-round.mjs'),
      file,
      join(place.folder, `round-${round}`),
      String(ENTRIES),
      String(CHANGES),
    ];
    found.push(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })));
  }
  const of = (key) => found.flatMap((round) => round[key]);
  printTable(
    ['one changed title', 'CPU, ms', 'goal'],
    [
      ['coordinator: snapshot made, compared', spread(of('made'), 1), ''],
      ['coordinator: files written', spread(of('written'), 1), ''],
      ['coordinator', spread(of('coordinator'), 1), against(median(of('coordinator')), GOAL_MS, 'ms')],
      ['reader: files read, patch made', spread(of('reader'), 1), against(median(of('reader')), GOAL_MS, 'ms')],
      ['reader: nothing changed', spread(of('idle'), 1), ''],
    ],
  );
  const [{ bytes, patch }] = found;
  console.log(`entries.json has ${(bytes / 1e6).toFixed(1)} MB, the patch ${patch} bytes.\n`);
}
