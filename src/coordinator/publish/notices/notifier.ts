import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KanbanEvent, TimedEvent } from '../../../contract/event.ts';
import { noticeOf } from '../../../report/notices/notice.ts';
import type { NotifyTarget, Settings } from '../../../workflow/settings.ts';
import * as messages from './messages.ts';
import { NOTICE_TIMINGS, NoticeQueue, type NoticeTimings } from './notice-queue.ts';
import { send } from './send.ts';

export interface NotifierDeps {
  readonly root: string;
  /** The settings as they are now; undefined: none have been read yet. */
  readonly settings: () => Settings | undefined;
  /** Reports what could not be delivered. */
  readonly emit: (event: KanbanEvent) => void;
  readonly timings?: NoticeTimings;
}

/** Sends notices to the targets of `notify`, each by a queue of its own: nothing that a target does delays the work. */
export class Notifier {
  readonly #deps: NotifierDeps;
  readonly #timings: NoticeTimings;
  readonly #closing = new AbortController();
  /** By target, as its settings are written. */
  readonly #queues = new Map<string, NoticeQueue>();

  constructor(deps: NotifierDeps) {
    this.#deps = deps;
    this.#timings = deps.timings ?? NOTICE_TIMINGS;
  }

  /** Hands an event to the targets that ask for it. Returns at once. */
  notify(event: TimedEvent): void {
    const settings = this.#deps.settings();
    if (settings === undefined || settings.notify.length === 0 || this.#closing.signal.aborted) return;
    const notice = noticeOf(event);
    if (notice === null) return;
    this.#forget(settings);
    for (const [index, target] of settings.notify.entries())
      if (target.on.includes(notice.kind))
        this.#queueOf(target, index, settings).add({ id: randomUUID(), event, notice });
  }

  /** Delivers what waits, for a few seconds at most; what is left then is dropped and reported. */
  async close(): Promise<void> {
    const drained = Promise.all([...this.#queues.values()].map((queue) => queue.drain()));
    const late = new AbortController();
    await Promise.race([drained, sleep(this.#timings.drain, undefined, { signal: late.signal }).catch(() => {})]);
    late.abort();
    this.#closing.abort();
    await drained;
  }

  #queueOf(target: NotifyTarget, index: number, settings: Settings): NoticeQueue {
    const { root, emit } = this.#deps;
    const key = keyOf(target);
    const known = this.#queues.get(key);
    if (known !== undefined) return known;
    const closing = this.#closing.signal;
    const context = { root, project: basename(root), settings, timeout: this.#timings.timeout, closing };
    const queue = new NoticeQueue({
      send: (delivery) => send(target, delivery, { ...context, settings: this.#deps.settings() ?? settings }),
      onDropped: (deliveries, why) => {
        for (const { notice } of deliveries)
          emit({ type: 'notify-failed', target: messages.targetName(index, target.to), about: notice.title, why });
      },
      isForPeople: target.to === 'slack' || target.to === 'ntfy',
      timings: this.#timings,
      closing,
    });
    this.#queues.set(key, queue);
    return queue;
  }

  /** Queues of targets that were taken out of the settings and have nothing left to send. */
  #forget({ notify }: Settings): void {
    const kept = new Set(notify.map(keyOf));
    for (const [key, queue] of this.#queues) if (!kept.has(key) && queue.isIdle) this.#queues.delete(key);
  }
}

const keyOf = (target: NotifyTarget): string => JSON.stringify(target);
