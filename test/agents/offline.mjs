import { spawn, spawnSync } from 'node:child_process';

const INSIDE = 'KANBAN_AGENTS_OFFLINE';

/** Are we in the network namespace already? */
export const isOffline = () => process.env[INSIDE] === '1';

/**
 * Starts this program again where there is no network but loopback, so that no CLI can reach anything but the scripted
 * model server.
 * @returns its exit code; null: not allowed on this machine
 */
export async function runOffline() {
  const flags = [['-n'], ['-rn']].find((some) => spawnSync('unshare', [...some, 'true']).status === 0);
  if (flags === undefined) return null;
  const inside = 'ip link set lo up 2>/dev/null || ifconfig lo up; exec "$@"';
  const child = spawn('unshare', [...flags, 'sh', '-c', inside, 'sh', process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((done) => child.on('exit', (code) => done(code ?? 1)));
}
