import { basename, dirname } from 'node:path';
import { watch } from 'chokidar';
import type { FSWatcher } from 'chokidar';
import { statOrNone } from './plain-file.ts';

/** What changed: the board's files, WORKFLOW.md, a prompt, a request or a message came in, a run ended. */
export type ChangeKind = 'board' | 'workflow' | 'prompts' | 'mailbox' | 'messages' | 'ended';

/** What to watch; absolute paths. None of it need exist. */
export interface WatchedPaths {
  readonly board: string;
  readonly workflow: string;
  readonly prompts: string;
  readonly mailbox: string;
  /** The folder of the messages for agents, in which a bell is rung for each. */
  readonly messages: string;
  /** A folder into which runners put a file when a run has ended. */
  readonly ended: string;
}

export interface WatchOptions {
  readonly paths: WatchedPaths;
  readonly onChange: (kind: ChangeKind) => void;
  /** Watching failed (a limit of the system): changes are still found by the coordinator's slow re-read. */
  readonly onError?: (reason: string) => void;
}

export interface BoardWatch {
  /** Resolves once everything that is there is being watched. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/**
 * Reports changes of the few files that the coordinator reads. At once, since a tick reads but doesn't write a file that
 * is still moving; and once more 150 ms after the last event, since chokidar 5 never reports the last of two writes
 * within 50 ms. Hence no awaitWriteFinish: it would cost 100 ms of every save for what the second
 * signal does.
 *
 * Only the folders named are watched, each by itself: chokidar lists a whole folder at every change in it, and the checkout,
 * the git dir and the rest of `.kanban/` change with every move and landing of our own (a tenth of the coordinator's time).
 * A folder that is deleted is looked for until it is back; one that is made again at once, as by a switch of branches,
 * looks unchanged to chokidar, which continues watching the old one: so after every event the folders are compared by their
 * inodes. What people do in git alone is found by the slow look.
 */
export function watchBoard({ paths, onChange, onError }: WatchOptions): BoardWatch {
  const targets = targetsOf(paths);
  const kindOf = (path: string): ChangeKind | null => targets.find((target) => covers(target, path))?.kind ?? null;
  const watcher = watch(
    targets.map(({ path }) => path),
    {
      ignoreInitial: true,
      depth: 0,
      ignored: (path: string) => !targets.some((target) => path === target.path || covers(target, path)),
      ignorePermissionErrors: true,
    },
  );
  const again = new Map<ChangeKind, NodeJS.Timeout>();
  const signal = (kind: ChangeKind): void => {
    clearTimeout(again.get(kind));
    again.set(
      kind,
      setTimeout(() => onChange(kind), TRAILING),
    );
    onChange(kind);
  };
  watcher.on('all', (_event, path) => {
    const kind = kindOf(path);
    if (kind !== null) signal(kind);
  });
  const folders = followFolders(watcher, targets, signal);
  watcher.on('raw', () => folders.poll());
  watcher.on('error', (error) => onError?.(error instanceof Error ? error.message : String(error)));
  return {
    ready: readyOf(watcher),
    async close() {
      folders.close();
      for (const timer of again.values()) clearTimeout(timer);
      await watcher.close();
    },
  };
}

const TRAILING = 150;

interface Target {
  readonly kind: ChangeKind;
  readonly path: string;
  /** A folder: what lies directly in it counts too. */
  readonly folder: boolean;
}

function targetsOf({ board, workflow, prompts, mailbox, messages, ended }: WatchedPaths): Target[] {
  return [
    { kind: 'board', path: board, folder: true },
    { kind: 'workflow', path: workflow, folder: false },
    { kind: 'prompts', path: prompts, folder: true },
    { kind: 'mailbox', path: mailbox, folder: true },
    { kind: 'messages', path: messages, folder: true },
    { kind: 'ended', path: ended, folder: true },
  ];
}

function covers({ path: target, folder }: Target, path: string): boolean {
  if (path === target) return true;
  return folder && dirname(path) === target && !isPassing(path);
}

/** Files on their way to another name: git's locks, our own temporaries, editors' swap files. */
const isPassing = (path: string): boolean => /\.lock$|^\.|~$|^4913$/.test(basename(path));

async function readyOf(watcher: FSWatcher): Promise<void> {
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
}

/** How often a target that is missing is looked for. */
const LOOK_FOR_MISSING = 250;

/** Watches a folder or file anew once another one stands in its place. */
function followFolders(
  watcher: FSWatcher,
  targets: readonly Target[],
  signal: (kind: ChangeKind) => void,
): { poll(): void; close(): void } {
  const followed = targets.map((target) => ({ ...target, inode: inodeOf(target.path) }));
  let timer: NodeJS.Timeout | null = null;
  const poll = (after: number): void => void (timer ??= setTimeout(compare, after).unref());
  const compare = (): void => {
    timer = null;
    for (const target of followed) {
      const inode = inodeOf(target.path);
      if (inode === target.inode) continue;
      target.inode = inode;
      if (inode !== null) watcher.unwatch(target.path).add(target.path);
      signal(target.kind);
    }
    if (followed.some(({ inode }) => inode === null)) poll(LOOK_FOR_MISSING);
  };
  if (followed.some(({ inode }) => inode === null)) poll(LOOK_FOR_MISSING);
  return { poll: () => poll(30), close: () => clearTimeout(timer ?? undefined) };
}

/** Names a folder for good: inode numbers are given out again, but not at the same time. */
function inodeOf(path: string): string | null {
  const stat = statOrNone(path);
  return stat === undefined ? null : `${stat.dev}:${stat.ino}:${stat.birthtimeMs}`;
}
