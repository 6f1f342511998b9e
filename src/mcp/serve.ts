import { Console } from 'node:console';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { BoardError } from '../surfaces/board-error.ts';
import { untilClientLeaves } from './client-leaves.ts';
import * as messages from './messages.ts';
import { createServer } from './server.ts';
import { Session, type SessionOptions } from './session.ts';
import { isListening, noteSubscriptions, Subscriptions } from './subscriptions.ts';

const WARM_UP_AFTER_MS = 20;
/** Bytes of a message; a request of the mailbox has at most as many. */
const MAX_MESSAGE = 4 * 1024 * 1024;

/** Gets what goes wrong, a text of one line or more. */
type Report = (text: string) => void;

/** Serves the board on stdin and stdout until the client leaves. Only the protocol is written to stdout. */
export async function serveBoard(options: SessionOptions, report: Report): Promise<void> {
  // A library that logs would break the protocol.
  globalThis.console = new Console(process.stderr);
  // Each answer that waits for a slow reader listens; Node warns of more than ten.
  process.stdout.setMaxListeners(0);
  await serveOn(new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: MAX_MESSAGE }), options, {
    report,
    left: untilClientLeaves(),
  });
}

/**
 * Serves the board to the client at the other end of a transport, until that is closed.
 * @param left resolves when the client has left and the transport does not tell
 */
export async function serveOn(
  transport: Transport,
  options: SessionOptions,
  { report, left }: { readonly report: Report; readonly left?: Promise<void> },
): Promise<void> {
  const session = new Session(options);
  let hasEnded = false;
  const onError = (error: unknown): void => {
    // A look that the client did not wait for finds the board closed.
    if (!hasEnded) report(textOf(error));
  };
  const subscriptions = new Subscriptions(() => session.board(), onError);
  // The first look takes longest: it begins when the client's first message has been answered, and before it asks for more.
  let warmUp: (() => void) | null = () =>
    void setTimeout(() => void session.snapshot().catch(onError), WARM_UP_AFTER_MS).unref();
  const closed = new Promise<void>((resolve) => {
    const handle = serveStdio(
      () => {
        const server = createServer(session, subscriptions, onError);
        subscriptions.target = (uri) => server.server.sendResourceUpdated({ uri });
        return server;
      },
      { transport, onerror: (error) => report(messages.transportFailed(error.message)) },
    );
    watch(transport, {
      onMessage: (message) => {
        const noted = noteSubscriptions(message, subscriptions);
        warmUp?.();
        warmUp = null;
        return isListening(message) ? noted : true;
      },
      onEnd: resolve,
    });
    void left?.then(() => handle.close()).then(resolve, resolve);
  });
  await closed;
  hasEnded = true;
  subscriptions.close();
  await session.close();
}

/** Sees what comes in, and the end. */
function watch(
  transport: Transport,
  {
    onMessage,
    onEnd,
  }: { readonly onMessage: (message: JSONRPCMessage) => true | Promise<boolean>; readonly onEnd: () => void },
): void {
  const { onmessage, onclose } = transport;
  const watched: Pick<Transport, 'onmessage' | 'onclose'> = {
    onmessage: (message, extra) => {
      const passes = onMessage(message);
      if (passes === true) onmessage?.(message, extra);
      else void passes.then((isWanted) => (isWanted ? onmessage?.(message, extra) : undefined));
    },
    onclose: () => {
      onclose?.();
      onEnd();
    },
  };
  Object.assign(transport, watched);
}

function textOf(error: unknown): string {
  if (error instanceof BoardError) return messages.unreadableBoard(error.problems);
  return messages.transportFailed(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
