import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lstatOrNone } from '../../system/plain-file.ts';
import { readConfigWithIncludes, readConfigText, type ConfigLine } from './config-file.ts';

/** The settings that a repository makes, in all of its worktrees. */
export interface EffectiveConfig {
  /** Of `config` and `config.worktree`, with all that they include. */
  readonly lines: readonly ConfigLine[];
  /** Of the `config.worktree` of each other worktree. */
  readonly ofWorktrees: readonly ConfigLine[];
  /** Text of each file that one of them includes, by path; null: there was none. */
  readonly included: Readonly<Record<string, string | null>>;
}

const OWN = ['config', 'config.worktree'] as const;

/** Paths relative to the git dir of the settings of single worktrees, none of them through a link. */
export function worktreeConfigs(commonDir: string): string[] {
  if (lstatOrNone(join(commonDir, 'worktrees'))?.isDirectory() !== true) return [];
  try {
    return readdirSync(join(commonDir, 'worktrees'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `worktrees/${name}/config.worktree`)
      .filter((name) => lstatOrNone(join(commonDir, name)) !== undefined);
  } catch {
    return [];
  }
}

/** Absolute paths of the files that settings come from, besides included ones. */
export const configPaths = (commonDir: string): string[] =>
  [...OWN, ...worktreeConfigs(commonDir)].map((name) => join(commonDir, name));

/** @param known texts of included files that count instead of what is there now. */
export function effectiveConfig(commonDir: string, known: EffectiveConfig['included'] | null = null): EffectiveConfig {
  const included: Record<string, string | null> = {};
  const own = new Set(configPaths(commonDir));
  const read = (path: string): string | null => {
    if (own.has(path)) return readConfigText(path);
    included[path] = known === null ? readConfigText(path) : (known[path] ?? null);
    return included[path] ?? null;
  };
  const linesOf = (name: string): ConfigLine[] => readConfigWithIncludes(join(commonDir, name), read) ?? [];
  const lines = OWN.flatMap(linesOf);
  const ofWorktrees = worktreeConfigs(commonDir).flatMap(linesOf);
  return { lines, ofWorktrees, included };
}

/** Its settings, and those of single worktrees that are not among the trusted ones. */
export function settingsBeside(now: EffectiveConfig, trusted: EffectiveConfig): ConfigLine[] {
  const key = ({ name, value }: ConfigLine): string => JSON.stringify([name, value]);
  const known = new Set([...trusted.lines, ...trusted.ofWorktrees].map(key));
  return [...now.lines, ...now.ofWorktrees.filter((line) => !known.has(key(line)))];
}
