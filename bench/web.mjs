// `kanban serve` without a browser: from saving TODO.md to the bytes of the change, what a change costs the server, what it
// costs when nothing happens, its memory, and what a viewer that reads nothing does to the others. Linux only.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { against, load, median, printTable, spread } from './measure.mjs';
import { makeRepository } from './place.mjs';

const CHANGES = 20;
const IDLE_MS = 60_000;
const HANGING = 20;
const GOALS = { save: 150, patch: 20, idle: 1, memory: 130 };

export async function bench({ place, cli, rounds = 1 }) {
  console.log(`## web: ${CHANGES} changed titles a round, ${rounds} rounds; ${load()}\n`);
  for (const size of [200, 10_000])
    for (const coordinator of [false, true]) {
      const found = { save: [], hung: [], cpu: [], idle: [], memory: [], first: [], ready: [] };
      for (let round = 0; round < rounds; round++)
        await measure({ place, cli, size, coordinator, found, name: `${size}-${coordinator}-${round}` });
      const title = `${size} entries, ${coordinator ? 'a coordinator running' : 'none running'}`;
      printTable(
        [title, '', 'goal'],
        [
          ['from the start of the program to its address, ms', spread(found.ready), ''],
          ['from there to the whole board at a viewer, ms', spread(found.first), ''],
          [
            'from saving TODO.md to the change at a viewer, ms',
            spread(found.save),
            coordinator || size > 200 ? '' : against(median(found.save), GOALS.save, 'ms'),
          ],
          [`… beside ${HANGING} viewers that read nothing, ms`, spread(found.hung), ''],
          [
            'CPU of the server for a change, ms',
            spread(found.cpu),
            coordinator ? against(median(found.cpu), GOALS.patch, 'ms') : '',
          ],
          [
            `CPU of the server in ${IDLE_MS / 1000} s without a change, %`,
            spread(found.idle, 2),
            against(median(found.idle), GOALS.idle, '%'),
          ],
          ['memory of the server, MB', spread(found.memory), against(median(found.memory), GOALS.memory, 'MB')],
        ],
      );
    }
}

async function measure({ place, cli, size, coordinator, found, name }) {
  const repo = join(place.folder, name);
  makeRepository(place, repo, cli);
  const texts = Array.from({ length: size }, (_, index) => entryText(index + 1));
  const save = () => writeFileSync(join(repo, 'board', 'TODO.md'), `# TODO\n\n${texts.join('')}`);
  save();
  place.git(repo, 'commit', '-q', '-a', '-m', 'entries');
  const started = [];
  const start = (...args) => {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: repo,
      env: place.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    started.push(child);
    return child;
  };
  try {
    if (coordinator) await printed(start('run', '--json'), /"coordinator-started"/);
    const begun = performance.now();
    const server = start('serve');
    const [address] = await printed(server, /http:\S+/);
    found.ready.push(performance.now() - begun);
    const told = performance.now();
    const viewer = follow(address);
    await viewer.change();
    found.first.push(performance.now() - told);
    await edit(CHANGES, found.save, found.cpu);
    await pause(3_000);
    const [before, from] = [cpuOf(server.pid), performance.now()];
    await pause(IDLE_MS);
    found.idle.push(((cpuOf(server.pid) - before) / (performance.now() - from)) * 100);
    const hanging = Array.from({ length: HANGING }, () => follow(address));
    for (const one of hanging) await one.change();
    for (const one of hanging) one.hang();
    await edit(CHANGES / 2, found.hung, []);
    found.memory.push(
      Number(execFileSync('ps', ['-o', 'rss=', '-p', String(server.pid)], { encoding: 'utf8' })) / 1024,
    );
    for (const one of [viewer, ...hanging]) one.leave();

    async function edit(count, times, cpu) {
      for (let change = 0; change < count; change++) {
        const number = (change * 331) % size;
        const title = `changed ${change} at ${Date.now()}`;
        texts[number] = entryText(number + 1, title);
        const used = cpuOf(server.pid);
        const arrived = viewer.change((patch) => JSON.stringify(patch.entries ?? {}).includes(title));
        const saved = performance.now();
        save();
        await arrived;
        times.push(performance.now() - saved);
        await pause(500);
        cpu.push(cpuOf(server.pid) - used);
      }
    }
  } finally {
    for (const child of started.toReversed()) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
  }
}

/** A page that follows the board. */
function follow(address) {
  const { origin, hash } = new URL(address);
  const waiting = new Set();
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (event !== 'change') return;
      const { patch } = JSON.parse(data);
      for (const one of [...waiting].filter(({ fits }) => fits(patch))) {
        waiting.delete(one);
        one.resolve();
      }
    },
  });
  const headers = { authorization: `Bearer ${hash.slice(3)}` };
  let stream = null;
  const request = get(`${origin}/api/live`, { headers, agent: false }, (response) => {
    stream = response;
    response.setEncoding('utf8').on('data', (text) => parser.feed(text));
  }).on('error', () => {});
  return {
    change: (fits = () => true) => new Promise((resolve) => waiting.add({ fits, resolve })),
    hang: () => stream.pause(),
    leave: () => request.destroy(),
  };
}

/** Waits until a program has printed this. */
function printed(child, what) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (part) => {
      text += part.toString();
      const found = what.exec(text);
      if (found !== null) resolve(found);
    });
    child.once('exit', () => reject(new Error(`it has ended: ${text}`)));
  });
}

/** ms of CPU that a process and the children that it has waited for have used. A tick is 10 ms. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}

/** Paused: a coordinator starts none of them. */
const entryText = (number, title = 'answers with a clear message') =>
  `## [PAUSED] T-${number}: Part ${number} ${title}\n\n- files: src/part-${number % 40}/**\n\n\`\`\`sh\ntrue\n\`\`\`\n\n- [ ] a test covers part ${number}\n\n`;
