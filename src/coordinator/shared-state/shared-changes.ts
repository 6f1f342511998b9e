import { createHash } from 'node:crypto';
import { parseConfig, valuesOf } from '../../git/config/config-file.ts';
import { neutralValue } from '../../git/config/harmless.ts';
import type { SharedFile, SharedFiles } from './shared-files.ts';
import { shellWord } from '../../shell-word.ts';

/** A change of something that all worktrees share. */
export interface SharedChange {
  /** Path relative to the git dir. */
  readonly file: string;
  /** A setting's name where the file is a config that can be read. */
  readonly key: string | null;
  readonly before: readonly (string | null)[];
  readonly after: readonly (string | null)[];
}

const isConfig = (file: string): boolean => file === 'config' || file === 'config.worktree' || isOfOneWorktree(file);

/** The settings of a single worktree. They go with it, and begin as a copy of `config.worktree`. */
export const isOfOneWorktree = (file: string): boolean => file.startsWith('worktrees/');

/** What differs, setting by setting in a config, else file by file. */
export function sharedChanges(before: SharedFiles, after: SharedFiles): SharedChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((file) => changesOf(file, before, after));
}

function changesOf(file: string, before: SharedFiles, after: SharedFiles): SharedChange[] {
  const [old, now] = [before.get(file), after.get(file)];
  const isOfWorktree = isOfOneWorktree(file);
  if (isSame(old, now) || (isOfWorktree && now === undefined)) return [];
  // Of a shallow clone, every fetch may write it.
  if (file === 'shallow' && isFile(old) && isFile(now)) return [];
  const base = old ?? (isOfWorktree ? before.get('config.worktree') : undefined);
  const isReadable = isFile(now) && isFile(base ?? now);
  const keys = isConfig(file) && isReadable ? changedKeys(file, base, now) : null;
  return keys ?? [{ file, key: null, before: [], after: [] }];
}

const isFile = (file: SharedFile | undefined): file is SharedFile => file?.kind === 'file';

const isSame = (old: SharedFile | undefined, now: SharedFile | undefined): boolean =>
  old !== undefined &&
  now !== undefined &&
  old.kind === now.kind &&
  old.mode === now.mode &&
  old.bytes.equals(now.bytes);

/** null: the config can't be read any more. */
function changedKeys(file: string, old: SharedFile | undefined, now: SharedFile): SharedChange[] | null {
  const lines = parseConfig(now.bytes.toString('utf8'));
  const was = parseConfig(old?.bytes.toString('utf8') ?? '') ?? [];
  if (lines === null) return null;
  const [before, after] = [valuesOf(was), valuesOf(lines)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [a, b] = [before.get(key) ?? [], after.get(key) ?? []];
    return JSON.stringify(a) === JSON.stringify(b) ? [] : [{ file, key, before: a, after: b }];
  });
}

/** Does one of these commands of git's account for the change? */
export function isTraced({ file, key }: SharedChange, commands: readonly (readonly string[])[]): boolean {
  if (!isConfig(file)) return false;
  return commands.some((argv) => {
    const words = argv.map((word) => word.toLowerCase());
    if (key === null) return words.includes('config');
    const section = key.slice(0, key.lastIndexOf('.'));
    const name = key.slice(0, key.indexOf('.'));
    if (words.includes('config'))
      return words.some(
        (word) => word === key.toLowerCase() || word === section.toLowerCase() || word === '--edit' || word === '-e',
      );
    return (WRITERS[name] ?? []).some((command) => words.includes(command));
  });
}

/** Commands besides `git config` that write settings, by their section. */
const WRITERS: Readonly<Record<string, readonly string[]>> = {
  branch: ['branch', 'push', 'checkout', 'switch', 'pull', 'worktree', 'remote'],
  remote: ['remote', 'clone', 'fetch'],
  submodule: ['submodule', 'checkout', 'pull'],
  core: ['init', 'sparse-checkout', 'submodule'],
  extensions: ['init', 'sparse-checkout', 'worktree', 'fetch'],
  index: ['sparse-checkout'],
  lfs: ['lfs'],
  filter: ['lfs'],
  maintenance: ['maintenance'],
};

