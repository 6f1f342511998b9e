import { setTimeout as pause } from 'node:timers/promises';
import { clearDeadRefLocks } from '../landing/recovery/dead-ref-locks.ts';
import { recover } from '../landing/recovery/recover.ts';
import { waitAfter, WAITS } from '../pipeline/backoff.ts';
import type { Finding } from '../preflight/finding.ts';
import type { Problem } from '../problem.ts';
import { listRuns } from '../runs/list-runs.ts';
import { takeLock, type LockProof, type TakeLock } from '../system/lock.ts';
import { isLinkedFolder, repairOwnFolder } from '../system/own-folder.ts';
import { removeDeadTemporaryFiles } from '../system/temporary-files.ts';
import { codeOf, type ExitOutcome } from './exit-outcome.ts';
import { setUp } from './first-run.ts';
import type { Members } from './members.ts';
import * as messages from './messages.ts';
import { kanbanDir } from './observe/git-state.ts';
import type { Observation, Observed } from './observe/observation.ts';
import { SAFETY_TICK_MS, UNTIL_DONE_GRACE_MS } from './waits.ts';

/** The start waits this long for a command that is at work; it may be ending a run, ms. */
const LOCK_TIMEOUT_MS = 90_000;
const LOCK_RETRY_MS = 50;

/** How a coordinator looks at the repository. */
export interface Looks {
  observe(): Promise<Observed>;
  /** Waits after a look that failed as a whole. @returns the end, or null to look again */
  onUnreadable(problems: readonly Problem[]): Promise<ExitOutcome | null>;
}

/** What a coordinator does before its first tick. */
export class Startup {
  readonly #members: Members;
  readonly #looks: Looks;
  /** `.kanban` was a link to a folder when the coordinator began. */
  readonly #isLinked: boolean;

  constructor(members: Members, looks: Looks) {
    this.#members = members;
    this.#looks = looks;
    this.#isLinked = isLinkedFolder(members.repo.root);
  }

  /** A command that does its work without a coordinator (`kanban undo`) has the lock for a moment only. */
  async takeLock(): Promise<TakeLock> {
    const { repo, control, publisher } = this.#members;
    for (const until = Date.now() + LOCK_TIMEOUT_MS; ; await pause(LOCK_RETRY_MS)) {
      const taken = await takeLock(kanbanDir(repo));
      const command = taken.ok ? undefined : taken.held?.holder?.command;
      if (command === undefined || Date.now() > until || control.mode !== 'run') return taken;
      publisher.once('lock', { type: 'notice', message: messages.waitsForCommand(command) });
    }
  }

  /** With the lock: everything until the first tick. @returns the end, where nothing can begin */
  async begin(lock: LockProof): Promise<ExitOutcome | null> {
    await this.#recover();
    const first = await this.#firstLook();
    if (!first.ok) return first.outcome;
    const observation = first.value;
    await this.#cleanUp(observation, lock);
    const { publisher } = this.#members;
    const { base } = observation.workflow.settings;
    publisher.emit({ type: 'coordinator-started', pid: process.pid, base, sha: observation.git.base });
    await this.#askRemote(observation);
    return this.#firstPreflight(observation);
  }

  repairOwnFolder(): void {
    const { repo, publisher } = this.#members;
    const inTheWay = repairOwnFolder(repo.root, repo.commonDir, this.#isLinked);
    if (inTheWay !== null) publisher.emit({ type: 'notice', message: inTheWay });
  }

  async #recover(): Promise<void> {
    const { repo, shared, publisher } = this.#members;
    // Before git is asked for anything: a run may have changed what git takes the repository for.
    await this.#retried(messages.STEPS.sharedState, () => shared.observeFiles(listRuns(repo.root).runs));
    await this.#retried(messages.STEPS.ownFolder, () => this.repairOwnFolder());
    const locks = await this.#retried(messages.STEPS.deadLocks, () => clearDeadRefLocks(repo));
    if (locks.length > 0) publisher.emit({ type: 'recovered', what: messages.removedDeadLocks(locks) });
    for (const event of await this.#retried(messages.STEPS.recovery, () => recover(repo)))
      publisher.emit({
        type: 'recovered',
        what: 'message' in event ? event.message : `${event.type} ${event.commit.slice(0, 10)}`,
      });
    // Runs were alive without a coordinator.
    await this.#retried(messages.STEPS.sharedState, () => shared.observeBase(listRuns(repo.root).runs));
    removeDeadTemporaryFiles(repo.root, repo.commonDir);
  }

  /** Without readable settings and a base nothing can begin: it waits for them, or ends; it ends where nothing is set up. */
  async #firstLook(): Promise<
    { readonly ok: true; readonly value: Observation } | { readonly ok: false; readonly outcome: ExitOutcome }
  > {
    for (;;) {
      const look = await this.#looks.observe();
      if (look.ok) return look;
      const { problems } = look;
      // `kanban init` is to be run first, and it asks for no other process meanwhile.
      if (this.#members.options.untilDone || problems.some(({ code }) => code === 'not-set-up'))
        return { ok: false, outcome: { code: codeOf(problems), problems, lines: [] } };
      this.#members.waker.reset();
      const outcome = await this.#looks.onUnreadable(problems);
      if (outcome !== null) return { ok: false, outcome };
    }
  }

  async #cleanUp(observation: Observation, lock: LockProof): Promise<void> {
    const { observer, publisher, monitor } = this.#members;
    const events = await this.#retried(messages.STEPS.setUp, () => setUp(observer, observation, lock));
    for (const event of events) publisher.emit(event);
    await this.#retried(messages.STEPS.leftoverProcesses, () => monitor.killLeftoverProcesses());
  }

  /** The first tick knows what the remote has, and who else works on base; bounded, should the remote not answer. */
  async #askRemote(observation: Observation): Promise<void> {
    const { waker, baseBranch, control } = this.#members;
    for (;;) {
      waker.reset();
      await baseBranch.follow(observation);
      if (!baseBranch.isFrozen || control.mode !== 'run') return;
      await waker.sleep(SAFETY_TICK_MS);
    }
  }

  async #firstPreflight(observation: Observation): Promise<ExitOutcome | null> {
    const { preflight, publisher, options } = this.#members;
    const findings = await preflight.full(observation, []);
    // The first tick reports the board's own problems with their places.
    for (const finding of findings)
      if (finding.check !== 'board' && (finding.level !== 'stops' || !options.untilDone)) publisher.finding(finding);
    const stops = findings.filter(({ level }) => level === 'stops');
    if (stops.length === 0 || !options.untilDone) return null;
    return { code: observation.board.unreadable.length > 0 ? 2 : 3, problems: stops.map(asProblem), lines: [] };
  }

  /** A step of the start that fails is tried again, as a tick is. */
  async #retried<T>(step: string, work: () => T | Promise<T>): Promise<T> {
    const { control, options, errors, waker } = this.#members;
    const since = Date.now();
    for (let tries = 1; ; tries += 1)
      try {
        return await work();
      } catch (error) {
        const patience = control.mode !== 'run' ? 0 : options.untilDone ? UNTIL_DONE_GRACE_MS : Infinity;
        if (Date.now() - since >= patience) throw error;
        errors.note(step, error);
        waker.reset();
        await waker.sleep(waitAfter(tries, WAITS.tick));
      }
  }
}

const asProblem = ({ check, message, fix, where }: Finding): Problem => ({
  code: check,
  message,
  ...(fix === undefined ? {} : { fix }),
  ...(where === undefined ? {} : { where }),
});
