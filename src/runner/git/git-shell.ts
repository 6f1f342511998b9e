import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as messages from './messages.ts';
import { shellWord } from '../../shell-word.ts';

/** One command for the shell: everything but what it was started with. */
export interface ShellCommand {
  readonly env: Readonly<Record<string, string>>;
  readonly file: string;
  readonly args: readonly string[];
  readonly input: string | null;
  /** ms after which it is ended. */
  readonly timeout: number;
  /** Bytes of output that are kept. */
  readonly most: number;
}

export interface ShellAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A small `sh` that stays and starts programs one at a time. Node copies its page tables to fork, and stands still
 * until the child runs: of the 2.8 ms that `git version` costs from here, 1.7 go there; a shell forks in 0.1 ms.
 * It keeps Node alive only while a command is on, and ends with it (its script is its stdin).
 */
export class GitShell {
  readonly #cwd: string;
  readonly #env: () => NodeJS.ProcessEnv;
  #live: Live | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(cwd: string, env: () => NodeJS.ProcessEnv) {
    this.#cwd = cwd;
    this.#env = env;
  }

  /** @returns null when nothing was started: the shell was not there, or can't be given this input. */
  run(command: ShellCommand): Promise<ShellAnswer | null> {
    const { input } = command;
    if (input !== null && (input.length > LONGEST_INPUT || input.includes('\0'))) return Promise.resolve(null);
    const answer = this.#last.then(() => this.#one(command));
    this.#last = answer;
    return answer;
  }

  close(): void {
    this.#live?.child.stdin.end();
    this.#live = null;
  }

  #one(command: ShellCommand): Promise<ShellAnswer | null> {
    const live = (this.#live ??= this.#start());
    const { child, word } = live;
    hold(child, true);
    return new Promise((resolve) => {
      const out = new Stream(command.most);
      const err = new Stream(command.most);
      const timer = setTimeout(() => endGroup(child), command.timeout);
      const settle = (answer: ShellAnswer | null): void => {
        clearTimeout(timer);
        live.onOut = live.onErr = live.onEnd = () => {};
        hold(child, false);
        resolve(answer);
      };
      const look = (): void => {
        const code = out.ending(word);
        if (code === null || err.ending(word) === null) return;
        settle({ code: Number(code), stdout: out.text(word), stderr: err.text(word) });
      };
      live.onOut = (chunk) => (out.add(chunk), look());
      live.onErr = (chunk) => (err.add(chunk), look());
      live.onEnd = () => {
        if (this.#live === live) this.#live = null;
        // Before its first word nothing has been started, so it may be started another way.
        settle(out.size === 0 ? null : { code: -1, stdout: out.text(word), stderr: messages.SHELL_ENDED });
      };
      if (live.gone) live.onEnd();
      else child.stdin.write(scriptOf(command, word));
    });
  }

  #start(): Live {
    const child = spawn('/bin/sh', [], {
      cwd: this.#cwd,
      env: this.#env(),
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const nothing = (): void => {};
    const live: Live = {
      child,
      word: randomBytes(12).toString('hex'),
      gone: false,
      onOut: nothing,
      onErr: nothing,
      onEnd: nothing,
    };
    const gone = (): void => {
      if (live.gone) return;
      live.gone = true;
      if (this.#live === live) this.#live = null;
      live.onEnd();
    };
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => live.onOut(chunk));
    child.stderr.on('data', (chunk: Buffer) => live.onErr(chunk));
    child.once('error', gone);
    child.once('close', gone);
    return live;
  }
}

interface Live {
  readonly child: ChildProcessWithoutNullStreams;
  /** Unknown to everybody else, so that no output can look like the end of a command. */
  readonly word: string;
  gone: boolean;
  onOut: (chunk: Buffer) => void;
  onErr: (chunk: Buffer) => void;
  onEnd: () => void;
}

/** Longer ones would not fit into the arguments of `printf` where it is a program. */
const LONGEST_INPUT = 64 * 1024;

/** Starts with the word (it has been read), then runs, then says the word and the exit code. */
function scriptOf({ env, file, args, input }: ShellCommand, word: string): string {
  const set = Object.entries(env)
    .map(([name, value]) => `${name}=${shellWord(value)} `)
    .join('');
  const command = `${set}${[file, ...args].map(shellWord).join(' ')}`;
  const fed = input === null ? `${command} </dev/null` : `printf %s ${shellWord(input)} | ${command}`;
  return `echo ${word}; ${fed}; code=$?; echo "\n${word} $code"; echo "\n${word} $code" >&2\n`;
}

/** What one stream says in one command. */
class Stream {
  size = 0;
  readonly #most: number;
  #chunks: Buffer[] = [];
  #tail = '';

  constructor(most: number) {
    this.#most = most;
  }

  add(chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size <= this.#most) this.#chunks.push(chunk);
    this.#tail = (this.#tail + chunk.toString('latin1', Math.max(0, chunk.length - TAIL))).slice(-TAIL);
  }

  /** The exit code once the command is over. */
  ending(word: string): string | null {
    const at = this.#tail.lastIndexOf(`\n${word} `);
    return at >= 0 && this.#tail.endsWith('\n') ? this.#tail.slice(at + word.length + 2, -1) : null;
  }

  text(word: string): string {
    const all = Buffer.concat(this.#chunks);
    const begin = all.subarray(0, word.length + 1).toString('latin1') === `${word}\n` ? word.length + 1 : 0;
    const end = all.lastIndexOf(`\n${word} `);
    return all.toString('utf8', begin, end < 0 ? all.length : end);
  }
}

const TAIL = 100;

function endGroup(child: ChildProcessWithoutNullStreams): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function hold(child: ChildProcessWithoutNullStreams, on: boolean): void {
  for (const part of [child, child.stdin, child.stdout, child.stderr] as { ref?(): void; unref?(): void }[]) {
    if (on) part.ref?.();
    else part.unref?.();
  }
}
