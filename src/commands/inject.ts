import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Inject } from '../contract/brief.ts';
import { adapterNamed } from '../agents/adapters.ts';
import { leaveMessage, messagesOf } from '../runs/message-store.ts';
import { listRuns } from '../runs/list-runs.ts';
import { openRepository } from '../git/open-repository.ts';
import { signersOf } from '../git/config/identity.ts';
import type { Problem } from '../problem.ts';
import { isSameId } from '../pipeline/named-id.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { printProblems } from './program/print.ts';
import { readSnapshot } from '../coordinator/publish/read-snapshot.ts';
import { absentEntry } from './read/absent-entry.ts';
import * as messages from './messages.ts';

/** How long the command waits to say that an agent that listens has been told. */
const DELIVERY_TIMEOUT_MS = 2_000;
const POLL_INTERVAL_MS = 50;

const PRIORITIES = ['high', 'normal', 'low'] as const;

/** `kanban inject <id> "…"`: a message for the agents of an entry. Says how and when it will reach them. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const [typed = '', ...words] = args;
  const text = words.join(' ').trim();
  const priority = PRIORITIES.find((name) => name === options['priority']) ?? 'normal';
  if (text === '') return printProblems(io, [NOTHING_SAID]);
  const opened = await openRepository(io.cwd);
  if (!opened.ok) return printProblems(io, opened.error);
  const { root } = opened.value;
  const [signers, snapshot] = await Promise.all([signersOf(opened.value), readSnapshot(io.cwd)]);
  if (!signers.ok) return printProblems(io, signers.error);
  if (!snapshot.ok) return printProblems(io, snapshot.error);
  const { entries, coordinator } = snapshot.value;
  const entry = entries.find((other) => other.id !== null && isSameId(other.id, typed));
  if (entry === undefined || entry.id === null) return printProblems(io, (await absentEntry(io.cwd, typed)) ?? []);
  const { id } = entry;
  const alive = runOf(root, id);
  if (alive?.inject === 'none') return printProblems(io, [deaf(id, alive)]);
  const file = leaveMessage(root, id, { by: signers.value.author, priority, text });
  if (alive?.inject === 'live' && (await wasGiven(join(messagesOf(root, id), 'delivered', file)))) {
    io.stdout.write(`${messages.delivered(alive)}\n`);
    return EXIT.done;
  }
  io.stdout.write(`${becomes(alive, coordinator !== null)}\n`);
  return EXIT.done;
}

/** Read afresh: what a coordinator shows may be half a second old. */
function runOf(root: string, id: string): Alive | null {
  const record = listRuns(root).runs.findLast(({ brief, state }) => brief.taskId === id && state === 'alive');
  if (record === undefined) return null;
  const inject = adapterNamed(record.brief.adapter)?.capabilities.inject ?? 'none';
  return { id: record.runId, agent: record.brief.agent, inject };
}

/** A run that is on. */
interface Alive {
  readonly id: string;
  readonly agent: string;
  readonly inject: Inject;
}

async function wasGiven(delivered: string): Promise<boolean> {
  for (const until = Date.now() + DELIVERY_TIMEOUT_MS; Date.now() < until; await pause(POLL_INTERVAL_MS))
    if (existsSync(delivered)) return true;
  return false;
}

/** What becomes of a message that could not be given at once. */
function becomes(run: Alive | null, coordinated: boolean): string {
  if (run === null) return messages.keptForNextRun(coordinated);
  if (run.inject === 'live') return messages.keptForTurn(run.agent);
  if (!coordinated) return messages.keptForNextRun(false);
  return run.inject === 'resume' ? messages.resumesWithMessage(run.agent) : messages.restartsWithMessage(run.agent);
}

const NOTHING_SAID: Problem = {
  code: 'no-message',
  message: messages.NO_MESSAGE,
  fix: 'kanban inject T-12 "only the login form"',
};

const deaf = (id: string, { agent }: Alive): Problem => ({
  code: 'reads-no-messages',
  message: messages.readsNoMessages(agent),
  fix: messages.editInstead(id),
});
