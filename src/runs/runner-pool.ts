import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs';
import type { Socket } from 'node:net';
import { basename, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

import { lstatOrNone, openForAppend } from '../system/plain-file.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import type { RunnerOrder } from '../contract/run-files.ts';

export interface RunnerPoolOptions {
  /** The runner's program, run by this very node. */
  readonly runnerFile: string;
  /** The user's checkout; runners' own errors go to `<root>/.kanban/runner.log`. */
  readonly root: string;
  /** At most so many idle runners are kept. */
  readonly capacity: number;
  /** A run ended, or its runner is gone: look at its folder. May be called twice. */
  readonly onEnded: (runId: string) => void;
  /** Milliseconds after which an idle runner leaves; 30 s by default. */
  readonly idle?: number;
}

export interface RunnerPool {
  /** Hands a run over to an idle runner, or to a new one. Never waits: a start that fails ends in `onEnded`. */
  start(folder: string, env: Readonly<Record<string, string>>): void;
  /** Keeps at least `count` runners idle, since starting node takes longer than anything else in a start. */
  warm(count: number): void;
  /** Runners finish the runs that they have, and leave. `onEnded` is not called any more. */
  close(): void;
}

/**
 * Runners that stay for the next run. None of it keeps this process alive, and none of it dies with it: runners are
 * detached, and at the end of their stdin they finish the run that they have.
 */
export const createRunnerPool = (options: RunnerPoolOptions): RunnerPool => new Pool(options);

class Pool implements RunnerPool {
  readonly #options: RunnerPoolOptions;
  readonly #runners = new Set<Runner>();
  #closed = false;

  constructor(options: RunnerPoolOptions) {
    this.#options = options;
  }

  start(folder: string, env: Readonly<Record<string, string>>): void {
    const idle = this.#idle().find(
      ({ child }) => child.exitCode === null && child.signalCode === null && child.stdin.writable,
    );
    this.#hand(idle ?? this.#add(), { folder, env, tries: 1 });
  }

  warm(count: number): void {
    let missing = Math.min(count, this.#options.capacity) - this.#idle().length;
    while (missing-- > 0) this.#add();
  }

  close(): void {
    this.#closed = true;
    for (const runner of this.#runners) {
      if (runner.leave !== null) clearTimeout(runner.leave);
      this.#retire(runner);
    }
  }

  #idle(): Runner[] {
    return [...this.#runners].filter(({ order }) => order === null);
  }

  #add(): Runner {
    const { runnerFile, root } = this.#options;
    const runner: Runner = { child: spawnRunner(runnerFile, root), order: null, leave: null };
    this.#runners.add(runner);
    this.#listen(runner);
    this.#rest(runner);
    return runner;
  }

  #listen(runner: Runner): void {
    const { child } = runner;
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) this.#ended(runner, runIdOf(line));
    });
    child.stdin.on('error', () => this.#gone(runner));
    child.once('error', () => this.#gone(runner));
    child.once('exit', () => this.#gone(runner));
  }

  /** Idle: to be used again, or, after a while, or when there are more than enough, to leave. */
  #rest(runner: Runner): void {
    const { capacity, idle = IDLE_MS } = this.#options;
    if (this.#closed || this.#idle().length > capacity) return this.#retire(runner);
    runner.leave = setTimeout(() => this.#retire(runner), idle).unref();
  }

  #retire(runner: Runner): void {
    this.#runners.delete(runner);
    runner.child.stdin.end();
  }

  #ended(runner: Runner, runId: string | null): void {
    if (runId === null || runner.order === null || basename(runner.order.folder) !== runId) return;
    runner.order = null;
    if (this.#runners.has(runner)) this.#rest(runner);
    if (!this.#closed) this.#options.onEnded(runId);
  }

  #gone(runner: Runner): void {
    if (runner.leave !== null) clearTimeout(runner.leave);
    this.#runners.delete(runner);
    const { order } = runner;
    runner.order = null;
    if (order === null || this.#closed) return;
    // An idle runner can die in the moment of the order. A run that nobody has claimed can be handed over again: the
    // claim lets only one have it.
    const unclaimed = !existsSync(join(order.folder, RUN_FILES.claim));
    if (unclaimed && order.tries < 2) this.#hand(this.#add(), { ...order, tries: order.tries + 1 });
    else this.#options.onEnded(basename(order.folder));
  }

  #hand(runner: Runner, order: Order): void {
    if (runner.leave !== null) clearTimeout(runner.leave);
    runner.leave = null;
    runner.order = order;
    const line: RunnerOrder = { folder: order.folder, env: order.env };
    runner.child.stdin.write(`${JSON.stringify(line)}\n`);
  }
}

const IDLE_MS = 30_000;

interface Order extends RunnerOrder {
  readonly tries: number;
}

interface Runner {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  order: Order | null;
  leave: NodeJS.Timeout | null;
}

const LOG_BYTES = 1024 * 1024;

function spawnRunner(runnerFile: string, root: string): Runner['child'] {
  const dir = join(root, '.kanban');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const log = join(dir, 'runner.log');
  const stderr = openLog(log);
  try {
    const child = spawn(process.execPath, [runnerFile], {
      cwd: root,
      env: runnerEnvironment(),
      detached: true,
      stdio: ['pipe', 'pipe', stderr],
    }) as Runner['child'];
    child.unref();
    // Both are sockets; their types say less.
    for (const pipe of [child.stdin, child.stdout]) (pipe as Partial<Socket>).unref?.();
    return child;
  } finally {
    closeSync(stderr);
  }
}

/** What an agent put in its place is moved aside; where that fails nobody hears what runners complain of. */
function openLog(log: string): number {
  try {
    const stat = lstatOrNone(log);
    if (stat !== undefined && (!stat.isFile() || stat.size > LOG_BYTES)) renameSync(log, `${log}.1`);
    return openForAppend(log);
  } catch {
    return openSync('/dev/null', 'a');
  }
}

/** The agents' environment is in the order. What is meant for this process alone (its debugger, its own mark) stays here. */
function runnerEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('KANBAN_') && name !== 'NODE_OPTIONS' && name !== 'NODE_CHANNEL_FD',
  );
  return Object.fromEntries(own);
}

function runIdOf(line: string): string | null {
  try {
    const { ended } = JSON.parse(line) as { ended?: unknown };
    return typeof ended === 'string' ? ended : null;
  } catch {
    return null;
  }
}
