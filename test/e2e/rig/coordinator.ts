import { spawn, type ChildProcess } from 'node:child_process';
import type { TimedEvent } from '../../../src/contract/event.ts';
import { until } from './until.ts';

export type EventOf<T extends TimedEvent['type']> = Extract<TimedEvent, { type: T }>;

/** How a program of ours ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** `kanban run --json` as a child, its events read while it runs. */
export class RunningCoordinator {
  readonly events: TimedEvent[] = [];
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #err = '';
  #rest = '';
  #isOver = false;

  constructor(cli: string, args: readonly string[], where: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
    this.#child = spawn(process.execPath, [cli, 'run', '--json', ...args], {
      ...where,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#read(chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#err += chunk.toString()));
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code, signal) => {
        this.#isOver = true;
        resolve({ code, signal, out: '', err: this.#err });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What it said on stderr. */
  get words(): string {
    return this.#err;
  }

  /** All events of a type, in their order. */
  all<T extends TimedEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  /** Waits for the first event of this type that fits; one that came before counts. */
  async event<T extends TimedEvent['type']>(
    type: T,
    fits: (event: EventOf<T>) => boolean = () => true,
  ): Promise<EventOf<T>> {
    return until(
      () => {
        const found = this.all(type).find(fits);
        if (found === undefined && this.#isOver)
          throw new Error(`it has ended without the event ${type}\n${this.story()}`);
        return found;
      },
      () => `event ${type}\n${this.story()}`,
    );
  }

  landed(id: string): Promise<EventOf<'entry-landed'>> {
    return this.event('entry-landed', (event) => event.id === id);
  }

  needsPerson(id: string): Promise<EventOf<'person-needed'>> {
    return this.event('person-needed', (event) => event.id === id);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** kill -9, and gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** All that it said, for the message of a test that failed. */
  story(): string {
    return `${this.events.map((event) => JSON.stringify(event)).join('\n')}\n${this.#err}`;
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.events.push(JSON.parse(line) as TimedEvent);
  }
}
