// Memory: a coordinator with six runs that each print a lot (1 GiB), beside six that print nothing.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { against, load, printTable } from './measure.mjs';
import { eventsOf, freeBytes, makeRepository, startCoordinator } from './place.mjs';

const RUNS = 6;

export async function bench({ place, cli, size }) {
  const needed = RUNS * size * 1.2 + 2 ** 30;
  const free = freeBytes(place.folder);
  console.log(`## memory: ${RUNS} runs of ${gib(size)} each; ${load()}\n`);
  if (free < needed)
    return console.log(
      `left out: ${gib(needed)} of disk are needed in ${place.folder}, and ${gib(free)} are free (--size BYTES prints less)\n`,
    );
  const silent = await peak(place, cli, 'silent', 0);
  const loud = await peak(place, cli, 'loud', size);
  printTable(
    ['peak resident memory, MB', 'six silent runs', `six runs that print ${gib(size)} each`, 'goal'],
    [
      ['coordinator', silent.coordinator, loud.coordinator, against(loud.coordinator, 150, 'MB')],
      [
        `runner (the largest of ${loud.runners.length})`,
        Math.max(...silent.runners),
        Math.max(...loud.runners),
        against(Math.max(...loud.runners), 80, 'MB'),
      ],
      ['seconds', silent.seconds, loud.seconds, ''],
    ],
  );
}

const gib = (bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

async function peak(place, cli, name, size) {
  const repo = join(place.folder, name);
  makeRepository(place, repo, cli, { settle: '0s' });
  const line = 'x'.repeat(99);
  const print = size === 0 ? 'true' : `yes ${line} | head -c ${size}`;
  const entries = Array.from(
    { length: RUNS },
    (_, index) => `## T-${index + 1}: Print a lot\n\n\`\`\`sh\n${print}\necho ${index} > ${index}.txt\n\`\`\`\n`,
  );
  writeFileSync(join(repo, 'board', 'TODO.md'), `# TODO\n\n${entries.join('\n')}`);
  place.git(repo, 'commit', '-q', '-a', '-m', 'entries');
  const begin = performance.now();
  const coordinator = startCoordinator(place, repo, cli, ['--until-done']);
  const seen = new Map();
  const timer = setInterval(() => look(coordinator.child.pid, seen), 100);
  const code = await coordinator.ended;
  clearInterval(timer);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  verify(repo, code, coordinator.said(), size);
  rmSync(repo, { recursive: true, force: true });
  const runners = [...seen].filter(([pid]) => pid !== coordinator.child.pid).map(([, mb]) => mb);
  return { coordinator: seen.get(coordinator.child.pid), runners, seconds };
}

/** All landed, and the output is on disk (as far as the kanban keeps it): else nothing was measured. */
function verify(repo, code, said, size) {
  const landed = eventsOf(repo).filter(({ type }) => type === 'entry-landed').length;
  if (code !== 0 || landed !== RUNS)
    throw new Error(`${landed} of ${RUNS} landed, exit ${code}:\n${said.slice(-2000)}`);
  const runs = join(repo, '.kanban', 'runs');
  const logs = readdirSync(runs).flatMap((run) => {
    const log = join(runs, run, 'output.log');
    return run.includes('-task-') && existsSync(log) ? [statSync(log).size] : [];
  });
  if (size > 0 && (logs.length !== RUNS || Math.min(...logs) < Math.min(size, 10 ** 6)))
    throw new Error(`the runs have printed less than they should: ${logs.join(', ')} bytes`);
}

/** The highest memory so far of the coordinator and of its runners, in MB. */
function look(coordinator, seen) {
  for (const [pid, mb] of existsSync('/proc/self/status') ? fromProc(coordinator) : fromPs(coordinator))
    seen.set(pid, Math.max(seen.get(pid) ?? 0, mb));
}

/** Linux: the kernel's own peak. */
function fromProc(coordinator) {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const pid = Number(name);
      if (
        !(pid > 0) ||
        (pid !== coordinator && !isRunner(readFileSync(`/proc/${name}/cmdline`, 'utf8'), coordinator, name))
      )
        return [];
      const kib = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
      return kib === undefined ? [] : [[pid, Math.round(Number(kib) / 1024)]];
    } catch {
      return [];
    }
  });
}

const isRunner = (command, coordinator, name) =>
  command.includes('runner.cjs') && readFileSync(`/proc/${name}/status`, 'utf8').includes(`\nPPid:\t${coordinator}\n`);

/** Elsewhere: what is resident at this moment. */
function fromPs(coordinator) {
  const lines = execFileSync('ps', ['-axo', 'pid=,ppid=,rss=,command='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, pid, parent, kib, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    const counts = Number(pid) === coordinator || (Number(parent) === coordinator && command?.includes('runner.cjs'));
    return counts ? [[Number(pid), Math.round(Number(kib) / 1024)]] : [];
  });
}
