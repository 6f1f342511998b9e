import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { takeLock, type TakeLock, type TakenLock } from '../system/lock.ts';
import { readMailbox, answer, settleRequest } from '../runs/mailbox.ts';
import { forgetMessages, messagesFolder } from '../runs/message-store.ts';
import { isLinkedFolder, repairOwnFolder } from '../system/own-folder.ts';
import { removeSandboxPlaces } from '../system/sandbox-places.ts';
import { lookAtSender } from '../runs/request-origin.ts';
import { createRunnerPool, type RunnerPool } from '../runs/runner-pool.ts';
import { listRuns, pruneRuns } from '../runs/run-store.ts';
import { removeDeadTemporaryFiles } from '../system/temporary-files.ts';
import { closeRepository } from '../git/close.ts';
import { git, type Repository } from '../git/git.ts';
import { clearDeadRefLocks } from '../landing/dead-ref-locks.ts';
import { recover } from '../landing/recover.ts';
import type { Action, Candidate, Decision } from '../pipeline/action.ts';
import { decide } from '../pipeline/decide.ts';
import { cleanUpOf, identitiesOf, postponedBy, type Identity } from '../pipeline/failures.ts';
import type { Reply, Request } from '../contract/request.ts';
import type { Finding } from '../preflight/finding.ts';
import type { Problem } from '../problem.ts';
import type { View } from '../contract/view.ts';
import { unreachable } from '../unreachable.ts';
import { removeSpecialFiles } from '../runner/git/special-files.ts';
import { BoardWriter } from './perform/board-writer.ts';
import { Branches } from './perform/branches.ts';
import { ErrorLog } from './publish/error-log.ts';
import { failureOf } from './failure-of.ts';
import { FailureRegister } from './perform/failure-register.ts';
import { kanbanDir } from './observe/git-state.ts';
import { Landings } from './base-branch.ts';
import type { QueueParts } from './merge-queue/merge-queue.ts';
import { Observer, type Observation } from './observe/observer.ts';
import { mailboxOf, perform, type Performed, type PerformParts } from './perform/perform.ts';
import { pauseOrResume } from './pause-all.ts';
import { heardOf, Preflight } from './preflight/preflight-runner.ts';
import { RunStarter } from './launch/run-launcher.ts';
import { setUp } from './first-run.ts';
import { codeOf, outcomeOf, type Ending } from './exit-outcome.ts';
import { RunFollower } from './launch/run-monitor.ts';
import { SharedWatch } from './shared-state/shared-watch.ts';
import { Shower } from './publish/snapshot-publisher.ts';
import { Teller } from './publish/event-publisher.ts';
import { pinLost } from './observe/lost-landings.ts';
import { Watching } from './change-watcher.ts';

/** The slow look that finds what no watcher reported. */
const SAFETY = 3_000;
/** Between two looks at what somebody else's edit holds up, ms. */
const AGAIN = 250;
/** `--until-done` gives a hold this long to end by itself. */
const PATIENCE = 20_000;
/** Beginning waits so long for a command that is at work; it may be ending a run. */
const COMMAND_PATIENCE = 90_000;
/** A coordinator that was asked to end waits so long for what it still has to write. */
const LAST_PATIENCE = 2_000;
const IN_MOTION =
  'another git process is changing the files of the checkout (.git/index.lock exists; remove it if none is)';
/** Some five loose objects a commit; git packs from 6,700 on. */
const COMMITS_BEFORE_MAINTENANCE = 1_000;
/** Between two ticks that fail, at most. */
const LONGEST_AGAIN = 30_000;
const KEEP_RUNS = 14 * 24 * 3_600_000;

export interface CoordinatorOptions {
  readonly repo: Repository;
  readonly view: View;
  /** The runner's program. */
  readonly runnerFile: string;
  readonly untilDone: boolean;
  /** ms that `--until-done` waits at most for times (backoff, provider); null = as long as it takes. */
  readonly maxWait: number | null;
  readonly only: ReadonlySet<string> | null;
}

