import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { adapterNamed } from '../../agents/adapters.ts';
import { eventOf } from '../../contract/records.ts';
import { RUN_FILES } from '../../contract/run-files.ts';
import { agentLine } from '../../report/agent-line.ts';
import { plainLines } from '../../report/plain.ts';
import { listRuns, type RunRecord } from '../../runs/list-runs.ts';
import { endOfRun } from '../../surfaces/entry-run.ts';
import { grownBytes, grownLines, type Source } from '../../surfaces/follow-file.ts';
import type { Io } from '../program/command.ts';
import { stampClock } from '../program/local-clock.ts';

/** ms between two looks at runs that continue. */
const POLL_INTERVAL_MS = 100;

export interface FollowOptions {
  /** Byte by byte as agents print it, without a word of ours. */
  readonly raw: boolean;
  /** Each line begins with the entry and the role. */
  readonly isLabelled: boolean;
  /** Runs that are over already: nothing of them is shown. */
  readonly without: readonly RunRecord[];
}

interface FollowedRun {
  readonly runId: string;
  readonly sources: readonly Source[];
  readonly print: (line: string) => void;
}

/** Prints what runs do, each from its beginning to its end. */
export class RunFollower {
  readonly #root: string;
  readonly #io: Io;
  readonly #options: FollowOptions;
  readonly #seen: Set<string>;
  readonly #active = new Map<string, FollowedRun>();

  constructor(root: string, io: Io, options: FollowOptions) {
    this.#root = root;
    this.#io = io;
    this.#options = options;
    this.#seen = new Set(options.without.map(({ runId }) => runId));
  }

  /**
   * Follows all wanted runs, later ones too.
   * @param isOver asked after each look, with the number of followed runs that continue
   */
  async until(
    isWanted: (run: RunRecord) => boolean,
    isOver: (state: { readonly active: number }) => Promise<boolean>,
  ): Promise<void> {
    for (;;) {
      await this.#lookAtAll(isWanted);
      const over = await isOver({ active: this.#active.size });
      // What began and ended while that was asked comes out, too.
      if (over) return this.#lookAtAll(isWanted);
      await pause(POLL_INTERVAL_MS);
    }
  }

  async #lookAtAll(isWanted: (run: RunRecord) => boolean): Promise<void> {
    for (const record of listRuns(this.#root).runs) {
      if (this.#seen.has(record.runId) || !isWanted(record)) continue;
      // The run before it has ended by now: its last lines stand above the first of this one.
      await this.#lookAtActive();
      this.#begin(record);
    }
    await this.#lookAtActive();
  }

  async #lookAtActive(): Promise<void> {
    for (const followed of this.#active.values()) await this.#look(followed);
  }

  #begin({ runId, folder, brief }: RunRecord): void {
    const { raw, isLabelled } = this.#options;
    const label = isLabelled ? `${brief.taskId.padEnd(5)} ${brief.role.padEnd(8)} ` : '';
    const print = (text: string): void =>
      void this.#io.stdout.write(
        `${text
          .split('\n')
          .map((line) => label + line)
          .join('\n')}\n`,
      );
    const sources = raw
      ? [grownBytes(join(folder, RUN_FILES.output), (bytes) => this.#write(bytes))]
      : readable(folder, brief.adapter, print);
    this.#seen.add(runId);
    this.#active.set(runId, { runId, sources, print });
    if (!raw) print(`${runId} (${brief.agent}) in ${brief.worktree}`);
  }

  async #look({ runId, sources, print }: FollowedRun): Promise<void> {
    // Asked before the last look, so that nothing that was printed before the end is missed.
    const over = endOfRun(this.#root, runId);
    for (const source of sources) await source();
    if (over === null) return;
    if (!this.#options.raw) print(over);
    this.#active.delete(runId);
  }

  /** Waits for a reader that is slower than the file. */
  async #write(bytes: Buffer): Promise<void> {
    const { stdout } = this.#io;
    if (!stdout.write(bytes)) await new Promise<void>((resolve) => stdout.once('drain', () => resolve()));
  }
}

/** The agent's events, one line each; of an agent that tells none, what it printed. */
function readable(folder: string, adapter: string, print: (text: string) => void): Source[] {
  const printsText = adapterNamed(adapter)?.startConversation === null;
  const events = grownLines(join(folder, RUN_FILES.events), (line) => {
    const event = eventOf(line);
    // The output of these tells more than the phases of their run.
    const text = event === null || (printsText && event.type === 'phase') ? null : agentLine(event);
    if (event !== null && text !== null) print(`${stampClock(event.at)} ${text}`);
  });
  if (!printsText) return [events];
  return [grownLines(join(folder, RUN_FILES.output), (line) => print(plainLines(line).join(' '))), events];
}
