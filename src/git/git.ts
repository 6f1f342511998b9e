import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { basename, dirname, join, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { plainTextOf, textFollowing } from '../system/plain-file.ts';
import { failed, ok, type Problem, type Result } from '../problem.ts';
import { localConfig } from './config/config.ts';
import { valuesOf } from './config/config-file.ts';
import { GitSpawner } from './git-spawner.ts';
import { harmless, HARMLESS_ENV, trustedConfig } from './config/harmless.ts';
import { unwatchedAt, type Unwatched } from './config/open-runs.ts';

export interface GitOptions {
  readonly cwd: string;
  readonly input?: string | Uint8Array;
  /** Added to the environment; it wins over what is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are answers, not failures. Default: only 0. */
  readonly okExit?: readonly number[];
  /** Ends the whole process group with SIGTERM, so that git removes its lock files; after 5 s with SIGKILL. */
  readonly signal?: AbortSignal;
  /** Default `utf8`. */
  readonly encoding?: 'utf8' | 'buffer';
}

export interface GitResult<T = string> {
  readonly code: number;
  readonly stdout: T;
  readonly stderr: string;
}

/** git ended in a way that the caller did not declare as an answer. */
export class GitError extends Error {
  readonly args: readonly string[];
  /** null: it was ended by a signal or could not be started. */
  readonly code: number | null;
  readonly stderr: string;
  constructor(args: readonly string[], code: number | null, stderr: string) {
    super(`git ${args.join(' ')} failed (${code ?? 'no exit code'}): ${stderr.trim()}`);
    this.name = 'GitError';
    this.args = args;
    this.code = code;
    this.stderr = stderr;
  }
}

/**
 * Runs git once. The one door to git, together with `startGit` and `gitGated` below.
 *
 * On node:child_process and not on execa: a call costs 2.2 ms there and 3.6 ms through execa (2.4 ms more of Node's CPU
 * time), and the pipeline makes a handful of calls per task. Its own process group, so that Ctrl-C never hits a landing.
 *
 * @throws GitError for an exit code that is not in `okExit`.
 */
export function git(
  args: readonly string[],
  options: GitOptions & { readonly encoding: 'buffer' },
): Promise<GitResult<Buffer>>;
export function git(args: readonly string[], options: GitOptions): Promise<GitResult>;
export function git(args: readonly string[], options: GitOptions): Promise<GitResult<Buffer | string>> {
  if (spawner?.alive && options.signal === undefined) return bySpawner(spawner, args, options);
  const child = spawn('git', harmless(args), {
    cwd: options.cwd,
    env: gitEnv(options.env),
    detached: true,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  if (child.stdin) {
    // git may leave before it has read everything: its exit code tells, not the broken pipe.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input);
  }
  return ended(child, args, options);
}

let spawner: GitSpawner | null = null;

/** From here on a small process starts git for this one. @param file the spawner's program; null ends its service. */
export function useSpawner(file: string | null): void {
  spawner?.close();
  spawner = file === null ? null : new GitSpawner(file, gitEnv());
}

async function bySpawner(
  from: GitSpawner,
  args: readonly string[],
  options: GitOptions,
): Promise<GitResult<Buffer | string>> {
  const ended = await from.run(harmless(args), options.cwd, options.env, options.input);
  if (ended === null) throw new GitError(args, null, 'the process that starts git was ended');
  const { code, failed: why, stdout, stderr } = ended;
  if (code === null || !(options.okExit ?? [0]).includes(code)) throw new GitError(args, code, why ?? stderr);
  return { code, stdout: options.encoding === 'buffer' ? stdout : stdout.toString(), stderr };
}

/** A git process that stays: the caller talks to it by its pipes and ends it by closing stdin. */
export function startGit(args: readonly string[], cwd: string): ChildProcessWithoutNullStreams {
  return spawn('git', harmless(args), { cwd, env: gitEnv(), detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
}

/**
 * Like `git`, but `started` is called with the pid before git does anything, and git runs only once it has answered
 * true. So a journal can name the process that is about to change a checkout: if this process dies before, the shell
 * reads end of file and leaves; the pid is the same one, for the shell `exec`s git.
 * @returns null when `started` answered false.
 */
export async function gitGated(
  args: readonly string[],
  options: GitOptions & { readonly started: (pid: number) => Promise<boolean> },
): Promise<GitResult | null> {
  const child = spawn('/bin/sh', ['-c', 'read -r go && exec git "$@"', 'git', ...harmless(args)], {
    cwd: options.cwd,
    env: gitEnv(options.env),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});
  const end = ended(child, args, options);
  end.catch(() => {});
  let go = false;
  try {
    go = child.pid !== undefined && (await options.started(child.pid));
  } finally {
    child.stdin.end(go ? 'go\n' : undefined);
  }
  if (!go) return null;
  return (await end) as GitResult;
}

/** The main parts of a repository, as absolute paths. */
export interface Repository {
  /** The main worktree: the user's checkout. Of a bare repository with worktrees, the one that has its HEAD's branch. */
  readonly root: string;
  /** Git dir of the main worktree. */
  readonly gitDir: string;
  /** What all worktrees share. Equal to `gitDir`, but in a bare repository with worktrees. */
  readonly commonDir: string;
  readonly objectFormat: 'sha1' | 'sha256';
  readonly shallow: boolean;
}

/**
 * Finds the repository that `cwd` is in; a linked worktree leads to the main one.
 * Problems: `git-missing`, `git-too-old`, `no-repository`, `bare-repository`, `repository-not-trusted`,
 * `repository-changed`: a run has changed what git takes it for.
 * @param fixes the caller restores the config before it asks git for anything: `repository-changed` is no problem.
 */
export async function openRepository(cwd: string, fixes = false): Promise<Result<Repository>> {
  const unwatched = unwatchedAt(cwd);
  if (unwatched?.broken != null) return fixes ? ok(asTrusted(unwatched)) : failed([unwatched.broken]);
  const args = ['rev-parse', '--path-format=absolute', '--is-bare-repository', '--is-shallow-repository'];
  args.push('--show-object-format', '--git-dir', '--git-common-dir', '--show-toplevel');
  const codes = Array.from({ length: 256 }, (_, i) => i);
  let parsed: GitResult, version: GitResult;
  try {
    [parsed, version] = await Promise.all([git(args, { cwd, okExit: codes }), git(['version'], { cwd })]);
  } catch (error) {
    return failed([gitMissing(cwd, error)]);
  }
  const old = tooOld(version.stdout);
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
  if (root) return ok({ ...rest, root, gitDir: commonDir });
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

/** All-zero object name: in a ref update, "does not exist". */
export const zeroSha = (repo: Repository): string => '0'.repeat(repo.objectFormat === 'sha1' ? 40 : 64);

function ended(child: ChildProcess, args: readonly string[], options: GitOptions): Promise<GitResult<Buffer | string>> {
  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    let mercy: NodeJS.Timeout | undefined;
    const abort = () => {
      endGroup(child, 'SIGTERM');
      mercy = setTimeout(() => {
        endGroup(child, 'SIGKILL');
        // Whoever left the group (a connection of ssh that stays) may hold our ends of the pipes for hours.
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, MERCY);
    };
    options.signal?.addEventListener('abort', abort, { once: true });
    if (options.signal?.aborted) abort();
    child.on('error', (error) => reject(new GitError(args, null, error.message)));
    child.on('close', (code) => {
      // A hook of a remote on this disk may outlive git itself: it gets its time, not more.
      if (mercy !== undefined && !isGroupAlive(child)) clearTimeout(mercy);
      options.signal?.removeEventListener('abort', abort);
      const stderr = Buffer.concat(err).toString();
      const failed = code === null || !(options.okExit ?? [0]).includes(code);
      if (failed || options.signal?.aborted) return reject(new GitError(args, code, stderr));
      const stdout = Buffer.concat(out);
      resolve({ code, stdout: options.encoding === 'buffer' ? stdout : stdout.toString(), stderr });
    });
  });
}

/** From SIGTERM to SIGKILL, ms. */
const MERCY = 5_000;

function isGroupAlive({ pid }: ChildProcess): boolean {
  try {
    return pid !== undefined && process.kill(-pid, 0);
  } catch {
    return false;
  }
}

function endGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/**
 * Inside a hook, an alias or `rebase --exec`, git points its children at one repository, index and date: none of it is
 * meant for us. `GIT_CONFIG_COUNT` and the identity stay, for people set them on purpose.
 */
const NOT_INHERITED = new Set(
  `DIR WORK_TREE INDEX_FILE OBJECT_DIRECTORY ALTERNATE_OBJECT_DIRECTORIES COMMON_DIR NAMESPACE PREFIX CONFIG
  IMPLICIT_WORK_TREE GRAFT_FILE SHALLOW_FILE REPLACE_REF_BASE INTERNAL_SUPER_PREFIX QUARANTINE_PATH REFLOG_ACTION
  AUTHOR_DATE COMMITTER_DATE LITERAL_PATHSPECS GLOB_PATHSPECS NOGLOB_PATHSPECS ICASE_PATHSPECS EXTERNAL_DIFF DIFF_OPTS
  DEFAULT_HASH INDEX_VERSION ATTR_SOURCE FLUSH`
    .split(/\s+/)
    .map((name) => `GIT_${name}`),
);

function gitEnv(added?: Readonly<Record<string, string>>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !NOT_INHERITED.has(name)) env[name] = value;
  }
  return Object.assign(env, OURS, added);
}

const OURS = {
  LC_ALL: 'C',
  ...HARMLESS_ENV,
  GIT_OPTIONAL_LOCKS: '0',
  // After two seconds git shows its progress, even in a pipe; if we have died meanwhile, that write would kill a merge
  // in the middle of a checkout.
  GIT_PROGRESS_DELAY: '1000000',
};

function tooOld(text: string): Problem | null {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(text) ?? [];
  if (Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 39)) return null;
  return {
    code: 'git-too-old',
    message: `git is ${text.replace('git version', '').trim()}, and 2.39 or newer is needed`,
    fix: 'install a newer git: https://git-scm.com/downloads',
  };
}

const BARE: Problem = {
  code: 'bare-repository',
  message: 'this repository is bare, and no worktree has its base branch checked out: the board has no place to stand',
  fix: 'git worktree add main main    # then run kanban there; or clone it',
};

function noRepository(cwd: string, stderr: string): Problem {
  if (stderr.includes('dubious ownership')) {
    const fix = /git config --global --add safe\.directory .*/.exec(stderr)?.[0];
    return {
      code: 'repository-not-trusted',
      message: `git does not trust ${cwd}, because another user owns it`,
      fix: fix ?? 'git config --global --add safe.directory <path>',
    };
  }
  return { code: 'no-repository', message: `${cwd} is not in a git repository`, fix: 'git init -b main' };
}

function gitMissing(cwd: string, error: unknown): Problem {
  if (!existsSync(cwd))
    return { code: 'no-repository', message: `${cwd} does not exist`, fix: 'go to your repository' };
  const message = `git cannot be run: ${error instanceof GitError ? error.stderr : String(error)}`;
  return { code: 'git-missing', message, fix: 'install git 2.39 or newer: https://git-scm.com/downloads' };
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
