import { createInterface } from 'node:readline';
import { Bridge } from './bridge.ts';
import type { BridgeLine, BridgeOrder } from '../agents/acp/bridge-lines.ts';
import { readBridgeArguments } from '../agents/acp/bridge-options.ts';

/**
 * The ACP bridge: a program of its own between the runner and an agent that speaks the Agent Client Protocol, so that
 * neither the runner nor the command line loads the SDK. Started in the worktree by the `acp` adapter; what it reads and
 * prints is in lines.ts. It ends the agent when its stdin closes, and on SIGTERM.
 *
 * Exit: 0 after its stdin was closed · 1 the agent failed or ended by itself · 2 wrong arguments · 143 SIGTERM.
 */
const options = readBridgeArguments(process.argv.slice(2));
if (options === null) {
  process.stderr.write('usage: acp --worktree PATH --permissions narrow|full [options] -- AGENT [ARGUMENTS]\n');
  process.exit(2);
}

const print = (line: BridgeLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const bridge = new Bridge(options, print);

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const order = readOrder(line);
  if (order !== null) bridge.take(order);
});
input.once('close', () => void bridge.leave().then(() => process.exit(0)));
process.once('SIGTERM', () => void bridge.abort().then(() => process.exit(143)));
void bridge.failed.then(() => process.exit(1));

function readOrder(line: string): BridgeOrder | null {
  try {
    const { order, text } = JSON.parse(line) as Partial<BridgeOrder>;
    return (order === 'prompt' || order === 'message') && typeof text === 'string' ? { order, text } : null;
  } catch {
    return null;
  }
}
