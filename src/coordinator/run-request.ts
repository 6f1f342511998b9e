import { setTimeout as pause } from 'node:timers/promises';
import { takeLock, type Holder, type LockProof } from '../system/lock.ts';
import { post, settleRequest, waitForAnswer } from '../runs/mailbox.ts';
import { appendEvent } from '../runs/event-log.ts';
import { listRuns, type RunRecord } from '../runs/list-runs.ts';
import { requestStop } from '../runs/run-store.ts';
import type { KanbanEvent } from '../contract/event.ts';
import { closeRepository } from '../git/close.ts';
import { openRepository } from '../git/open-repository.ts';
import { type Repository } from '../git/git.ts';
import { recover } from '../landing/recovery/recover.ts';
import type { Action } from '../pipeline/action.ts';
import { decide } from '../pipeline/decide.ts';
import { isSameId } from '../pipeline/named-id.ts';
import type { Reply, Request } from '../contract/request.ts';
import { failed, ok, type Problem, type Result } from '../problem.ts';
import * as messages from './messages.ts';
import type { PerformDeps } from './perform/performed.ts';
import type { Observation } from './observe/observation.ts';
import { BoardWriter } from './perform/board-writer.ts';
import { Branches } from './perform/branches.ts';
import { kanbanDir } from './observe/git-state.ts';
import { WITHOUT_COORDINATOR } from './observe/observation.ts';
import { Observer } from './observe/observer.ts';
import { pauseOrResume } from './pause-all.ts';
import { mailboxOf } from './perform/answer-request.ts';
import { perform } from './perform/perform.ts';

/** How long a command waits for a coordinator's answer: a run that must be stopped first has a minute to end. */
const ANSWER_TIMEOUT_MS = 90_000;
/** How long it waits for what another process holds. */
const LOCK_TIMEOUT_MS = 3_000;
/** After this time without an answer it looks whether a coordinator still runs, ms. */
const COORDINATOR_CHECK_MS = 1_000;
/** After this time without an answer it says what it waits for, ms. */
const TELL_AFTER_MS = 3_000;
/** A reason is looked for this long: while an action is tried again, none is shown. */
const REASON_WITHIN_MS = 1_000;

/** Is told, once, what a command waits for. */
export type OnWaiting = (text: string) => void;

/**
 * Carries out what a command asks: by the coordinator that is running, through its mailbox; with none, by this process,
 * under the coordinator's own lock.
 */
export async function runRequest(cwd: string, request: Request, onWaiting?: OnWaiting): Promise<Result<Reply>> {
  const opened = await openRepository(cwd);
  if (!opened.ok) return opened;
  const repo = opened.value;
  try {
    return await delegateOrRun(repo, request, onWaiting);
  } finally {
    closeRepository(repo);
  }
}

/** The lock may be another command's, which ends in a moment, or a coordinator's that ends before it has answered. */
async function delegateOrRun(repo: Repository, request: Request, onWaiting?: OnWaiting): Promise<Result<Reply>> {
  const mailbox = mailboxOf(repo.root);
  // Only a coordinator counts what a run proposes.
  const isFromRun = request.origin !== undefined;
  const settle = (id: string | null): void => void (id !== null && settleRequest(mailbox, id));
  const { id: _id, at: _at, ...input } = request;
  let posted: string | null = null;
  const waiting = onWaiting === undefined ? null : new Waiting(repo, request, onWaiting);
  for (const until = Date.now() + ANSWER_TIMEOUT_MS; Date.now() < until;) {
    const taken = await takeLock(kanbanDir(repo), { command: `kanban ${request.command}` });
    if (taken.ok && isFromRun) {
      taken.release();
      settle(posted);
      return failed([messages.NO_COORDINATOR]);
    }
    if (!taken.ok && taken.held === null) return failed([taken.problem]);
    if (!taken.ok) posted ??= post(mailbox, input);
    const reply = await answerTo(mailbox, posted, taken.ok ? 0 : COORDINATOR_CHECK_MS);
    if (!taken.ok && reply === null) {
      if (posted !== null) await waiting?.tell(posted, taken.held.holder);
      continue;
    }
    try {
      settle(posted);
      if (reply !== null) return ok(reply);
      if (taken.ok) return await runUnderLock(repo, posted === null ? request : { ...request, id: posted }, taken.lock);
    } finally {
      if (taken.ok) taken.release();
    }
  }
  return failed([messages.NO_ANSWER]);
}

/** Says what a command waits for: a user who sees nothing repeats it, and it is carried out twice. */
class Waiting {
  readonly #repo: Repository;
  readonly #request: Request;
  readonly #onWaiting: OnWaiting;
  readonly #begun = Date.now();
  #isTold = false;

  constructor(repo: Repository, request: Request, onWaiting: OnWaiting) {
    this.#repo = repo;
    this.#request = request;
    this.#onWaiting = onWaiting;
  }

