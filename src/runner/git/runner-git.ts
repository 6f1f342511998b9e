import { spawn } from 'node:child_process';
import { harmless, HARMLESS_ENV } from '../../git/config/harmless.ts';
import { GitShell } from './git-shell.ts';

export interface GitEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Where git works, stated explicitly: a worktree whose `.git` file an agent removed would else be taken for a part of the
 * user's checkout around it. A Brief is one.
 */
export interface Where {
  readonly worktree: string;
  readonly gitDir: string;
}

export interface GitOptions {
  /** ms after which it is killed, and ends with code -1. */
  readonly timeout?: number;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** git that hangs (a filter that asks a network) may not hold a run for ever. */
const LONGEST = 10 * 60_000;
const MOST_OUTPUT = 64 * 1024 * 1024;

/** Our own commits are not signed, and start nothing in the background. */
const SETTINGS = [
  '-c',
  'commit.gpgSign=false',
  '-c',
  'gc.auto=0',
  '-c',
  'maintenance.auto=false',
  '-c',
  'core.quotePath=false',
  '-c',
  'core.safecrlf=false',
  '-c',
  'advice.detachedHead=false',
];

let shell: GitShell | null = null;

/** From now on a shell that stays starts git: for a runner, which calls it many times. @param cwd where it is to stand. */
export function keepGitShell(cwd: string): void {
  shell ??= new GitShell(cwd, environment);
}

/**
 * Runs git in a process group that is not the terminal's, so that a Ctrl-C for the coordinator never hits it. Never
 * throws for an exit code: the caller knows which ones mean something.
 */
export async function git(
  { worktree, gitDir }: Where,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitEnd> {
  const call = {
    args: harmless(['-C', worktree, ...SETTINGS, ...args]),
    env: { GIT_DIR: gitDir, GIT_WORK_TREE: worktree, ...options.env },
    input: options.input ?? null,
    timeout: options.timeout ?? LONGEST,
  };
  const answer = await shell?.run({ ...call, file: 'git', most: MOST_OUTPUT });
  return answer ?? spawned(call);
}

function spawned({
  args,
  env,
  input,
  timeout,
}: {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input: string | null;
  readonly timeout: number;
}): Promise<GitEnd> {
  return new Promise((resolve) => {
    const child = spawn('git', args, {
      env: { ...environment(), ...env },
      detached: true,
      stdio: [input === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let size = 0;
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MOST_OUTPUT) out.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => void (err.length < 64 && err.push(chunk)));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ code: -1, stdout: '', stderr: error.message });
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({
        code: code ?? -1,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
      });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** As `git`, for calls that can only fail by a broken repository: then it throws, and the run's result says so. */
export async function mustGit(where: Where, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const end = await git(where, args, options);
  if (end.code !== 0) throw new GitFailed(`git ${args[0] ?? ''}: ${end.stderr.trim() || `exit ${end.code}`}`);
  return end.stdout;
}

export class GitFailed extends Error {}

/** Splits NUL-terminated output. */
export function zeroSplit(text: string): string[] {
  return text.split('\0').filter((part) => part !== '');
}

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    ...HARMLESS_ENV,
    GIT_OPTIONAL_LOCKS: '0',
  };
}
