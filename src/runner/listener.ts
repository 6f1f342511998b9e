import { join } from 'node:path';
import type { Writable } from 'node:stream';
import type { Adapter, Conversation } from '../agents/agent.ts';
import { messagesIn, putAway } from './inbox.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import type { AgentEvent, Usage } from '../contract/agent-event.ts';
import type { LiveRun } from './live-run.ts';
import { LineReader } from './output.ts';
import { UsageCount } from './usage-count.ts';
import { writeWhole } from '../system/write-once.ts';
import * as messages from './messages.ts';

/** ms between two looks at an agent that is spoken to; others are looked at with the supervisor's tick. */
const CLOSE = 50;
/** A run hears of its deadline when this share of it is over. */
const NOTICE_AT = 0.8;

/**
 * Listens to an agent: its lines of output become events; where it takes messages while it works, they are given to it.
 * Ends the run when it waits too long for its provider, reaches a cap, or (if the settings say so) only repeats itself.
 */
export class Listener {
  readonly #run: LiveRun;
  readonly #conversation: Conversation;
  readonly #reader: LineReader;
  readonly #usage: UsageCount;
  #stdin: Writable | null = null;
  #timer: NodeJS.Timeout | null = null;
  #over = false;
  /** The agent has left: nothing can end its run any more but what it did itself. */
  #left = false;
  #noticed = false;
  #isSpent = false;
  /** Messages that were given to it and could not be put away. */
  readonly #given = new Set<string>();
  /** The last thing that it said was an error: it gives up, or begins another turn by itself. */
  #failed = false;
  /** Awake ms at which it began to wait for its provider; null = it doesn't. */
  #waitingSince: number | null = null;
  #repeated: { call: string; times: number } = { call: '', times: 0 };

  constructor(run: LiveRun, converse: NonNullable<Adapter['startConversation']>, prompt: string) {
    this.#run = run;
    this.#conversation = converse({ brief: run.brief, prompt });
    this.#reader = new LineReader(run.outputFd(), run.outputSize(), (line) => this.#readLine(line));
    this.#usage = new UsageCount(run.brief.sessionUsage);
  }

  /** An agent that is spoken to has been started. */
  begin(stdin: Writable): void {
    this.#stdin = stdin;
    // It may end without reading to the end.
    stdin.on('error', () => {
      this.#stdin = null;
    });
    this.#write(this.#conversation.open?.() ?? []);
    this.#timer = setInterval(() => this.observe(), CLOSE);
  }

  /** Takes in what was printed since, and gives the agent what waits for it. */
  observe(): void {
    this.#reader.poll();
    const run = this.#run;
    if (run.ended) return;
    this.#tellDeadline();
    if (this.#stdin !== null && !this.#failed) this.#tellMessages();
    if (this.#waitingSince !== null && run.awake - this.#waitingSince > run.brief.patience) this.#giveUpWaiting();
  }

  /** The agent has ended: the rest of its output. */
  finish(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#stdin = null;
    this.#left = true;
    this.#reader.poll(true);
  }

  /** It has done its turn, and its stdin is closed. */
  get isOver(): boolean {
    return this.#over;
  }

  /** All that it may use is used, though nothing had to end it: its last line said so. */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  get usage(): Usage | undefined {
    return this.#usage.ofRun;
  }

  get sessionUsage(): Usage | undefined {
    return this.#usage.ofThread;
  }

  #readLine(line: string): void {
    const { events, write, over } = this.#conversation.receive(line, Date.now());
    const isLast = over === true && this.#stdin !== null;
    // What only the last line reports, mostly a cost, ends nothing that is not over already.
    if (isLast) this.#over = true;
    for (const event of events) this.#take(event);
    if (write !== undefined) this.#write(write);
    if (!isLast) return;
    this.#stdin?.end();
    this.#stdin = null;
  }

  #take(event: AgentEvent): void {
    this.#run.event(event.type === 'tool' ? withoutInput(event) : event);
    if (event.type === 'error') this.#failed = true;
    else if (event.type === 'text' || event.type === 'tool') this.#failed = false;
    switch (event.type) {
      case 'waiting':
        this.#waitingSince ??= this.#run.awake;
        // A provider that names a time beyond our patience is not waited for in a place of the pool.
        if (event.until !== undefined && event.until - event.at > this.#run.brief.patience) this.#giveUpWaiting();
        return;
      case 'tool':
        this.#waitingSince = null;
        this.#countRepeats(`${event.name} ${event.input ?? event.summary}`);
        return;
      case 'text':
        this.#waitingSince = null;
        return;
      case 'usage':
        this.#waitingSince = null;
        this.#usage.add(event);
        this.#keepUsage();
        this.#checkCap();
        return;
      default:
    }
  }

  #giveUpWaiting(): void {
    const last = this.#run.events.findLast((event) => event.type === 'waiting');
    this.#run.end('provider', last?.why ?? messages.PROVIDER_SILENT);
  }

