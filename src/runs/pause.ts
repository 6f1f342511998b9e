import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lstatOrNone, plainJsonOf, plainTextOf, removeWhatever } from '../system/plain-file.ts';
import { guard, object, time } from '../contract/shape.ts';
import { writeWhole } from '../system/write-once.ts';
import * as messages from './messages.ts';

/** `.kanban/paused.json`: the user paused everything. It outlives the coordinator: a pause ends only by `kanban resume`. */
const fileOf = (root: string): string => join(root, '.kanban', 'paused.json');

interface Pause {
  readonly by: string;
  readonly why: string;
  /** Epoch ms. */
  readonly at: number;
}

/** Pauses everything; of a pause that is there already, a new reason replaces the old one. */
export function pauseAll(root: string, pause: Pause): 'paused' | 'reason-changed' | 'paused-already' {
  const isPaused = pausedBy(root) !== null;
  if (isPaused && pause.why === '') return 'paused-already';
  mkdirSync(join(root, '.kanban'), { recursive: true, mode: 0o700 });
  writeWhole(fileOf(root), JSON.stringify(pause));
  return isPaused ? 'reason-changed' : 'paused';
}

/** Ends the pause. @returns whether there was one. */
export function resumeAll(root: string): boolean {
  const there = pausedBy(root) !== null;
  removeWhatever(fileOf(root));
  return there;
}

/** Who paused everything and why, as text; null = nothing is paused. A file that can't be read is a pause all the same. */
export function pausedBy(root: string): string | null {
  if (lstatOrNone(fileOf(root)) === undefined) return null;
  try {
    const { by, why } = JSON.parse(plainTextOf(fileOf(root), MAX_PAUSE_FILE_BYTES) ?? '') as Partial<
      Record<keyof Pause, unknown>
    >;
    const reason = typeof why === 'string' && why !== '' ? ` (${why})` : '';
    return messages.pausedBy(typeof by === 'string' ? by : null, reason);
  } catch {
    return messages.PAUSED;
  }
}

const MAX_PAUSE_FILE_BYTES = 1024 * 1024;

/** `.kanban/resumed.json`: when the user last ended all holds; what agents failed of before that holds nothing any more. */
const resumedFile = (root: string): string => join(root, '.kanban', 'resumed.json');

/** Ends the holds of agents (a provider's limit, a missing login, failed launches). @param at epoch ms */
export function endHolds(root: string, at: number): void {
  mkdirSync(join(root, '.kanban'), { recursive: true, mode: 0o700 });
  writeWhole(resumedFile(root), JSON.stringify({ at }));
}

/** When the user last ended all holds, epoch ms; 0 = never. */
export const resumedAt = (root: string): number =>
  plainJsonOf(resumedFile(root), isResumed, MAX_PAUSE_FILE_BYTES)?.at ?? 0;

const isResumed = guard<{ readonly at: number }>(object({ at: time }));
