import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../system/folder-names.ts';
import { plainJsonOf } from '../system/plain-file.ts';
import { guard, object, oneOf, text, time } from '../contract/shape.ts';

/**
 * The messages for an entry, `.kanban/messages/<task id>/`: one file each, named `<0|1|2>-<time>-<8 hex>.json` so that
 * names sort by priority (0 first), then by time; written by write-then-rename. Whoever gives a message to an agent
 * moves its file to `delivered/`, where it stays for the briefing of later runs until the entry has left the board.
 */
export interface Message {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly by: { readonly name: string; readonly email: string };
  readonly priority: 'high' | 'normal' | 'low';
  readonly text: string;
}

/** The messages in a folder, in the order in which they are to be given; none if it isn't there. */
export function messagesIn(folder: string): { readonly file: string; readonly message: Message }[] {
  const names = namesIn(folder).filter((name) => /^[012]-.*\.json$/.test(name));
  return names.flatMap((file) => {
    const message = readMessage(join(folder, file));
    return message === null ? [] : [{ file, message }];
  });
}

/** A message that was given: it waits no longer. @returns false where that can't be written (a full disk). */
export function putAway(folder: string, file: string): boolean {
  try {
    const delivered = join(folder, 'delivered');
    mkdirSync(delivered, { recursive: true, mode: 0o700 });
    renameSync(join(folder, file), join(delivered, file));
    return true;
  } catch {
    return false;
  }
}

/** Names of the messages in a folder, sorted. */
function readMessage(path: string): Message | null {
  return plainJsonOf(path, isMessage, MOST_MESSAGE);
}

const MOST_MESSAGE = 1024 * 1024;
const isMessage = guard<Message>(
  object({
    id: text(300),
    at: time,
    by: object({ name: text(1000), email: text(1000) }),
    priority: oneOf('high', 'normal', 'low'),
    text: text(),
  }),
);
