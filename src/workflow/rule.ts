import { closest, distance } from 'fastest-levenshtein';
import type { Settings } from './settings.ts';
import * as messages from './messages.ts';

/** A setting that can't stand beside the others. */
export interface Breach {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
  readonly fix?: string;
}

export type Rule = (settings: Settings) => readonly Breach[];

export const placeholders = (template: string): readonly string[] =>
  [...template.matchAll(/\{([a-z_]+)\}/gi)].map((match) => match[1] ?? '');

export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const near = closest(word, known);
  return distance(word, near) <= Math.max(1, Math.floor(near.length / 3)) ? messages.writeName(near) : undefined;
}

export const isAbsolute = (path: string): boolean =>
  path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.startsWith('~');

export const within = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
