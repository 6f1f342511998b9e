import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Gate, Refusal } from './gate.ts';
import * as messages from './messages.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown;

/**
 * Every answer of the server has the same headers, and what the gate refuses is not looked at: neither by `next`, nor by what
 * Node itself answers to (`Expect`, and bytes that are no request).
 */
export function guard(server: Server, gate: Gate, next: Listener): void {
  const answering = new WeakSet<Duplex>();
  const guarded =
    (passed: Listener): Listener =>
    (incoming, outgoing) => {
      answering.add(incoming.socket);
      outgoing.once('close', () => answering.delete(incoming.socket));
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) outgoing.setHeader(name, value);
      const { method = '', url = '', rawHeaders: headers } = incoming;
      const refusal = gate.refusalOf({ method, url, headers }) ?? wrongVersion(incoming);
      if (refusal === null) return passed(incoming, outgoing);
      refuse(incoming, outgoing, refusal);
    };
  server.on('request', guarded(next));
  server.on(
    'checkContinue',
    guarded((incoming, outgoing) => {
      outgoing.writeContinue();
      return next(incoming, outgoing);
    }),
  );
  server.on(
    'checkExpectation',
    guarded((incoming, outgoing) => refuse(incoming, outgoing, { status: 417, error: messages.EXPECTS_MORE })),
  );
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) => {
    // Beside an answer that is being written, another one would be a part of it.
    if (!socket.writable || answering.has(socket)) socket.destroy();
    else socket.end(rawAnswer(code), () => socket.destroy());
  });
}

const wrongVersion = ({ httpVersion }: IncomingMessage): { readonly status: 505; readonly error: string } | null =>
  httpVersion === '1.1' || httpVersion === '1.0' ? null : { status: 505, error: messages.WRONG_VERSION };

function refuse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, ...body }: Refusal | { readonly status: 417 | 505; readonly error: string },
): void {
  outgoing.writeHead(status, { 'Content-Type': JSON_TYPE, Connection: 'close' });
  outgoing.end(JSON.stringify(body));
  // The body is of no interest; the connection ends with the answer.
  incoming.resume();
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** @param code of Node's error */
function rawAnswer(code: string): string {
  const [status, error] = UNREADABLE[code] ?? [400, messages.NO_REQUEST];
  const body = JSON.stringify({ error });
  const headers = {
    ...SECURITY_HEADERS,
    'Content-Type': JSON_TYPE,
    'Content-Length': body.length,
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n');
}

const UNREADABLE: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, messages.HEAD_TOO_LONG],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, messages.BODY_TOO_LONG],
  ERR_HTTP_REQUEST_TIMEOUT: [408, messages.TOO_SLOW],
};
