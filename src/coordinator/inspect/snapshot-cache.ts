import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { notedBase } from '../observe/configured-base.ts';
import { guard, object, oneOf, text } from '../../contract/shape.ts';
import { isSnapshot } from '../../contract/snapshot-shape.ts';
import type { Snapshot } from '../../contract/snapshot.ts';
import { checkoutState, worktrees } from '../../git/checkout.ts';
import { git, type Repository } from '../../git/git.ts';
import { readRefs } from '../../git/refs.ts';
import { namesIn } from '../../system/folder-names.ts';
import { MOST_BYTES, plainJsonOf, readFollowing, statOrNone } from '../../system/plain-file.ts';
import { writeWhole } from '../../system/write-once.ts';

const WORKFLOW = 'WORKFLOW.md';
/** As preflight asks it (`readStatus`): tracked files that differ from HEAD. */
const CHANGED = ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=no', '--no-renames'];

interface Kept {
  readonly version: 8;
  readonly key: string;
  /** Where base is checked out, absolute. */
  readonly checkout: string;
  /** The board's folder, relative to the root. */
  readonly board: string;
  readonly snapshot: Snapshot;
}

/**
 * The last look that a command had without a coordinator, kept under a digest of everything that it depends on: parsing
 * settings and board again takes longer than all the rest of `kanban status`.
 */
export class LookCache {
  readonly #repo: Repository;
  readonly #path: string;
  readonly #kept: Kept | null;

  constructor(repo: Repository) {
    this.#repo = repo;
    this.#path = join(repo.commonDir, 'kanban', 'look.json');
    this.#kept = readKept(this.#path);
  }

  /** @returns null: nothing was kept, or something has changed since. */
  async find(now: number): Promise<Snapshot | null> {
    const kept = this.#kept;
    if (kept === null || kept.snapshot.dayEnds <= now || (await this.#digest(kept)) !== kept.key) return null;
    return { ...kept.snapshot, at: now };
  }

  /**
   * Keeps a look (in the git dir: looking leaves nothing in the checkout), unless time alone changes it, base is checked
   * out nowhere, or there is no WORKFLOW.md.
   */
  async keep(snapshot: Snapshot, board: string): Promise<void> {
    const passing = snapshot.entries.some(({ until, run }) => until !== null || run !== null);
    const { checkout } = snapshot.base;
    if (passing || checkout === null || snapshot.orphanRuns.length > 0) return;
    if (!existsSync(join(checkout, WORKFLOW))) return;
    // The age of a lock counts, which no file shows.
    if (worktrees(this.#repo).some(({ gitDir }) => checkoutState(gitDir).indexLocked)) return;
    const key = await this.#digest({ checkout, board });
    const kept: Kept = { version: 8, key, checkout, board, snapshot };
    try {
      writeWhole(this.#path, JSON.stringify(kept));
    } catch {
      // A full or read-only disk: the next look takes its time again.
    }
  }

  /**
   * HEADs and what is open in worktrees, all refs, changed files, the texts, the runs, the requests and messages that wait,
   * the folders that programs are found in.
   */
  async #digest({ checkout, board }: Pick<Kept, 'checkout' | 'board'>): Promise<string> {
    const { root } = this.#repo;
    const hash = createHash('sha1');
    const add = (...parts: readonly (string | Buffer)[]): void => {
      for (const part of parts) hash.update(`${part.length}\0`).update(part);
    };
    for (const { path, gitDir } of worktrees(this.#repo)) add(path, JSON.stringify(checkoutState(gitDir)));
    const [refs, changed] = await Promise.all([
      readRefs(this.#repo, ['refs/heads/', 'refs/kanban/']),
      git(CHANGED, { cwd: checkout, okExit: [0, 128] }),
    ]);
    for (const { name, sha } of refs) add(name, sha);
    add(changed.stdout);
    // Which base it is about, then what stands there.
    add(notedBase(this.#repo) ?? '', ...[root, checkout].map((path) => bytesOf(join(path, WORKFLOW))));
    for (const name of namesIn(join(checkout, board))) add(name, bytesOf(join(checkout, board, name)));
    const runs = join(root, '.kanban', 'runs');
    for (const name of namesIn(runs)) add(name, String(statOrNone(join(runs, name))?.mtimeMs));
    const messages = join(root, '.kanban', 'messages');
    for (const name of namesIn(messages)) add(name, ...namesIn(join(messages, name)));
    add(bytesOf(join(root, '.kanban', 'paused.json')), bytesOf(join(this.#repo.commonDir, 'kanban', 'checks.jsonl')));
    add(...namesIn(join(root, '.kanban', 'mailbox')));
    for (const name of namesIn(join(root, '.worktrees'))) add(name, changeOf(join(root, '.worktrees', name)));
    // What preflight finds: programs that come and go, who commits.
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) add(folder, changeOf(folder));
    for (const file of [join(this.#repo.commonDir, 'config'), join(homedir(), '.gitconfig')]) add(changeOf(file));
    return hash.digest('hex');
  }
}

/** What does not have the right shape is looked at anew. */
const readKept = (path: string): Kept | null => plainJsonOf(path, isKept, MOST_BYTES);

const isKept = guard<Kept>(
  object({ version: oneOf(8), key: text(100), checkout: text(), board: text(), snapshot: isSnapshot }),
);

/** Changes when a file or a folder's list of names does; '' = there is none. */
const changeOf = (path: string): string => String(statOrNone(path)?.mtimeMs ?? '');

function bytesOf(path: string): Buffer {
  try {
    return readFollowing(path) ?? Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  }
}
