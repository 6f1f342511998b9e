import { closeRepository } from '../git/close.ts';
import type { Request } from '../contract/request.ts';
import { waitAfter, WAITS } from '../pipeline/backoff.ts';
import { decide } from '../pipeline/decide.ts';
import type { Decision } from '../pipeline/action.ts';
import type { Problem } from '../problem.ts';
import { removeSpecialFiles } from '../runner/git/special-files.ts';
import { listRuns } from '../runs/list-runs.ts';
import type { LockProof, TakenLock } from '../system/lock.ts';
import { removeSandboxPlaces } from '../system/sandbox-places.ts';
import type { StopCause } from './control.ts';
import { codeOf, outcomeOf, type ExitOutcome } from './exit-outcome.ts';
import { failureOf } from '../git/failure-of.ts';
import { followUp } from './follow-up.ts';
import { endOf, nextLook, type IdleFacts } from './idle.ts';
import { createMembers, type CoordinatorOptions, type Members } from './members.ts';
import * as messages from './messages.ts';
import type { Inputs, Observation, Observed } from './observe/observation.ts';
import { TickActions } from './perform-all.ts';
import { Startup } from './startup.ts';
import { SAFETY_TICK_MS, STOP_WRITE_TIMEOUT_MS, UNTIL_DONE_GRACE_MS } from './waits.ts';

/** The loop: observe → decide → perform. Resuming after a crash is its first tick. */
export class Coordinator {
  readonly #members: Members;
  readonly #startup: Startup;
  readonly #actions: TickActions;
  /** Since when every tick has failed as a whole (epoch ms), and how often; null = the last one did not. */
  readonly #begunAt = Date.now();
  #failing: { readonly since: number; readonly tries: number } | null = null;
  /** When the first of the ticks in a row that changed nothing was, epoch ms. */
  #idleSince: number | null = null;

