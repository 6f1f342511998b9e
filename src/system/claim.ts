import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RUN_FILES } from '../contract/run-files.ts';
import type { Claim } from '../contract/run-files.ts';
import { plainJsonOf } from './plain-file.ts';
import { readProcess } from './process-table.ts';
import { isClaim, MOST_SMALL_RECORD } from '../contract/records.ts';
import { writeOnce } from './write-once.ts';

/**
 * Claims a run for this process: `run.json` is linked whole into its folder. False: it has been claimed already, by
 * a runner or as lost, and is to be left alone.
 * @param lost true for a coordinator that claims a run which no runner ever took.
 */
export function claimRun(folder: string, lost = false): boolean {
  const claim: Claim = { ...processIdentity(process.pid), claimedAt: Date.now(), ...(lost ? { lost } : {}) };
  return writeOnce(join(folder, RUN_FILES.claim), claim);
}

/** The claim of a run folder; null if nobody has claimed it. */
export function readClaim(folder: string): Claim | null {
  return readClaimFile(join(folder, RUN_FILES.claim));
}

/** A claim, or the holder of a lock that has its form; null if there is none, or none that can be read. */
export const readClaimFile = (path: string): Claim | null => plainJsonOf(path, isClaim, MOST_SMALL_RECORD);

/** Everything that names a process for good: a pid alone is given out again. */
export function processIdentity(pid: number): Omit<Claim, 'claimedAt' | 'lost'> {
  machine ??= { bootId: bootId(), host: hostname(), pidNamespace: pidNamespace() };
  return { pid, startTime: readProcess(pid)?.startTime ?? '', ...machine };
}

let machine: { bootId: string; host: string; pidNamespace: string } | null = null;

/**
 * Is the process that claimed a run still there? `foreign`: claimed on another host or in another pid namespace,
 * where this process can't look.
 */
export function isAlive(claim: Claim): 'alive' | 'dead' | 'foreign' {
  const here = processIdentity(process.pid);
  if (claim.host !== here.host) return 'foreign';
  if (claim.bootId !== here.bootId) return 'dead';
  if (claim.pidNamespace !== here.pidNamespace) return 'foreign';
  const row = readProcess(claim.pid);
  return row !== null && row.startTime === claim.startTime ? 'alive' : 'dead';
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // macOS: `{ sec = 1700000000, usec = 0 } Mon …`
    const { stdout } = spawnSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' });
    return /sec = (\d+)/.exec(stdout ?? '')?.[1] ?? '';
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
