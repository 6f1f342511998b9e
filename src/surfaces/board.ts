import type { Snapshot } from '../contract/snapshot.ts';
import { entryHash } from '../system/entry-hash.ts';
import { closeRepository } from '../git/close.ts';
import { openRepository } from '../git/open-repository.ts';
import type { Repository } from '../git/git.ts';
import type { Metrics } from '../metrics/figures.ts';
import type { Ended } from '../metrics/history.ts';
import { isSameId } from '../pipeline/named-id.ts';
import { ok, type Problem, type Result } from '../problem.ts';
import { runOfProcess } from '../runs/request-origin.ts';
import { attachRun } from './attach-run.ts';
import { BoardError } from './board-error.ts';
import { BoardFeed } from './board-feed.ts';
import type * as types from './board-types.ts';
import { entriesOnBoard } from './entries-on-board.ts';
import { entryDiff } from './entry-diff.ts';
import { followEvents } from './follow-events.ts';
import { viewOf } from './gather-entry.ts';
import { injectMessage } from './inject.ts';
import * as messages from './messages.ts';
import { runOutput } from './run-output.ts';
import { runReport } from './run-report.ts';
import { sendRequest } from './requests/send-request.ts';
import { SnapshotSource } from './snapshot-source.ts';
import { startCoordinator } from './start-coordinator.ts';
import { withBoard, type BoardContext } from './with-board.ts';

/** What is open while a board is used. */
interface Opened {
  readonly repo: Repository;
  readonly source: SnapshotSource;
  readonly feed: BoardFeed;
}

/**
 * The board of the repository that a folder is in. Nothing is read before it is asked for; a folder in no repository is
 * reported then, as `BoardError`.
 * @param folder in the repository; relative to the working directory
 */
export function openBoard(folder: string = process.cwd(), options: types.OpenOptions = {}): types.Board {
  const { via } = options;
  if (via !== undefined && !/^[\w.-]{1,40}$/.test(via)) throw new TypeError(messages.badVia(via));
  return new OpenedBoard(folder, options);
}

class OpenedBoard implements types.Board {
  readonly #cwd: string;
  readonly #env: Readonly<NodeJS.ProcessEnv>;
  readonly #via: string | undefined;
  #opened: Promise<Opened> | null = null;
  #closed = false;

  constructor(cwd: string, { env = process.env, via }: types.OpenOptions) {
    this.#cwd = cwd;
    this.#env = env;
    this.#via = via;
  }

