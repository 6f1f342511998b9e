import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { failed, ok, type Problem, type Result } from '../problem.ts';
import { BoardError } from '../surfaces/board-error.ts';
import { openBoard } from '../surfaces/board.ts';
import { InTurn } from '../surfaces/requests/in-turn.ts';
import type { Board } from '../surfaces/board-types.ts';
import { createApp } from './app.ts';
import { readAssets } from './assets.ts';
import { Gate } from './gate.ts';
import { guard } from './guard.ts';
import { LiveFeed } from './live-feed.ts';
import * as messages from './messages.ts';
import { Renderer } from './renderer.ts';
import { Ticket } from './ticket.ts';

export interface ServeOptions {
  /** A folder in the repository. */
  readonly cwd: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** 0: a free one. */
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly readOnly: boolean;
  /** Of the folder of the repository. */
  readonly name: string;
  /** Of kanban. */
  readonly version: string;
  /** Folder of the built page, absolute. */
  readonly page: string;
  /** The built program that renders markdown, absolute. */
  readonly renderer: string;
  /** Gets what is a bug of ours. */
  readonly onBug: (error: unknown) => void;
}

export interface Serving {
  /** With the token. */
  readonly address: string;
  /** With a ticket instead, good once and for a minute: for where others can read it. */
  ticketAddress(): string;
  /** Ends the server: viewers are sent away, and what is being written is written first. */
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';
/** 192 bits. */
const TOKEN_BYTES = 24;
/** ms within which a request has come, head and whole. */
const HEAD_MS = 10_000;
const REQUEST_MS = 30_000;
const KEEP_ALIVE_MS = 30_000;
const MAX_CONNECTIONS = 600;
const MAX_HEADER_BYTES = 16 * 1024;
/** Ends a viewer that reads nothing, ms. */
const STALLED_VIEWER_MS = 30_000;
/** A text that takes longer is shown as it is. */
const RENDER_MS = 2_000;
const CLOSE_AFTER_MS = 10_000;

/** Serves the board to browsers of this machine. Problems: the port is in use. */
export async function serveBoard(options: ServeOptions): Promise<Result<Serving>> {
  const { cwd, env, onBug } = options;
  const assets = readAssets(options.page);
  const listening = await listen(options.port);
  if (!listening.ok) return listening;
  const server = listening.value;
  const { port } = server.address() as AddressInfo;
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const board = openBoard(cwd, { env, via: 'web' });
  const feed = new LiveFeed(board, onBug);
  const renderer = new Renderer({ program: options.renderer, most: RENDER_MS, onBug });
  const ticket = new Ticket(() => performance.now());
  const writes = new InTurn();
  const app = createApp({
    ...{ board, feed, assets, renderer, onBug, stallMs: STALLED_VIEWER_MS },
    exchange: (given) => (ticket.redeem(given) ? token : null),
    about: { version: options.version, name: options.name, readOnly: options.readOnly },
    write: (change) =>
      writes.run(
        () => isAlone(board),
        () => change(board),
      ),
  });
  const gate = new Gate({ port, allowedHosts: options.allowedHosts, token, publicPaths: new Set(assets.keys()) });
  guard(server, gate, getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  warmUp(feed);
  return ok({
    address: `http://${ADDRESS}:${port}/#t=${token}`,
    ticketAddress: () => `http://${ADDRESS}:${port}/#k=${ticket.issue()}`,
    async close() {
      feed.close();
      server.close();
      server.closeIdleConnections();
      await renderer.close();
      await writes.settled(CLOSE_AFTER_MS);
      server.closeAllConnections();
      board.close();
    },
  });
}

async function listen(port: number): Promise<Result<Server>> {
  const server = createServer({
    headersTimeout: HEAD_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: 5_000,
    maxHeaderSize: MAX_HEADER_BYTES,
    // The gate answers, with the headers that every answer has.
    requireHostHeader: false,
  });
  server.maxConnections = MAX_CONNECTIONS;
  const problem = await new Promise<Problem | null>((resolve) => {
    server.once('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(portProblem(port, code)));
    server.listen(port, ADDRESS, () => resolve(null));
  });
  return problem === null ? ok(server) : failed([problem]);
}

const portProblem = (port: number, code: string): Problem => ({
  code: 'port-in-use',
  message: code === 'EADDRINUSE' ? messages.portTaken(port) : messages.portRefused(port, code),
  fix: messages.ANOTHER_PORT,
});

/** Where the board can't be read, the change itself reports it. */
async function isAlone(board: Board): Promise<boolean> {
  try {
    return (await board.snapshot()).coordinator === null;
  } catch (error) {
    if (error instanceof BoardError) return true;
    throw error;
  }
}

/** The first look takes longest: it begins while the browser starts. */
function warmUp(feed: LiveFeed): void {
  feed.join();
  feed.leave();
}
