import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { lstatOrNone, textFollowing } from '../../system/plain-file.ts';
import type { Problem } from '../../problem.ts';
import { gitDirOf } from '../checkout.ts';
import { parseConfig, valuesOf } from './config-file.ts';
import { trustConfig, trustedConfig } from './harmless.ts';
import * as messages from './messages.ts';

/** A repository whose config may have been changed by a run that no coordinator has looked at yet. */
export interface Unwatched {
  readonly root: string;
  readonly commonDir: string;
  /** Its config no longer shows what it is; null = it does. */
  readonly broken: Problem | null;
}

/**
 * Before git is asked for a repository: while a run is not recorded, its config is trusted only as far as it was when no
 * run was active (harmless.ts). Reads files only.
 * @returns null when there is nothing to be careful about.
 */
export function unwatchedAt(cwd: string): Unwatched | null {
  const commonDir = commonDirAt(cwd);
  // A bare repository with worktrees has no main worktree whose path differs from its own.
  if (commonDir === null || basename(commonDir) !== '.git') return null;
  const trusted = trustedConfig(commonDir);
  const root = dirname(commonDir);
  if (trusted === null || !hasOpenRuns(root)) return null;
  trustConfig(commonDir);
  const text = textFollowing(join(commonDir, 'config'));
  const lines = text === null ? null : parseConfig(text);
  if (lines === null)
    return {
      root,
      commonDir,
      broken: messages.configBroken(join(commonDir, 'config')),
    };
  const [before, now] = [valuesOf(trusted), valuesOf(lines)];
  const keys = [...new Set([...before.keys(), ...now.keys()])].filter(
    (key) => DECISIVE.test(key) && before.get(key)?.at(-1) !== now.get(key)?.at(-1),
  );
  if (keys.length === 0) return { root, commonDir, broken: null };
  const fix = keys.map((key) => {
    const was = before.get(key)?.at(-1);
    return was === undefined ? `git config --unset-all ${key}` : `git config ${key} ${was ?? 'true'}`;
  });
  return { root, commonDir, broken: messages.keysChanged(keys, fix) };
}

/** By these, git takes a repository for another one, or for none. */
const DECISIVE = /^(core\.(bare|worktree|repositoryformatversion)|extensions\..*)$/s;

function commonDirAt(cwd: string): string | null {
  for (let at = resolve(cwd); ; at = dirname(at)) {
    const gitDir = gitDirOf(at);
    if (gitDir !== null && lstatOrNone(join(gitDir, 'HEAD')) !== undefined) {
      const common = textFollowing(join(gitDir, 'commondir'))?.trim();
      return common === undefined ? gitDir : isAbsolute(common) ? common : resolve(gitDir, common);
    }
    if (dirname(at) === at) return null;
  }
}

/** Runs whose end no coordinator has recorded (contract/run-files.ts: `taken.json`). */
function hasOpenRuns(root: string): boolean {
  const folder = join(root, '.kanban', 'runs');
  try {
    return readdirSync(folder).some(
      (name) =>
        !name.startsWith('.') &&
        existsSync(join(folder, name, 'brief.json')) &&
        !existsSync(join(folder, name, 'taken.json')),
    );
  } catch {
    return false;
  }
}
