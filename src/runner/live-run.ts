import { closeSync, fstatSync, mkdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { endBecause, readCause, readStop } from './cause.ts';
import { processIdentity } from '../system/claim.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import type { AgentEvent, Usage } from '../contract/agent-event.ts';
import type { Brief } from '../contract/brief.ts';
import type { Cause } from '../contract/result.ts';
import type { EndCause } from '../contract/run-files.ts';
import { appendPlain, lstatOrNone, openForAppend, removeWhatever } from '../system/plain-file.ts';
import type { ProcessId } from '../system/process-table.ts';
import type { Swept, SweepTarget } from './sweep.ts';
import { makeTemporary } from './temporary.ts';
import { writeOnce } from '../system/write-once.ts';
import * as messages from './messages.ts';

/** Events that are not the agent's own words. */
const OURS: ReadonlySet<AgentEvent['type']> = new Set(['told', 'stalled', 'awake']);

/** A run while it is active: its folder, its first cause, and all that was ever started for it. */
export class LiveRun {
  readonly folder: string;
  readonly brief: Brief;
  readonly startedAt = Date.now();
  readonly outputPath: string;
  readonly #given: Readonly<Record<string, string>>;
  readonly groups: number[] = [];
  readonly seen = new Map<string, ProcessId>();
  readonly swept = new Map<number, Swept>();
  survivors: readonly Swept[] = [];
  /** Merge commits that git made for us (not for the agent) without a conflict. */
  readonly cleanMerges: string[] = [];
  since = '';
  /** A cap was reached. */
  capped = false;
  /** Awake ms that the agent (not hooks) has had. */
  awake = 0;
  ended: EndCause | null;
  /** Awake ms of waits for the provider that are over, and when the one that is on began. */
  readonly #waits: { over: number; since: number | null } = { over: 0, since: null };
  /** Bytes of output that were there before the agent began: those of hooks. */
  outputBefore = 0;
  /** The last events, for the adapter's reading. */
  events: AgentEvent[] = [];
  /** The agent's own session, once it has named it. */
  session: string | undefined;
  usage: Usage | undefined;
  sessionUsage: Usage | undefined;
  private output: number | null = null;
  #temporary: string | null = null;
  #isFolderRemoved = false;
  private readonly onEnd = new Set<() => void>();

  constructor(folder: string, brief: Brief, env: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.brief = brief;
    const findings = { KANBAN_ATTEMPT: String(brief.attempt), KANBAN_FINDINGS: '', KANBAN_RUN_ID: brief.runId };
    this.#given = { ...findings, ...env };
    this.outputPath = join(folder, RUN_FILES.output);
    this.ended = readCause(folder);
  }

  /** Writes the cause down, then wakes whoever is to do the killing. The first cause wins. */
  end(cause: Cause, detail: string): void {
    if (this.ended) return;
    try {
      this.ended = endBecause(this.folder, cause, detail);
    } catch {
      // A full disk is no reason to let the agent run on past its end.
      this.ended = { cause, detail, at: Date.now() };
    }
    for (const listener of this.onEnd) listener();
  }

  /**
   * The run has ended by itself and result.json follows at once: nothing is going to be signalled, so nothing is
   * written down. Should this process die in between, the report in the run folder tells as much.
   */
  conclude(cause: Cause, detail: string): void {
    // What an agent was to read was in the folder: that it did nothing is not its fault, nor the entry's.
    const isLost = cause === 'no-report' && this.#isFolderRemoved;
    const end = isLost ? { cause: 'lost' as const, detail: messages.FOLDER_REMOVED } : { cause, detail };
    this.ended ??= { ...end, at: Date.now() };
  }

  /** Looks whether the coordinator wants the run to end. @param signalled a signal came: end even without a stop.json. */
  lookForStop(signalled = false): void {
    if (this.ended) return;
    const stop = readStop(this.folder);
    if (stop) this.end(stop.cause, stop.detail);
    else if (signalled) this.end('stopped', messages.SIGNALLED_TO_END);
  }

  /** Calls back once the run is to end; at once if it already is. Returns the way to take that back. */
  whenEnding(listener: () => void): () => void {
    this.onEnd.add(listener);
    if (this.ended) listener();
    return () => this.onEnd.delete(listener);
  }

  event(event: AgentEvent): void {
    this.events = [...this.events.slice(-199), event];
    if (event.type === 'session') this.session = event.id;
    if (event.type === 'waiting') this.#waits.since ??= this.awake;
    else if (!OURS.has(event.type)) {
      this.#waits.over = this.waited;
      this.#waits.since = null;
    }
    try {
      appendPlain(join(this.folder, RUN_FILES.events), `${JSON.stringify(event)}\n`);
    } catch {
      // Events are for eyes: a full disk, or what an agent put in their place, ends no run.
    }
  }

  /** The agent waits for its provider, for all that it said since. */
  get waits(): Extract<AgentEvent, { type: 'waiting' }> | null {
    const last = this.events.findLast(({ type }) => !OURS.has(type));
    return last?.type === 'waiting' ? last : null;
  }

  /** Awake ms for which the agent has waited for its provider, as far as it reports that. */
  get waited(): number {
    const { over, since } = this.#waits;
    return over + (since === null ? 0 : this.awake - since);
  }

  phase(name: string): void {
    this.event({ at: Date.now(), type: 'phase', name });
  }

  /** For runs that have shown one before: others are over before anybody could look. */
  lastPhase(name: string): void {
    if (this.events.length > 0) this.phase(name);
  }

  /** output.log. Opened, like TMPDIR is made, only for a run that needs it: many consist of a look at git alone. */
  outputFd(): number {
    return (this.output ??= openForAppend(this.outputPath));
  }

  /** What a program of the run is started with. Makes its TMPDIR: a new folder with a short path (sockets have 108 bytes). */
  environment(): Readonly<Record<string, string>> {
    this.#temporary ??= makeTemporary(this.brief.runId, this.brief.root);
    return { ...this.#given, TMPDIR: this.#temporary, TMP: this.#temporary, TEMP: this.#temporary };
  }

  /** null: no program was started yet. */
  get temporary(): string | null {
    return this.#temporary;
  }

  /** Somebody removed the run folder: what the coordinator needs to know of the run is written again. */
  restoreFolder(): void {
    if (lstatOrNone(join(this.folder, RUN_FILES.claim)) !== undefined) return;
    this.#isFolderRemoved = true;
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeOnce(join(this.folder, RUN_FILES.brief), this.brief);
      writeOnce(join(this.folder, RUN_FILES.claim), {
        ...processIdentity(process.pid),
        claimedAt: this.startedAt,
      });
    } catch {
      // A file or a full disk is in the way: tried again at the next look.
    }
  }

  /** Adds a line of our own to the output. */
  emit(text: string): void {
    writeSync(this.outputFd(), text.endsWith('\n') ? text : `${text}\n`);
  }

  outputSize(): number {
    return this.output === null ? 0 : fstatSync(this.output).size;
  }

  sweepTarget(): SweepTarget {
    return {
      runId: this.brief.runId,
      root: this.brief.root,
      temporary: this.#temporary,
      worktree: this.brief.worktree,
      since: this.since,
      groups: this.groups,
      seen: [...this.seen.values()],
    };
  }

  close(): void {
    if (this.output !== null) closeSync(this.output);
    if (this.#temporary !== null) removeWhatever(this.#temporary);
  }
}
