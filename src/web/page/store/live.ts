import { signal } from '@preact/signals';
import { createParser } from 'eventsource-parser';
import type { SnapshotPatch } from '../../../contract/snapshot-change.ts';
import type { Problem } from '../../../problem.ts';
import type { BoardEvent } from '../../../surfaces/board-types.ts';
import { ask, ApiError } from './api.ts';
import { token } from './token.ts';

/** `gone`: the server has not answered for a while. `resting`: the tab is hidden. */
export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'gone' | 'resting';

export interface LiveListener {
  change(patch: SnapshotPatch, isWhole: boolean): void;
  problems(problems: readonly Problem[]): void;
  events(events: readonly BoardEvent[]): void;
}

/** ms: without a word for so long (the server sends a comment every 15 s) the stream is taken for dead. */
const SILENCE_MS = 40_000;
/** ms: a hidden tab gives its connection back after that. */
const HIDDEN_MS = 10_000;
const FIRST_WAIT_MS = 400;
const MAX_WAIT_MS = 5_000;
/** ms: after that a server that does not answer is gone. */
const GONE_MS = 8_000;

/** The stream of changes: opened again whenever it ends, closed while the tab is hidden. */
export class Live {
  readonly state = signal<LiveState>('connecting');
  readonly #listener: LiveListener;
  #stream: AbortController | null = null;
  #since: string | null = null;
  #lostAt: number | null = null;
  #wait = FIRST_WAIT_MS;
  #timer = 0;

  constructor(listener: LiveListener) {
    this.#listener = listener;
    let hides = 0;
    document.addEventListener('visibilitychange', () => {
      clearTimeout(hides);
      if (document.hidden) hides = window.setTimeout(() => this.#rest(), HIDDEN_MS);
      else if (this.state.peek() === 'resting') this.open();
    });
    window.addEventListener('online', () => this.state.peek() !== 'live' && this.open());
  }

  /** Begins, or begins again at once. */
  open(): void {
    clearTimeout(this.#timer);
    this.#stream?.abort();
    const stream = new AbortController();
    this.#stream = stream;
    if (this.state.peek() === 'resting') this.state.value = 'connecting';
    void this.#follow(stream)
      .catch(() => undefined)
      .then(() => this.#ended(stream));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#stream?.abort();
    this.#stream = null;
  }

  #rest(): void {
    if (token.peek() === null) return;
    this.close();
    this.state.value = 'resting';
  }

  async #follow(stream: AbortController): Promise<void> {
    const since = this.#since === null ? '' : `?since=${encodeURIComponent(this.#since)}`;
    const answer = await ask(`/api/live${since}`, { signal: stream.signal });
    if (!answer.ok || answer.body === null) throw new ApiError('', null, answer.status);
    let isFirst = true;
    const parser = createParser({
      onEvent: ({ event, data }) => {
        if (event === 'change') {
          this.#read(JSON.parse(data) as { patch: SnapshotPatch; problems: readonly Problem[] }, isFirst);
          isFirst = false;
        } else if (event === 'events') this.#hear(JSON.parse(data) as readonly BoardEvent[]);
      },
    });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const silence = window.setTimeout(() => stream.abort(), SILENCE_MS);
      const { done, value } = await reader.read().finally(() => clearTimeout(silence));
      if (done) return;
      parser.feed(value);
    }
  }

  #read({ patch, problems }: { patch: SnapshotPatch; problems: readonly Problem[] }, isWhole: boolean): void {
    this.#wait = FIRST_WAIT_MS;
    this.#lostAt = null;
    this.#listener.change(patch, isWhole);
    this.#listener.problems(problems);
    this.state.value = 'live';
  }

  #hear(events: readonly BoardEvent[]): void {
    this.#since = events.at(-1)?.id ?? this.#since;
    this.#listener.events(events);
  }

  #ended(stream: AbortController): void {
    if (this.#stream !== stream || token.peek() === null) return;
    this.#stream = null;
    this.#lostAt ??= Date.now();
    this.state.value = Date.now() - this.#lostAt > GONE_MS ? 'gone' : 'reconnecting';
    this.#timer = window.setTimeout(() => this.open(), this.#wait);
    this.#wait = Math.min(MAX_WAIT_MS, this.#wait * 2);
  }
}
