import type { Criterion } from '../board/entry.ts';
import type { AgentEvent } from '../contract/agent-event.ts';
import type { TimedEvent } from '../contract/event.ts';
import type { Reply, Request } from '../contract/request.ts';
import type { Snapshot } from '../contract/snapshot.ts';
import type { SnapshotPatch } from '../contract/snapshot-change.ts';
import type { By, Metrics } from '../metrics/figures.ts';
import type { Ended } from '../metrics/history.ts';
import type { Problem } from '../problem.ts';
import type { EntryView } from '../report/show.ts';
import type { AddOptions, AddReply, NewEntry } from './adding/new-entry.ts';

export type { AddOptions, AddReply, NewEntry };

/** Ends what it was given to, as `AbortController` makes it. */
export interface Cancellable {
  readonly signal?: AbortSignal;
}

/** What a program asks for; all else of a request is filled in. */
export type BoardRequest = Pick<Request, 'command' | 'taskId'> &
  Partial<Omit<Request, 'id' | 'at' | 'by' | 'command' | 'taskId' | 'from' | 'origin' | 'via'>>;

/** What became of a request. `ok: false`: it was refused, or could not be carried out; nothing was written. */
export interface BoardReply extends Reply {
  /** How to fix it. */
  readonly fix?: string;
}

export interface InjectReply extends BoardReply {
  /** The agent has the message already; else it is kept for it. */
  readonly delivered?: boolean;
  /** The active run; null: none is. */
  readonly run?: string | null;
}

/** A change of the board. */
export interface BoardChange {
  /** 1, 2, 3, … */
  readonly seq: number;
  /** The whole board after the change. */
  readonly snapshot: Snapshot;
  /** What is other than in the change before; the first one has everything. `applyPatch` applies it elsewhere. */
  readonly patch: SnapshotPatch;
  /** Why the board can't be read now: `snapshot` is the last one that could. */
  readonly problems: readonly Problem[];
}

export interface EventQuery extends Cancellable {
  /** Only events after this one; `now`: those to come; absent: from the beginning of the log. */
  readonly since?: string;
  /** Ends after this number of events. */
  readonly limit?: number;
  /** Only these types. */
  readonly kinds?: readonly TimedEvent['type'][];
  /** Waits for further events at the end of the log instead of ending. */
  readonly follow?: boolean;
}

/** An event with its name in the log, which `since` takes. */
export interface BoardEvent {
  readonly id: string;
  /** `events-missed`: the log no longer has all that came after `since`; read the snapshot. */
  readonly event: TimedEvent | { readonly type: 'events-missed'; readonly at: number };
}

/** An entry with all that is known of it. */
export interface BoardEntry extends EntryView {
  /** Its checkboxes. */
  readonly criteria: readonly Criterion[];
  /** Names its text, for `was` of `edit`, `tick` and `comment`; null when it is not on the board. */
  readonly was: string | null;
}

export interface OutputQuery {
  /** Offset in bytes; absent: the last `max` bytes. */
  readonly from?: number;
  /** At most this number of bytes (65,536). */
  readonly max?: number;
}

/** A part of what a run's agent printed. */
export interface RunOutput {
  readonly run: string;
  /** Offset of `text`, in bytes. */
  readonly from: number;
  /** Where to read on. */
  readonly next: number;
  /** Bytes that there are by now. */
  readonly size: number;
  /** As printed: escape sequences are in it. */
  readonly text: string;
  /** Nothing more will come. */
  readonly ended: boolean;
}

export interface DiffQuery {
  /** Only this file, by the path that the diff has for it. */
  readonly file?: string;
  /** At most this number of bytes (1,048,576); a longer patch ends with a whole line. */
  readonly max?: number;
}

/** An entry's work against its base. */
export interface EntryDiff {
  readonly id: string;
  readonly kind: 'none' | 'branch' | 'landed' | 'abandoned';
  readonly files: readonly {
    readonly path: string;
    /** Its former path, where it was renamed. */
    readonly from: string | null;
    /** Lines; null for a binary file. */
    readonly added: number | null;
    readonly removed: number | null;
    /** Something of it is not committed. */
    readonly uncommitted: boolean;
  }[];
  readonly patch: string;
  readonly truncated: boolean;
}