  /** The same call with the same input again and again is reported; it is ended only where the settings say so: a poll repeats itself too. */
  #countRepeats(call: string): void {
    if (call !== this.#repeated.call) {
      if (this.#repeated.times >= this.#run.brief.stall.repeat)
        this.#run.event({ at: Date.now(), type: 'awake', since: Date.now() });
      this.#repeated = { call, times: 1 };
      return;
    }
    this.#repeated.times += 1;
    const { repeat, kill } = this.#run.brief.stall;
    if (this.#repeated.times !== repeat) return;
    const why = messages.repeatedCall(repeat, call);
    this.#run.event({ at: Date.now(), type: 'stalled', since: Date.now(), why });
    if (kill && !this.#left) this.#run.end('stalled', why);
  }

  /** For the coordinator's caps and for whoever salvages the run. */
  #keepUsage(): void {
    try {
      const { ofRun: run, ofThread: thread } = this.#usage;
      writeWhole(join(this.#run.folder, RUN_FILES.usage), JSON.stringify({ run, thread }));
    } catch {
      // A full disk: result.json has it again.
    }
  }

  #checkCap(): void {
    const { allowance } = this.#run.brief;
    const used = this.#usage.ofRun;
    if (allowance === null || used === undefined) return;
    const tokens = (used.input ?? 0) + (used.output ?? 0);
    const over =
      (allowance.costUsd !== null && (used.costUsd ?? 0) >= allowance.costUsd) ||
      (allowance.tokens !== null && tokens >= allowance.tokens);
    if (!over) return;
    this.#isSpent = true;
    if (this.#over || this.#left) return;
    this.#run.capped = true;
    this.#run.end('stopped', allowance.why);
  }

  #tellDeadline(): void {
    const { brief, awake } = this.#run;
    if (this.#noticed || awake < brief.timeout * NOTICE_AT || this.#stdin === null) return;
    // A message would begin another turn after the error, with the same error at its end.
    if (this.#failed || this.#run.waits !== null) return;
    const left = Math.max(1, Math.round((brief.timeout - awake) / 60_000));
    if (this.#say(messages.timeLeft(left), 'kanban')) this.#noticed = true;
  }

  /** Written first, then put away: a message is rather given twice than lost. */
  #tellMessages(): void {
    const { messages } = this.#run.brief;
    for (const { file, message } of messagesIn(messages)) {
      if (this.#given.has(file)) continue;
      if (!this.#say(message.text, message.by.name)) return;
      if (!putAway(messages, file)) this.#given.add(file);
    }
  }

  #say(text: string, by: string): boolean {
    const lines = this.#stdin === null ? null : (this.#conversation.send?.(text) ?? null);
    if (lines === null) return false;
    this.#write(lines);
    this.#run.event({ at: Date.now(), type: 'told', text, by });
    return true;
  }

  #write(lines: readonly string[]): void {
    for (const line of lines) this.#stdin?.write(`${line}\n`);
  }
}

function withoutInput({ at, type, name, summary }: Extract<AgentEvent, { type: 'tool' }>): AgentEvent {
  return { at, type, name, summary };
}
