// npm run bench [-- NAME…]: the figures of docs/performance.md. Needs a built dist/.
//
//   node bench/run.mjs                       all of them
//   node bench/run.mjs board startup         these
//   --rounds N                               how often each thing is measured
//   --dist FOLDER                            another build than dist/
//   --package NAME --versions N              replay: real releases from npm instead of the synthetic ones
//   --size BYTES                             memory: what each run prints (default 1 GiB)
//   --keep                                   leave the scratch folder for a look
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machineFacts } from './measure.mjs';
import { makePlace } from './place.mjs';

const NAMES = [
  'replay',
  'board',
  'library',
  'mcp',
  'tui',
  'web',
  'page',
  'metrics',
  'pickup',
  'inject',
  'startup',
  'memory',
  'landing',
  'precheck',
  'history',
  'queue',
];
/** These call the product's code from src/. */
const FROM_SOURCE = ['board', 'library', 'landing', 'precheck', 'history', 'queue'];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    dist: { type: 'string', default: fileURLToPath(new URL('../dist', import.meta.url)) },
    package: { type: 'string' },
    versions: { type: 'string', default: '20' },
    size: { type: 'string', default: String(2 ** 30) },
    keep: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !NAMES.includes(name));
const cli = join(resolve(values.dist), 'cli.js');
if (unknown.length > 0) fail(`there is no bench called ${unknown.join(', ')}: ${NAMES.join(', ')}`);
const needsDist = positionals.length === 0 || positionals.some((name) => !FROM_SOURCE.includes(name));
if (needsDist && !existsSync(cli)) fail(`${cli} is not there: npm run build`);

console.log(`${machineFacts()}\n`);
for (const name of NAMES.filter((one) => positionals.length === 0 || positionals.includes(one))) {
  const { bench } = await import(`./${name}.mjs`);
  const place = makePlace();
  const options = {
    place,
    cli,
    rounds: values.rounds === undefined ? undefined : Number(values.rounds),
    package: values.package,
    versions: Number(values.versions),
    size: Number(values.size),
  };
  try {
    await bench(options);
  } finally {
    if (values.keep) console.log(`kept: ${place.folder}`);
    else place.remove();
  }
}

function fail(words) {
  console.error(words);
  process.exit(2);
}
