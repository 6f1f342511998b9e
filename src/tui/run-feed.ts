import { agentLine } from '../report/agent-line.ts';
import { plainLines } from '../report/plain.ts';
import type { Clock } from '../report/span.ts';
import { plainOutput } from '../plain-text.ts';
import type { AttachItem, Board } from '../surfaces/board-types.ts';
import * as messages from './messages.ts';
import type { RunLog } from './state.ts';

/** What is read of a run that has printed much already, and the lines that are kept of it. */
const TAIL_BYTES = 64 * 1024;
const MAX_LINES = 2_000;
const MAX_FILES = 50;
/** ms in which what a run does is gathered before it is shown. */
const GATHER_MS = 100;

/** Follows the newest run of one entry after the other, and tells what it does. */
export class RunFeed {
  readonly #board: Pick<Board, 'attach'>;
  readonly #stamp: Clock;
  readonly #tell: (log: RunLog) => void;
  #stop: AbortController | null = null;
  /** The entry and its run that are followed. */
  #followed = '';

  constructor(board: Pick<Board, 'attach'>, stamp: Clock, tell: (log: RunLog) => void) {
    this.#board = board;
    this.#stamp = stamp;
    this.#tell = tell;
  }

  /**
   * Follows this entry's newest run from now on.
   * @param id null: nothing is followed
   * @param run names the run that is on, or whatever else makes another run the newest one
   */
  follow(id: string | null, run: string): void {
    const wanted = id === null ? '' : `${id} ${run}`;
    if (wanted === this.#followed) return;
    this.#followed = wanted;
    this.#stop?.abort();
    this.#stop = null;
    if (id === null) return;
    const stop = new AbortController();
    this.#stop = stop;
    void this.#attach(id, stop.signal);
  }

  close(): void {
    this.follow(null, '');
  }

  async #attach(id: string, signal: AbortSignal): Promise<void> {
    const gathered = new GatheredRun(id, this.#stamp);
    const tell = (): void => {
      if (!signal.aborted) this.#tell(gathered.log());
    };
    let timer: NodeJS.Timeout | undefined;
    try {
      for await (const item of this.#board.attach(id, { signal, tail: TAIL_BYTES })) {
        gathered.take(item);
        timer ??= setTimeout(() => {
          timer = undefined;
          tell();
        }, GATHER_MS).unref();
      }
    } catch {
      // It has no run, or the run's folder has gone: there is nothing to follow.
    } finally {
      clearTimeout(timer);
      tell();
    }
  }
}

/** What a run has done so far, as lines. */
export class GatheredRun {
  readonly #id: string;
  readonly #stamp: Clock;
  #run: string | null = null;
  #agent = '';
  #tellsEvents = true;
  #isEnded = false;
  #lines: string[] = [];
  #dropped = 0;
  readonly #edited = new Set<string>();
  /** The last line of what was printed, as long as it goes on. */
  #open = '';

  constructor(id: string, stamp: Clock) {
    this.#id = id;
    this.#stamp = stamp;
  }

  take(item: AttachItem): void {
    switch (item.type) {
      case 'run':
        [this.#run, this.#agent, this.#tellsEvents] = [item.run, item.agent, item.tellsEvents];
        return;
      case 'agent':
        return this.#takeEvent(item.event);
      case 'output':
        if (this.#tellsEvents) return;
        return this.#takeOutput(item.text);
      case 'ended':
      default:
        this.#isEnded = true;
        if (this.#open !== '') this.#add(this.#open);
        this.#open = '';
        this.#add(messages.runEnded(item.cause, plainLines(item.detail).join(' ')));
    }
  }

  log(): RunLog {
    const lines = this.#open === '' ? [...this.#lines] : [...this.#lines, this.#open];
    return {
      id: this.#id,
      run: this.#run,
      agent: this.#agent,
      lines,
      dropped: this.#dropped,
      edited: [...this.#edited],
      isEnded: this.#isEnded,
    };
  }

  #takeEvent(event: Extract<AttachItem, { readonly type: 'agent' }>['event']): void {
    if (!this.#tellsEvents && event.type === 'phase') return;
    if (event.type === 'tool' && EDITS.test(event.name)) this.#edit(event.summary);
    const text = agentLine(event);
    if (text === null) return;
    const stamp = this.#stamp(event.at);
    for (const [index, line] of text.split('\n').entries())
      this.#add(`${index === 0 ? stamp : ' '.repeat(stamp.length)} ${line}`);
  }

  #edit(path: string): void {
    // The newest stands last.
    this.#edited.delete(path);
    this.#edited.add(path);
    if (this.#edited.size > MAX_FILES) this.#edited.delete([...this.#edited][0] ?? '');
  }

  #takeOutput(text: string): void {
    const parts = (this.#open + text).split('\n');
    this.#open = (parts.pop() ?? '').slice(-MAX_OPEN);
    if (parts.length > 0) for (const line of plainOutput(parts.join('\n')).split('\n')) this.#add(line);
  }

  #add(line: string): void {
    this.#lines.push(line.replaceAll('\t', '    ').slice(0, MAX_OPEN));
    if (this.#lines.length <= MAX_LINES) return;
    this.#lines.shift();
    this.#dropped++;
  }
}

/** Characters of a line; the rest of a longer one tells nothing. */
const MAX_OPEN = 4_000;
/** Names of tools that change a file, as agents have them. */
const EDITS = /edit|write|patch|create|replace/i;
