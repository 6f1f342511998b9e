import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What is looked at; each figure only grows or changes while the agent does something. */
export interface Signs {
  /** Bytes of output. */
  readonly output: number;
  /** CPU ms of the whole tree; a few heartbeats don't count. */
  readonly cpu: number;
  /** Fingerprint of the worktree; asked for only when the first two are silent. */
  readonly files: () => string;
}

const IDLE_SHARE = 0.01;
const MOST_ENTRIES = 20_000;

/**
 * Stalled is not slow: no output, no CPU used *and* no file changed for `after` ms. Fed with the awake time, so
 * that a suspended machine doesn't look stalled.
 */
export class StallWatch {
  private readonly after: number;
  private lastSign = 0;
  private lastLook = 0;
  private output = 0;
  private cpu = 0;
  private files: string | null = null;
  private stalled = false;

  constructor(after: number) {
    this.after = after;
  }

  /** ms between two looks. */
  get interval(): number {
    return Math.min(5_000, Math.max(200, this.after / 6));
  }

  /** @returns the change of state, if there is one, and since when (awake ms) nothing happened. */
  observe(awake: number, signs: Signs): { change: 'stalled' | 'awake' | null; since: number } {
    const since = this.lastSign;
    if (this.showsLife(awake, signs)) {
      const change = this.stalled ? 'awake' : null;
      this.stalled = false;
      this.lastSign = awake;
      this.files = null;
      return { change, since };
    }
    const silent = awake - this.lastSign;
    if (silent >= this.after / 2 && this.files === null) this.files = signs.files();
    else if (silent >= this.after && !this.stalled) {
      const files = signs.files();
      if (files === this.files) {
        this.stalled = true;
        return { change: 'stalled', since };
      }
      this.files = files;
      this.lastSign = awake - this.after / 2;
    }
    return { change: null, since };
  }

  private showsLife(awake: number, { output, cpu }: Signs): boolean {
    const grown = output !== this.output;
    const used = cpu - this.cpu > (awake - this.lastLook) * IDLE_SHARE;
    this.output = output;
    this.cpu = cpu;
    this.lastLook = awake;
    return grown || used;
  }
}

/** Newest change and number of the worktree's files, over at most 20,000 of them; `.git` and node_modules left out. */
export function fingerprint(worktree: string): string {
  let newest = 0;
  let count = 0;
  const folders = [worktree];
  for (let folder = folders.shift(); folder !== undefined && count < MOST_ENTRIES; folder = folders.shift()) {
    for (const entry of entriesOf(folder)) {
      if (entry.name === '.git' || entry.name === 'node_modules') continue;
      const path = join(folder, entry.name);
      count += 1;
      newest = Math.max(newest, changedAt(path));
      if (entry.isDirectory()) folders.push(path);
    }
  }
  return `${count} ${newest}`;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function changedAt(path: string): number {
  try {
    return lstatSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
