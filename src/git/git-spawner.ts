import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { SpawnAnswer, SpawnRequest } from './spawner/protocol.ts';

/** How a git process ended, as the spawner tells it. */
export interface SpawnedGit {
  readonly code: number | null;
  readonly failed: string | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** The coordinator's end of the git spawner (spawner/main.ts says why there is one). */
export class GitSpawner {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (answer: SpawnedGit | null) => void>();
  #n = 0;
  #chunks: Buffer[] = [];
  #length = 0;
  #head: { readonly answer: SpawnAnswer; readonly end: number } | null = null;

  /**
   * @param file the spawner's program, run by this very node
   * @param env what git is to inherit
   */
  constructor(file: string, env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [file], { detached: true, env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.resume();
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      while (this.#take());
      if (this.#waiting.size === 0) this.#hold(false);
    });
    for (const event of ['error', 'exit'] as const) this.#child.on(event, () => this.#gone());
    this.#hold(false);
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.stdin.writable;
  }

  /** @param env added to what git inherits. @returns null when the spawner is gone: whether git ran is not known. */
  run(
    args: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>> | undefined,
    input: string | Uint8Array | undefined,
  ): Promise<SpawnedGit | null> {
    const n = ++this.#n;
    const request: SpawnRequest = {
      n,
      args,
      cwd,
      ...(env === undefined ? {} : { env }),
      ...(input === undefined ? {} : { input: Buffer.from(input).toString('base64') }),
    };
    return new Promise((resolve) => {
      this.#waiting.set(n, resolve);
      this.#hold(true);
      this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  close(): void {
    this.#child.stdin.end();
  }

  #take(): boolean {
    if (this.#length === 0 || this.#length < wholeOf(this.#head)) return false;
    const all = this.#chunks.length === 1 ? (this.#chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks);
    this.#chunks = [all];
    if (this.#head === null) {
      const end = all.indexOf(10);
      if (end < 0) return false;
      this.#head = { answer: JSON.parse(all.toString('utf8', 0, end)) as SpawnAnswer, end: end + 1 };
    }
    const { answer, end } = this.#head;
    const whole = wholeOf(this.#head);
    if (this.#length < whole) return false;
    const stdout = Buffer.from(all.subarray(end, end + answer.out));
    const stderr = all.toString('utf8', end + answer.out, whole);
    this.#chunks = this.#length > whole ? [all.subarray(whole)] : [];
    this.#length -= whole;
    this.#head = null;
    const resolve = this.#waiting.get(answer.n);
    this.#waiting.delete(answer.n);
    resolve?.({ code: answer.code, failed: answer.failed ?? null, stdout, stderr });
    return true;
  }

  #gone(): void {
    for (const resolve of this.#waiting.values()) resolve(null);
    this.#waiting.clear();
  }

  #hold(on: boolean): void {
    for (const part of [this.#child, this.#child.stdin, this.#child.stdout, this.#child.stderr] as {
      ref?(): void;
      unref?(): void;
    }[]) {
      if (on) part.ref?.();
      else part.unref?.();
    }
  }
}

/** Bytes of an answer with its first line; 0 = not known yet. */
const wholeOf = (head: { readonly answer: SpawnAnswer; readonly end: number } | null): number =>
  head === null ? 0 : head.end + head.answer.out + head.answer.err;
