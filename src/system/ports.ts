import { readFileSync } from 'node:fs';
import { FIRST_PORT, PORTS_PER_RUN } from './environment.ts';

/** A range of places, each with ports of its own. */
interface Places {
  readonly first: number;
  readonly count: number;
}
const POOL: Places = { first: 0, count: 480 };
/** Checks of the merge queue have theirs beyond those of the pool; all ports are below 32,768, from where Linux gives them out. */
export const CHECK_PLACES: Places = { first: 500, count: 80 };

/**
 * A place that no run has, and of whose ports none is in use: another repository's coordinator, or a service of the user's,
 * may have them. Where the system doesn't tell which ports are in use, or all are, the first place that no run has.
 * @param used places of this coordinator's runs
 */
export function freeSlot(
  used: ReadonlySet<number>,
  places: Places = POOL,
  listening: ReadonlySet<number> = portsInUse(),
): number {
  const order = Array.from({ length: places.count }, (_, n) => places.first + ((OFFSET + n) % places.count));
  const own = order.filter((slot) => !used.has(slot));
  return own.find((slot) => isFree(slot, listening)) ?? own[0] ?? places.first;
}

/** Two coordinators that start runs at the same moment look at different places first: nothing listens there yet. */
const OFFSET = process.pid * 7;

function isFree(slot: number, listening: ReadonlySet<number>): boolean {
  const first = FIRST_PORT + slot * PORTS_PER_RUN;
  for (let port = first; port < first + PORTS_PER_RUN; port += 1) if (listening.has(port)) return false;
  return true;
}

/** Local ports of all TCP sockets, by /proc: two reads and no process. */
function portsInUse(): Set<number> {
  const ports = new Set<number>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6'])
    for (const line of textOf(file).split('\n').slice(1)) {
      const port = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) /.exec(line)?.[1];
      if (port !== undefined) ports.add(Number.parseInt(port, 16));
    }
  return ports;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
