import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { failed, ok, type Problem, type Result } from '../problem.ts';
import { plainTextOf, textFollowing } from '../system/plain-file.ts';
import { valuesOf } from './config/config-file.ts';
import { localConfig } from './config/config.ts';
import { trustedConfig } from './config/harmless.ts';
import { type Unwatched, unwatchedAt } from './config/open-runs.ts';
import { git, GitError, type GitResult, type Repository } from './git.ts';
import { gitVersion } from './git-version.ts';
import { knownRepository, rememberRepository } from './known-repository.ts';
import * as messages from './messages.ts';

/**
 * Finds the repository that `cwd` is in; a linked worktree leads to the main one.
 * Problems: `git-missing`, `git-too-old`, `no-repository`, `bare-repository`, `repository-not-trusted`,
 * `repository-changed`: a run has changed what git takes it for.
 * @param fixes the caller restores the config before it asks git for anything: `repository-changed` is no problem.
 */
export async function openRepository(cwd: string, fixes = false): Promise<Result<Repository>> {
  const unwatched = unwatchedAt(cwd);
  if (unwatched?.broken != null) return fixes ? ok(asTrusted(unwatched)) : failed([unwatched.broken]);
  const known = knownRepository(cwd);
  return known === null ? askGit(cwd) : ok(known);
}

async function askGit(cwd: string): Promise<Result<Repository>> {
  const args = ['rev-parse', '--path-format=absolute', '--is-bare-repository', '--is-shallow-repository'];
  args.push('--show-object-format', '--git-dir', '--git-common-dir', '--show-toplevel');
  const codes = Array.from({ length: 256 }, (_, i) => i);
  const askedAt = Date.now();
  let parsed: GitResult, version: string | null;
  try {
    [parsed, version] = await Promise.all([git(args, { cwd, okExit: codes }), gitVersion(cwd)]);
  } catch (error) {
    return failed([gitMissing(cwd, error)]);
  }
  const old = tooOld(version);
  if (old) return failed([old]);
  const [bare, shallow, format, gitDir, commonDir, top] = parsed.stdout.split('\n');
  if (!gitDir || !commonDir) return failed([noRepository(cwd, parsed.stderr)]);
  const rest = {
    commonDir,
    objectFormat: format === 'sha256' ? 'sha256' : 'sha1',
    shallow: shallow === 'true',
  } as const;
  const linked = gitDir !== commonDir || parsed.code !== 0;
  const root = bare === 'true' ? null : linked ? await mainWorktree(cwd) : top;
  if (root) return ok(rememberRepository(cwd, { ...rest, root, gitDir: commonDir }, askedAt));
  // A bare repository with worktrees beside it (`.bare`, a `.git` file that leads to it, a folder for each branch).
  const chosen = await worktreeOfBare(cwd, commonDir);
  return chosen === null ? failed([BARE]) : ok({ ...rest, ...chosen });
}

/** By files, for git can't be asked. */
function asTrusted({ root, commonDir }: Unwatched): Repository {
  const format = valuesOf(trustedConfig(commonDir) ?? []).get('extensions.objectformat');
  return {
    root,
    gitDir: commonDir,
    commonDir,
    objectFormat: format?.at(-1) === 'sha256' ? 'sha256' : 'sha1',
    shallow: existsSync(join(commonDir, 'shallow')),
  };
}

function tooOld(version: string | null): Problem | null {
  const [major = '0', minor = '0'] = (version ?? '').split('.');
  if (Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 39)) return null;
  return {
    code: 'git-too-old',
    message: messages.gitTooOld(version ?? '?'),
    fix: messages.INSTALL_NEWER_GIT,
  };
}

const BARE: Problem = {
  code: 'bare-repository',
  message: messages.BARE,
  fix: messages.ADD_WORKTREE,
};

function noRepository(cwd: string, stderr: string): Problem {
  if (stderr.includes('dubious ownership')) {
    const fix = /git config --global --add safe\.directory .*/.exec(stderr)?.[0];
    return {
      code: 'repository-not-trusted',
      message: messages.notTrusted(cwd),
      fix: fix ?? 'git config --global --add safe.directory <path>',
    };
  }
  return { code: 'no-repository', message: messages.noRepository(cwd), fix: 'git init -b main' };
}

function gitMissing(cwd: string, error: unknown): Problem {
  if (!existsSync(cwd))
    return { code: 'no-repository', message: messages.noFolder(cwd), fix: messages.GO_TO_REPOSITORY };
  const message = messages.cannotRunGit(error instanceof GitError ? error.stderr : String(error));
  return { code: 'git-missing', message, fix: messages.INSTALL_GIT };
}

/**
 * Of a bare repository's worktrees the one that stands for the main worktree, the same from wherever it is asked: the one
 * that has the branch of `kanban.base`, else of the repository's own HEAD, checked out; else main, else master.
 */
async function worktreeOfBare(cwd: string, commonDir: string): Promise<Pick<Repository, 'root' | 'gitDir'> | null> {
  const { stdout } = await git(['worktree', 'list', '--porcelain', '-z'], { cwd });
  const found = stdout.split('\0\0').flatMap((block) => {
    const lines = block.split('\0');
    const of = (key: string): string | undefined =>
      lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1);
    const path = of('worktree');
    return path === undefined || lines.includes('bare') || of('prunable') !== undefined
      ? []
      : [{ path, branch: of('branch') }];
  });
  const own = textFollowing(join(commonDir, 'HEAD'), 4096)
    ?.trim()
    .replace(/^ref: /, '');
  const noted = localConfig({ commonDir }, 'kanban.base');
  const wanted = [noted === null ? undefined : `refs/heads/${noted}`, own, 'refs/heads/main', 'refs/heads/master'];
  for (const branch of wanted) {
    const root = branch === undefined ? undefined : found.find((one) => one.branch === branch)?.path;
    const text = root === undefined ? null : plainTextOf(join(root, '.git'), 8192);
    const gitDir = /^gitdir: (.*?)\r?\n?$/.exec(text ?? '')?.[1];
    if (root !== undefined && gitDir !== undefined) return { root, gitDir: resolve(root, gitDir) };
  }
  return null;
}

/** Path of the main worktree, seen from a linked one; null when the main repository is bare. */
async function mainWorktree(cwd: string): Promise<string | null> {
  const { stdout } = await git(['worktree', 'list', '--porcelain', '-z'], { cwd });
  const [first = '', second] = stdout.split('\0');
  if (second === 'bare') return null;
  const path = first.replace(/^worktree /, '');
  return basename(path) === '.git' ? dirname(path) : path;
}
