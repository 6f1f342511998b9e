import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { prometheusText } from '../metrics/prometheus.ts';
import { movesFor, type Move } from '../report/ways/moves.ts';
import { BoardError } from '../surfaces/board-error.ts';
import type { Board, BoardEntry, BoardEvent, RunOutput } from '../surfaces/board-types.ts';
import { answer, type Asked, type Bindings } from './answer.ts';
import type { About, Entry, Rendered } from './api-types.ts';
import type { Asset } from './assets.ts';
import { addChanges, type Write } from './changes.ts';
import { failed, failureOf, badInput } from './failures.ts';
import type { LiveFeed } from './live-feed.ts';
import { streamLive } from './live-stream.ts';
import * as messages from './messages.ts';
import { diffQuery, eventsQuery, given, idIn, metricsQuery, outputQuery, Query } from './queries.ts';
import type { Renderer } from './renderer.ts';
import { unfinishedAtEnd, visibleOutput } from './visible-text.ts';

const MAX_VIEWERS = 200;

export interface AppOptions {
  readonly board: Board;
  readonly feed: LiveFeed;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly about: About;
  /** Ends a viewer that reads nothing, ms. */
  readonly stallMs: number;
  readonly write: Write;
  readonly renderer: Pick<Renderer, 'html'>;
  readonly exchange: (ticket: string) => string | null;
  /** Gets what is a bug of ours. */
  readonly onBug: (error: unknown) => void;
}

type App = Hono<Bindings>;

/** What is answered once the gate has let a request through. */
export function createApp(options: AppOptions): App {
  const app: App = new Hono();
  addPage(app, options);
  addReads(app, options);
  addChanges(app, options);
  app.notFound((asked) => answer(asked, failed(404, messages.NOTHING_HERE)));
  app.onError((error, asked) => {
    if (error instanceof BoardError) return answer(asked, failureOf(error.problems));
    if (error instanceof HTTPException) return answer(asked, failed(400, error.message));
    options.onBug(error);
    return answer(asked, failed(500, messages.unexpected(error.message), messages.SEE_ERROR));
  });
  return app;
}

function addPage(app: App, { assets }: AppOptions): void {
  for (const [path, { type, cache, bytes, gzipped }] of assets)
    app.get(path, (asked) => {
      const isZipped = /\bgzip\b/.test(asked.req.header('Accept-Encoding') ?? '');
      asked.header('Content-Type', type);
      asked.header('Cache-Control', cache);
      asked.header('Vary', 'Accept-Encoding');
      if (isZipped) asked.header('Content-Encoding', 'gzip');
      return asked.body(new Uint8Array(isZipped ? gzipped : bytes));
    });
}

function addReads(app: App, options: AppOptions): void {
  const { board, about, renderer } = options;
  app.get('/api/about', (asked) => asked.json(about));
  app.get('/api/live', (asked) => live(asked, options));
  app.get(
    '/api/entry/:id',
    withId(async (asked, id) => asked.json(await shownEntry(await board.entry(id), renderer))),
  );
  app.get(
    '/api/entry/:id/moves',
    withId(async (asked, id) => asked.json({ moves: movesOf(await board.entry(id)) })),
  );
  app.get(
    '/api/entry/:id/diff',
    withId((asked, id) =>
      queried(asked, ['file', 'max'], diffQuery, async (query) => asked.json(await board.diff(id, query))),
    ),
  );
  app.get(
    '/api/run/:id/output',
    withId((asked, run) =>
      queried(asked, ['from', 'max'], outputQuery, async (query) =>
        asked.json(shownOutput(await board.output(run, query))),
      ),
    ),
  );
  app.get(
    '/api/run/:id/report',
    withId(async (asked, run) => {
      const report = await board.report(run);
      return report === null
        ? answer(asked, failed(404, messages.noReport(run)))
        : asked.json(await rendered(report, renderer));
    }),
  );
  app.get('/api/events', (asked) =>
    queried(asked, ['since', 'limit', 'kinds'], eventsQuery, async (query) =>
      asked.json(await readEvents(board, query)),
    ),
  );
  app.get('/api/history', async (asked) => asked.json({ history: await board.history() }));
  app.get('/api/metrics', (asked) =>
    queried(asked, ['since', 'by'], metricsQuery, async (query) => asked.json(await board.metrics(query))),
  );
  app.get('/api/rules', async (asked) => asked.json(await rendered(await board.rules(), renderer)));
  app.get('/metrics', async (asked) => {
    const [metrics, snapshot] = await Promise.all([board.metrics(), board.snapshot().catch(noBoard)]);
    return asked.text(prometheusText(metrics, snapshot), 200, { 'Content-Type': 'text/plain; version=0.0.4' });
  });
}

