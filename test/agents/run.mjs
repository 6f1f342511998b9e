// npm run test:agents [-- NAME…]: real agent CLIs against a scripted model, through the whole pipeline. docs/testing-agents.md
//
//   node test/agents/run.mjs                  all of them
//   node test/agents/run.mjs claude codex     these
//   --only CASE                               this case; may be given several times
//   --full                                    with permissions: full instead of narrow
//   --newest                                  the newest version that npm has, instead of the pinned one
//   --list                                    the names of agents and cases
//   --json                                    one line of JSON a trial instead of the table
//   --dist FOLDER                             another build than dist/
//   --keep                                    leave all folders for a look; those of failed trials always stay
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CASES } from './cases.mjs';
import { CLIS } from './clis.mjs';
import { install, newest } from './install.mjs';
import { isOffline, runOffline } from './offline.mjs';
import { tryOut } from './try-out.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', multiple: true, default: [] },
    full: { type: 'boolean', default: false },
    newest: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    dist: { type: 'string', default: fileURLToPath(new URL('../../dist', import.meta.url)) },
    keep: { type: 'boolean', default: false },
  },
});
const say = (words) => void process.stderr.write(`${words}\n`);
const names = positionals.length === 0 ? Object.keys(CLIS) : positionals;
const cases = values.only.length === 0 ? Object.keys(CASES) : values.only;
const unknown = [...names.filter((name) => !(name in CLIS)), ...cases.filter((name) => !(name in CASES))];
const kanban = join(resolve(values.dist), 'cli.js');

if (values.list) console.log(`agents: ${Object.keys(CLIS).join(' ')}\ncases: ${Object.keys(CASES).join(' ')}`);
else if (unknown.length > 0) fail(`unknown: ${unknown.join(', ')}; --list names them all`);
else if (!existsSync(kanban)) fail(`${kanban} is not there: npm run build`);
else process.exitCode = await main();

async function main() {
  const clis = new Map(names.map((name) => [name, values.newest ? newest(CLIS[name]) : CLIS[name]]));
  const bins = new Map(names.map((name) => [name, install(clis.get(name), say)]));
  if (!isOffline()) {
    const code = await runOffline();
    if (code !== null) return code;
    say('note: no network namespace can be made here, so the agents run with the network of this machine');
  }
  const trials = [];
  for (const name of names)
    for (const of of cases) {
      const cli = clis.get(name);
      const trial = CASES[of];
      if (trial.for !== undefined && !trial.for(cli)) continue;
      if (values.full && of === 'refused') continue;
      const outcome = await tryOut({
        name,
        cli,
        bin: bins.get(name),
        kanban,
        trial,
        full: values.full,
        keep: values.keep,
      });
      trials.push({ agent: name, case: of, ...outcome });
      console.log(values.json ? JSON.stringify(trials.at(-1)) : line(trials.at(-1)));
    }
  const bad = trials.filter(({ ok }) => !ok);
  if (!values.json) console.log(`\n${trials.length - bad.length} of ${trials.length} as they should be`);
  return bad.length === 0 ? 0 : 1;
}

function line({ agent, case: of, ok, seconds, wrong, told, folder }) {
  const head = `${agent.padEnd(13)} ${of.padEnd(17)} ${ok ? 'ok  ' : 'FAIL'} ${seconds.toFixed(1).padStart(6)} s`;
  return [
    `${head}${told === undefined ? '' : `  ${told}`}`,
    ...wrong.map((one) => `    ${one}`),
    ...(folder === undefined ? [] : [`    ${folder}`]),
  ].join('\n');
}

function fail(words) {
  say(words);
  process.exitCode = 2;
}
