import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messagesIn, type Message } from '../runner/inbox.ts';
import { namesIn } from '../system/folder-names.ts';
import { writeWhole } from '../system/write-once.ts';

/** `.kanban/messages/`: the messages for agents, by task id; runner/inbox.ts has the form. */
export const messagesFolder = (root: string): string => join(root, '.kanban', 'messages');

/** Folder of the messages for one entry. */
export const messagesOf = (root: string, taskId: string): string => join(messagesFolder(root), taskId);

/** What the user has to say; id and time are given here. */
export type NewMessage = Omit<Message, 'id' | 'at'>;

/**
 * Leaves a message for the agents of an entry; it is there from now on, whatever dies.
 * @returns its file name.
 */
export function leaveMessage(root: string, taskId: string, message: NewMessage): string {
  const folder = messagesOf(root, taskId);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const at = Date.now();
  const id = `${RANK[message.priority]}-${String(at).padStart(14, '0')}-${randomBytes(4).toString('hex')}`;
  const full: Message = { ...message, id, at };
  writeWhole(join(folder, `${id}.json`), JSON.stringify(full));
  // The coordinator watches one folder, not one for each entry.
  writeWhole(join(messagesFolder(root), 'bell'), id);
  return `${id}.json`;
}

const RANK = { high: 0, normal: 1, low: 2 } as const;
const PRIORITIES = ['high', 'normal', 'low'] as const;

/** How many messages wait, by task id; ids with none are left out. */
export function waitingMessages(root: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of namesIn(messagesFolder(root))) {
    const { length } = messagesIn(messagesOf(root, id));
    if (length > 0) counts.set(id, length);
  }
  return counts;
}

/** All that was ever said to the agents of an entry, oldest first, and the files of those that still wait. */
export function allMessages(
  root: string,
  taskId: string,
): { readonly messages: readonly Message[]; readonly waiting: readonly string[] } {
  const folder = messagesOf(root, taskId);
  const waiting = messagesIn(folder);
  const given = messagesIn(join(folder, 'delivered'));
  const messages = [...given, ...waiting].map(({ message }) => message).sort((a, b) => a.at - b.at);
  return { messages, waiting: waiting.map(({ file }) => file) };
}

/** A message that an agent has got. */
export interface GivenMessage {
  readonly taskId: string;
  /** Its id, as in `injected`. */
  readonly message: string;
  readonly priority: keyof typeof RANK;
  /** When it was left, epoch ms. */
  readonly at: number;
  /** Its file. */
  readonly path: string;
}

/** All messages that agents have got, of entries on the board. They are told by the names of their files; none is read. */
export function givenMessages(root: string): GivenMessage[] {
  return namesIn(messagesFolder(root)).flatMap((taskId) => {
    const folder = join(messagesOf(root, taskId), 'delivered');
    return namesIn(folder).flatMap((name): GivenMessage[] => {
      const [, rank = '', at = ''] = /^([012])-(\d{14})-[0-9a-f]{8}\.json$/.exec(name) ?? [];
      const priority = PRIORITIES[Number(rank)];
      if (rank === '' || priority === undefined) return [];
      return [{ taskId, message: name.replace(/\.json$/, ''), priority, at: Number(at), path: join(folder, name) }];
    });
  });
}

/** These messages are in a run's briefing: they wait no longer, and stay for the briefing of later runs. */
export function markGiven(root: string, taskId: string, files: readonly string[]): void {
  const folder = messagesOf(root, taskId);
  if (files.length > 0) mkdirSync(join(folder, 'delivered'), { recursive: true, mode: 0o700 });
  for (const file of files)
    try {
      renameSync(join(folder, file), join(folder, 'delivered', file));
    } catch (error) {
      // The run that is ending took it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
}

/** Messages for entries that have left the board for good go. */
export function forgetMessages(root: string, gone: ReadonlySet<string>): void {
  for (const id of namesIn(messagesFolder(root)))
    if (gone.has(id)) rmSync(messagesOf(root, id), { recursive: true, force: true });
}
