import { join } from 'node:path';
import { RUN_FILES } from '../contract/run-files.ts';
import { failed, ok, type Result } from '../problem.ts';
import { readFrom, statOrNone } from '../system/plain-file.ts';
import type { OutputQuery, RunOutput } from './board-types.ts';
import { endOfRun, newestRun } from './entry-run.ts';
import { noRun } from './no-run.ts';

const MAX_BYTES = 64 * 1024;

/**
 * A part of what a run's agent printed. It begins and ends with whole characters, so `next` may be less than `from` and the
 * bytes asked for. @param root of the main worktree, absolute. Problem: `no-run`
 */
export function runOutput(root: string, id: string, { from, max = MAX_BYTES }: OutputQuery): Result<RunOutput> {
  const run = newestRun(root, id);
  if (run === null) return failed([noRun(id)]);
  // Asked first: what is printed until the end is in the size that is read afterwards.
  const ended = endOfRun(root, run.runId) !== null;
  const path = join(run.folder, RUN_FILES.output);
  const size = statOrNone(path)?.size ?? 0;
  const most = Math.max(4, Math.floor(max));
  const begin = Math.min(size, Math.max(0, from ?? size - most));
  const bytes = readFrom(path, begin, most);
  const first = from === undefined && begin > 0 ? charactersBegin(bytes) : 0;
  const end = begin + bytes.length < size || !ended ? charactersEnd(bytes) : bytes.length;
  const text = bytes.toString('utf8', first, Math.max(first, end));
  return ok({ run: run.runId, from: begin + first, next: begin + Math.max(first, end), size, text, ended });
}

const isWithin = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** Index of the first byte that begins a character. */
function charactersBegin(bytes: Buffer): number {
  let at = 0;
  while (at < Math.min(3, bytes.length) && isWithin(bytes[at])) at++;
  return at;
}

/** Index behind the last character that is whole. */
function charactersEnd(bytes: Buffer): number {
  let at = bytes.length - 1;
  while (at > bytes.length - 4 && isWithin(bytes[at])) at--;
  const lead = bytes[at] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return at >= 0 && at + length > bytes.length ? at : bytes.length;
}
