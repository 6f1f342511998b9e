import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Inject } from '../contract/brief.ts';
import { adapterNamed } from '../agents/adapters.ts';
import { appendEvent } from '../runs/event-log.ts';
import { leaveMessage, messagesOf, type NewMessage } from '../runs/message-store.ts';
import { listRuns } from '../runs/list-runs.ts';
import { openRepository } from '../git/open-repository.ts';
import { signersOf } from '../git/config/identity.ts';
import { failed, ok, type Problem, type Result } from '../problem.ts';
import { withId } from '../pipeline/named-id.ts';
import { readSnapshot } from '../coordinator/inspect/read-snapshot.ts';
import { absentEntry } from './absent-entry.ts';
import * as messages from './messages.ts';

/** How long it waits to say that an agent that listens has got the message, ms. */
const DELIVERY_TIMEOUT_MS = 2_000;
const POLL_INTERVAL_MS = 50;

/** What becomes of a message. */
export interface Injected {
  /** The entry's id as the board has it. */
  readonly id: string;
  /** The agent has it already; else it is kept for it. */
  readonly delivered: boolean;
  /** The active run; null: none is. */
  readonly run: string | null;
  /** How and when it reaches the agent. */
  readonly message: string;
}

/**
 * Leaves a message for the agents of an entry.
 * @param cwd a folder in the repository. @param typed the entry's id, in any case of its letters
 * @returns problems: the entry is not on the board, its agent reads no messages, the text is empty
 */
export async function injectMessage(
  cwd: string,
  typed: string,
  { text, priority }: Pick<NewMessage, 'text' | 'priority'>,
): Promise<Result<Injected>> {
  if (text === '') return failed([EMPTY_MESSAGE]);
  const found = await addresseeOf(cwd, typed);
  if (!found.ok) return found;
  const { root, id, by, coordinated } = found.value;
  const alive = runOf(root, id);
  if (alive?.inject === 'none') return failed([readsNone(id, alive)]);
  const file = leaveMessage(root, id, { by, priority, text });
  appendEvent(root, {
    ...({
      type: 'injected',
      at: Date.now(),
      id,
      run: alive?.id ?? null,
      message: file.replace(/\.json$/, ''),
    } as const),
    ...{ priority, by: by.name, text },
  });
  const delivered = alive?.inject === 'live' && (await wasGiven(join(messagesOf(root, id), 'delivered', file)));
  const message = delivered ? messages.delivered(alive) : keptText(alive, coordinated);
  return ok({ id, delivered, run: alive?.id ?? null, message });
}

interface Addressee {
  readonly root: string;
  readonly id: string;
  readonly by: NewMessage['by'];
  /** A coordinator is running. */
  readonly coordinated: boolean;
}

async function addresseeOf(cwd: string, typed: string): Promise<Result<Addressee>> {
  const opened = await openRepository(cwd);
  if (!opened.ok) return opened;
  const [signers, snapshot] = await Promise.all([signersOf(opened.value), readSnapshot(cwd)]);
  if (!signers.ok) return signers;
  if (!snapshot.ok) return snapshot;
  const { entries, coordinator } = snapshot.value;
  const id = withId(entries, typed)?.id ?? null;
  if (id === null) return failed((await absentEntry(cwd, typed)) ?? []);
  return ok({ root: opened.value.root, id, by: signers.value.author, coordinated: coordinator !== null });
}

/** Read afresh: what a coordinator shows may be half a second old. */
function runOf(root: string, id: string): Alive | null {
  const record = listRuns(root).runs.findLast(({ brief, state }) => brief.taskId === id && state === 'alive');
  if (record === undefined) return null;
  const inject = adapterNamed(record.brief.adapter)?.capabilities.inject ?? 'none';
  return { id: record.runId, agent: record.brief.agent, inject };
}

/** An active run. */
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
function keptText(run: Alive | null, coordinated: boolean): string {
  if (run === null) return messages.keptForNextRun(coordinated);
  if (run.inject === 'live') return messages.keptForTurn(run.agent);
  if (!coordinated) return messages.keptForNextRun(false);
  return run.inject === 'resume' ? messages.resumesWithMessage(run.agent) : messages.restartsWithMessage(run.agent);
}

const EMPTY_MESSAGE: Problem = {
  code: 'no-message',
  message: messages.NO_MESSAGE,
  fix: 'kanban inject T-12 "only the login form"',
};

const readsNone = (id: string, { agent }: Alive): Problem => ({
  code: 'reads-no-messages',
  message: messages.readsNoMessages(agent),
  fix: messages.editInstead(id),
});
