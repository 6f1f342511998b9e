import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { harmless, HARMLESS_ENV } from './config/harmless.ts';
import { GitSpawner } from './git-spawner.ts';
import * as messages from './messages.ts';

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
  if (ended === null) throw new GitError(args, null, messages.SPAWNER_ENDED);
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
