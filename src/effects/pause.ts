import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../runner/write-once.ts';

/** `.kanban/paused.json`: a person paused everything. It outlives the coordinator: a pause ends only by `kanban resume`. */
const fileOf = (root: string): string => join(root, '.kanban', 'paused.json');

interface Pause {
  readonly by: string;
  readonly why: string;
  /** Epoch ms. */
  readonly at: number;
}

/** Pauses everything; a pause that is there already stays as it is. @returns whether there was none. */
export function pauseAll(root: string, pause: Pause): boolean {
  if (pausedBy(root) !== null) return false;
  mkdirSync(join(root, '.kanban'), { recursive: true, mode: 0o700 });
  writeWhole(fileOf(root), JSON.stringify(pause));
  return true;
}

/** Ends the pause. @returns whether there was one. */
export function resumeAll(root: string): boolean {
  const there = pausedBy(root) !== null;
  rmSync(fileOf(root), { force: true });
  return there;
}

/** Who paused everything and why, in words; null = nothing is paused. A file that can't be read is a pause all the same. */
export function pausedBy(root: string): string | null {
  let text: string;
  try {
    text = readFileSync(fileOf(root), 'utf8');
  } catch {
    return null;
  }
  try {
    const { by, why } = JSON.parse(text) as Partial<Pause>;
    return `paused by ${by ?? 'somebody'}${why ? ` (${why})` : ''}: kanban resume goes on`;
  } catch {
    return 'paused: kanban resume goes on';
  }
}
