/**
 * The runner: a small program of its own that owns one agent at a time. Reads orders as JSON lines on stdin, carries
 * them out one after the other, prints `{"ended":"<run id>"}` after each. At end of file (the coordinator closed it
 * or died) it finishes the run that it has and leaves. SIGTERM or SIGUSR2: look at stop.json of the current run.
 */
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { executeRun } from './execute-run.ts';
import type { RunnerOrder } from '../contract/run-files.ts';
import { keepGitShell } from './git/runner-git.ts';
import type { LiveRun } from './live-run.ts';

keepGitShell(process.cwd());

const orders: RunnerOrder[] = [];
let current: LiveRun | null = null;
let busy = false;
let closed = false;

for (const signal of ['SIGTERM', 'SIGUSR2', 'SIGINT'] as const) process.on(signal, () => report(signal));
// The terminal that the coordinator was started from may go; the run stays.
process.on('SIGHUP', () => {});

const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
lines.on('line', (line) => {
  const order = readOrder(line);
  if (order) orders.push(order);
  void next();
});
lines.on('close', () => {
  closed = true;
  // Orders that were not begun have no claim: the next coordinator hands them out again.
  orders.length = 0;
  if (!busy) process.exit(0);
});

async function next(): Promise<void> {
  if (busy) return;
  busy = true;
  for (let order = orders.shift(); order !== undefined; order = orders.shift()) await execute(order);
  busy = false;
  if (closed) process.exit(process.exitCode ?? 0);
}

async function execute(order: RunnerOrder): Promise<void> {
  try {
    await executeRun(order, (run) => {
      current = run;
    });
  } catch (error) {
    // A bug or a broken disk. Without a result the coordinator sees a dead claim once we are gone, and salvages.
    complain(error);
    process.exitCode = 1;
    closed = true;
    orders.length = 0;
  }
  current = null;
  print(`${JSON.stringify({ ended: basename(order.folder) })}\n`);
  if (closed) ring(order.folder);
}

/** The coordinator that gave the order is gone: the one that has adopted the run watches `.kanban/ended`. */
function ring(folder: string): void {
  try {
    const bell = join(folder, '..', '..', 'ended');
    mkdirSync(bell, { recursive: true });
    writeFileSync(join(bell, basename(folder)), '');
  } catch {
    // Its slow look finds the result too.
  }
}

function report(signal: string): void {
  if (current) current.lookForStop(true);
  else if (!busy && signal !== 'SIGUSR2') process.exit(0);
}

function readOrder(line: string): RunnerOrder | null {
  try {
    const order = JSON.parse(line) as Partial<RunnerOrder>;
    return typeof order.folder === 'string' ? { folder: order.folder, env: order.env ?? {} } : null;
  } catch {
    return null;
  }
}

function print(text: string): void {
  try {
    writeSync(1, text);
  } catch {
    // Nobody listens any more.
  }
}

function complain(error: unknown): void {
  try {
    writeSync(2, `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  } catch {
    // Nobody listens any more.
  }
}