/** Written in passing by ordinary commands in a worktree, and without effect on other work. */
export function isHarmless({ key, file, after }: SharedChange): boolean {
  if (!isConfig(file) || key === null) return false;
  if (isOfOneWorktree(file))
    return after.length === 0 || (neutralValue(key) === null && !/^(include(if)?\.|core\.(worktree|bare)$)/.test(key));
  return (
    /^branch\..*\.(remote|merge|rebase|pushremote|description|vscode-merge-base|gh-.*)$/s.test(key) ||
    /^submodule\..*\.(url|active|branch)$/s.test(key) ||
    /^submodule\.active$/.test(key) ||
    /^lfs\..*(access|repositoryformatversion)$/s.test(key)
  );
}

/** Was the file written as git writes it: a new file that takes the old one's place? */
export const isReplaced = (before: SharedFile | undefined, now: SharedFile | undefined): boolean =>
  before?.ino !== undefined && now?.ino !== undefined && before.ino !== now.ino;

/** The same for the same change of a file to the same content. */
export function idOf({ file, key, after }: SharedChange, now: SharedFile | undefined): string {
  const content = key === null ? `${now?.kind} ${now?.bytes.toString('latin1')}` : JSON.stringify(after);
  return `${file} ${key ?? ''} ${createHash('sha256').update(content).digest('hex')}`;
}

/** By these, git runs a program, reads other files, or takes the repository for another one. */
export function isDangerous({ key, file }: SharedChange): boolean {
  if (!isConfig(file) || key === null) return true;
  if (/^(pager|alias)\.|^core\.(pager|editor)$|^sequence\.editor$/.test(key)) return false;
  return (
    neutralValue(key) !== null ||
    /^include(if)?\./.test(key) ||
    key.startsWith('extensions.') ||
    /^core\.(bare|worktree|repositoryformatversion|excludesfile|attributesfile|ignorecase|filemode|sparsecheckout.*)$/.test(
      key,
    )
  );
}

/** By these, git runs a program, or no longer takes the repository for what it is: restored even if they are the user's. */
export const isBreaking = (change: SharedChange): boolean =>
  isDangerous(change) &&
  !/^core\.(excludesfile|attributesfile|ignorecase|filemode|sparsecheckout.*)$/.test(change.key ?? '');

/** Managers of hooks write them whenever packages are installed; in a worktree too. */
export function isByHookManager({ file, key, after }: SharedChange, now: SharedFile | undefined): boolean {
  if (key === 'core.hookspath') return after.length === 1 && /^\.?\/?\.husky(\/_)?\/?$/.test(after[0] ?? '');
  if (!file.startsWith('hooks/') || now === undefined) return false;
  return /lefthook|husky|pre-commit\.com|simple-git-hooks|lint-staged|overcommit|git-lfs|git lfs/i.test(
    now.bytes.toString('utf8'),
  );
}

/** `core.bare in .git/config: false → true`. */
export function describe({ file, key, before, after }: SharedChange): string {
  if (key === null) return `.git/${file}`;
  const shown = (values: readonly (string | null)[]): string =>
    values.length === 0 ? 'not set' : values.map((value) => JSON.stringify(value ?? 'true').slice(0, 80)).join(', ');
  return `${key} in .git/${file} (${shown(before)} → ${shown(after)})`;
}

/** The command that makes a setting what the change had made it. */
export function commandFor({ file, key, after }: SharedChange): string | null {
  if (key === null) return null;
  const where = file === 'config' ? '' : '--worktree ';
  const [value, ...more] = after;
  if (value === undefined) return `git config ${where}--unset-all ${shellWord(key)}`;
  const add = more.map((one) => ` && git config ${where}--add ${shellWord(key)} ${shellWord(one ?? 'true')}`).join('');
  return `git config ${where}--replace-all ${shellWord(key)} ${shellWord(value ?? 'true')}${add}`;
}