/** Where the board can't be read, the figures of history are all there is. */
function noBoard(error: unknown): null {
  if (error instanceof BoardError) return null;
  throw error;
}

const withId =
  (answered: (asked: Asked, id: string) => Promise<Response>) =>
  async (asked: Asked): Promise<Response> => {
    const typed = asked.req.param('id') ?? '';
    const id = idIn(typed);
    return id === null ? answer(asked, failed(404, messages.noEntry(typed.slice(0, 200)))) : answered(asked, id);
  };

async function queried<T>(
  asked: Asked,
  keys: readonly string[],
  read: (query: Query) => T,
  answered: (query: T) => Promise<Response>,
): Promise<Response> {
  const query = new Query(asked.req.url, keys);
  const value = read(query);
  return query.problems.length === 0 ? answered(value) : answer(asked, badInput(query.problems));
}

function live(asked: Asked, { board, feed, stallMs, onBug }: AppOptions): Promise<Response> {
  return queried(
    asked,
    ['since'],
    (query) => query.eventId('since'),
    async (since) => {
      if (feed.viewers >= MAX_VIEWERS) return answer(asked, failed(503, messages.TOO_MANY_VIEWERS));
      void streamLive(asked.env.outgoing, { board, feed, since: since ?? null, stallMs }).catch(onBug);
      return RESPONSE_ALREADY_SENT;
    },
  );
}

const rendered = async (text: string, renderer: AppOptions['renderer']): Promise<Rendered> => ({
  text,
  html: await renderer.html(text),
});

const shownEntry = async (entry: BoardEntry, renderer: AppOptions['renderer']): Promise<Entry> => ({
  ...entry,
  html: await renderer.html(entry.text ?? ''),
  feedbackHtml: await renderer.html(entry.entry?.feedback ?? ''),
  moves: movesOf(entry),
});

const movesOf = ({ entry, branch }: BoardEntry): readonly Move[] =>
  entry === null ? [] : movesFor(entry, (branch?.commits.length ?? 0) > 0);

/** It ends before what may be the beginning of an escape sequence, unless nothing else is there. */
function shownOutput(output: RunOutput): RunOutput {
  const open = output.ended && output.next === output.size ? 0 : unfinishedAtEnd(output.text);
  const kept = open === output.text.length && output.next < output.size ? 0 : open;
  return {
    ...output,
    text: visibleOutput(output.text.slice(0, output.text.length - kept)),
    next: output.next - kept,
  };
}

/** Without `since` the newest ones. */
async function readEvents(
  board: Board,
  { limit, ...query }: ReturnType<typeof eventsQuery>,
): Promise<{ readonly events: readonly BoardEvent[]; readonly next: string | null }> {
  const events: BoardEvent[] = [];
  if (limit === 0) return { events, next: query.since ?? null };
  for await (const event of board.events({
    ...query,
    ...given('limit', query.since === undefined ? undefined : limit),
  })) {
    events.push(event);
    if (query.since === undefined && events.length > limit) events.shift();
  }
  return { events, next: events.at(-1)?.id ?? query.since ?? null };
}
