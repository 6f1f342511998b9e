import { type FSWatcher, watch } from 'node:fs';
import { statOrNone } from '../system/plain-file.ts';

/** ms between the first event and the ring: a save is several events. */
const SETTLE_MS = 20;

/**
 * Tells that something may have changed in some folders. It may ring for nothing, and it may miss something (a network file
 * system, a limit of the system): whoever waits for it looks every few seconds all the same.
 */
export class Doorbell {
  readonly #watchers = new Map<string, { readonly watcher: FSWatcher; readonly inode: number }>();
  #rung = false;
  #timer: NodeJS.Timeout | null = null;
  #wake: (() => void) | null = null;

  /**
   * Watches these folders, and no others; those that are not there are tried again at the next call. It rings when a folder
   * is watched for the first time: what was written before was not heard.
   */
  watch(folders: readonly string[]): void {
    for (const [folder, { watcher, inode }] of this.#watchers)
      if (!folders.includes(folder) || statOrNone(folder)?.ino !== inode) {
        watcher.close();
        this.#watchers.delete(folder);
      }
    const before = this.#watchers.size;
    for (const folder of folders) if (!this.#watchers.has(folder)) this.#add(folder);
    if (this.#watchers.size > before) this.ring();
  }

  #add(folder: string): void {
    const stat = statOrNone(folder);
    if (stat === undefined) return;
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#onChange());
      watcher.on('error', () => {
        watcher.close();
        this.#watchers.delete(folder);
      });
      this.#watchers.set(folder, { watcher, inode: stat.ino });
    } catch {
      // Too many watches: the slow look finds it.
    }
  }

  #onChange(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.ring();
    }, SETTLE_MS).unref();
  }

  /** Ends the present wait, or the next one. */
  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Until it rings, or has rung since the last wait. @param ms at most so long */
  async wait(ms: number): Promise<void> {
    if (!this.#rung)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#wake = null;
    this.#rung = false;
  }

  close(): void {
    for (const { watcher } of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    clearTimeout(this.#timer ?? undefined);
    this.#timer = null;
  }
}
