import { serveBoard } from '../mcp/serve.ts';
import { PROFILES, type Caller, type Profile } from '../mcp/profiles.ts';
import * as messages from '../mcp/messages.ts';
import { openRepository } from '../git/open-repository.ts';
import { closeRepository } from '../git/close.ts';
import { runAtWorkIn, runOfProcess } from '../runs/request-origin.ts';
import type { Command, Io } from './program/command.ts';
import { EXIT } from './program/exit-codes.ts';
import { VERSION } from '../version.ts';

/** `kanban mcp`: the board for MCP clients, on stdio. Lives as long as its stdin. */
const run: Command = async ({ options }, io) => {
  const profile = PROFILES.find((one) => one === options['tools']) ?? 'plan';
  const caller = await callerOf(io);
  if (caller.kind !== 'user' && profile !== 'read') warn(io, caller.run, profile);
  await serveBoard({ cwd: io.cwd, env: io.env, profile, caller, version: VERSION }, (text) =>
    io.stderr.write(`${text}\n`),
  );
  return EXIT.done;
};
export default run;

const warn = ({ stderr }: Io, of: string, profile: Profile): void =>
  stderr.write(`${messages.reducedForRun(of, profile)}\n`);

/** A folder in no repository may be in one later: then it is the user's. */
async function callerOf({ cwd, env }: Io): Promise<Caller> {
  const opened = await openRepository(cwd);
  if (!opened.ok) return { kind: 'user' };
  const { root } = opened.value;
  closeRepository(opened.value);
  const origin = runOfProcess(process.pid, root, env);
  if (origin !== null) return { kind: 'run', run: origin.run, entry: origin.taskId };
  const here = runAtWorkIn(cwd, root);
  return here === null ? { kind: 'user' } : { kind: 'bystander', run: here.run };
}
