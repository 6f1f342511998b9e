import { accessSync, constants, statSync } from 'node:fs';
import { constants as os } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { readFrom } from './plain-file.ts';
import { listProcesses } from './process-table.ts';

/**
 * Containment by bubblewrap: a program and all that comes of it live in a PID namespace of their own
 * and end with it, whatever they did to hide their origin. Of the file system nothing is hidden or read-only: it is no
 * sandbox. Two processes stand above the program: bwrap itself, our child, and the namespace's first process, which
 * leads a session of its own and hears no SIGTERM.
 */
const NAMESPACE = [
  '--dev-bind',
  '/',
  '/',
  '--proc',
  '/proc',
  '--unshare-pid',
  // With the runner ends all that it started, even if it is killed.
  '--die-with-parent',
  // A process group without bwrap in it, so that the program can be signalled and bwrap be left out.
  '--new-session',
  '--',
];

/** The command line that starts a program in a namespace of its own. */
export function contained(bwrap: string, file: string, args: readonly string[]): { file: string; args: string[] } {
  return { file: bwrap, args: [...NAMESPACE, file, ...args] };
}

/** Is this command line one of our bwrap's, and no program's? @param command as `commandOf` tells it */
export const isWrapper = (bwrap: string, command: string): boolean =>
  command.startsWith([bwrap, ...NAMESPACE].join(' '));

/** Pid, and process group, of the namespace's first process; null: it is not there (yet, or any more). */
export function namespaceLeader(bwrapPid: number): number | null {
  return listProcesses().find((row) => row.ppid === bwrapPid && row.pgid === row.pid)?.pid ?? null;
}

/** Signals that end programs in practice; other codes above 128 are programs' own (Gemini's: HTTP status modulo 256). */
const FATAL = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGSEGV',
  'SIGPIPE',
  'SIGALRM',
  'SIGTERM',
] as const;

/** How the program ended: bwrap tells a signal only as a shell does, by exit code 128 and its number. */
export function exitInside(code: number | null, signal: string | null): { code: number | null; signal: string | null } {
  const found = FATAL.find((name) => code === 128 + os.signals[name]);
  return found === undefined ? { code, signal } : { code: null, signal: found };
}

/** Why a program can't be started, in the words that Node has without bwrap; null = it is there. */
export function notThere(file: string, cwd: string, path: string | undefined): string | null {
  const places = file.includes('/')
    ? [resolve(cwd, file)]
    : (path ?? '/usr/bin:/bin').split(delimiter).map((folder) => resolve(cwd, join(folder, file)));
  const codes = places.map(codeOf);
  if (codes.includes(null)) return null;
  return `spawn ${file} ${codes.includes('EACCES') ? 'EACCES' : 'ENOENT'}`;
}

function codeOf(path: string): 'ENOENT' | 'EACCES' | null {
  try {
    if (!statSync(path).isFile()) return 'EACCES';
    accessSync(path, constants.X_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'EACCES' : 'ENOENT';
  }
}

/**
 * What bwrap says when it could not start the program at all: then it has ended with code 1, and its one line is all
 * output there is. null: the program did run.
 * @param from bytes of output that were there before
 */
export function wrapperFailure(code: number | null, output: string, from: number): string | null {
  if (code !== 1) return null;
  const bytes = readFrom(output, from, LONGEST_COMPLAINT + 1);
  const text = bytes.toString('utf8').trimEnd();
  return bytes.length <= LONGEST_COMPLAINT && /^bwrap: [^\n]+$/.test(text) ? text : null;
}

const LONGEST_COMPLAINT = 1_000;