  async snapshot(): Promise<Snapshot> {
    return valueOf(await (await this.#open()).source.current());
  }

  async *follow(options: types.Cancellable = {}): AsyncGenerator<types.BoardChange> {
    yield* (await this.#open()).feed.changes(options);
  }

  async *events(query: types.EventQuery = {}): AsyncGenerator<types.BoardEvent> {
    const { repo } = await this.#open();
    yield* followEvents(repo.root, query, () => this.#isOver(query));
  }

  async entry(id: string): Promise<types.BoardEntry> {
    const snapshot = await this.snapshot();
    return valueOf(await withBoard(this.#cwd, (board) => wholeEntry(board, snapshot, id)));
  }

  async output(run: string, query: types.OutputQuery = {}): Promise<types.RunOutput> {
    return valueOf(runOutput((await this.#open()).repo.root, run, query));
  }

  async diff(id: string, query: types.DiffQuery = {}): Promise<types.EntryDiff> {
    return valueOf(await withBoard(this.#cwd, (board) => entryDiff(board, id, query)));
  }

  async metrics({ since, by }: types.MetricsQuery = {}): Promise<Metrics> {
    const { boardMetrics } = await import('./read-metrics.ts');
    const query = { since: since ?? null, by: by ?? null };
    return valueOf(await withBoard(this.#cwd, (board) => boardMetrics(board, query)));
  }

  async history(): Promise<readonly Ended[]> {
    return (await this.metrics()).history;
  }

  async add(entries: readonly types.NewEntry[], options: types.AddOptions = {}): Promise<types.AddReply> {
    const { addEntries } = await import('./adding/add-entries.ts');
    const request = (one: types.BoardRequest): Promise<types.BoardReply> => this.request(one);
    return valueOf(await addEntries(this.#cwd, entries, { ...options, request }));
  }

  async report(run: string): Promise<string | null> {
    const { repo } = await this.#open();
    return valueOf(runReport(repo.root, run));
  }

  async rules(): Promise<string> {
    return valueOf(await withBoard(this.#cwd, async ({ rules }) => ok(rules)));
  }

  async request(request: types.BoardRequest): Promise<types.BoardReply> {
    const via = this.#via === undefined ? {} : { via: this.#via };
    return replyOf(await sendRequest({ cwd: this.#cwd, env: this.#env }, { ...request, ...via }));
  }

  async start(options: types.StartOptions = {}): Promise<types.Started | types.BoardReply> {
    const { repo } = await this.#open();
    const started = await startCoordinator(repo, options, this.#env);
    return started.ok ? started.value : replyOf(started);
  }

  stop({ id, ...rest }: { id?: string; now?: boolean; why?: string } = {}): Promise<types.BoardReply> {
    return this.request({ command: 'stop', taskId: id ?? null, ...rest });
  }

  pause({ id, ...rest }: { id?: string; why?: string } = {}): Promise<types.BoardReply> {
    return this.request({ command: 'pause', taskId: id ?? null, ...rest });
  }

  resume({ id, ...rest }: { id?: string; why?: string } = {}): Promise<types.BoardReply> {
    return this.request({ command: 'resume', taskId: id ?? null, ...rest });
  }

  async inject(
    id: string,
    message: string,
    { priority = 'normal' }: { priority?: 'high' | 'normal' | 'low' } = {},
  ): Promise<types.InjectReply> {
    const { repo } = await this.#open();
    const origin = runOfProcess(process.pid, repo.root, this.#env);
    if (origin !== null && !isSameId(origin.taskId, id))
      return { ok: false, message: messages.refusedFromRun(origin.run, origin.taskId) };
    const injected = await injectMessage(this.#cwd, id, { text: message.trim(), priority });
    return injected.ok ? { ok: true, ...injected.value } : replyOf(injected);
  }

  async *attach(run: string, options: types.AttachOptions = {}): AsyncGenerator<types.AttachItem> {
    const { repo } = await this.#open();
    yield* attachRun(repo.root, run, { tail: options.tail, isOver: () => this.#isOver(options) });
  }

  close(): void {
    this.#closed = true;
    void this.#opened?.then(
      ({ repo, feed }) => {
        feed.close();
        closeRepository(repo);
      },
      () => {},
    );
  }

  /** A folder that is in no repository now may be in one later. */
  async #open(): Promise<Opened> {
    if (this.#closed) throw new BoardError([{ code: 'closed', message: messages.CLOSED }]);
    const opening = (this.#opened ??= this.#openAll());
    try {
      return await opening;
    } catch (error) {
      if (this.#opened === opening) this.#opened = null;
      throw error;
    }
  }

  async #openAll(): Promise<Opened> {
    const repo = valueOf(await openRepository(this.#cwd));
    const source = new SnapshotSource(repo);
    return { repo, source, feed: new BoardFeed(repo, source) };
  }

  #isOver({ signal }: types.Cancellable): boolean {
    return this.#closed || signal?.aborted === true;
  }
}

async function wholeEntry(board: BoardContext, snapshot: Snapshot, id: string): Promise<Result<types.BoardEntry>> {
  // One read for the text and for its name: an edit made from the text of one and the name of another would overwrite.
  const entries = await entriesOnBoard(board, snapshot.at);
  if (!entries.ok) return entries;
  const view = await viewOf(board, snapshot, id, entries.value);
  if (!view.ok) return view;
  const entry = entries.value.find((one) => one.id === view.value.id);
  const own = entry === undefined ? ABSENT : { criteria: entry.criteria, was: entryHash(entry.source) };
  return ok({ ...view.value, ...own });
}

const ABSENT = { criteria: [], was: null } as const;

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new BoardError(result.error);
  return result.value;
}

/** A refusal is an answer like any other. */
function replyOf(result: Result<types.BoardReply>): types.BoardReply {
  if (result.ok) return result.value;
  const problems: readonly Problem[] = result.error;
  const fix = problems.find((problem) => problem.fix !== undefined)?.fix;
  return {
    ok: false,
    message: problems.map(({ message }) => message).join('\n'),
    ...(fix === undefined ? {} : { fix }),
  };
}
