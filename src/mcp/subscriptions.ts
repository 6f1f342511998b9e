import {
  ProtocolError,
  ProtocolErrorCode,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type McpServer,
} from '@modelcontextprotocol/server';
import type { SnapshotPatch } from '../contract/snapshot-change.ts';
import { isSameId } from '../pipeline/named-id.ts';
import type { Board, BoardChange } from '../surfaces/board-types.ts';
import * as messages from './messages.ts';

export const STATUS_URI = 'kanban://status';
const ENTRY = /^kanban:\/\/entry\/([^/?#]{1,200})$/;
const MAX_SUBSCRIPTIONS = 200;
/** Two notifications of one resource are at least so far apart. */
const GAP_MS = 500;

/** The id in the address of an entry; null: it is none. */
export function entryOfUri(uri: string): string | null {
  const [, id] = ENTRY.exec(uri) ?? [];
  try {
    return id === undefined ? null : decodeURIComponent(id);
  } catch {
    return null;
  }
}

export const isSubscribable = (uri: string): boolean => uri === STATUS_URI || entryOfUri(uri) !== null;

/** Which resources a client follows. The board is followed while there are any. */
export class Subscriptions {
  readonly #board: () => Promise<Board>;
  readonly #onFailure: (error: unknown) => void;
  /** Addresses by what they were subscribed with: the id of a request, or themselves. */
  readonly #uris = new Map<string | number, readonly string[]>();
  readonly #sentAt = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #notify: (uri: string) => Promise<void> = async () => {};
  #following: AbortController | null = null;
  /** The board has been looked at, or can't be: from here on no change is missed. */
  #looked: Promise<void> = Promise.resolve();

  constructor(board: () => Promise<Board>, onFailure: (error: unknown) => void) {
    this.#board = board;
    this.#onFailure = onFailure;
  }

  /** Where notifications go. */
  set target(notify: (uri: string) => Promise<void>) {
    this.#notify = notify;
  }

  /** @returns false: there are too many; true once a change of the board is noticed */
  async add(name: string | number, uris: readonly string[]): Promise<boolean> {
    if (this.#uris.size >= MAX_SUBSCRIPTIONS && !this.#uris.has(name)) return false;
    this.#uris.set(name, uris.slice(0, MAX_SUBSCRIPTIONS).filter(isSubscribable));
    if (this.#following === null && this.#all().size > 0) this.#follow();
    await this.#looked;
    return true;
  }

  has(name: string | number): boolean {
    return this.#uris.has(name);
  }

  remove(name: string | number): void {
    this.#uris.delete(name);
    if (this.#all().size === 0) this.#stop();
  }

  close(): void {
    this.#uris.clear();
    this.#stop();
  }

  #all(): Set<string> {
    return new Set([...this.#uris.values()].flat());
  }

  #stop(): void {
    this.#following?.abort();
    this.#following = null;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#sentAt.clear();
  }

  #follow(): void {
    const following = (this.#following = new AbortController());
    this.#looked = new Promise((looked) => {
      void this.#run(following.signal, looked)
        .catch((error: unknown) => this.#onFailure(error))
        .finally(() => {
          if (this.#following === following) this.#following = null;
          looked();
        });
    });
  }

  async #run(signal: AbortSignal, looked: () => void): Promise<void> {
    for await (const change of (await this.#board()).follow({ signal })) {
      // The first one is how the board stands.
      if (change.seq === 1) {
        looked();
        continue;
      }
      for (const uri of this.#all()) if (concerns(uri, change)) this.#tell(uri);
    }
  }

  /** At once, or when the time has come. */
  #tell(uri: string): void {
    if (this.#timers.has(uri)) return;
    const wait = (this.#sentAt.get(uri) ?? -Infinity) + GAP_MS - performance.now();
    const send = (): void => {
      this.#timers.delete(uri);
      this.#sentAt.set(uri, performance.now());
      this.#notify(uri).catch((error: unknown) => this.#onFailure(error));
    };
    if (wait <= 0) send();
    else this.#timers.set(uri, setTimeout(send, wait).unref());
  }
}

function concerns(uri: string, { patch }: BoardChange): boolean {
  const id = entryOfUri(uri);
  return id === null || namesOf(patch).some((name) => isSameId(name, id));
}

const namesOf = ({ entries = {}, gone = [] }: SnapshotPatch): string[] => [...Object.keys(entries), ...gone];

/** The older form of the protocol: the SDK declares it, but does not serve it. */
export function serveLegacySubscriptions({ server }: McpServer, subscriptions: Subscriptions): void {
  server.setRequestHandler('resources/subscribe', async ({ params: { uri } }) => {
    if (!isSubscribable(uri)) throw new ProtocolError(ProtocolErrorCode.InvalidParams, messages.notSubscribable(uri));
    if (!(await subscriptions.add(uri, [uri])))
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, messages.tooManySubscriptions(MAX_SUBSCRIPTIONS));
    return {};
  });
  server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
    subscriptions.remove(uri);
    return {};
  });
}

/**
 * The newer form: the SDK answers it without a word to the server, so what comes in is looked at.
 * @returns true when the SDK may have the message, false when the client no longer wants it
 */
export async function noteSubscriptions(message: JSONRPCMessage, subscriptions: Subscriptions): Promise<boolean> {
  if (!('method' in message)) return true;
  const params = (message.params ?? {}) as Readonly<Record<string, unknown>>;
  const cancelled = params['requestId'];
  if (message.method === 'notifications/cancelled' && (typeof cancelled === 'string' || typeof cancelled === 'number'))
    subscriptions.remove(cancelled);
  if (!isListening(message)) return true;
  const uris = (params['notifications'] as { readonly resourceSubscriptions?: unknown } | null | undefined)
    ?.resourceSubscriptions;
  if (!Array.isArray(uris)) return true;
  const isAdded = await subscriptions.add(
    message.id,
    uris.filter((uri): uri is string => typeof uri === 'string'),
  );
  return !isAdded || subscriptions.has(message.id);
}

/** Asks to be notified: the only message that waits for the board. */
export const isListening = (message: JSONRPCMessage): message is JSONRPCRequest =>
  'method' in message && 'id' in message && message.method === 'subscriptions/listen';
