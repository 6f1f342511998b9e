import { spawn, type ChildProcess } from 'node:child_process';
import type { Io } from '../program/command.ts';
import { EXIT } from '../program/exit-codes.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** The coordinator gives its agents up to 10 s between SIGTERM and SIGKILL, and sweeps after that. */
const END_WITHIN = 30_000;

/**
 * Where the demo is played: one repository, this same program run in it as the user would, and what has to be ended
 * whichever way the demo ends.
 */
export class Stage {
  readonly root: string;
  readonly cli: string;
  readonly #io: Io;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | null = null;
  #server: ChildProcess | null = null;
  #isInterrupted = false;
  /** A coordinator began that did not end by itself: runs of its may be alive. */
  #isUnfinished = false;

  /**
   * @param root the demo's repository
   * @param cli path of this program
   * @param pause seconds by which each run is made longer
   */
  constructor(root: string, cli: string, pause: number, io: Io) {
    this.root = root;
    this.cli = cli;
    this.#io = io;
    this.#env = { ...io.env, DEMO_PAUSE: String(pause) };
    for (const signal of SIGNALS) process.on(signal, this.#interrupt);
    io.stdout.on('error', this.#interrupt);
  }

  get interrupted(): boolean {
    return this.#isInterrupted;
  }

  print(text: string): void {
    if (!this.#isInterrupted) this.#io.stdout.write(`${text}\n`);
  }

  /** Shows a command and its output. @returns its exit code; null if a signal ended it or the demo is interrupted */
  async show(...args: string[]): Promise<number | null> {
    if (this.#isInterrupted) return null;
    this.print(`$ kanban ${args.join(' ')}`);
    return this.#run(args, 'inherit');
  }

  /** The same for a command that starts runs. */
  async showRun(...args: string[]): Promise<number | null> {
    this.#isUnfinished = true;
    const code = await this.show(...args);
    this.#isUnfinished = code !== EXIT.done && code !== EXIT.personNeeded;
    return code;
  }

  /**
   * Serves the board beside all else until the demo ends.
   * @returns its address; null: it could not be served, and it has been reported why
   */
  async serve(...args: string[]): Promise<string | null> {
    if (this.#isInterrupted) return null;
    this.print(`$ kanban serve ${args.join(' ')}`.trimEnd());
    const child = spawn(process.execPath, [this.cli, 'serve', ...args], {
      ...{ cwd: this.root, env: this.#env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#server = child;
    const address = new Promise<string>((resolve) => {
      let out = '';
      child.stdout.on('data', (part: Buffer) => {
        out += part.toString();
        this.#io.stdout.write(part);
        const [found] = /\bhttp:\S+(?=\s)/.exec(out) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    return Promise.race([address, exitOf(child).then(() => null)]);
  }

  /** Until the user ends the server, or the demo. */
  async untilServed(): Promise<void> {
    if (this.#server !== null) await exitOf(this.#server);
  }

  /** Ends what is still alive: first the coordinator, then runs that it may have left. */
  async clear(): Promise<void> {
    if (this.#server !== null) await end(this.#server);
    if (this.#child !== null) await end(this.#child);
    if (this.#isUnfinished) await this.#run(['stop', '--now'], 'ignore');
    for (const signal of SIGNALS) process.off(signal, this.#interrupt);
    this.#io.stdout.off('error', this.#interrupt);
  }

  #run(args: readonly string[], stdio: 'inherit' | 'ignore'): Promise<number | null> {
    const child = spawn(process.execPath, [this.cli, ...args], { cwd: this.root, env: this.#env, stdio });
    this.#child = child;
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => {
        this.#child = null;
        resolve(code);
      });
    });
  }

  /** The terminal's Ctrl-C has reached the coordinator too, which then lets its runs finish: SIGTERM ends them. */
  readonly #interrupt = (): void => {
    if (this.#isInterrupted) return;
    this.#isInterrupted = true;
    for (const child of [this.#child, this.#server]) if (child !== null) void end(child);
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = exitOf(child);
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), END_WITHIN);
  await exited;
  clearTimeout(kill);
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

const exitOf = async (child: ChildProcess): Promise<void> => {
  if (!hasEnded(child)) await new Promise((resolve) => child.once('exit', resolve));
};
