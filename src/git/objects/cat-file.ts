import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { startGit, type Repository } from '../git.ts';

export interface GitObject {
  readonly sha: string;
  readonly type: string;
  /** Empty when only `info` was asked for. */
  readonly bytes: Buffer;
}

type Answer = GitObject | null;
interface Waiting {
  readonly line: string;
  readonly again: boolean;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One `git cat-file --batch-command` that stays, instead of a process (2.5 ms) per question: an answer takes 0.1 ms.
 * It starts at the first question, again after it died, and keeps Node alive only while a question is open.
 */
export class CatFile {
  readonly #repo: Repository;
  #child: ChildProcessWithoutNullStreams | null = null;
  #waiting: Waiting[] = [];
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes that the answer in hand needs in all; 0 = its first line is not there yet. */
  #needed = 0;
  #stderr = '';

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  /** @param name a SHA, a ref or another revision, without a line break. @returns null when there is no such object. */
  contents(name: string): Promise<Answer> {
    return this.#ask(`contents ${name}`);
  }

  /** The SHA and type only. */
  info(name: string): Promise<Answer> {
    return this.#ask(`info ${name}`);
  }

  close(): void {
    this.#child?.stdin.end();
    this.#child = null;
  }

  #ask(line: string, again = true): Promise<Answer> {
    if (line.includes('\n')) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const child = (this.#child ??= this.#start());
      this.#waiting.push({ line, again, resolve, reject });
      this.#hold(child, true);
      // Questions of one moment go out in one write.
      child.stdin.cork();
      child.stdin.write(`${line}\n`);
      process.nextTick(() => child.stdin.uncork());
    });
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = startGit(['cat-file', '--batch-command'], this.#repo.root);
    this.#chunks = [];
    this.#length = this.#needed = 0;
    this.#stderr = '';
    child.stdin.on('error', () => {});
    child.stderr.on('data', (chunk: Buffer) => (this.#stderr = (this.#stderr + chunk).slice(-2000)));
    child.stdout.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      while (this.#take());
      if (this.#waiting.length === 0) this.#hold(child, false);
    });
    let gone = false;
    const lost = (why: string) => {
      if (!gone) this.#lost(child, why);
      gone = true;
    };
    child.on('error', (error) => lost(error.message));
    child.on('close', () => lost(this.#stderr));
    return child;
  }

  /** Takes one whole answer off the buffer; false if there is none. */
  #take(): boolean {
    const first = this.#waiting[0];
    if (!first || this.#length === 0 || this.#length < this.#needed) return false;
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = [all];
    const end = all.indexOf(10);
    if (end < 0) return false;
    const head = all.toString('utf8', 0, end);
    const [, sha, type, size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(head) ?? [];
    const bytes = sha && first.line.startsWith('contents ') ? Number(size) : -1;
    this.#needed = end + 1 + bytes + 1;
    if (this.#length < this.#needed) return false;
    const answer = sha
      ? { sha, type: type!, bytes: Buffer.from(all.subarray(end + 1, end + 1 + Math.max(0, bytes))) }
      : null;
    const rest = all.subarray(this.#needed);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    this.#needed = 0;
    this.#waiting.shift();
    first.resolve(answer);
    return true;
  }

  #lost(child: ChildProcessWithoutNullStreams, why: string): void {
    if (this.#child === child) this.#child = null;
    else if (this.#child) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { line, again, resolve, reject } of waiting) {
      if (again) this.#ask(line, false).then(resolve, reject);
      else reject(new Error(`git cat-file ended: ${why.trim()}`));
    }
  }

  #hold(child: ChildProcessWithoutNullStreams, on: boolean): void {
    for (const part of [child, child.stdin, child.stdout, child.stderr] as { ref?(): void; unref?(): void }[]) {
      if (on) part.ref?.();
      else part.unref?.();
    }
  }
}
