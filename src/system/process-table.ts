import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync, readdirSync, readlinkSync, statSync } from 'node:fs';

/** One live process (zombies are left out: nothing of theirs runs). */
export interface ProcessRow {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  /** Has a controlling terminal. */
  readonly terminal: boolean;
  /** Field 22 of /proc/<pid>/stat, or `ps -o lstart=`. Pid and start time together name a process for good. */
  readonly startTime: string;
  /** CPU time used so far, in ms. */
  readonly cpu: number;
  readonly name: string;
}

export interface ProcessId {
  readonly pid: number;
  readonly startTime: string;
}

export const hasProc = existsSync('/proc/self/stat');
const KERNEL_THREAD = 0x00200000;
const MS_PER_TICK = 10;
const buffer = Buffer.alloc(1024);

/**
 * All processes of the machine that this user can see, without kernel threads. Linux: three system calls each, one for
 * those known to be older than asked for. Elsewhere one `ps`.
 * @param since a start time: processes that are older may be left out.
 */
export function listProcesses(since = ''): ProcessRow[] {
  if (!hasProc) return listByPs();
  const rows: ProcessRow[] = [];
  const before = known;
  known = new Map();
  for (const name of readdirSync('/proc')) {
    const first = name.charCodeAt(0);
    if (first < 48 || first > 57) continue;
    const pid = Number(name);
    const folder = folderOf(pid);
    const old = before.get(pid);
    if (old !== undefined && old.folder === folder && since !== '' && Number(old.startTime) < Number(since)) {
      known.set(pid, old);
      continue;
    }
    const read = readStat(pid);
    if (read === null) continue;
    if (folder !== null) known.set(pid, { folder, startTime: read.startTime });
    if (read.row) rows.push(read.row);
  }
  return rows;
}

/** What the last list found, by pid. */
let known = new Map<number, { readonly folder: string; readonly startTime: string }>();

/** /proc/<pid> has an inode of its own, made when it is first looked at and gone with the process: no other one's. */
function folderOf(pid: number): string | null {
  try {
    const stat = statSync(`/proc/${pid}`, { throwIfNoEntry: false });
    return stat === undefined ? null : `${stat.ino} ${stat.mtimeMs}`;
  } catch {
    return null;
  }
}

/** One process, or null when there is none (or only its zombie). */
export function readProcess(pid: number): ProcessRow | null {
  if (!hasProc) return listByPs(['-p', String(pid)])[0] ?? null;
  return readStat(pid)?.row ?? null;
}

/** Did it start at or after `since` (a start time of the same machine and boot)? */
export function startedSince(row: ProcessId, since: string): boolean {
  if (since === '') return true;
  return hasProc ? Number(row.startTime) >= Number(since) : Date.parse(row.startTime) >= Date.parse(since);
}

/** The NUL-separated environment that it was started with, or null where it isn't ours to read. */
export function environmentOf(pid: number): string | null {
  if (!hasProc) return environmentByPs(pid);
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
  } catch {
    return null;
  }
}

export function isOwn(pid: number): boolean {
  if (!hasProc) return true;
  try {
    return statSync(`/proc/${pid}`).uid === process.getuid?.();
  } catch {
    return false;
  }
}

/** Its working directory; null where the system doesn't tell (no /proc). */
export function directoryOf(pid: number): string | null {
  try {
    return hasProc ? readlinkSync(`/proc/${pid}/cwd`) : null;
  } catch {
    return null;
  }
}

/** Its command line for people, at most 200 characters. */
export function commandOf(row: ProcessRow): string {
  if (!hasProc) return row.name.slice(0, 200);
  try {
    const line = readFileSync(`/proc/${row.pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    return (line === '' ? row.name : line).slice(0, 200);
  } catch {
    return row.name;
  }
}

/** row null: a zombie or a kernel thread. */
interface Stat {
  readonly startTime: string;
  readonly row: ProcessRow | null;
}

function readStat(pid: number): Stat | null {
  let fd: number;
  try {
    fd = openSync(`/proc/${pid}/stat`, 'r');
  } catch {
    return null;
  }
  try {
    return parseStat(pid, buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0)));
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

/** `pid (name) state ppid pgrp session tty_nr tpgid flags … utime stime … starttime`: proc(5). A name may hold `)`. */
function parseStat(pid: number, text: string): Stat {
  const close = text.lastIndexOf(')');
  const field = text.slice(close + 2).split(' ');
  const state = field[0];
  const startTime = field[19] ?? '';
  if (state === 'Z' || state === 'X' || (Number(field[6]) & KERNEL_THREAD) !== 0) return { startTime, row: null };
  const row = {
    pid,
    ppid: Number(field[1]),
    pgid: Number(field[2]),
    terminal: field[4] !== '0',
    startTime,
    cpu: (Number(field[11]) + Number(field[12])) * MS_PER_TICK,
    name: text.slice(text.indexOf('(') + 1, close),
  };
  return { startTime, row };
}

function listByPs(which: readonly string[] = ['-ax']): ProcessRow[] {
  const args = [...which, '-o', 'pid=,ppid=,pgid=,stat=,tty=,time=,lstart=,command='];
  const { stdout } = spawnSync('ps', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  return (stdout ?? '').split('\n').flatMap((line) => parsePs(line) ?? []);
}

function parsePs(line: string): ProcessRow | null {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\d{4})\s+(.*)$/.exec(
    line,
  );
  if (!match || match[4]?.startsWith('Z')) return null;
  const cpu = (match[6] ?? '').split(/[-:]/).reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
  return {
    pid: Number(match[1]),
    ppid: Number(match[2]),
    pgid: Number(match[3]),
    terminal: !/^\?+$/.test(match[5] ?? '?'),
    startTime: (match[7] ?? '').replace(/\s+/g, ' '),
    cpu,
    name: match[8] ?? '',
  };
}

/** `ps eww` writes the environment behind the command, separated by spaces: good enough to find a mark. */
function environmentByPs(pid: number): string | null {
  const { stdout } = spawnSync('ps', ['eww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout ? `\0${stdout.trim().split(' ').join('\0')}\0` : null;
}
