import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { git, type Repository } from '../git/git.ts';
import { GUARD_HOOK, GUARD_MARK, GUARD_SCRIPT, GUARDED_BASE, GUARDED_REMOTE } from './guard-script.ts';
import * as messages from './messages.ts';

/** What `kanban init --guard` does, or would. */
export interface GuardPlan {
  /** Absolute paths; all are executable. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Variables of the local git config to be set; null = to be unset. */
  readonly config: readonly (readonly [name: string, value: string | null])[];
  /** What is left to the user, because a hook of theirs is there: what, and the line to add. */
  readonly byHand: readonly string[];
}

/**
 * Plans a pre-push hook that lets base move on the remote only to what the queue made, unless the user names it. An
 * existing hook is never changed: the line to add is printed. `core.hooksPath` (husky…) is respected; a folder of hooks
 * outside the repository, or one that git tracks while the files of init go to another worktree, is left to the user.
 * @param base short name, @param remote null = guarded on every remote
 * @param tracked whether files that the team commits may be written into the main checkout
 */
export async function planGuard(
  repo: Repository,
  { base, remote, tracked }: { readonly base: string; readonly remote: string | null; readonly tracked: boolean },
): Promise<GuardPlan> {
  const script = { path: join(repo.commonDir, 'kanban', 'guard'), text: GUARD_SCRIPT };
  const hook = await hookFile(repo);
  const there = textOf(hook.path);
  const wanted = [
    [GUARDED_BASE, base],
    [GUARDED_REMOTE, remote],
  ] as const;
  const now = await Promise.all(wanted.map(([name]) => configured(repo, name)));
  const config = wanted.filter(([, value], index) => value !== now[index]);
  const files = textOf(script.path) === script.text ? [] : [script];
  if (there?.includes(GUARD_MARK)) return { files, config, byHand: [] };
  const mayWrite = hook.stands === 'git-dir' || (hook.stands === 'checkout' && tracked);
  if (there === null && mayWrite)
    return { files: [...files, { path: hook.path, text: GUARD_HOOK }], config, byHand: [] };
  return { files, config, byHand: [whatToAdd(repo, hook, there)] };
}

/** Carries the plan out. */
export async function installGuard(
  repo: Repository,
  { files, config }: Pick<GuardPlan, 'files' | 'config'>,
): Promise<void> {
  for (const { path, text } of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    await chmod(path, 0o755);
  }
  for (const [name, value] of config) {
    const args = value === null ? ['--unset-all', name] : ['--replace-all', name, value];
    await git(['config', '--local', ...args], { cwd: repo.root });
  }
}

interface HookFile {
  readonly path: string;
  readonly stands: 'git-dir' | 'checkout' | 'elsewhere';
}

/** Where git, or husky on its behalf, looks for the hook: git-config(1), "core.hooksPath". */
async function hookFile({ root, commonDir }: Repository): Promise<HookFile> {
  const asked = await git(['config', '--type=path', '--get', 'core.hooksPath'], { cwd: root, okExit: [0, 1] });
  const set = asked.stdout.trim();
  const folder = set === '' ? join(commonDir, 'hooks') : resolve(root, set);
  // husky 9 points git at `.husky/_`, which it writes anew at every install; what people write stands one above.
  const husky = basename(folder) === '_' && basename(dirname(folder)) === '.husky';
  const path = join(husky ? dirname(folder) : folder, 'pre-push');
  if (path.startsWith(`${commonDir}/`)) return { path, stands: 'git-dir' };
  return { path, stands: path.startsWith(`${root}/`) ? 'checkout' : 'elsewhere' };
}

async function configured({ root }: Repository, name: string): Promise<string | null> {
  const { code, stdout } = await git(['config', '--local', '--get', name], { cwd: root, okExit: [0, 1] });
  return code === 0 ? stdout.replace(/\n$/, '') : null;
}

function whatToAdd({ root }: Repository, { path, stands }: HookFile, text: string | null): string {
  const shown = path.startsWith(`${root}/`) ? relative(root, path) : path;
  if (text === null) return messages.writeHook(shown);
  if (isShell(text) || stands !== 'git-dir') return messages.addToHook(shown);
  return messages.moveHook(shown);
}

/** husky runs what has no first line of its own by sh. */
const isShell = (text: string): boolean => !text.startsWith('#!') || /^#!.*\b(?:ba|da|k|z)?sh\b/.test(text);

function textOf(path: string): string | null {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  } catch {
    return '';
  }
}
