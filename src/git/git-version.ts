import { git } from './git.ts';

/** By PATH: each names one git. */
const known = new Map<string, string>();

/** What `git version` prints, such as `2.39.5`; asked once a process. null: it prints no version. @throws GitError */
export async function gitVersion(cwd: string): Promise<string | null> {
  const path = process.env['PATH'] ?? '';
  const before = known.get(path);
  if (before !== undefined) return before;
  const { stdout } = await git(['version'], { cwd });
  const version = /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? null;
  if (version !== null) known.set(path, version);
  return version;
}
