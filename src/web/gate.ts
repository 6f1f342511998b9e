import { timingSafeEqual } from 'node:crypto';
import { digest } from './digest.ts';
import * as messages from './messages.ts';

/** What a request says of itself, before anything of it is read. */
export interface Asking {
  readonly method: string;
  /** As in the request line. */
  readonly url: string;
  /** Names and values in turn, as sent: a header that comes twice is there twice. */
  readonly headers: readonly string[];
}

/** Why a request is not answered. */
export interface Refusal {
  readonly status: 401 | 403 | 404 | 405 | 415 | 421;
  readonly error: string;
  readonly fix?: string;
}

export interface GateOptions {
  readonly port: number;
  /** Further values of `Host`: `board.example.com`, of a reverse proxy on this machine. */
  readonly allowedHosts: readonly string[];
  readonly token: string;
  /** Paths that need no token: they have no data. */
  readonly publicPaths: ReadonlySet<string>;
}

/**
 * Decides by the head of a request whether it is answered. A loopback address is no barrier against web pages: any page that
 * the user has open can send requests here, and after a DNS rebind it looks like this server's own page. So everything is
 * refused but what is allowed here, and nothing is compared with a header that the sender controls.
 */
export class Gate {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  readonly #token: Buffer;
  readonly #publicPaths: ReadonlySet<string>;

  constructor({ port, allowedHosts, token, publicPaths }: GateOptions) {
    const names = ['127.0.0.1', 'localhost', '[::1]'];
    const own = names.flatMap((name) => [`${name}:${port}`, ...(port === HTTP_PORT ? [name] : [])]);
    const allowed = allowedHosts.map((host) => host.toLowerCase());
    this.#hosts = new Set([...own, ...allowed]);
    this.#origins = new Set([
      ...own.map((host) => `http://${host}`),
      ...allowed.flatMap((host) => [`http://${host}`, `https://${host}`]),
    ]);
    this.#token = digest(token);
    this.#publicPaths = publicPaths;
  }

  /** null: it may be answered. */
  refusalOf(asking: Asking): Refusal | null {
    // Host first, on every path: after a rebind the page must not even learn what is here.
    return this.#wrongHost(asking) ?? this.#foreign(asking) ?? wrongMethod(asking) ?? this.#unknown(asking);
  }

  #wrongHost({ headers }: Asking): Refusal | null {
    const host = only(headers, 'host')?.toLowerCase();
    if (host !== undefined && this.#hosts.has(host)) return null;
    return { status: 421, error: messages.WRONG_HOST, fix: messages.USE_PRINTED_ADDRESS };
  }

  /** From a page of another origin; a navigation to the page is allowed, for it has no data. */
  #foreign(asking: Asking): Refusal | null {
    const { method, headers } = asking;
    const refused: Refusal = { status: 403, error: messages.FOREIGN_ORIGIN };
    const origins = valuesOf(headers, 'origin');
    if (origins.length > 1 || origins.some((origin) => !this.#origins.has(origin))) return refused;
    if (method === 'POST' && origins.length === 0) return { status: 403, error: messages.NO_ORIGIN };
    const sites = valuesOf(headers, 'sec-fetch-site');
    const isOwn = sites.length <= 1 && sites.every((site) => site === 'same-origin' || site === 'none');
    return isOwn || this.#isNavigation(asking) ? null : refused;
  }

  #isNavigation({ method, url, headers }: Asking): boolean {
    const [mode, destination] = [only(headers, 'sec-fetch-mode'), only(headers, 'sec-fetch-dest')];
    return method === 'GET' && mode === 'navigate' && destination === 'document' && this.#publicPaths.has(pathOf(url));
  }

  #unknown({ method, url, headers }: Asking): Refusal | null {
    const path = pathOf(url);
    if (this.#publicPaths.has(path) || (method === 'POST' && path === TICKET_PATH)) return null;
    // By the bytes of the request line: what a router would decode into one of these paths is none of them.
    if (!path.startsWith('/api/') && path !== '/metrics') return { status: 404, error: messages.NOTHING_HERE };
    const [, given] = /^Bearer ([\w-]+)$/.exec(only(headers, 'authorization') ?? '') ?? [];
    if (given !== undefined && timingSafeEqual(digest(given), this.#token)) return null;
    return { status: 401, error: messages.WRONG_TOKEN, fix: messages.USE_PRINTED_ADDRESS };
  }
}

/** Where a ticket is exchanged for the token, so without one. */
export const TICKET_PATH = '/api/ticket';

const HTTP_PORT = 80;

function wrongMethod({ method, url, headers }: Asking): Refusal | null {
  const isApi = pathOf(url).startsWith('/api/');
  if (method !== 'GET' && method !== (isApi ? 'POST' : 'HEAD')) return { status: 405, error: messages.WRONG_METHOD };
  const isJson = /^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(only(headers, 'content-type') ?? '');
  return method === 'POST' && !isJson ? { status: 415, error: messages.NOT_JSON } : null;
}

const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';

function valuesOf(headers: readonly string[], name: string): string[] {
  return headers.flatMap((value, index) =>
    index % 2 === 1 && headers[index - 1]?.toLowerCase() === name ? [value] : [],
  );
}

/** undefined: it is not there, or more than once. */
function only(headers: readonly string[], name: string): string | undefined {
  const values = valuesOf(headers, name);
  return values.length === 1 ? values[0] : undefined;
}
