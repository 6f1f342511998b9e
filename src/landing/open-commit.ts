import { readFileSync, readlinkSync } from 'node:fs';
import { uptime } from 'node:os';
import { worktrees, type Worktree } from '../git/checkout.ts';
import type { Repository } from '../git/git.ts';
import { inside } from './recovery/dead-lock.ts';
import { hasProc, listProcesses } from '../system/process-table.ts';

/** ms: what is over sooner (`git commit -m`) is not worth waiting for, nor is an editor that was forgotten. */
const WAITED_FOR = { from: 1_000, to: 10 * 60_000 };
const TICK = 10;

/**
 * Is a `git commit` under way in this checkout: its editor is open, or its hooks run? It has read HEAD, holds no lock
 * meanwhile, and fails in the end if the branch has moved. Linux only; elsewhere never. No process.
 * @param awake ms since the machine was booted
 */
export function isCommitOpen(repo: Repository, checkout: Worktree, awake: number = uptime() * 1000): boolean {
  if (!hasProc) return false;
  const commits = listProcesses().filter(({ pid, name, startTime }) => {
    const age = awake - Number(startTime) * TICK;
    return name === 'git' && age >= WAITED_FOR.from && age < WAITED_FOR.to && subcommand(argvOf(pid)) === 'commit';
  });
  if (commits.length === 0) return false;
  const others = worktrees(repo)
    .map(({ path }) => path)
    .filter((path) => path !== checkout.path && inside(path, checkout.path));
  return commits.some(({ pid }) => {
    const folder = folderOf(pid);
    return folder !== null && inside(folder, checkout.path) && !others.some((other) => inside(folder, other));
  });
}

/** The first word that is neither an option of git's own nor the value of one (git(1), OPTIONS). */
export function subcommand(argv: readonly string[]): string | null {
  for (let at = 1; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (WITH_VALUE.has(word)) at += 1;
    else if (!word.startsWith('-')) return word;
  }
  return null;
}

const WITH_VALUE: ReadonlySet<string> = new Set([
  '-C',
  '-c',
  '--git-dir',
  '--work-tree',
  '--namespace',
  '--config-env',
  '--super-prefix',
  '--attr-source',
]);

function argvOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // It has ended, or is another user's.
    return [];
  }
}

function folderOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}
