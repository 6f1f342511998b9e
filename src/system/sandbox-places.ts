import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { statOrNone } from './plain-file.ts';

/** Parts of the git dir that all runs of an agent with a sandbox of its own write in. */
const SHARED = ['objects', 'refs', 'logs'];
/** Codex mounts something read-only over these in each folder that it may write in. */
const PLACES = ['.git', '.agents', '.aws', '.codex'];

const placesIn = (commonDir: string): string[] =>
  SHARED.flatMap((folder) => PLACES.map((place) => join(commonDir, folder, place)));

/**
 * Codex makes its mount points for each command and removes them again: two runs side by side take them away from each
 * other ("bwrap: Can't remount readonly on …/.git/logs/.git"). Those that are there before are left alone, so they are made
 * once. git passes over names that begin with a dot in these folders.
 */
export function makeSandboxPlaces(commonDir: string): void {
  for (const path of placesIn(commonDir))
    try {
      mkdirSync(path, { recursive: statOrNone(join(path, '..')) === undefined && path.includes('/logs/') });
    } catch {
      // It is there, or can't be made: then the sandbox tries it itself.
    }
}

/** Removes them, and those that killed commands have left; what is not an empty folder stays. */
export function removeSandboxPlaces(commonDir: string): void {
  for (const path of placesIn(commonDir))
    try {
      rmdirSync(path);
    } catch {
      // Not there, not empty, or in use.
    }
}
