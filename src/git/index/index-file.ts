import {
  chmodSync,
  existsSync,
  futimesSync,
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { buildIndex, findEntries, type IndexEdit, type RawEntry } from './index-format.ts';

/**
 * `locked`: another process holds index.lock. `other`: this file's entry is none of the allowed ones (the user has
 * staged something). `unsupported`: this index has features that only git itself can handle (see index.ts). All of
 * these change nothing.
 */
export type IndexResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: 'locked' | 'unsupported' }
  | { readonly ok: false; readonly why: 'other'; readonly path: string };

/** Name of the file that we build an index in; index.lock is made as a hard link to it, so that we know our own lock. */
export const INDEX_DRAFT = 'kanban-index';

/**
 * Changes some entries of an index and nothing else in it, in this process: compare and set under index.lock, which is
 * held for some microseconds, where `git ls-files` + `git update-index` are two processes and race with the user.
 * @param format of the repository's object names.
 * @param step for tests: called at every point where a kill leaves another state.
 */
export function editIndexFile(
  gitDir: string,
  format: 'sha1' | 'sha256',
  edits: readonly IndexEdit[],
  step: (name: string) => void = () => {},
): IndexResult {
  const path = join(gitDir, 'index');
  const draft = join(gitDir, INDEX_DRAFT);
  for (let tries = 0; tries < 5; tries++) {
    if (existsSync(`${path}.lock`)) return { ok: false, why: 'locked' };
    const before = fingerprint(path);
    const built = buildIndex(before === null ? null : readFileSync(path), format, edits);
    if (!built.ok) return built;
    if (built.bytes === null) return { ok: true };
    writeDraft(draft, built.bytes, path);
    step('index-draft');
    try {
      linkSync(draft, `${path}.lock`);
    } catch (error) {
      rmSync(draft, { force: true });
      const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
      return { ok: false, why: exists ? 'locked' : 'unsupported' };
    }
    step('index-locked');
    const same = fingerprint(path) === before;
    if (same) renameSync(`${path}.lock`, path);
    else rmSync(`${path}.lock`);
    step('index-renamed');
    rmSync(draft, { force: true });
    if (same) return { ok: true };
  }
  return { ok: false, why: 'locked' };
}

/** Removes what a kill in `editIndexFile` left: the draft, and index.lock if it is that very file. */
export function clearIndexDraft(gitDir: string): void {
  const draft = join(gitDir, INDEX_DRAFT);
  const lock = join(gitDir, 'index.lock');
  const [ours, held] = [draft, lock].map((path) => statSync(path, { throwIfNoEntry: false, bigint: true }));
  if (ours && held && ours.ino === held.ino && ours.dev === held.dev) rmSync(lock);
  rmSync(draft, { force: true });
}

/** The entries of these paths; null: this index needs git itself. @param paths UTF-8. */
export function readIndexFile(
  gitDir: string,
  format: 'sha1' | 'sha256',
  paths: ReadonlySet<string>,
): Map<string, RawEntry> | null {
  const path = join(gitDir, 'index');
  return existsSync(path) ? findEntries(readFileSync(path), format, paths) : new Map();
}

function writeDraft(draft: string, bytes: Buffer, index: string): void {
  rmSync(draft, { force: true });
  writeFileSync(draft, bytes, { flag: 'wx' });
  const old = statSync(index, { throwIfNoEntry: false });
  if (!old) return;
  chmodSync(draft, old.mode & 0o777);
  // Not newer than the index that it replaces: git trusts an entry's time only where the index is newer than the file,
  // and a file changed in the moment before would look clean otherwise ("racy git").
  const file = openSync(draft, 'r+');
  futimesSync(file, old.atime, Math.floor(old.mtimeMs) / 1000 - 0.001);
  closeSync(file);
}

function fingerprint(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat ? `${stat.dev}.${stat.ino}.${stat.size}.${stat.mtimeNs}.${stat.ctimeNs}` : null;
}
