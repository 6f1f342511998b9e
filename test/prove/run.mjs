// What nobody's list of cases covers, tried by random and hostile harnesses; each prints one line of figures.
//
//   npm run prove                         all harnesses, the long form
//   npm run prove -- --short              the form that CI runs (about 90 s)
//   npm run prove -- agents kills         some of them
//   npm run prove -- --seed 7             another sequence of chances; the line states the seed
//
// Exit code 1 when an invariant is broken, 2 when a harness is unknown. A harness is a row here: its command, long and short.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const HERE = import.meta.dirname;
const CRASH = join(HERE, '../crash');

/** `seeds` an argument list with the seed; several commands of one harness run one after the other. */
const HARNESSES = {
  saves: ({ short, seed }) => [[join(HERE, 'saves.mjs'), '--seed', seed, '--cases', short ? '1000' : '200000']],
  editors: ({ short, seed }) => [[join(HERE, 'editors.mjs'), '--seed', seed, '--saves', short ? '100' : '3000']],
  readers: ({ short }) => [[join(HERE, 'readers.mjs'), '--landings', short ? '30' : '200']],
  agents: ({ short, seed }) => [[join(HERE, 'agents.mjs'), '--seed', seed, ...(short ? ['--short'] : [])]],
  kills: ({ short, seed }) => [
    [join(CRASH, 'landing-kills.mjs'), short ? '8' : '300', seed],
    [join(CRASH, 'push-kills.mjs'), '--kills', short ? '5' : '100', '--seed', seed],
  ],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(HARNESSES, name));
if (unknown.length > 0) {
  console.error(`unknown harness ${unknown.join(', ')}; there are ${Object.keys(HARNESSES).join(', ')}`);
  process.exit(2);
}
let broken = 0;
for (const name of positionals.length > 0 ? positionals : Object.keys(HARNESSES))
  for (const [file, ...args] of HARNESSES[name](values)) if (!(await passes(name, file, args))) broken += 1;
process.exitCode = broken > 0 ? 1 : 0;

/** Of a harness that passes its last line is shown, of one that does not all of them. */
async function passes(name, file, args) {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const lines = said.trimEnd().split('\n');
  const last = lines.at(-1) ?? '';
  console.log(
    code === 0
      ? last.startsWith(`${name}: `)
        ? last
        : `${name}: ${last}`
      : `${said.trimEnd()}\n${name}: exit code ${code}`,
  );
  return code === 0;
}
