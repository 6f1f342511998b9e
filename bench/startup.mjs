// Start-up: `kanban --help` and `kanban status` beside a bare node.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { existsSync, writeFileSync } from 'node:fs';
import { against, interleaved, load, median, printTable, spread } from './measure.mjs';
import { makeRepository, startCoordinator, until } from './place.mjs';

/** Entries on the board that `status` reads. */
const ENTRIES = 20;

export async function bench({ place, cli, rounds = 15 }) {
  console.log(`## startup: ${rounds} rounds, interleaved; a board of ${ENTRIES} entries; ${load()}\n`);
  const [alone, led] = ['alone', 'led'].map((name) => join(place.folder, name));
  for (const repo of [alone, led]) prepare(place, repo, cli);
  const coordinator = startCoordinator(place, led, cli);
  try {
    await until('its snapshot', () => existsSync(join(led, '.kanban', 'snapshot.json')), { coordinator });
    const run = (args, cwd) => () => timedRun(place, args, cwd);
    const times = await interleaved(rounds, {
      'node -e 0': run(['-e', '0'], alone),
      'kanban --help': run([cli, '--help'], alone),
      'kanban status, coordinator running': run([cli, 'status'], led),
      'kanban status, none running': run([cli, 'status'], alone),
    });
    const rows = Object.entries(times).map(([name, values]) => [
      name,
      spread(values),
      name.startsWith('kanban') ? against(median(values), 150, 'ms') : '',
    ]);
    printTable(['start-up', 'ms', 'goal'], rows);
  } finally {
    await coordinator.stop();
  }
}

/** All entries are paused: the coordinator has nothing to do but to be asked. */
function prepare(place, repo, cli) {
  makeRepository(place, repo, cli);
  const entries = Array.from(
    { length: ENTRIES },
    (_, index) =>
      `## [PAUSED] T-${index + 1}: Part ${index + 1}\n\n- files: src/**\n\nWhat is to be done.\n\n\`\`\`sh\ntrue\n\`\`\`\n`,
  );
  writeFileSync(join(repo, 'board', 'TODO.md'), `# TODO\n\n${entries.join('\n')}`);
  place.git(repo, 'commit', '-q', '-a', '-m', 'entries');
}

function timedRun(place, args, cwd) {
  const begin = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, env: place.env, encoding: 'utf8' });
  const ms = performance.now() - begin;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return ms;
}
