import type { Reply, Request } from '../contract/request.ts';
import type { Identity } from '../pipeline/failures.ts';
import type { World } from '../pipeline/world.ts';
import { answer, readMailbox, settleRequest } from '../runs/mailbox.ts';
import { inspectSender } from '../runs/request-origin.ts';
import type { ExitOutcome } from './exit-outcome.ts';
import { failureOf } from '../git/failure-of.ts';
import * as messages from './messages.ts';
import { pauseOrResume } from './pause-all.ts';
import type { FailureRegister } from './perform/failure-register.ts';
import { mailboxOf } from './perform/answer-request.ts';
import type { EventPublisher } from './publish/event-publisher.ts';

export interface ControlDeps {
  readonly root: string;
  readonly publisher: EventPublisher;
  readonly failures: FailureRegister;
  /** Ids of the runs that were alive when last seen, and of those that were started since. */
  readonly runs: () => { readonly alive: readonly string[]; readonly starting: readonly string[] };
  /** What the remote and the merge queue wait for is tried at once. @returns false when they wait for nothing */
  readonly resume: () => boolean;
  readonly wake: () => void;
}

/** What can ask a coordinator to end: SIGINT is Ctrl-C. */
export type StopCause = 'Ctrl-C' | 'SIGTERM' | 'kanban stop';

/** What signals and commands ask of the coordinator itself. */
export class Control {
  readonly #deps: ControlDeps;
  readonly #mailbox: string;
  /** Who sent the requests in the mailbox, by their ids. */
  readonly #senders = new Map<string, ReturnType<typeof inspectSender>>();
  #mode: World['mode'] = 'run';
  /** What asked it to end first, and what asked to stop runs. */
  #stoppedBy: StopCause | null = null;
  #runsStoppedBy: StopCause | null = null;

  constructor(deps: ControlDeps) {
    this.#deps = deps;
    this.#mailbox = mailboxOf(deps.root);
  }

  get mode(): World['mode'] {
    return this.#mode;
  }

  /** What asked to stop runs; null = nothing did. */
  get stoppedBy(): StopCause | null {
    return this.#runsStoppedBy;
  }

  /** It was asked to end. */
  get isStopped(): boolean {
    return this.#stoppedBy !== null;
  }

  /** How a coordinator ends that was asked to. */
  get stopOutcome(): ExitOutcome {
    return { code: this.#stoppedBy === 'kanban stop' ? 0 : 130, problems: [], lines: [] };
  }

  /** Ctrl-C, `kanban stop`: the first time nothing new is started, the second time runs are stopped, their work kept. */
  stop(now: boolean, by: StopCause): void {
    this.#stoppedBy ??= by;
    const next = now || this.#mode !== 'run' ? 'stop' : 'finish';
    if (this.#mode === 'stop') return;
    this.#mode = next;
    if (next === 'stop') this.#runsStoppedBy = by;
    const { alive, starting } = this.#deps.runs();
    this.#deps.publisher.emit({
      type: 'stop-asked',
      now: next === 'stop',
      runs: new Set([...alive, ...starting]).size,
    });
    this.#deps.wake();
  }

  /** Requests of commands; those to the coordinator itself are carried out. A mailbox that can't be used waits. */
  readRequests(): Request[] {
    const { failures, publisher } = this.#deps;
    const now = Date.now();
    if (!failures.mayTry(MAILBOX, now)) return [];
    try {
      const { requests, problems } = readMailbox(this.#mailbox);
      for (const problem of problems) publisher.problem(problem);
      const others = this.#takeOwn(this.#withOrigin(requests));
      failures.done(MAILBOX);
      return others;
    } catch (error) {
      const why = failureOf(error);
      if (why === null) throw error;
      failures.failed(MAILBOX, { why }, now);
      return [];
    }
  }

  /** Requests with the run that they come from, if any. One whose sender can't be seen is refused while runs are active. */
  #withOrigin(requests: readonly Request[]): Request[] {
    for (const id of this.#senders.keys()) if (!requests.some((request) => request.id === id)) this.#senders.delete(id);
    return requests.flatMap((request) => {
      if (request.origin !== undefined) return [request];
      const known = this.#senders.get(request.id);
      const sender = known ?? inspectSender(request.from, this.#deps.root);
      this.#senders.set(request.id, sender);
      if (sender.kind === 'run') return [{ ...request, origin: sender.origin }];
      // Seen for the first time while a run is active, and no living process sent it: a run may have written it.
      if (sender.kind === 'user' || known !== undefined || !this.#hasRuns()) return [request];
      const message = messages.unknownSender(request);
      this.#answer(request, { ok: false, message });
      this.#deps.publisher.emit({ type: 'notice', message: messages.runAgain(message) });
      return [];
    });
  }

  /** An agent may be at work before its run has been seen alive. */
  #hasRuns(): boolean {
    const { alive, starting } = this.#deps.runs();
    return alive.length + starting.length > 0;
  }

  /** `stop`, `pause` and `resume` without an id are for the coordinator itself. */
  #takeOwn(requests: readonly Request[]): Request[] {
    return requests.filter((request) => {
      if (request.taskId !== null || request.command === 'add' || request.origin !== undefined) return true;
      this.#answer(request, this.#obey(request));
      return false;
    });
  }

  #obey(request: Request): Reply {
    const { root, failures, publisher, resume } = this.#deps;
    if (request.command === 'resume') {
      const isRetried = failures.tryAgain(Date.now());
      const resumed = pauseOrResume(root, request, publisher.emit);
      return (resume() || isRetried) && !resumed.ok ? { ok: true, message: messages.WAITS_RETRIED } : resumed;
    }
    if (request.command !== 'stop') return pauseOrResume(root, request, publisher.emit);
    this.stop(request.now ?? false, 'kanban stop');
    return { ok: true, message: this.#mode === 'stop' ? messages.STOPPING_RUNS : messages.FINISHING_RUNS };
  }

  #answer({ id }: Request, reply: Reply): void {
    answer(this.#mailbox, id, reply);
    settleRequest(this.#mailbox, id);
  }
}

const MAILBOX: Identity = { key: 'mailbox', id: null, what: 'requests' };