export interface MetricsQuery {
  /** Only what happened since then, epoch ms; absent: all. */
  readonly since?: number;
  /** The same figures for each agent, role or week, in `groups`. */
  readonly by?: By;
}

export interface StartOptions {
  /** Only these entries; absent: all. */
  readonly only?: readonly string[];
  /** Ends when nothing is left to do without the user. */
  readonly untilDone?: boolean;
}

/** `started: false`: one was running already. */
export interface Started {
  readonly ok: true;
  readonly pid: number;
  readonly started: boolean;
}

export interface AttachOptions extends Cancellable {
  /** Of what there is by now, only so many bytes, from a whole line on; absent: all. */
  readonly tail?: number;
}

/** What a run does, from its beginning. */
export type AttachItem =
  | {
      readonly type: 'run';
      readonly run: string;
      readonly entry: string;
      readonly agent: string;
      /** Its `agent` items tell all that is worth reading; else its `output` does. */
      readonly tellsEvents: boolean;
    }
  /** Of an agent that tells what it does. */
  | { readonly type: 'agent'; readonly event: AgentEvent }
  /** What it printed, as it came. */
  | { readonly type: 'output'; readonly text: string }
  /** `cause` null: the runner has ended without a result. */
  | { readonly type: 'ended'; readonly run: string; readonly cause: string | null; readonly detail: string };

/** The board of a repository, as all surfaces use it. What can't be read is thrown as `BoardError`. */
export interface Board {
  /** How things stand. */
  snapshot(): Promise<Snapshot>;
  /** The board now, then every change, at most ten a second; changes that come while nobody waits are merged into one. */
  follow(options?: Cancellable): AsyncIterable<BoardChange>;
  /** What has happened, oldest first. */
  events(query?: EventQuery): AsyncIterable<BoardEvent>;
  /** All that is known of an entry, on the board or not. */
  entry(id: string): Promise<BoardEntry>;
  /** What a run's agent printed. @param run a run's id, or an entry's for its newest run */
  output(run: string, query?: OutputQuery): Promise<RunOutput>;
  /** An entry's work against its base, committed or not; of a landed entry what it landed. */
  diff(id: string, query?: DiffQuery): Promise<EntryDiff>;
  /** The figures of base's history, as `kanban metrics --json` prints them. */
  metrics(query?: MetricsQuery): Promise<Metrics>;
  /** The last 100 entries that ended, newest first, and how: landed, by hand, abandoned, undone, or failed. */
  history(): Promise<readonly Ended[]>;
  /** Adds entries at the end of TODO, in one commit; if something is wrong with one of them, none. */
  add(entries: readonly NewEntry[], options?: AddOptions): Promise<AddReply>;
  /** The report that a run wrote at its end, as written; null: it wrote none. @param run a run's id, or an entry's for its newest run */
  report(run: string): Promise<string | null>;
  /** The team's rules: the prose of WORKFLOW.md. */
  rules(): Promise<string>;
  /** Changes the board on the user's behalf, as the command of that name does. */
  request(request: BoardRequest): Promise<BoardReply>;
  /** Starts `kanban run` as a process of its own, which outlives this one, unless one is running. */
  start(options?: StartOptions): Promise<Started | BoardReply>;
  /** Ends the coordinator, or with an id stops one entry. `now`: runs are ended, their work kept. */
  stop(options?: { readonly id?: string; readonly now?: boolean; readonly why?: string }): Promise<BoardReply>;
  /** Pauses an entry, or everything. */
  pause(options?: { readonly id?: string; readonly why?: string }): Promise<BoardReply>;
  /** Continues an entry, or everything. */
  resume(options?: { readonly id?: string; readonly why?: string }): Promise<BoardReply>;
  /** Leaves a message for the agents of an entry. */
  inject(
    id: string,
    message: string,
    options?: { readonly priority?: 'high' | 'normal' | 'low' },
  ): Promise<InjectReply>;
  /** What a run does, until it ends. @param run a run's id, or an entry's for its newest run */
  attach(run: string, options?: AttachOptions): AsyncIterable<AttachItem>;
  /** Ends everything that follows, and the git processes that stay. */
  close(): void;
}

export interface OpenOptions {
  /** The environment of requests and of the coordinator; `process.env` unless told. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Names the program in the commits of its requests, such as `web`; at most 40 letters, digits, `-`, `_`, `.`. */
  readonly via?: string;
}
