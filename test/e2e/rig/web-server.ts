import { spawn, type ChildProcess } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import type { Ended } from './coordinator.ts';

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  /** By name in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** `kanban serve` as a child process, asked by bytes: what no library would send can be sent. */
export class WebServer {
  readonly port: number;
  readonly token: string;
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, address: string, ended: Promise<Ended>) {
    this.#child = child;
    this.ended = ended;
    const url = new URL(address);
    this.port = Number(url.port);
    this.token = url.hash.slice('#t='.length);
  }

  /** @param args of `kanban serve` */
  static async start(
    cli: string,
    args: readonly string[],
    where: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  ): Promise<WebServer> {
    const child = spawn(process.execPath, [cli, 'serve', ...args], { ...where, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stderr.on('data', (part: Buffer) => (err += part.toString()));
    const ended = new Promise<Ended>((resolve) =>
      child.on('close', (code, signal) => resolve({ code, signal, out, err })),
    );
    const address = new Promise<string>((resolve) =>
      child.stdout.on('data', (part: Buffer) => {
        out += part.toString();
        const [found] = /http:\S+(?=\n)/.exec(out) ?? [];
        if (found !== undefined) resolve(found);
      }),
    );
    const gone = ended.then(({ err: why }): string => {
      throw new Error(`kanban serve has ended: ${why}`);
    });
    gone.catch(() => {});
    return new WebServer(child, await Promise.race([address, gone]), ended);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async end(): Promise<Ended> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }

  /** The head of a request of the page itself, without the token. */
  head(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { Host: `127.0.0.1:${this.port}`, ...more };
  }

  get own(): Record<string, string> {
    return { Authorization: `Bearer ${this.token}` };
  }

  /** Sends a request line and headers as they are given. A header that is '' is left out. */
  ask(
    line: string,
    headers: Readonly<Record<string, string>> | readonly (readonly [string, string])[] = {},
    body = '',
  ): Promise<Answer> {
    const pairs: readonly (readonly [string, string])[] = Array.isArray(headers)
      ? (headers as readonly (readonly [string, string])[])
      : Object.entries(this.head(headers as Readonly<Record<string, string>>));
    const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
    const lines = [`${line} HTTP/1.1`, ...pairs.filter(([, value]) => value !== '').map((pair) => pair.join(': '))];
    return this.raw(`${[...lines, ...length, 'Connection: close', '', ''].join('\r\n')}${body}`);
  }

  /** What `GET` answers to the page. */
  get(path: string): Promise<Answer> {
    return this.ask(`GET ${path}`, this.own);
  }

  async json<T>(path: string): Promise<T> {
    return JSON.parse((await this.get(path)).body) as T;
  }

  post(path: string, body: unknown, more: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const json = { 'Content-Type': 'application/json', Origin: `http://127.0.0.1:${this.port}` };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.ask(`POST ${path}`, { ...this.own, ...json, ...more }, text);
  }

  connect(): Socket {
    return connect(this.port, '127.0.0.1').on('error', () => {});
  }

  /** Sends bytes, and reads the answer to its end. */
  async raw(bytes: string | Buffer): Promise<Answer> {
    const socket = this.connect();
    const parts: Buffer[] = [];
    socket.on('data', (part) => void parts.push(part));
    socket.write(bytes);
    await new Promise((resolve) => socket.once('close', resolve));
    return parse(Buffer.concat(parts));
  }
}

function parse(bytes: Buffer): Answer {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.toString('latin1', 0, Math.max(0, end)).split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const rest = bytes.subarray(end + 4);
  const body = headers.get('transfer-encoding') === 'chunked' ? unchunked(rest) : rest;
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: body.toString() };
}

function unchunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const line = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    if (!(size > 0)) break;
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return Buffer.concat(parts);
}
