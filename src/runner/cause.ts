import { join } from 'node:path';
import { CAUSES } from '../contract/result.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import type { Cause } from '../contract/result.ts';
import type { EndCause } from '../contract/run-files.ts';
import { lstatOrNone, plainTextOf } from '../system/plain-file.ts';
import { MOST_SMALL_RECORD } from '../contract/records.ts';
import { text, time } from '../contract/shape.ts';
import { writeOnce } from '../system/write-once.ts';
import * as messages from './messages.ts';

/**
 * Writes down why a run ends. The first cause wins: what stands in `cause.json` afterwards is returned, and nothing
 * is signalled before.
 */
export function endBecause(folder: string, cause: Cause, detail: string): EndCause {
  const wanted: EndCause = { cause, detail, at: Date.now() };
  return writeOnce(join(folder, RUN_FILES.cause), wanted) ? wanted : (readCause(folder) ?? wanted);
}

/** The cause written down so far; null if the run continues. */
export function readCause(folder: string): EndCause | null {
  return readEndCause(join(folder, RUN_FILES.cause));
}

/** What the coordinator asks for in `stop.json`; null if it asks for nothing. */
export function readStop(folder: string): EndCause | null {
  return readEndCause(join(folder, RUN_FILES.stop));
}

function readEndCause(path: string): EndCause | null {
  if (lstatOrNone(path) === undefined) return null;
  try {
    const value = JSON.parse(plainTextOf(path, MOST_SMALL_RECORD) ?? '') as Partial<Record<keyof EndCause, unknown>>;
    const { cause, detail, at } = value;
    return {
      cause: CAUSES.find((name) => name === cause) ?? 'stopped',
      detail: text()(detail) ? (detail as string) : '',
      at: time(at) ? (at as number) : Date.now(),
    };
  } catch {
    // Somebody wants the run to end, even if the reason can't be read.
    return { cause: 'stopped', detail: messages.ASKED_TO_END, at: Date.now() };
  }
}
