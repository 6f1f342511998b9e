import { statOrNone } from '../../system/plain-file.ts';

/**
 * Since when a file has not been touched, in epoch ms; null if there is none. By the inode's times, of which the user's
 * tools can set one only: the later one counts, but for times that lie in the future (a set clock).
 */
export function stillSince(path: string, now: number): number | null {
  const stat = statOrNone(path);
  if (stat === undefined) return null;
  return Math.max(0, ...[stat.mtimeMs, stat.ctimeMs].filter((time) => time <= now + 1000));
}
