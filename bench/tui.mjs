// `kanban tui` in a terminal (tmux): CPU to the first frame, while the board changes ten times a second, and at rest.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { against, load, printTable, spread } from './measure.mjs';
import { makeRepository } from './place.mjs';

const SECONDS = 6;
/** At rest; a look at a large board comes every ten seconds or more seldom. */
const REST_SECONDS = 30;
const CHANGES = 10;
const SIZES = [200, 10_000];
/** Of one core, at rest. */
const GOAL_PERCENT = 5;

export async function bench({ place, cli, rounds = 3 }) {
  if (spawnSync('tmux', ['-V']).status !== 0) {
    console.log('## tui: tmux is not installed\n');
    return;
  }
  console.log(`## tui: 130 × 34, ${rounds} rounds; ${load()}\n`);
  const rows = [];
  for (const entries of SIZES) {
    const found = { start: [], wall: [], changing: [], idle: [], memory: [] };
    const repo = join(place.folder, `repo-${entries}`);
    makeRepository(place, repo, cli);
    const texts = Array.from({ length: entries }, (_, index) => entryText(index + 1));
    const save = () => writeFileSync(join(repo, 'board', 'TODO.md'), `# TODO\n\n${texts.join('')}`);
    save();
    place.git(repo, 'commit', '-q', '-a', '-m', 'entries');
    for (let round = 0; round < rounds; round++) await measure({ place, cli, repo, texts, save, found });
    const idle = Math.max(...found.idle.map((ms) => ms / (REST_SECONDS * 10)));
    rows.push(
      [`${entries} entries: CPU to the first frame, ms`, spread(found.start), ''],
      ['time to the first frame, ms', spread(found.wall), ''],
      [`CPU in ${SECONDS} s with ${CHANGES} changes a second, ms`, spread(found.changing), ''],
      [
        `CPU in ${REST_SECONDS} s at rest, ms`,
        spread(found.idle),
        `${idle.toFixed(1)} % of a core, ${against(idle, GOAL_PERCENT, '%')}`,
      ],
      ['memory, MB', spread(found.memory), ''],
    );
  }
  printTable(['', 'found', 'goal'], rows);
}

async function measure({ place, cli, repo, texts, save, found }) {
  // A server of its own: the one before may still be ending.
  const name = `round-${found.wall.length}`;
  const tmux = (...args) => execFileSync('tmux', ['-L', name, ...args], { env, encoding: 'utf8' });
  const env = { ...place.env, TMUX_TMPDIR: place.folder, LC_ALL: 'C.UTF-8' };
  delete env.TMUX;
  const begun = performance.now();
  tmux('-f', '/dev/null', 'new-session', '-d', '-s', 'b', '-x', '130', '-y', '34', '-c', repo, `exec node ${cli} tui`);
  try {
    const pid = Number(tmux('display', '-p', '-t', 'b', '#{pane_pid}'));
    while (!tmux('capture-pane', '-p', '-t', 'b').includes('T-1 ')) await pause(20);
    found.wall.push(performance.now() - begun);
    found.start.push(cpuOf(pid));
    // What is read after the first frame (the chosen entry, the figures) is neither start nor rest.
    await pause(10_000);
    found.idle.push(await cpuWhile(pid, () => pause(REST_SECONDS * 1000)));
    found.changing.push(
      await cpuWhile(pid, async () => {
        for (let change = 0; change < SECONDS * CHANGES; change++) {
          texts[change % 10] = entryText((change % 10) + 1, `change ${change}`);
          save();
          await pause(1000 / CHANGES);
        }
      }),
    );
    found.memory.push(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024);
  } finally {
    tmux('kill-server');
  }
}

async function cpuWhile(pid, run) {
  const before = cpuOf(pid);
  await run();
  return cpuOf(pid) - before;
}

/** ms of CPU that a process has used; Linux only. A tick is 10 ms. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const entryText = (number, title = 'answers with a clear message') =>
  `## T-${number}: Part ${number} ${title}\n\n\`\`\`sh\ntrue\n\`\`\`\n\n- [ ] a test covers part ${number}\n\n`;
