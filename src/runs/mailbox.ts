import { randomBytes } from 'node:crypto';
import { type FSWatcher, mkdirSync, renameSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Reply, Request } from '../contract/request.ts';
import type { Problem } from '../problem.ts';
import { namesOrError } from '../system/folder-names.ts';
import { lstatOrNone, plainTextOf, removeWhatever, statOrNone } from '../system/plain-file.ts';
import { writeWhole } from '../system/write-once.ts';
import { parseJson, parseRequest } from './parse-request.ts';
import * as messages from './messages.ts';
import { shellPath } from '../shell-word.ts';

/**
 * The mailbox, `.kanban/mailbox/`: how commands speak to a running coordinator.
 *
 * | file | written by | meaning |
 * |---|---|---|
 * | `<id>.json` | a command, by write-then-rename | a request; stays until the coordinator settles it |
 * | `answers/<id>.json` | the coordinator, by write-then-rename | the reply; taken away by the command that waits for it |
 * | `unreadable/…` | the coordinator | what is no request, discarded |
 *
 * A request outlives both processes: the coordinator removes it only after it has been carried out and answered.
 */

/** What a command has to say; id and time are given by the mailbox. */
export type NewRequest = Omit<Request, 'id' | 'at'>;

/**
 * Puts a request into the mailbox, which is made if it isn't there.
 * @param dir the mailbox.
 * @returns the request's id; ids sort by time.
 */
export function post(dir: string, request: NewRequest): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const at = nextMoment();
  const id = `${String(at).padStart(14, '0')}-${randomBytes(4).toString('hex')}`;
  const full: Request = { ...request, id, at };
  writeWhole(join(dir, `${id}.json`), JSON.stringify(full));
  return id;
}

/**
 * The requests that wait, oldest first. What can't be read is moved to `unreadable/` and named as a problem, once.
 * @param dir the mailbox; it need not exist.
 */
export function readMailbox(dir: string): {
  readonly requests: readonly Request[];
  readonly problems: readonly Problem[];
} {
  const requests: Request[] = [];
  const problems: Problem[] = [];
  for (const name of namesOrError(dir)
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    .sort()
    .slice(0, MOST_AT_ONCE)) {
    const path = join(dir, name);
    if (unremovable.has(path)) {
      problems.push(...staying(path));
      continue;
    }
    const read = readOrNull(path);
    if (read === null) continue;
    const request = parseRequest(read, name.slice(0, -'.json'.length));
    if (request === null) problems.push(discardRequest(dir, name));
    else requests.push(request);
  }
  return { requests, problems };
}

/** Leaves the reply to a request for the command that waits for it. Forgets replies that nobody fetched for an hour. */
export function answer(dir: string, id: string, reply: Reply): void {
  const answers = folderIn(dir, ANSWERS);
  writeWhole(join(answers, `${id}.json`), JSON.stringify(reply));
  const now = Date.now();
  for (const name of namesOrError(answers)) {
    const stat = statOrNone(join(answers, name));
    if (stat !== undefined && now - stat.mtimeMs > 3_600_000) removeWhatever(join(answers, name));
  }
}

/**
 * Waits for the reply and takes it away.
 * @returns null when none came in time; the request then still stands in the mailbox.
 */
export async function waitForAnswer(dir: string, id: string, timeoutMs: number): Promise<Reply | null> {
  const answers = join(dir, ANSWERS);
  mkdirSync(answers, { recursive: true, mode: 0o700 });
  const file = join(answers, `${id}.json`);
  const found = takeReply(file);
  if (found !== null) return found;
  return await new Promise((resolve) => {
    let watcher: FSWatcher | null = null;
    const end = (reply: Reply | null): void => {
      watcher?.close();
      clearInterval(reread);
      clearTimeout(timer);
      resolve(reply);
    };
    const look = (): void => {
      const reply = takeReply(file);
      if (reply !== null) end(reply);
    };
    // A watch can fail (limits) and lose events: the re-read makes it sure, the watch makes it fast.
    const reread = setInterval(look, 200);
    const timer = setTimeout(() => end(takeReply(file)), timeoutMs);
    watcher = watchOrNull(answers, look);
    look();
  });
}

/**
 * Removes a request that has been carried out (or refused) and answered. One that can't be removed is not read again by
 * this process: it would be carried out once more at each look.
 */
export function settleRequest(dir: string, id: string): void {
  const path = join(dir, `${id}.json`);
  if (!removeWhatever(path)) unremovable.set(path, 'stays');
}

/** Settled requests whose file can't be removed: is that reported? */
const unremovable = new Map<string, 'stays' | 'reported'>();

/** @returns the problem, the first time */
function staying(path: string): Problem[] {
  if (unremovable.get(path) === 'reported') return [];
  unremovable.set(path, 'reported');
  return [
    {
      code: 'request-stays',
      message: messages.requestStays(path),
      fix: `rm ${shellPath(path)}`,
    },
  ];
}

const ANSWERS = 'answers';

const UNREADABLE = 'unreadable';

let lastMoment = 0;

/** Two requests of one process never share a moment, so that they keep their order. */
function nextMoment(): number {
  lastMoment = Math.max(Date.now(), lastMoment + 1);
  return lastMoment;
}

function discardRequest(dir: string, name: string): Problem {
  const aside = folderIn(dir, UNREADABLE);
  const to = join(aside, `${name}.${randomBytes(3).toString('hex')}`);
  try {
    renameSync(join(dir, name), to);
  } catch {
    removeWhatever(join(dir, name));
  }
  return {
    code: 'unreadable-request',
    message: messages.notARequest(name),
    fix: messages.movedAside(to),
  };
}

/** A folder of the mailbox; what an agent put in its place goes. */
function folderIn(dir: string, name: string): string {
  const path = join(dir, name);
  if (lstatOrNone(path)?.isDirectory() === false) removeWhatever(path);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

function takeReply(file: string): Reply | null {
  const json = readOrNull(file);
  if (json === null) return null;
  removeWhatever(file);
  const value = parseJson(json) as Partial<Reply> | null;
  if (typeof value?.ok !== 'boolean' || typeof value.message !== 'string')
    return { ok: false, message: messages.UNREADABLE_REPLY };
  return value as Reply;
}

function watchOrNull(dir: string, listener: () => void): FSWatcher | null {
  try {
    return watch(dir, listener).on('error', () => {});
  } catch {
    return null;
  }
}

/** The text; null when the file is gone (settled by another reader, taken by its command). */
function readOrNull(path: string): string | null {
  const text = plainTextOf(path, MOST_REQUEST);
  if (text !== null || lstatOrNone(path) === undefined) return text;
  // It came between the two, or it is a folder of that name, a FIFO, a link, or unreadable for us: no request either.
  return plainTextOf(path, MOST_REQUEST) ?? '';
}

/** Requests that one look takes: an agent that writes more of them makes them wait, not the coordinator. */
const MOST_AT_ONCE = 200;

const MOST_REQUEST = 4 * 1024 * 1024;