  /** @param holder of the lock, as far as it is known */
  async tell(posted: string, holder: Holder | null): Promise<void> {
    const waited = Date.now() - this.#begun;
    if (this.#isTold || waited < TELL_AFTER_MS) return;
    const { whatHolds } = await import('./inspect/what-holds.ts');
    const why = await whatHolds(this.#repo, { id: posted, taskId: this.#request.taskId });
    if (why === null && waited < TELL_AFTER_MS + REASON_WITHIN_MS) return;
    this.#isTold = true;
    this.#onWaiting(messages.waitsForAnswer(this.#request.command, holder, why));
  }
}

const answerTo = async (mailbox: string, posted: string | null, wait: number): Promise<Reply | null> =>
  posted === null ? null : waitForAnswer(mailbox, posted, wait);

const runUnderLock = (repo: Repository, request: Request, lock: LockProof): Promise<Result<Reply>> =>
  request.taskId === null && request.command !== 'add' ? forAll(repo, request) : runLocally(repo, request, lock);

/** Events of a command that works without a coordinator: surfaces read them in the log. */
const emitterOf =
  (root: string) =>
  (event: KanbanEvent): void =>
    void appendEvent(root, { ...event, at: Date.now() });

/** One request, with the actions that it takes; nothing else that could be done is done. */
async function runLocally(repo: Repository, request: Request, lock: LockProof): Promise<Result<Reply>> {
  const emit = emitterOf(repo.root);
  await recover(repo);
  const observer = new Observer(repo);
  const branches = new Branches(repo, emit, () => {});
  const mailbox = mailboxOf(repo.root);
  const begun = Date.now();
  let held = '';
  while (Date.now() - begun < ANSWER_TIMEOUT_MS) {
    const looked = await observer.observe({ ...WITHOUT_COORDINATOR, now: Date.now(), requests: [request] });
    if (!looked.ok) return failed(looked.problems);
    const observation = looked.value;
    const obstacle = obstacleIn(observation);
    if (obstacle !== null) return failed(obstacle);
    const writer = new BoardWriter(observer, observation, emit, lock);
    const actions = decide(observation.world).actions.filter((action) => isPartOf(action, request));
    const why = await performAll(actions, { observer, observation, writer, launcher: null, branches, mailbox, emit });
    await branches.drain();
    const reply = await waitForAnswer(mailbox, request.id, 0);
    if (reply !== null) return ok(reply);
    const stopping = observation.world.runs.some(({ taskId }) => isAbout(request, taskId));
    if (actions.length === 0 && !stopping) return failed([messages.notCarriedOut(messages.NOTHING_POSSIBLE)]);
    held = why ?? (stopping ? messages.RUN_STOPPING : held);
    // Another git command ends in a moment; a lock that was left behind, or a key that is missing, stays.
    if (why !== null && Date.now() - begun > LOCK_TIMEOUT_MS) break;
    await pause(100);
  }
  return failed([messages.notCarriedOut(held)]);
}

/** What keeps everything from being done; null = nothing does. */
function obstacleIn({ git, board }: Observation): readonly Problem[] | null {
  if (git.open !== null) return [messages.baseHeld(git.open)];
  return board.unreadable.length > 0 ? board.unreadable : null;
}

/** Up to the first that is not done. @returns why it is not; null = all are, or the world has changed */
async function performAll(actions: readonly Action[], deps: PerformDeps): Promise<string | null> {
  for (const action of actions) {
    const performed = await perform(action, deps);
    if (performed.kind === 'later' || performed.kind === 'failed') return performed.why;
    if (performed.kind !== 'done') return null;
  }
  return null;
}

function isPartOf(action: Action, request: Request): boolean {
  if ('request' in action && action.request === request.id) return true;
  if (action.type === 'retire-branch') return action.how === 'afresh' && isAbout(request, action.id);
  return action.type === 'stop-run' && action.run.toLowerCase().startsWith(`${request.taskId ?? ''}-`.toLowerCase());
}

const isAbout = ({ taskId }: Request, id: string): boolean => taskId !== null && isSameId(taskId, id);

/** `stop`, `pause` and `resume` of everything with no coordinator alive: the runs that are left are ended but for `resume`. */
async function forAll(repo: Repository, request: Request): Promise<Result<Reply>> {
  if (request.command === 'stop') return stopRuns(repo, 'kanban stop');
  const reply = pauseOrResume(repo.root, request, emitterOf(repo.root));
  if (request.command === 'resume') return ok(reply);
  const stopped = await stopRuns(repo, 'kanban pause');
  return stopped.ok ? ok(reply) : stopped;
}

async function stopRuns(repo: Repository, detail: string): Promise<Result<Reply>> {
  const list = (): RunRecord[] => [...listRuns(repo.root).runs, ...listRuns(repo.root, 'checks').runs];
  const alive = list().filter(({ state }) => state === 'alive');
  if (alive.length === 0) return ok({ ok: true, message: messages.NOTHING_ALIVE });
  for (const { folder } of alive) requestStop(folder, { cause: 'stopped', detail, at: Date.now() });
  for (const until = Date.now() + ANSWER_TIMEOUT_MS; Date.now() < until; await pause(100)) {
    const left = list().filter(({ state, runId }) => state === 'alive' && alive.some((run) => run.runId === runId));
    if (left.length === 0) return ok({ ok: true, message: messages.runsStopped(alive.map(({ runId }) => runId)) });
  }
  return failed([messages.RUNS_LIVE_ON]);
}
