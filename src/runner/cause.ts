import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CAUSES, RUN_FILES } from './folder.ts';
import type { Cause, EndCause } from './folder.ts';
import { writeOnce } from './write-once.ts';

/**
 * Writes down why a run ends. The first cause wins: what stands in `cause.json` afterwards is returned, and nothing
 * is signalled before.
 */
export function endBecause(folder: string, cause: Cause, detail: string): EndCause {
  const wanted: EndCause = { cause, detail, at: Date.now() };
  return writeOnce(join(folder, RUN_FILES.cause), wanted) ? wanted : (readCause(folder) ?? wanted);
}

/** The cause written down so far; null if the run goes on. */
export function readCause(folder: string): EndCause | null {
  return readEndCause(join(folder, RUN_FILES.cause));
}

/** What the coordinator asks for in `stop.json`; null if it asks for nothing. */
export function readStop(folder: string): EndCause | null {
  return readEndCause(join(folder, RUN_FILES.stop));
}

function readEndCause(path: string): EndCause | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  try {
    const { cause, detail, at } = JSON.parse(text) as Partial<EndCause>;
    const known = CAUSES.find((name) => name === cause) ?? 'stopped';
    return { cause: known, detail: detail ?? '', at: at ?? Date.now() };
  } catch {
    // Somebody wants the run to end, even if the reason can't be read.
    return { cause: 'stopped', detail: 'the run was told to end', at: Date.now() };
  }
}
