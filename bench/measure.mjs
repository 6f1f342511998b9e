// What every bench shares: facts about the machine, medians, tables.
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';

/** One line that says on what, and on how busy a machine, the figures were taken. */
export function machineFacts() {
  const [cpu] = cpus();
  const git = execFileSync('git', ['version'], { encoding: 'utf8' }).trim().replace('git version', 'git');
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${process.platform} ${process.arch}, ${cpus().length} × ${cpu?.model.trim() ?? 'cpu'}, ${memory}, node ${process.versions.node}, ${git}; ${load()}`;
}

/** How busy the machine is right now. */
export const load = () => `load ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`;

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `120 (95..160)`: median, smallest, largest. */
export function spread(values, digits = 0) {
  if (values.length === 0) return '-';
  const show = (value) => value.toFixed(digits);
  return `${show(median(values))} (${show(Math.min(...values))}..${show(Math.max(...values))})`;
}

/** `met` or `missed`, for a goal that a figure must not exceed. */
export const against = (value, goal, unit) => `≤ ${goal} ${unit}: ${value <= goal ? 'met' : 'MISSED'}`;

/** Prints a markdown table, so that the output can be pasted into docs/performance.md. */
export function printTable(head, rows) {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  console.log(
    [line(all[0]), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...all.slice(1).map(line)].join('\n'),
  );
  console.log('');
}

/** Calls every one of `cases` once a round, in turn, so that a busy moment of the machine hits all alike. */
export async function interleaved(rounds, cases) {
  const results = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(cases)) results[name].push(await run(round));
  return results;
}
