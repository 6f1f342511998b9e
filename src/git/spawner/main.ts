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
  child.on('error', (error) => answer(null, error.message));
  child.on('close', (code) => answer(code));
  child.stdin?.on('error', () => {});
  child.stdin?.end(request.input === undefined ? undefined : Buffer.from(request.input, 'base64'));
}
