import { join } from 'node:path';
import { amount, guard, list, object, oneOf, optional, text } from '../../contract/shape.ts';
import { effectiveConfig } from '../../git/config/effective-config.ts';
import { readTrusted, TRUSTED_CONFIG } from '../../git/config/harmless.ts';
import type { Repository } from '../../git/git.ts';
import { plainJsonOf, removeWhatever } from '../../system/plain-file.ts';
import { makeFolder, replaceWith, SHARED } from './own-folder-files.ts';
import { keepBig } from './restore-shared.ts';
import { MAX_BYTES, type SharedFile, type SharedFiles } from './shared-files.ts';

const stateFile = ({ commonDir }: Repository): string => join(commonDir, 'kanban', 'shared', 'files.json');

/** What was there when no run was active, as written down; null: nothing was written down. */
export function trustedShared(repo: Repository): Map<string, SharedFile> | null {
  const state = plainJsonOf(stateFile(repo), isState, MOST_STATE);
  if (state === null) return null;
  return new Map(
    Object.entries(state).map(([name, { base64, kind = 'file', ...rest }]) => [
      name,
      { bytes: Buffer.from(base64, 'base64'), kind, ...rest },
    ]),
  );
}

/** Bytes of what is written down. */
const MOST_STATE = 64 * 1024 * 1024;
const isFile = object({
  base64: text(2 * MAX_BYTES),
  mode: amount,
  kind: optional(oneOf('file', 'link', 'big', 'other')),
  ino: optional(amount),
});
const isState = guard<Record<string, { base64: string; mode: number; kind?: SharedFile['kind']; ino?: number }>>(
  (value) => object({})(value) && Object.values(value as object).every((file) => isFile(file)),
);

const waitingFile = ({ commonDir }: Repository): string => join(commonDir, 'kanban', 'shared', 'waiting.json');
const isWaiting = guard<string[]>(list(text()));

/** Changes that are still to be undone, by their ids, as an earlier coordinator left them. */
export const waitingShared = (repo: Repository): string[] =>
  plainJsonOf(waitingFile(repo), isWaiting, MOST_STATE) ?? [];

export function setWaitingShared(repo: Repository, ids: readonly string[]): void {
  makeFolder(repo.commonDir, SHARED, true);
  if (ids.length === 0) removeWhatever(waitingFile(repo));
  else replace(waitingFile(repo), JSON.stringify(ids));
}

/**
 * Writes down what is trusted from now on; `harmless.ts` reads the settings.
 * @param isActive a run is: of the files that the settings include, what was trusted before still is, for an agent may reach
 * them.
 */
export function trustShared(repo: Repository, files: SharedFiles, isActive: boolean): void {
  makeFolder(repo.commonDir, SHARED, true);
  for (const [name, file] of files) keepBig(repo, name, file);
  const state = [...files].map(
    ([name, { bytes, ...rest }]) => [name, { base64: bytes.toString('base64'), ...rest }] as const,
  );
  replace(stateFile(repo), JSON.stringify(Object.fromEntries(state)));
  const copy = join(repo.commonDir, ...TRUSTED_CONFIG);
  const known = isActive ? (readTrusted(copy)?.included ?? null) : null;
  replace(copy, JSON.stringify(effectiveConfig(repo.commonDir, known)));
}

const replace = (path: string, content: string): void => replaceWith(path, content, 0o600);
