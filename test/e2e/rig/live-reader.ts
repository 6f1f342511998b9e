import type { Socket } from 'node:net';
import { createParser } from 'eventsource-parser';
import type { Snapshot } from '../../../src/contract/snapshot.ts';
import { applyPatch } from '../../../src/contract/snapshot-change.ts';
import type { Change, Events } from '../../../src/web/api-types.ts';
import type { WebServer } from './web-server.ts';

/** A page that follows the board: `GET /api/live`, read as the page reads it. */
export class LiveReader {
  readonly changes: Change[] = [];
  readonly events: Events[number][] = [];
  beats = 0;
  board: Snapshot | null = null;
  isOver = false;
  readonly #socket: Socket;

  constructor(server: WebServer, query = '') {
    this.#socket = server.connect();
    const parser = createParser({
      onComment: () => (this.beats += 1),
      onEvent: ({ event, data }) => {
        if (event === 'events') this.events.push(...(JSON.parse(data) as Events));
        if (event !== 'change') return;
        const change = JSON.parse(data) as Change;
        this.changes.push(change);
        if (Object.keys(change.patch).length > 0) this.board = applyPatch(this.board, change.patch);
      },
    });
    const head = { ...server.head(server.own), 'Sec-Fetch-Site': 'same-origin' };
    this.#socket.write(
      `GET /api/live${query} HTTP/1.0\r\n${Object.entries(head)
        .map((pair) => `${pair.join(': ')}\r\n`)
        .join('')}\r\n`,
    );
    let isBody = false;
    let rest = '';
    this.#socket.setEncoding('utf8').on('data', (part) => {
      rest += String(part);
      if (!isBody && rest.includes('\r\n\r\n')) [isBody, rest] = [true, rest.slice(rest.indexOf('\r\n\r\n') + 4)];
      if (!isBody) return;
      parser.feed(rest);
      rest = '';
    });
    this.#socket.once('close', () => (this.isOver = true));
  }

  titles(): string[] {
    return this.board?.entries.map(({ title }) => title) ?? [];
  }

  /** Reads nothing more, and leaves nothing in peace. */
  hang(): void {
    this.#socket.pause();
  }

  leave(): void {
    this.#socket.destroy();
  }
}
