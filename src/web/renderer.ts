import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { MAX_MARKDOWN, type TooMuch } from './markdown-budget.ts';
import { textAsItIs } from './text-as-it-is.ts';

/** What the thread answers. */
export type Rendering = { readonly html: string } | { readonly tooMuch: TooMuch };

export interface RendererOptions {
  /** The program of the thread, absolute. */
  readonly program: string;
  /** ms that a text may take. */
  readonly most: number;
  /** Gets what is a bug of ours. */
  readonly onBug: (error: unknown) => void;
}

/** ms within which the thread has begun. */
const BEGIN_MS = 15_000;
/** ms: a thread without work ends after that, and gives its memory back. */
const IDLE_MS = 10_000;
/** MB: a thread that needs more ends. */
const MAX_HEAP_MB = 96;
const MAX_YOUNG_MB = 16;
/** Characters of HTML that are kept. */
const MAX_KEPT = 2 * 1024 * 1024;
/** ms: a text that took too long is tried again after that; the machine may have been busy. */
const RETRY_SLOW_MS = 60_000;

/**
 * Renders markdown in a thread of its own, one text after the other: a text that takes too long, or too much memory, holds up
 * only those behind it, and is shown as it is.
 */
export class Renderer {
  readonly #options: RendererOptions;
  readonly #kept = new Map<string, Rendering>();
  #keptSize = 0;
  #last: Promise<unknown> = Promise.resolve();
  #thread: { readonly worker: Worker; readonly begun: Promise<boolean> } | null = null;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: RendererOptions) {
    this.#options = options;
  }

  /** @returns safe HTML */
  async html(markdown: string): Promise<string> {
    if (markdown === '') return '';
    const rendering = markdown.length > MAX_MARKDOWN ? TOO_LONG : await this.#inTurn(markdown);
    return 'html' in rendering ? rendering.html : textAsItIs(markdown, rendering.tooMuch);
  }

  /** Ends at once: what is not rendered yet is shown as it is. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end();
  }

  #inTurn(markdown: string): Promise<Rendering> {
    const key = createHash('sha256').update(markdown).digest('base64');
    const turn = this.#last.then(async () => {
      const rendering = this.#kept.get(key) ?? (this.#isClosed ? TOO_SLOW : await this.#render(markdown));
      this.#keep(key, rendering);
      return rendering;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #render(markdown: string): Promise<Rendering> {
    clearTimeout(this.#idle);
    this.#thread ??= this.#begin();
    const { worker, begun } = this.#thread;
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    const ask = (): void => worker.postMessage(markdown);
    const answer = (await begun) ? await this.#answer<Rendering>(worker, this.#options.most, ask) : null;
    if (answer === null) await this.#end();
    else this.#idle = setTimeout(() => void this.#end(), IDLE_MS).unref();
    return answer ?? TOO_SLOW;
  }

  #begin(): { readonly worker: Worker; readonly begun: Promise<boolean> } {
    const worker = new Worker(this.#options.program, {
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: MAX_YOUNG_MB },
    });
    worker.unref();
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') this.#options.onBug(error);
    });
    return { worker, begun: this.#answer(worker, BEGIN_MS).then((answer) => answer !== null) };
  }

  /** null: there was none in time, or the thread has ended. */
  #answer<T>(thread: Worker, most: number, ask?: () => void): Promise<T | null> {
    return new Promise((resolve) => {
      const done = (answer: T | null): void => {
        clearTimeout(timer);
        thread.off('message', done).off('exit', ended);
        resolve(answer);
      };
      const ended = (): void => done(null);
      const timer = setTimeout(ended, most);
      thread.on('message', done).on('exit', ended);
      ask?.();
    });
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = null;
    await thread?.worker.terminate();
  }

  #keep(key: string, rendering: Rendering): void {
    this.#forget(key);
    this.#kept.set(key, rendering);
    this.#keptSize += sizeOf(rendering);
    for (const oldest of this.#kept.keys()) {
      if (this.#keptSize <= MAX_KEPT) break;
      this.#forget(oldest);
    }
    if (rendering === TOO_SLOW) setTimeout(() => this.#forget(key), RETRY_SLOW_MS).unref();
  }

  #forget(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#keptSize -= sizeOf(kept);
  }
}

const TOO_LONG: Rendering = { tooMuch: 'long' };
const TOO_SLOW: Rendering = { tooMuch: 'slow' };
/** With what else an entry takes. */
const sizeOf = (rendering: Rendering): number => 200 + ('html' in rendering ? rendering.html.length : 0);
