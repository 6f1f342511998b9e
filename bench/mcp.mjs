// `kanban mcp` as a client sees it: how fast `status` answers on a board of 200 entries, alone and 20 at once.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { against, load, printTable, spread } from './measure.mjs';
import { makeRepository } from './place.mjs';

const ENTRIES = 200;
const CALLS = 100;
const AT_ONCE = 20;
const GOAL_MS = 150;

export async function bench({ place, cli, rounds = 3 }) {
  console.log(`## mcp: ${ENTRIES} entries, ${CALLS} calls a round, ${rounds} rounds; ${load()}\n`);
  const repo = join(place.folder, 'repo');
  makeRepository(place, repo, cli);
  const texts = Array.from({ length: ENTRIES }, (_, index) => entryText(index + 1));
  writeFileSync(join(repo, 'board', 'TODO.md'), `# TODO\n\n${texts.join('')}`);
  place.git(repo, 'commit', '-q', '-a', '-m', 'entries');
  const found = { first: [], alone: [], edited: [], together: [], gone: [], memory: [], cpu: [] };
  for (let round = 0; round < rounds; round++) await measure({ place, cli, repo, texts, found });
  const p95 = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)];
  printTable(
    ['', 'ms', 'goal'],
    [
      ['first answer, from the start of the program', spread(found.first), ''],
      [
        'status',
        spread(found.alone),
        `p95 ${p95(found.alone).toFixed(0)}, ${against(p95(found.alone), GOAL_MS, 'ms')}`,
      ],
      ['status, CPU of the server for each call', spread(found.cpu, 1), ''],
      ['status after an edit by hand', spread(found.edited), ''],
      [`status, the last of ${AT_ONCE} at once`, spread(found.together), 'no error'],
      ['from the end of the client to the end of the server', spread(found.gone), ''],
      ['memory of the server, MB', spread(found.memory), ''],
    ],
  );
}

async function measure({ place, cli, repo, texts, found }) {
  const client = new Client({ name: 'bench', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [cli, 'mcp', '--tools', 'read'],
    cwd: repo,
    env: place.env,
  });
  const status = async () => {
    const { isError, structuredContent } = await client.callTool({ name: 'status', arguments: {} });
    if (isError === true || structuredContent.entries.length !== 50) throw new Error('status failed');
  };
  found.first.push(await timed(() => client.connect(transport).then(status)));
  const before = cpuOf(transport.pid);
  for (let call = 0; call < CALLS; call++) found.alone.push(await timed(status));
  found.cpu.push((cpuOf(transport.pid) - before) / CALLS);
  for (let edit = 0; edit < 10; edit++) {
    texts[edit] = entryText(edit + 1, `edit ${edit} at ${Date.now()}`);
    writeFileSync(join(repo, 'board', 'TODO.md'), `# TODO\n\n${texts.join('')}`);
    found.edited.push(await timed(status));
  }
  for (let turn = 0; turn < 5; turn++)
    found.together.push(await timed(() => Promise.all(Array.from({ length: AT_ONCE }, status))));
  found.memory.push(
    Number(execFileSync('ps', ['-o', 'rss=', '-p', String(transport.pid)], { encoding: 'utf8' })) / 1024,
  );
  found.gone.push(await timed(() => client.close()));
}

/** ms of CPU that a process and the children that it has waited for have used; Linux only. A tick is 10 ms. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}

async function timed(run) {
  const begin = performance.now();
  await run();
  return performance.now() - begin;
}

const entryText = (number, title = 'answers with a clear message') =>
  `## T-${number}: Part ${number} ${title}\n\n- files: src/part-${number % 40}/**\n\n\`\`\`sh\ntrue\n\`\`\`\n\n- [ ] a test covers part ${number}\n\n`;