/** The loop: observe → decide → perform. Resuming after a crash is its first tick. */
export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #repo: Repository;
  readonly #observer: Observer;
  readonly #branches: Branches;
  readonly #pool: RunnerPool;
  readonly #starter: RunStarter;
  readonly #shared: SharedWatch;
  readonly #preflight: Preflight;
  readonly #teller: Teller;
  readonly #follower: RunFollower;
  readonly #shower: Shower;
  readonly #failures = new FailureRegister((what, why) => this.#teller.hold(what, why));
  readonly #landings: Landings;
  readonly #errors: ErrorLog;
  /** `.kanban` was a link to a folder when the coordinator began. */
  readonly #linked: boolean;
  /** Since when every tick has failed as a whole (epoch ms), and how often; null = the last one did not. */
  #failing: { readonly since: number; readonly tries: number } | null = null;
  /** Who sent the requests in the mailbox, by their ids. */
  readonly #senders = new Map<string, ReturnType<typeof lookAtSender>>();
  #mode: 'run' | 'finish' | 'stop' = 'run';
  #asked: 'signal' | 'command' | null = null;
  #wakeUp: (() => void) | null = null;
  #woken = true;
  readonly #watching: Watching;
  /** A landing was put off to the next tick. */
  #deferred = false;
  #commits = 0;
  #idleSince: number | null = null;

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#repo = options.repo;
    this.#observer = new Observer(options.repo);
    const { repo, view } = options;
    const wake = (): void => this.wake();
    this.#watching = new Watching(wake, (words) =>
      this.#teller.once(`watch ${words}`, {
        type: 'told',
        message: `changes are found every ${SAFETY / 1000} s only: ${words}`,
      }),
    );
    this.#teller = new Teller({
      root: repo.root,
      view,
      settings: () => this.#observer.workflow.settings,
      onCommit: (at) => this.#wrote(at),
    });
    const { emit } = this.#teller;
    this.#branches = new Branches(repo, emit, (id, failure) => {
      if (failure === null) this.#failures.done(cleanUpOf(id));
      else this.#failures.failed(cleanUpOf(id), failure, Date.now());
      wake();
    });
    this.#pool = createRunnerPool({
      runnerFile: options.runnerFile,
      root: repo.root,
      capacity: 6,
      onEnded: (runId) => {
        this.#starter.returned(runId);
        wake();
      },
    });
    this.#shared = new SharedWatch(repo, emit);
    this.#starter = new RunStarter({
      repo,
      observer: this.#observer,
      pool: this.#pool,
      emit,
      shared: this.#shared,
      wake,
    });
    this.#follower = new RunFollower({
      root: repo.root,
      observer: this.#observer,
      starter: this.#starter,
      teller: this.#teller,
      failures: this.#failures,
      wake,
    });
    this.#shower = new Shower(repo.root, view);
    this.#linked = isLinkedFolder(repo.root);
    this.#errors = new ErrorLog(repo.root, (key, message) => this.#teller.once(key, { type: 'told', message }));
    this.#landings = new Landings({ repo, pool: this.#pool, failures: this.#failures, emit, wake });
    this.#preflight = new Preflight(this.#observer, () => {
      const { heard } = this.#landings;
      return heard === null ? null : heardOf(heard);
    });
  }

  /** Something may have changed: the next tick comes at once. */
  wake(): void {
    this.#woken = true;
    this.#wakeUp?.();
  }

  /** Ctrl-C, `kanban stop`: the first time nothing new is started, the second time runs are stopped, their work kept. */
  stop(now: boolean, by: 'signal' | 'command'): void {
    this.#asked ??= by;
    const next = now || this.#mode !== 'run' ? 'stop' : 'finish';
    if (this.#mode === 'stop') return;
    this.#mode = next;
    this.#teller.emit({
      type: 'stop-asked',
      now: next === 'stop',
      runs: new Set([...this.#follower.alive, ...this.#starter.starting.map(({ id }) => id)]).size,
    });
    this.wake();
  }

  /** Runs until it is done, stopped, or can't begin. */
  async run(): Promise<Ending> {
    const taken = await this.#takeLock();
    if (!taken.ok) return { code: 3, problems: [taken.problem], lines: [] };
    let ending: Ending | null = null;
    try {
      ending = await this.#underLock(taken);
      return ending;
    } finally {
      await this.#leave(taken, ending);
    }
  }

  /** A command that does its work without a coordinator (`kanban undo`) has the lock for a moment only. */
  async #takeLock(): Promise<TakeLock> {
    for (const until = Date.now() + COMMAND_PATIENCE; ; await pause(50)) {
      const taken = await takeLock(kanbanDir(this.#repo));
      const command = taken.ok ? undefined : taken.held?.holder?.command;
      if (command === undefined || Date.now() > until || this.#mode !== 'run') return taken;
      this.#teller.once('lock', { type: 'told', message: `waits for \`${command}\` to end, then begins` });
    }
  }

  async #underLock(lock: TakenLock): Promise<Ending> {
    // Before git is asked for anything: a run may have changed what it takes the repository for.
    await this.#untilItWorks('restoring what all worktrees share', () =>
      this.#shared.lookAtFiles(listRuns(this.#repo.root).runs),
    );
    await this.#untilItWorks('making .kanban', () => this.#repairOwnFolder());
    const locks = await this.#untilItWorks('removing dead locks', () => clearDeadRefLocks(this.#repo));
    if (locks.length > 0)
      this.#teller.emit({ type: 'recovered', what: `locks of a git that was killed are gone: ${locks.join(', ')}` });
    for (const event of await this.#untilItWorks('recovering', () => recover(this.#repo)))
      this.#teller.emit({
        type: 'recovered',
        what: 'message' in event ? event.message : `${event.type} ${event.commit.slice(0, 10)}`,
      });
    removeDeadTemporaryFiles(this.#repo.root, this.#repo.commonDir);
    const first = await this.#firstLook();
    if (!first.ok) return first.ending;
    const { settings } = first.value.workflow;
    const events = await this.#untilItWorks('setting up', () => setUp(this.#repo, this.#observer, first.value));
    for (const event of events) this.#teller.emit(event);
    await this.#untilItWorks('ending processes of runs that have ended', () => this.#follower.endStrays());
    await this.#untilItWorks('removing old runs', () => pruneRuns(this.#repo.root, Date.now() - KEEP_RUNS));
    this.#teller.emit({
      type: 'coordinator-started',
      pid: process.pid,
      base: settings.base,
      sha: first.value.git.base,
    });
    await this.#hearRemote(first.value);
    const blocked = await this.#firstPreflight(first.value);
    if (blocked !== null) return blocked;
    for (;;) {
      if (!lock.stillHeld()) return { code: 1, problems: [LOCK_LOST], lines: [] };
      this.#woken = false;
      const ended = await this.#containedTick();
      if (ended !== null) return ended;
    }
  }

  /** A step of the beginning that fails is tried again, as a tick is. */
  async #untilItWorks<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    const since = Date.now();
    for (let tries = 1; ; tries += 1)
      try {
        return await work();
      } catch (error) {
        const patience = this.#mode !== 'run' ? 0 : this.#options.untilDone ? PATIENCE : Infinity;
        if (Date.now() - since >= patience) throw error;
        this.#errors.note(what, error);
        this.#woken = false;
        await this.#sleep(againAfter(tries));
      }
  }

  #repairOwnFolder(): void {
    const inTheWay = repairOwnFolder(this.#repo.root, this.#repo.commonDir, this.#linked);
    if (inTheWay !== null) this.#teller.emit({ type: 'told', message: inTheWay });
  }

  /** Without readable settings and a base nothing can begin: it waits for them, or ends. */
  async #firstLook(): Promise<
    { readonly ok: true; readonly value: Observation } | { readonly ok: false; readonly ending: Ending }
  > {
    for (;;) {
      const look = await this.#look([]);
      if (look.ok) return look;
      const { problems } = look;
      if (this.#options.untilDone) return { ok: false, ending: { code: codeOf(problems), problems, lines: [] } };
      this.#woken = false;
      const ending = await this.#unreadable(problems);
      if (ending !== null) return { ok: false, ending };
    }
  }

  /** Who else works on base, and what they did, is known before anything is begun; bounded, should the remote be silent. */
  async #hearRemote(observation: Observation): Promise<void> {
    for (;;) {
      this.#woken = false;
      await this.#landings.follow(observation);
      if (!this.#landings.isFrozen || this.#mode !== 'run') return;
      await this.#sleep(SAFETY);
    }
  }

  async #firstPreflight(observation: Observation): Promise<Ending | null> {
    const findings = await this.#preflight.full(observation, []);
    // The board's own problems are told, with their places, by the first tick.
    for (const finding of findings)
      if (finding.check !== 'board' && (finding.level !== 'stops' || !this.#options.untilDone))
        this.#teller.finding(finding);
    const stops = findings.filter(({ level }) => level === 'stops');
    if (stops.length === 0 || !this.#options.untilDone) return null;
    return { code: observation.board.unreadable.length > 0 ? 2 : 3, problems: stops.map(asProblem), lines: [] };
  }

  /** What no action of its own can contain (a look that fails) keeps the coordinator waiting, not from existing. */
  async #containedTick(): Promise<Ending | null> {
    this.#observer.keeper.glimpses.start();
    try {
      this.#repairOwnFolder();
      const special = removeSpecialFiles({ worktree: this.#repo.root, gitDir: this.#repo.gitDir });
      if (special.length > 0)
        this.#teller.emit({ type: 'told', message: `removed FIFOs that would block git: ${special.join(', ')}` });
      const ending = await this.#tick();
      this.#failing = null;
      return ending;
    } catch (error) {
      const now = Date.now();
      this.#failing = { since: this.#failing?.since ?? now, tries: (this.#failing?.tries ?? 0) + 1 };
      const patience = this.#mode !== 'run' ? LAST_PATIENCE : this.#options.untilDone ? PATIENCE : Infinity;
      if (now - this.#failing.since > patience) throw error;
      this.#errors.note('the look at the repository', error);
      this.#woken = false;
      await this.#sleep(againAfter(this.#failing.tries));
      return null;
    }
  }

  /** One tick; returns the end, or null to go on (after waiting, where there is nothing to do). */
  async #tick(): Promise<Ending | null> {
    const own = this.#readRequests();
    await this.#shared.look(listRuns(this.#repo.root).runs);
    const look = await this.#look(own);
    if (!look.ok) return this.#unreadable(look.problems);
    const observation = look.value;
    // A run that ended in this very moment is compared before its result counts.
    if (await this.#shared.look(observation.runs)) return null;
    this.#follow(observation);
    await this.#landings.follow(observation);
    const decision = decide(observation.world);
    const done = await this.#performAll(observation, decision);
    this.#landings.tell(this.#teller);
    this.#teller.remind(Date.now());
    this.#shower.show(observation, decision, this.#landings.view(observation.world));
    if (done > 0) {
      this.#idleSince = null;
      return null;
    }
    // What failed in this tick gave its place in the pool back.
    if (this.#failures.takeFresh()) return null;
    const end = await this.#endOf(observation, decision);
    if (end !== null) return end;
    this.#maintain();
    await this.#sleep(this.#nextLook(observation, decision));
    return null;
  }

  /** What commands ask for; what is for the coordinator itself is carried out. A mailbox that can't be used waits. */
  #readRequests(): Request[] {
    const now = Date.now();
    if (!this.#failures.mayTry(MAILBOX, now)) return [];
    try {
      const { requests, problems } = readMailbox(this.#mailbox);
      for (const problem of problems) this.#teller.problem(problem);
      const own = this.#takeOwn(this.#withOrigin(requests));
      this.#failures.done(MAILBOX);
      return own;
    } catch (error) {
      const why = failureOf(error);
      if (why === null) throw error;
      this.#failures.failed(MAILBOX, { why }, now);
      return [];
    }
  }

  async #look(requests: readonly Request[]): ReturnType<Observer['look']> {
    try {
      return await this.#observer.look(this.#inputs(requests));
    } catch (error) {
      // A folder of ours that can't be read now: everything waits, and it is read again.
      const why = failureOf(error);
      if (why === null) throw error;
      return {
        ok: false,
        problems: [{ code: 'not-readable', message: `The repository can't be read: ${why}`, fix: NOT_READABLE }],
      };
    }
  }

  #inputs(requests: readonly Request[]): Parameters<Observer['look']>[0] {
    return {
      now: Date.now(),
      mode: this.#mode,
      only: this.#options.only,
      findings: this.#preflight.findings,
      requests,
      starting: this.#starter.starting,
      refused: this.#starter.refused,
      queued: this.#landings.queue.words,
      failures: this.#failures.all,
      found: this.#shared.found,
      sharedHeld: this.#shared.held,
    };
  }

  get #mailbox(): string {
    return mailboxOf(this.#repo.root);
  }

  /** Requests with the run that they come from, where they do. Those whose sender can't be seen are refused while runs are on. */
  #withOrigin(requests: readonly Request[]): Request[] {
    for (const id of this.#senders.keys()) if (!requests.some((request) => request.id === id)) this.#senders.delete(id);
    return requests.flatMap((request) => {
      if (request.origin !== undefined) return [request];
      const known = this.#senders.get(request.id);
      const sender = known ?? lookAtSender(request.from, this.#repo.root);
      this.#senders.set(request.id, sender);
      if (sender.kind === 'run') return [{ ...request, origin: sender.origin }];
      // Seen for the first time while a run is on, and nobody living stands behind it: a run may have written it.
      if (sender.kind === 'user' || known !== undefined || this.#follower.alive.length === 0) return [request];
      const what = `kanban ${request.command}${request.taskId === null ? '' : ` ${request.taskId}`}`;
      const message = `\`${what}\` was refused: its sender has ended or can't be seen from here, and a run may have written it`;
      answer(this.#mailbox, request.id, { ok: false, message });
      settleRequest(this.#mailbox, request.id);
      this.#teller.emit({ type: 'told', message: `${message}. Fix: give the command again` });
      return [];
    });
  }

  /** `stop`, `pause` and `resume` without an id are for the coordinator itself. */
  #takeOwn(requests: readonly Request[]): Request[] {
    return requests.filter((request) => {
      if (request.taskId !== null || request.command === 'add' || request.origin !== undefined) return true;
      answer(this.#mailbox, request.id, this.#obey(request));
      settleRequest(this.#mailbox, request.id);
      return false;
    });
  }

  #obey(request: Request): Reply {
    if (request.command === 'resume') {
      const waits = this.#failures.tryAgain(Date.now());
      const paused = pauseOrResume(this.#repo.root, request);
      return (this.#landings.resume() || waits) && !paused.ok
        ? { ok: true, message: 'work goes on; what waits is tried again' }
        : paused;
    }
    if (request.command !== 'stop') return pauseOrResume(this.#repo.root, request);
    this.stop(request.now ?? false, 'command');
    return {
      ok: true,
      message:
        this.#mode === 'stop'
          ? 'runs are being stopped, their work is kept'
          : 'nothing new is started; runs may finish',
    };
  }

  /** What happened since the last tick is followed up and told. */
  #follow(observation: Observation): void {
    const { world, git: view, lost } = observation;
    this.#observer.workflow.pin(world.entries.some(({ entry }) => entry.column !== 'TODO') || world.runs.length > 0);
    this.#watchPaths(observation);
    this.#follower.follow(observation);
    this.#teller.observed(observation);
    forgetMessages(this.#repo.root, this.#observer.history.history.gone);
    if (observation.rewritten || lost.length > 0)
      pinLost(this.#repo, view.refs, lost).catch((error: unknown) =>
        this.#teller.once(`pin ${String(error)}`, {
          type: 'told',
          message: `can't mark lost landings: ${String(error)}`,
        }),
      );
    this.#teller.hold('everything', view.open ?? (observation.inMotion ? IN_MOTION : null) ?? world.stops[0] ?? null);
  }

  /** Does what was decided, as far as it can be done now. @returns how many actions changed something. */
  async #performAll(observation: Observation, decision: Decision): Promise<number> {
    const actions = inTurn(decision.actions);
    const writer = new BoardWriter(this.#observer, observation, this.#teller.emit);
    if (!observation.inMotion) await writer.keepLost();
    const starts = actions.some(({ type }) => type === 'start-run' || type === 'pick-entries' || isLanding({ type }));
    for (const identity of [...actions.flatMap(identitiesOf), ...decision.postponed])
      this.#failures.mayTry(identity, Date.now());
    if ((starts || this.#preflight.isHolding) && (await this.#checkedAnew(observation))) return 1;
    const mayMove = observation.git.open === null && !observation.inMotion;
    const parts = { observer: this.#observer, observation, writer };
    const brought = mayMove && this.#mode !== 'stop' ? await this.#landings.bringUp(parts) : null;
    if (brought !== null) return 1;
    let done = 0;
    let landed = false;
    for (const action of actions) {
      if (isLanding(action)) {
        // What was moved in this tick has runs to start: they go first, but no landing waits twice.
        this.#deferred = writer.base !== observation.git.base && !this.#deferred;
        if (this.#deferred) return done;
      }
      landed ||= action.type === 'land-entries';
      // Another try of what goes on beside the tick changes nothing yet.
      const isRetry = identitiesOf(action).some(({ key }) => this.#failures.has(key));
      const performed = await this.#performOne(action, observation, writer);
      if (performed?.kind === 'done' && !(isRetry && isBeside(action))) done += 1;
      if (performed?.kind === 'stale') return done + 1;
    }
    if (!mayMove && this.#mode === 'stop') this.#landings.queue.idle(true);
    if (!landed && mayMove) {
      const turned = await this.#turn(null, observation, writer);
      if (turned.kind === 'done' || turned.kind === 'stale') done += 1;
    }
    if (mayMove && !this.#landings.isFrozen && (await this.#writeBoard(observation, writer))) done += 1;
    this.#failures.follow(Date.now());
    return done;
  }

  /** Preflight's own findings have changed: everything is looked at again. */
  async #checkedAnew(observation: Observation): Promise<boolean> {
    const now = Date.now();
    if (!this.#failures.mayTry(PREFLIGHT, now)) return false;
    const changed = await this.#preflight.quick(observation);
    if (changed) this.#failures.hadNoEffect(PREFLIGHT, observation.git.base, now);
    else this.#failures.settled(PREFLIGHT);
    return changed;
  }

  /** A save from an old buffer was read: what it means is written. @returns whether base has moved */
  async #writeBoard(observation: Observation, writer: BoardWriter): Promise<boolean> {
    const unwritten = writer.needsWriting();
    if (unwritten.length === 0 || !this.#failures.mayTry(BOARD, Date.now())) return false;
    const written = await writer.commitEdits(unwritten);
    this.#record(
      [BOARD],
      written.kind === 'refused' ? { kind: 'failed', why: written.problem.message } : written,
      writer.base,
    );
    return written.kind === 'done' && writer.base !== observation.git.base;
  }

  /** @returns null when it is left for later, for base must not be moved now. */
  async #performOne(action: Action, observation: Observation, writer: BoardWriter): Promise<Performed | null> {
    if (observation.git.open !== null && action.type !== 'stop-run') return null;
    if (observation.inMotion && (action.type !== 'stop-run' || this.#mode !== 'stop')) return null;
    if (action.type === 'land-entries') return this.#turn(action.entries, observation, writer);
    if (this.#landings.isFrozen && action.type !== 'stop-run' && action.type !== 'start-run') return null;
    return this.#attempt(action, observation, writer);
  }

  /** Tries an action, if it is not too early after its last failure, and remembers how that ended. */
  async #attempt(action: Action, observation: Observation, writer: BoardWriter): Promise<Performed> {
    const identities = identitiesOf(action);
    const now = Date.now();
    if (!identities.every((identity) => this.#failures.mayTry(identity, now))) {
      const failed = postponedBy(this.#failures.all, action, now);
      return { kind: 'failed', why: failed?.why ?? 'it failed a moment ago' };
    }
    const performed = await this.#orFailed(identities[0]?.what ?? action.type, () =>
      perform(action, this.#parts(observation, writer)),
    );
    if (performed.kind === 'failed' && action.type === 'pick-entries' && action.picks.length > 1) {
      // One that can't be picked keeps no other from being picked.
      let picked = 0;
      for (const pick of action.picks) {
        const one = await this.#attempt({ ...action, picks: [pick] }, observation, writer);
        if (one.kind === 'stale') return one;
        if (one.kind === 'done') picked += 1;
      }
      return picked > 0 ? { kind: 'done' } : performed;
    }
    this.#record(identities, performed, writer.base);
    return performed;
  }

  /** A turn of the merge queue, which reports by itself what holds its landings. */
  async #turn(entries: readonly Candidate[] | null, observation: Observation, writer: BoardWriter): Promise<Performed> {
    const now = Date.now();
    if (!this.#failures.mayTry(QUEUE, now)) return { kind: 'later', why: 'the merge queue failed a moment ago' };
    const parts = this.#queueParts(observation, writer);
    const turned = await this.#orFailed(QUEUE.what, () => this.#landings.turn(entries, parts));
    if (turned.kind === 'failed') this.#failures.failed(QUEUE, { why: turned.why }, now);
    else this.#failures.done(QUEUE);
    return turned;
  }

  /** No error ends the coordinator: it is the failure of one action. */
  async #orFailed(what: string, work: () => Promise<Performed>): Promise<Performed> {
    try {
      return await work();
    } catch (error) {
      const why = failureOf(error);
      if (why === null) this.#errors.note(what, error);
      return { kind: 'failed', why: why ?? `it failed: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  #record(identities: readonly Identity[], performed: Performed, base: string): void {
    const now = Date.now();
    for (const identity of identities)
      switch (performed.kind) {
        case 'done':
          // A clean-up has only begun.
          this.#failures.wasDone(identity, base, now, identity.key !== cleanUpOf(identity.id ?? '').key);
          break;
        case 'stale':
          // Who saves all the time is no reason to wait for longer each time.
          if (performed.edited === undefined) this.#failures.hadNoEffect(identity, base, now);
          else this.#failures.failed(identity, { why: `${performed.edited} is being edited`, untried: true }, now);
          break;
        case 'later':
          this.#failures.failed(identity, { why: performed.why, untried: true }, now);
          break;
        case 'failed':
          this.#failures.failed(identity, { ...performed, fix: performed.fix ?? null }, now);
          break;
        default:
          unreachable(performed);
      }
  }

  #parts(observation: Observation, writer: BoardWriter): PerformParts {
    return {
      observer: this.#observer,
      observation,
      writer,
      starter: this.#starter,
      branches: this.#branches,
      mailbox: this.#mailbox,
      emit: this.#teller.emit,
    };
  }

  #queueParts(observation: Observation, writer: BoardWriter): QueueParts {
    const parts = this.#parts(observation, writer);
    return { ...parts, act: (action) => this.#attempt(action, observation, writer) };
  }

  #wrote(at: number): void {
    this.#commits += 1;
    this.#watching.wrote(at);
  }

  /** Plumbing never packs what it writes, as `git commit` would now and then: asked for after many commits, when idle. */
  #maintain(): void {
    if (this.#commits < COMMITS_BEFORE_MAINTENANCE) return;
    this.#commits = 0;
    git(['maintenance', 'run', '--auto', '--quiet'], { cwd: this.#repo.root }).catch((error: unknown) =>
      this.#teller.once('maintenance', { type: 'told', message: `git maintenance failed: ${String(error)}` }),
    );
  }

  /** With runs alive or work beside the tick there is no end; else by what was asked for. */
  async #endOf(observation: Observation, decision: Decision): Promise<Ending | null> {
    const { world } = observation;
    // A lost run that can't be wound up now (a full disk) is left to the next coordinator.
    const busy =
      world.runs.some(({ id, state }) => (state === 'alive' || state === 'starting') && !this.#follower.isStuck(id)) ||
      this.#follower.isSalvaging ||
      this.#landings.isBusy(this.#mode);
    if (busy) return null;
    await Promise.all([this.#branches.settled(), this.#starter.settled(), this.#landings.settled()]);
    if (this.#woken) return null;
    const now = Date.now();
    if (this.#mode !== 'run') {
      // A result that only waits for the person's save to settle is still taken in.
      const soon = this.#failures.due.some(({ lasting, since }) => !lasting && now - since < LAST_PATIENCE);
      return soon ? null : { code: this.#asked === 'signal' ? 130 : 0, problems: [], lines: [] };
    }
    if (!this.#options.untilDone) return null;
    this.#idleSince ??= now;
    const times = decision.notes.some(({ state, until }) => state !== 'held' && until !== undefined && until > now);
    const waits = times && (this.#options.maxWait === null || now - this.#idleSince < this.#options.maxWait);
    const failed = this.#failures.due;
    const patient = [
      ...failed.filter(({ lasting }) => !lasting).map(({ since }) => since),
      ...[...this.#landings.queue.holds.values()].map(({ since }) => since),
    ].some((since) => now - since < PATIENCE);
    const settling = world.unsure.size > 0 && now - this.#idleSince < PATIENCE;
    const held = (world.stops.length > 0 || observation.inMotion) && now - this.#idleSince < PATIENCE;
    const isLate = this.#options.maxWait !== null && now - this.#idleSince >= this.#options.maxWait;
    if (waits || (patient && !isLate) || settling || held || observation.board.busyUntil.size > 0) return null;
    return outcomeOf(observation, decision, failed, observation.inMotion ? IN_MOTION : null);
  }

  async #unreadable(problems: readonly Problem[]): Promise<Ending | null> {
    for (const problem of problems) this.#teller.problem(problem);
    if (this.#mode !== 'run') return { code: this.#asked === 'signal' ? 130 : 0, problems: [], lines: [] };
    this.#idleSince ??= Date.now();
    if (this.#options.untilDone && Date.now() - this.#idleSince > PATIENCE)
      return { code: codeOf(problems), problems, lines: [] };
    await this.#sleep(SAFETY);
    return null;
  }

  #nextLook(observation: Observation, decision: Decision): number {
    const now = Date.now();
    const times = [
      now + (observation.world.runs.length > 0 || this.#landings.queue.isBusy ? 1_000 : SAFETY),
      this.#shower.dueAt,
      decision.wakeAt ?? Infinity,
      ...observation.board.busyUntil.values(),
    ];
    const lookAfter = this.#watching.lookAfter;
    if (lookAfter !== null) times.push(now + lookAfter);
    for (const { until } of this.#failures.due) times.push(Math.max(until, now + AGAIN));
    if (observation.world.unsure.size > 0) times.push(now + 500);
    return Math.max(5, Math.min(...times) - now);
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#woken) return;
    // Watching sees what is saved meanwhile.
    if (this.#watching.lookAfter === null && this.#failing === null) this.#observer.keeper.glimpses.stop();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakeUp = null;
  }

  #watchPaths(observation: Observation): void {
    const { settings } = observation.workflow;
    const root = observation.git.checkout?.path ?? this.#repo.root;
    const kanban = join(this.#repo.root, '.kanban');
    const paths = {
      board: join(root, settings.board),
      workflow: join(root, 'WORKFLOW.md'),
      prompts: join(root, settings.prompts),
      mailbox: this.#mailbox,
      messages: messagesFolder(this.#repo.root),
      ended: join(kanban, 'ended'),
    };
    const now = Date.now();
    if (!this.#failures.mayTry(WATCH, now)) return;
    try {
      this.#watching.follow(paths, now);
      this.#failures.done(WATCH);
    } catch (error) {
      const why = failureOf(error);
      if (why === null) throw error;
      this.#failures.failed(WATCH, { why }, now);
    }
  }

  async #leave(lock: TakenLock, ending: Ending | null): Promise<void> {
    this.#observer.keeper.glimpses.stop();
    await this.#watching.close();
    await Promise.all([this.#branches.settled(), this.#starter.settled(), this.#follower.settled()]);
    await this.#landings.close();
    if (this.#follower.alive.length === 0) removeSandboxPlaces(this.#repo.commonDir);
    this.#pool.close();
    this.#teller.emit({
      type: 'coordinator-ended',
      why: this.#asked !== null ? 'it was asked to' : ending === null ? 'something failed' : WHY[ending.code],
      runsLeft: this.#follower.alive.length,
    });
    this.#shower.remove();
    closeRepository(this.#repo);
    lock.release();
  }
}

/**
 * The order of doing: what is decided is not changed, but a landing, which takes longest, goes last, so that runs start
 * meanwhile.
 */
const inTurn = (actions: readonly Action[]): Action[] => [
  ...actions.filter((action) => !isLanding(action)),
  ...actions.filter(isLanding),
];

/** The wait after so many failures in a row, ms. */
const againAfter = (tries: number): number => Math.min(LONGEST_AGAIN, AGAIN * 2 ** Math.min(tries, 10));

const isBeside = ({ type }: Action): boolean => type === 'retire-branch' || type === 'remove-worktree';

const isLanding = (action: Pick<Action, 'type'> & { readonly lands?: string | undefined }): boolean =>
  action.type === 'land-entries' || (action.type === 'move-entry' && action.lands !== undefined);

const NOT_READABLE = 'make it readable for you, or move what is in the way';
const MAILBOX: Identity = { key: 'mailbox', id: null, what: 'requests' };
const QUEUE: Identity = { key: 'merge queue', id: null, what: 'the merge queue' };
const WATCH: Identity = { key: 'watch', id: null, what: 'watching for changes' };
const PREFLIGHT: Identity = { key: 'preflight', id: null, what: 'preflight' };
const BOARD: Identity = { key: 'board', id: null, what: 'the board' };

/** Why it ended, when nobody asked it to. */
const WHY: Readonly<Record<Ending['code'], string>> = {
  0: 'nothing is left to do',
  1: 'it lost its lock',
  2: 'settings or board can not be read',
  3: 'preflight failed',
  4: 'what is left needs you',
  130: 'it was asked to',
};

const asProblem = ({ check, message, fix, where }: Finding): Problem => ({
  code: check,
  message,
  ...(fix === undefined ? {} : { fix }),
  ...(where === undefined ? {} : { where }),
});

const LOCK_LOST: Problem = {
  code: 'lock-lost',
  message: "The coordinator's lock was taken away while it ran",
  fix: 'start it again: kanban run',
};
