import { shellWord } from '../shell-word.ts';
import type { TooMuch } from './markdown-budget.ts';

/* At the gate. */

export const WRONG_HOST = 'This server answers under its own address only.';
export const USE_PRINTED_ADDRESS = 'open the address that kanban serve printed';
export const FOREIGN_ORIGIN = 'The request comes from a page of another origin.';
export const NO_ORIGIN = 'A request that changes something must have the header Origin.';
export const WRONG_METHOD = 'This method is not used here.';
export const NOT_JSON = 'The body must be application/json.';
export const NOTHING_HERE = 'There is nothing at this address.';
export const WRONG_TOKEN = 'The token is missing, or is of a server that has ended.';
export const TICKET_REFUSED = 'The address of --open was used already, or is older than a minute.';
export const EXPECTS_MORE = 'This server meets no expectation but 100-continue.';
export const WRONG_VERSION = 'This server speaks HTTP/1.1 only.';
export const NO_REQUEST = 'This is no HTTP request.';
export const HEAD_TOO_LONG = 'The headers are too long.';
export const TOO_SLOW = 'The request did not come in time.';

/* Input. */

export const NOT_TYPED = 'has control characters';
export const SEVERAL_LINES = 'must be one line';
export const BODY_TOO_LONG = 'The body is too long.';
export const BODY_UNREADABLE = 'The body is not whole, or not UTF-8.';
export const BODY_NOT_JSON = 'The body is not JSON.';
export const inBody = (path: string, message: string): string => (path === '' ? message : `${path}: ${message}`);
export const unknownKey = (key: string, known: readonly string[]): string =>
  `unknown parameter ${JSON.stringify(key)}; known: ${known.join(', ') || 'none'}`;
export const keyTwice = (key: string): string => `the parameter ${key} is given more than once`;
export const notACount = (key: string, most: number): string => `${key} must be a whole number from 0 to ${most}`;
export const notOneOf = (key: string, values: readonly string[]): string =>
  `${key} must be one of ${values.join(', ')}`;
export const notAnEvent = (key: string): string => `${key} must be the id of an event`;

/* Answers. */

export const noEntry = (id: string): string => `${JSON.stringify(id)} is no task id`;
export const noReport = (run: string): string => `${run} wrote no report`;
export const READ_ONLY = 'This server was started with --read-only: it changes nothing.';
export const TOO_MANY_VIEWERS = 'Too many pages follow this board.';
export const unexpected = (message: string): string => `kanban failed unexpectedly: ${message}`;
export const SEE_ERROR = 'the error is on the standard error of kanban serve';
const TOO_MUCH: Readonly<Record<TooMuch, string>> = {
  long: 'it is longer than 64 KB',
  html: 'it would become very long',
  deep: 'its parts are nested too deep',
  slow: 'to read it takes too long, or too much memory',
};
export const notMarkdown = (why: TooMuch): string => `The text is shown as it is, not as markdown: ${TOO_MUCH[why]}.`;
export const image = (alt: string): string => (alt === '' ? 'image' : `image: ${alt}`);

/* The process. */

export const served = (name: string, address: string): string => `The board of ${name} is at\n\n  ${address}\n`;
export const READ_ONLY_NOTE = 'Nothing can be changed there (--read-only).';
export const END_NOTE = 'Ctrl-C ends it. Who has this address can do with the board what you can.';
export const portTaken = (port: number): string => `port ${port} is in use`;
export const portRefused = (port: number, code: string): string => `port ${port} cannot be listened on (${code})`;
export const ANOTHER_PORT = 'kanban serve without --port takes a free one';
export const onlyLoopback = (host: string): string =>
  `kanban serve listens on 127.0.0.1 only, and not on ${JSON.stringify(host)}: the board is as powerful as your shell`;
export const useSsh = (port: number, machine: string): string =>
  `kanban serve --port ${port} here, then on the other machine: ssh -L ${port}:127.0.0.1:${port} ${shellWord(machine)}`;
export const badAllowedHost = (host: string): string =>
  `--allow-host ${JSON.stringify(host)} is no name of a host, such as board.example.com or localhost:8080`;
export const failedAt = (what: string): string => `kanban serve: ${what}`;
export const noBrowserOpener = (program: string): string =>
  `--open needs ${program}, which is not installed: open the address yourself`;
export const browserFailed = (program: string, code: number | null): string =>
  `${program} could not open the address (exit code ${code ?? 'none'}): open it yourself`;
