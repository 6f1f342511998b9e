import type { KanbanEvent } from '../../contract/event.ts';
import { givenMessages } from '../../runs/message-store.ts';
import { lstatOrNone } from '../../system/plain-file.ts';

/** Sees when agents get their messages: a runner gives them while its agent works, and tells nobody else. */
export class MessageWatch {
  readonly #root: string;
  #known: ReadonlySet<string>;

  /** What has been given by now was given to runs of an earlier coordinator. */
  constructor(root: string) {
    this.#root = root;
    this.#known = new Set(givenMessages(root).map(({ message }) => message));
  }

  /** Events of the messages that were given since the last call. */
  news(): KanbanEvent[] {
    const given = givenMessages(this.#root);
    const known = this.#known;
    this.#known = new Set(given.map(({ message }) => message));
    return given.flatMap(({ taskId: id, message, priority, at, path }): KanbanEvent[] => {
      // A rename sets this time, and is what gives a message.
      const givenAt = known.has(message) ? undefined : lstatOrNone(path)?.ctimeMs;
      if (givenAt === undefined) return [];
      return [{ type: 'message-given', id, message, priority, seconds: Math.max(0, Math.round(givenAt - at)) / 1000 }];
    });
  }
}