  constructor(options: CoordinatorOptions) {
    this.#members = createMembers(options);
    this.#actions = new TickActions(this.#members);
    this.#startup = new Startup(this.#members, {
      observe: () => this.#observe([]),
      onUnreadable: (problems) => this.#onUnreadable(problems),
    });
  }

  /** Ctrl-C: the first time nothing new is started, the second time runs are stopped, their work kept. */
  stop(now: boolean, by: StopCause): void {
    this.#members.control.stop(now, by);
  }

  /** Runs until it is done, stopped, or can't begin. */
  async run(): Promise<ExitOutcome> {
    const taken = await this.#startup.takeLock();
    if (!taken.ok) return { code: 3, problems: [taken.problem], lines: [] };
    let outcome: ExitOutcome | null = null;
    try {
      outcome = await this.#underLock(taken);
      return outcome;
    } finally {
      await this.#leave(taken, outcome);
    }
  }

  async #underLock(lock: TakenLock): Promise<ExitOutcome> {
    const blocked = await this.#startup.begin(lock.lock);
    if (blocked !== null) return blocked;
    for (;;) {
      if (!lock.stillHeld()) return { code: 1, problems: [messages.LOCK_LOST], lines: [] };
      this.#members.waker.reset();
      const outcome = await this.#containedTick(lock.lock);
      if (outcome !== null) return outcome;
    }
  }

  /** What no action of its own can contain (a look that fails) makes the coordinator wait, not end. */
  async #containedTick(lock: LockProof): Promise<ExitOutcome | null> {
    const { repo, publisher, control, options, errors, waker, observer } = this.#members;
    observer.boardReader.glimpses.start();
    try {
      this.#startup.repairOwnFolder();
      const special = removeSpecialFiles({ worktree: repo.root, gitDir: repo.gitDir });
      if (special.length > 0) publisher.emit({ type: 'notice', message: messages.removedSpecialFiles(special) });
      const outcome = await this.#tick(lock);
      this.#failing = null;
      return outcome;
    } catch (error) {
      const now = Date.now();
      this.#failing = { since: this.#failing?.since ?? now, tries: (this.#failing?.tries ?? 0) + 1 };
      const patience =
        control.mode !== 'run' ? STOP_WRITE_TIMEOUT_MS : options.untilDone ? UNTIL_DONE_GRACE_MS : Infinity;
      if (now - this.#failing.since > patience) throw error;
      errors.note(messages.STEPS.look, error);
      waker.reset();
      await waker.sleep(waitAfter(this.#failing.tries, WAITS.tick));
      return null;
    }
  }

  /** One tick; returns the end, or null to continue (after waiting, where there is nothing to do). */
  async #tick(lock: LockProof): Promise<ExitOutcome | null> {
    const { repo, control, shared, baseBranch, publisher, snapshots, failures, maintenance, retention } = this.#members;
    const requests = control.readRequests();
    await shared.observe(listRuns(repo.root).runs);
    if (shared.baseHeld !== null) return this.#onUnreadable([messages.baseMoved(shared.baseHeld)]);
    const look = await this.#observe(requests);
    if (!look.ok) return this.#onUnreadable(look.problems);
    const observation = look.value;
    // A run that ended in this very moment is compared before its result counts, and base is what was read.
    if ((await shared.observe(observation.runs)) || shared.baseHeld !== null) return null;
    followUp(observation, this.#members);
    await baseBranch.follow(observation);
    const decision = decide(observation.world);
    const done = await this.#actions.perform(observation, decision, lock);
    baseBranch.report(publisher);
    publisher.remind(Date.now());
    publisher.followCommands();
    for (const event of snapshots.show(observation, decision, baseBranch.view(observation.world)))
      publisher.emit(event);
    if (done > 0) {
      this.#idleSince = null;
      return null;
    }
    // What failed in this tick gave its place in the pool back.
    if (failures.takeFresh()) return null;
    const outcome = await this.#endIfIdle(observation, decision);
    if (outcome !== null) return outcome;
    maintenance.runIfDue();
    retention.runIfDue(observation);
    await this.#sleep(nextLook(this.#idleFacts(observation, decision)));
    return null;
  }

  async #observe(requests: readonly Request[]): Promise<Observed> {
    try {
      return await this.#members.observer.observe(this.#inputs(requests));
    } catch (error) {
      // A folder of ours that can't be read now: everything waits, and it is read again.
      const why = failureOf(error);
      if (why === null) throw error;
      return { ok: false, problems: [messages.notReadable(why)] };
    }
  }

  #inputs(requests: readonly Request[]): Inputs {
    const { control, options, preflight, launcher, baseBranch, failures, shared } = this.#members;
    return {
      now: Date.now(),
      mode: control.mode,
      stoppedBy: control.stoppedBy,
      begunAt: this.#begunAt,
      only: options.only,
      findings: preflight.findings,
      requests,
      starting: launcher.starting,
      refused: launcher.refused,
      queued: baseBranch.queue.statuses,
      failures: failures.all,
      found: shared.found,
      sharedHeld: shared.held,
    };
  }

  /** While runs are alive or work continues beside the tick there is no end. */
  async #endIfIdle(observation: Observation, decision: Decision): Promise<ExitOutcome | null> {
    const { monitor, baseBranch, control, branches, launcher, waker, failures } = this.#members;
    // A lost run that can't be closed now (a full disk) is left to the next coordinator.
    const isBusy =
      observation.world.runs.some(
        ({ id, state }) => (state === 'alive' || state === 'starting') && !monitor.isStuck(id),
      ) ||
      monitor.isSalvaging ||
      baseBranch.isBusy(control.mode);
    if (isBusy) return null;
    await Promise.all([branches.drain(), launcher.drain(), baseBranch.drain()]);
    if (waker.isWoken) return null;
    this.#idleSince ??= Date.now();
    const end = endOf(this.#idleFacts(observation, decision));
    if (end === null) return null;
    if (end === 'stopped') return control.stopOutcome;
    return outcomeOf(observation, decision, failures.due, observation.inMotion ? messages.IN_MOTION : null);
  }

  #idleFacts({ world, board, inMotion }: Observation, decision: Decision): IdleFacts {
    const { control, options, failures, baseBranch, snapshots, watcher } = this.#members;
    const now = Date.now();
    return {
      now,
      decidedAt: world.now,
      mode: control.mode,
      untilDone: options.untilDone,
      maxWait: options.maxWait,
      idleSince: this.#idleSince ?? now,
      notes: decision.notes,
      failed: failures.due,
      queueHeldSince: baseBranch.queue.holds.map(({ since }) => since),
      isUnsure: world.unsure.size > 0,
      isStopped: world.stops.length > 0 || inMotion,
      boardBusyUntil: [...board.busyUntil.values()],
      isWorking: world.runs.length > 0 || baseBranch.queue.isBusy,
      snapshotDueAt: snapshots.dueAt,
      decisionChangesAt: decision.wakeAt,
      lookAfter: watcher.lookAfter,
    };
  }

  async #onUnreadable(problems: readonly Problem[]): Promise<ExitOutcome | null> {
    const { publisher, control, options } = this.#members;
    for (const problem of problems) publisher.problem(problem);
    if (control.mode !== 'run') return control.stopOutcome;
    this.#idleSince ??= Date.now();
    if (options.untilDone && Date.now() - this.#idleSince > UNTIL_DONE_GRACE_MS)
      return { code: codeOf(problems), problems, lines: [] };
    await this.#sleep(SAFETY_TICK_MS);
    return null;
  }

  /** Until something happens. Watching sees what is saved meanwhile. */
  async #sleep(ms: number): Promise<void> {
    const { waker, watcher, observer } = this.#members;
    if (!waker.isWoken && watcher.lookAfter === null) observer.boardReader.glimpses.stop();
    await waker.sleep(ms);
  }

  async #leave(lock: TakenLock, outcome: ExitOutcome | null): Promise<void> {
    const { repo, watcher, branches, launcher, monitor, baseBranch, pool, publisher, control, snapshots, observer } =
      this.#members;
    observer.boardReader.glimpses.stop();
    await watcher.close();
    await Promise.all([branches.drain(), launcher.drain(), monitor.drain()]);
    await baseBranch.close();
    if (monitor.alive.length === 0) removeSandboxPlaces(repo.commonDir);
    pool.close();
    publisher.emit({
      type: 'coordinator-ended',
      why: control.isStopped
        ? messages.WHY_ENDED[130]
        : outcome === null
          ? messages.FAILED
          : messages.WHY_ENDED[outcome.code],
      runsLeft: monitor.alive.length,
    });
    snapshots.remove();
    closeRepository(repo);
    lock.release();
    await publisher.close();
  }
}
