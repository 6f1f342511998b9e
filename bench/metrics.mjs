// Metrics: `kanban metrics` on a history of 50,000 commits, cold and with what was counted before.
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { against, interleaved, load, median, printTable, spread } from './measure.mjs';
import { makeRepository } from './place.mjs';

const LANDINGS = 10_000;
const COMMITS = 5 * LANDINGS;

export async function bench({ place, cli, rounds = 7 }) {
  console.log(`## metrics: ${COMMITS} commits, ${LANDINGS} landings, ${rounds} rounds, interleaved; ${load()}\n`);
  const repo = join(place.folder, 'metrics');
  makeRepository(place, repo, cli);
  execFileSync('git', ['fast-import', '--quiet', '--force'], {
    cwd: repo,
    env: place.env,
    input: history(place, repo),
  });
  const kept = join(repo, '.git', 'kanban', 'metrics.json');
  const run = (args) => {
    const begin = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: repo, env: place.env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
    return performance.now() - begin;
  };
  const times = await interleaved(rounds, {
    bare: () => run(['-e', '0']),
    cold: () => {
      rmSync(kept, { force: true });
      return run([cli, 'metrics']);
    },
    warm: () => run([cli, 'metrics']),
  });
  const beyond = median(times.warm) - median(times.bare);
  printTable(
    ['kanban metrics', 'ms', 'goal'],
    [
      ['node -e 0', spread(times.bare), ''],
      ['cold', spread(times.cold), against(median(times.cold), 2_000, 'ms')],
      ['warm', spread(times.warm), ''],
      ['warm, beyond bare node', beyond.toFixed(0), against(beyond, 100, 'ms')],
    ],
  );
}

/** A stream for git fast-import: five commits for each landing, as the coordinator makes them, over what is there. */
function history(place, repo) {
  const tip = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: repo, env: place.env, encoding: 'utf8' }).trim();
  const branch = execFileSync('git', ['symbolic-ref', 'HEAD'], { cwd: repo, env: place.env, encoding: 'utf8' }).trim();
  const parts = [];
  let time = 1_700_000_000;
  const commit = (trailers) => {
    const message = `kanban: step\n\n${trailers.map((line) => `Kanban-${line}\n`).join('')}`;
    time += 60;
    const from = parts.length === 0 ? `from ${tip}\n` : '';
    parts.push(
      `commit ${branch}\ncommitter Ada <ada@example.com> ${time} +0000\ndata ${Buffer.byteLength(message)}\n${message}\n${from}`,
    );
  };
  for (let number = 1; number <= LANDINGS; number++) {
    const id = `T-${number}`;
    const ran = (n, role, verdict) => [
      `Run: ${id} ${id}-${n}-${role}-0123abcd`,
      `Verdict: ${id} ${role} ${verdict}`,
      `Agent: ${id} ${role}=${number % 3 === 0 ? 'codex' : 'claude'}`,
      `Time: ${id} ${id}-${n}-${role}-0123abcd ${60 + (number % 500)}s`,
      `Usage: ${id} ${id}-${n}-${role}-0123abcd input=1000 output=${number % 900} cost=0.0${number % 10}`,
    ];
    commit([`Move: ${id} TODO -> IN_PROGRESS`]);
    commit([`Move: ${id} IN_PROGRESS -> REVIEW`, ...ran(1, 'task', 'done')]);
    commit([`Move: ${id} REVIEW -> TESTING`, ...ran(2, 'reviewer', 'ready')]);
    commit([`Tested: ${id} ${'0'.repeat(40)}`, ...ran(3, 'tester', 'passed')]);
    commit([
      `Move: ${id} TESTING -> CHANGELOG`,
      `Tested: ${id} ${'0'.repeat(40)}`,
      `Reviewed: ${id} ${'0'.repeat(40)}`,
    ]);
  }
  return `${parts.join('')}done\n`;
}
