import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import { watch } from 'chokidar';
import type { FSWatcher } from 'chokidar';

/** What changed: the board's files, WORKFLOW.md, a prompt, a request came in, a run ended. */
export type ChangeKind = 'board' | 'workflow' | 'prompts' | 'mailbox' | 'ended';

/** What to watch; absolute paths. `mailbox` and `ended` must be there, the others need not. */
export interface WatchedPaths {
  /** The person's checkout. */
  readonly root: string;
  readonly board: string;
  readonly workflow: string;
  readonly prompts: string;
  readonly mailbox: string;
  /** A folder into which runners put a file when a run has ended. */
  readonly ended: string;
}

export interface WatchOptions {
  readonly paths: WatchedPaths;
  readonly onChange: (kind: ChangeKind) => void;
  /** Watching failed (a limit of the system): changes are still found by the coordinator's slow re-read. */
  readonly onTrouble?: (words: string) => void;
}

export interface BoardWatch {
  /** Resolves once everything that is there is being watched. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/**
 * Reports changes of the few files that the coordinator reads. At once, since a tick reads but doesn't write a file that
 * is still moving; and once more 150 ms after the last event, since chokidar 5 never reports the last of two writes
 * within 50 ms (DEPENDENCIES.md E). Hence no awaitWriteFinish: it would cost 100 ms of every save for what the second
 * signal does.
 *
 * A folder of the person's that is deleted and made again is seen from above: the checkout is watched, but in it only
 * what leads to the files named. Made again at once, as by a switch of branches, it looks unchanged to chokidar, which
 * goes on watching the old one: so after every event the folders are compared by their inodes.
 *
 * The git dir and what else lies in `.kanban/` are not watched: they change with every move of our own, and chokidar
 * lists a whole folder at each change (a tenth of the coordinator's time). What people do in git alone is found by the
 * slow look.
 */
export function watchBoard({ paths, onChange, onTrouble }: WatchOptions): BoardWatch {
  const targets = targetsOf(paths);
  const kindOf = (path: string): ChangeKind | null => targets.find((target) => covers(target, path))?.kind ?? null;
  const roots = [...new Set(targets.map(({ parent }) => parent))];
  const watcher = watch(roots, {
    ignoreInitial: true,
    ignored: (path: string) => !roots.includes(path) && !targets.some((target) => covers(target, path) || leadsTo(path, target)),
    ignorePermissionErrors: true,
  });
  const again = new Map<ChangeKind, NodeJS.Timeout>();
  const signal = (kind: ChangeKind): void => {
    clearTimeout(again.get(kind));
    again.set(kind, setTimeout(() => onChange(kind), TRAILING));
    onChange(kind);
  };
  watcher.on('all', (_event, path) => {
    const kind = kindOf(path);
    if (kind !== null) signal(kind);
  });
  const folders = followFolders(watcher, targets, signal);
  watcher.on('raw', folders.look);
  watcher.on('error', (error) => onTrouble?.(error instanceof Error ? error.message : String(error)));
  return {
    ready: readyOf(watcher),
    async close() {
      folders.close();
      for (const timer of again.values()) clearTimeout(timer);
      await watcher.close();
    },
  };
}

/**
 * Since when a file has not been touched, in epoch ms; null if there is none. By the inode's times, of which a person's
 * tools can set one only: the later one counts, but for times that lie in the future (a set clock).
 */
export function stillSince(path: string, now: number): number | null {
  const stat: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  return Math.max(0, ...[stat.mtimeMs, stat.ctimeMs].filter((time) => time <= now + 1000));
}

const TRAILING = 150;

interface Target {
  readonly kind: ChangeKind;
  readonly path: string;
  /** A folder above it that stays, watched for what leads to `path`. */
  readonly parent: string;
  /** A folder: what lies directly in it counts too. */
  readonly folder: boolean;
}

function targetsOf({ root, board, workflow, prompts, mailbox, ended }: WatchedPaths): Target[] {
  const parentOf = (path: string): string => (path.startsWith(root + sep) ? root : dirname(path));
  const folder = (kind: ChangeKind, path: string): Target => ({ kind, path, parent: parentOf(path), folder: true });
  const own = (kind: ChangeKind, path: string): Target => ({ kind, path, parent: path, folder: true });
  return [
    folder('board', board),
    { kind: 'workflow', path: workflow, parent: parentOf(workflow), folder: false },
    folder('prompts', prompts),
    own('mailbox', mailbox),
    own('ended', ended),
  ];
}

function covers({ path: target, folder }: Target, path: string): boolean {
  if (path === target) return true;
  return folder && dirname(path) === target && !isPassing(path);
}

/** Files on their way to another name: git's locks, our own temporaries, editors' swap files. */
const isPassing = (path: string): boolean => /\.lock$|^\.|~$|^4913$/.test(basename(path));

const leadsTo = (path: string, { path: target }: Target): boolean => target.startsWith(path + sep);

async function readyOf(watcher: FSWatcher): Promise<void> {
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
}

/** Watches a folder anew once another one stands in its place. */
function followFolders(watcher: FSWatcher, targets: readonly Target[], signal: (kind: ChangeKind) => void): { look(): void; close(): void } {
  const folders = targets.filter(({ folder }) => folder).map((target) => ({ ...target, inode: inodeOf(target.path) }));
  let timer: NodeJS.Timeout | null = null;
  const compare = (): void => {
    timer = null;
    for (const folder of folders) {
      const inode = inodeOf(folder.path);
      if (inode === folder.inode) continue;
      folder.inode = inode;
      if (inode !== null) watcher.unwatch(folder.path).add(folder.path);
      signal(folder.kind);
    }
  };
  return {
    look: () => void (timer ??= setTimeout(compare, 30)),
    close: () => clearTimeout(timer ?? undefined),
  };
}

/** Names a folder for good: inode numbers are given out again, but not at the same time. */
function inodeOf(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.dev}:${stat.ino}:${stat.birthtimeMs}`;
}
