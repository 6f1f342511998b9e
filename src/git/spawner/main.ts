/**
 * The git spawner: starts git for the coordinator. Starting a process copies the parent's page tables, which takes 1 ms in
 * a process of 50 MB and 3 to 4 ms in a coordinator of 140 MB, all of it time in which nothing else is done. At the end of
 * its stdin it lets what is under way finish and leaves; git's own process groups are out of Ctrl-C's reach as before.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { SpawnAnswer, SpawnRequest } from './protocol.ts';

const inherited: NodeJS.ProcessEnv = { ...process.env };

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.stdout.on('error', () => process.exit(0));

createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) =>
  start(JSON.parse(line) as SpawnRequest),
);

function start(request: SpawnRequest): void {
  const env = request.env === undefined ? inherited : { ...inherited, ...request.env };
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let answered = false;
  const answer = (code: number | null, failed?: string): void => {
    if (answered) return;
    answered = true;
    const stdout = Buffer.concat(out);
    const stderr = Buffer.concat(err);
    const head: SpawnAnswer = {
      n: request.n,
      code,
      out: stdout.length,
      err: stderr.length,
      ...(failed === undefined ? {} : { failed }),
    };
    process.stdout.write(Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), stdout, stderr]));
  };
  const child = spawn('git', request.args, {
    cwd: request.cwd,
    env,
    detached: true,
    stdio: [request.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  const timer = READS.has(verbOf(request.args)) ? setTimeout(() => endGroup(child), LONGEST_READ) : undefined;
  child.on('error', (error) => answer(null, error.message));
  child.on('close', (code) => {
    clearTimeout(timer);
    answer(code);
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(request.input === undefined ? undefined : Buffer.from(request.input, 'base64'));
}

/** Commands that only look. One that takes longer hangs: on a FIFO that somebody put where git reads a file, say. */
const READS = new Set(['status', 'ls-files', 'check-ignore', 'config', 'rev-parse', 'for-each-ref', 'diff', 'log']);
const LONGEST_READ = 2 * 60_000;

/** The command behind git's own options; `-c` and `-C` take a value. */
function verbOf(args: readonly string[]): string {
  let at = 0;
  while (args[at]?.startsWith('-') === true) at += args[at] === '-c' || args[at] === '-C' ? 2 : 1;
  return args[at] ?? '';
}

function endGroup({ pid }: { readonly pid?: number | undefined }): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
