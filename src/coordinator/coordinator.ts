import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { agentEnvironment } from '../effects/environment.ts';
import { takeLock, type TakenLock } from '../effects/lock.ts';
import { readMailbox, answer, settleRequest } from '../effects/mailbox.ts';
import { runCommand } from '../effects/processes.ts';
import { readActivity } from '../effects/run-activity.ts';
import { createRunnerPool, type RunnerPool } from '../effects/runner-pool.ts';
import { linkLost, listRuns, markTaken, pruneRuns, type RunRecord } from '../effects/runs.ts';
import type { KanbanEvent, TimedEvent } from '../event.ts';
import { closeRepository } from '../git/close.ts';
import { git, type Repository } from '../git/git.ts';
import { recover } from '../landing/recover.ts';
import type { Action, Decision } from '../pipeline/action.ts';
import { decide } from '../pipeline/decide.ts';
import type { Request } from '../pipeline/request.ts';
import type { Finding } from '../preflight/finding.ts';
import type { Problem } from '../problem.ts';
import type { View } from '../report/view.ts';
import { writeWhole } from '../runner/write-once.ts';
import { salvageRun } from '../runner/salvage-run.ts';
import { endProcesses, findMarked } from '../runner/sweep.ts';
import type { Settings } from '../workflow/settings.ts';
import { BoardWriter } from './board-writer.ts';
import { Branches } from './branches.ts';
import { kanbanDir } from './git-view.ts';
import { Observer, type LandingHold, type Observation } from './observe.ts';
import { mailboxOf, perform } from './perform.ts';
import { Preflight } from './preflight.ts';
import { RunStarter } from './run-starter.ts';
import { setUp } from './set-up.ts';
import { snapshotFrom } from './look.ts';
import { codeOf, outcomeOf, type Ending } from './ending.ts';
import { pinLost } from './missing-landings.ts';
import { Watching } from './watching.ts';
import { ToldProblems } from './told-problems.ts';

/** The slow look that finds what no watcher reported. */
const SAFETY = 3_000;
/** Between two tries of what somebody else's lock or edit holds up. */
const AGAIN = 250;
/** Between two tries of a landing: the person's files may stand in its way for hours. */
const LAND_AGAIN = 1_000;
/** The view and `status` are brought up to date at most so often; a tick may take a few milliseconds only. */
const SHOWN_FOR = 200;
/** What `kanban status` reads is at most so old. */
const KEPT_FOR = 500;
/** `--until-done` gives a hold this long to end by itself. */
const PATIENCE = 20_000;
const IN_MOTION = 'another git process is changing the files of the checkout (.git/index.lock exists; remove it if none is)';
/** Some five loose objects a commit; git packs from 6,700 on. */
const COMMITS_BEFORE_MAINTENANCE = 1_000;
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
  readonly #preflight: Preflight;
  readonly #since = Date.now();
  readonly #salvaging = new Map<string, Promise<void>>();
  /** When a lost run that could not be wound up (a full disk) is tried again. */
  readonly #salvageAt = new Map<string, number>();
  readonly #known = new Map<string, RunRecord['state']>();
  readonly #told = new Set<string>();
  readonly #problems = new ToldProblems();
  #settings = { broken: '', text: '' };
  readonly #holds = new Map<string, string>();
  /** Actions that could not be done: since when, by what they are. */
  readonly #waiting = new Map<string, number>();
  readonly #landingHolds = new Map<string, LandingHold>();
  readonly #stalled = new Set<string>();
  #mode: 'run' | 'finish' | 'stop' = 'run';
  #asked: 'signal' | 'command' | null = null;
  #wakeUp: (() => void) | null = null;
  #woken = true;
  readonly #watching: Watching;
  #lastSnapshot = '';
  #shownAt = 0;
  #keptAt = 0;
  #unshown = false;
  /** A landing was put off to the next tick. */
  #deferred = false;
  #commits = 0;
  #idleSince: number | null = null;

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#repo = options.repo;
    this.#observer = new Observer(options.repo);
    this.#branches = new Branches(options.repo, this.#emit);
    this.#pool = createRunnerPool({ runnerFile: options.runnerFile, root: options.repo.root, capacity: 6, onEnded: () => this.wake() });
    this.#starter = new RunStarter({ repo: options.repo, observer: this.#observer, pool: this.#pool, emit: this.#emit, wake: () => this.wake() });
    this.#watching = new Watching(() => this.wake(), (words) => this.#once(`watch ${words}`, { type: 'told', message: `changes are found every ${SAFETY / 1000} s only: ${words}` }));
    this.#preflight = new Preflight(this.#observer);
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
    const alive = [...this.#known].flatMap(([runId, state]) => (state === 'alive' ? [runId] : []));
    this.#emit({ type: 'stop-asked', now: next === 'stop', runs: new Set([...alive, ...this.#starter.starting.map(({ id }) => id)]).size });
    this.wake();
  }

  /** Runs until it is done, stopped, or can't begin. */
  async run(): Promise<Ending> {
    mkdirSync(join(this.#repo.root, '.kanban'), { recursive: true, mode: 0o700 });
    const taken = await takeLock(kanbanDir(this.#repo));
    if (!taken.ok) return { code: 3, problems: [taken.problem], lines: [] };
    let ending: Ending | null = null;
    try {
      ending = await this.#underLock(taken);
      return ending;
    } finally {
      await this.#leave(taken, ending);
    }
  }

  async #underLock(lock: TakenLock): Promise<Ending> {
    for (const event of await recover(this.#repo)) this.#emit({ type: 'recovered', what: 'message' in event ? event.message : `${event.type} ${event.commit.slice(0, 10)}` });
    const first = await this.#firstLook();
    if (!first.ok) return first.ending;
    const { settings } = first.value.workflow;
    for (const event of await setUp(this.#repo, this.#observer, first.value)) this.#emit(event);
    await this.#endStrays();
    pruneRuns(this.#repo.root, Date.now() - KEEP_RUNS);
    this.#emit({ type: 'coordinator-started', pid: process.pid, base: settings.base, sha: first.value.git.base });
    const blocked = await this.#firstPreflight(first.value);
    if (blocked !== null) return blocked;
    for (;;) {
      if (!lock.stillHeld()) return { code: 1, problems: [LOCK_LOST], lines: [] };
      this.#woken = false;
      const ended = await this.#tick();
      if (ended !== null) return ended;
    }
  }

  /** Without readable settings and a base nothing can begin: it waits for them, or ends. */
  async #firstLook(): Promise<{ readonly ok: true; readonly value: Observation } | { readonly ok: false; readonly ending: Ending }> {
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

  async #firstPreflight(observation: Observation): Promise<Ending | null> {
    const findings = await this.#preflight.full(observation, []);
    // The board's own problems are told, with their places, by the first tick.
    for (const finding of findings) if (finding.check !== 'board' && (finding.level !== 'stops' || !this.#options.untilDone)) this.#tell(finding);
    const stops = findings.filter(({ level }) => level === 'stops');
    if (stops.length === 0 || !this.#options.untilDone) return null;
    return { code: observation.board.unreadable.length > 0 ? 2 : 3, problems: stops.map(asProblem), lines: [] };
  }

  /** One tick; returns the end, or null to go on (after waiting, where there is nothing to do). */
  async #tick(): Promise<Ending | null> {
    const { requests, problems } = readMailbox(this.#mailbox);
    for (const problem of problems) this.#tellProblem(problem);
    const own = this.#takeStops(requests);
    const look = await this.#look(own);
    if (!look.ok) return this.#unreadable(look.problems);
    const observation = look.value;
    this.#follow(observation);
    const decision = decide(observation.world);
    const done = await this.#performAll(observation, decision);
    this.#show(observation, decision);
    if (done > 0) {
      this.#idleSince = null;
      return null;
    }
    const end = await this.#endOf(observation, decision);
    if (end !== null) return end;
    this.#maintain();
    await this.#sleep(this.#nextLook(observation, decision));
    return null;
  }

  async #look(requests: readonly Request[]): ReturnType<Observer['look']> {
    return this.#observer.look({
      now: Date.now(),
      mode: this.#mode,
      only: this.#options.only,
      findings: this.#preflight.findings,
      requests,
      starting: this.#starter.starting,
      refused: this.#starter.refused,
      landingHolds: this.#landingHolds,
    });
  }

  get #mailbox(): string {
    return mailboxOf(this.#repo.root);
  }

  /** `kanban stop` without an id is for the coordinator itself. */
  #takeStops(requests: readonly Request[]): Request[] {
    return requests.filter((request) => {
      if (request.command !== 'stop' || request.taskId !== null) return true;
      this.stop(request.now ?? false, 'command');
      answer(this.#mailbox, request.id, { ok: true, message: this.#mode === 'stop' ? 'runs are being stopped, their work is kept' : 'nothing new is started; runs may finish' });
      settleRequest(this.#mailbox, request.id);
      return false;
    });
  }

  /** What runs did since the last tick; runs that nobody looks after any more are ended and their work kept. */
  #follow(observation: Observation): void {
    const { history } = this.#observer.history;
    this.#starter.follow(observation.runs);
    this.#observer.workflow.pin(observation.world.entries.some(({ entry }) => entry.column !== 'TODO') || observation.world.runs.length > 0);
    this.#watchPaths(observation);
    for (const record of observation.runs) {
      if (record.taken !== null) continue;
      const commit = history.takenBy.get(record.runId);
      if (commit !== undefined) markTaken(record.folder, { at: Date.now(), commit, why: 'named in base' });
      if (record.state === 'unclaimed' && !this.#starter.isOurs(record.runId)) linkLost(record.folder);
      if (record.state === 'dead' || record.state === 'lost') this.#salvage(record);
      this.#tellRun(record);
    }
    this.#tellSettings(observation);
    const { problems, settingsProblems } = observation;
    this.#problems.keep(problems.filter((problem) => !settingsProblems.includes(problem)), (problem) => this.#emit({ type: 'problem-found', problem }));
    if (observation.rewritten || observation.lost.length > 0) void pinLost(this.#repo, observation.git.refs, observation.lost);
    if (observation.rewritten) this.#emit({ type: 'told', message: `${observation.workflow.settings.base} was rewritten; the board is taken as it now stands` });
    for (const { column, kept } of observation.board.oldBuffers) this.#once(`old ${column} ${kept.join()}`, { type: 'old-buffer-read', file: `${observation.workflow.settings.board}/${column}.md`, kept });
    this.#hold('everything', observation.git.open ?? (observation.inMotion ? IN_MOTION : null) ?? observation.world.stops[0] ?? null);
  }

  /** A broken edit of WORKFLOW.md leaves the last good settings; that is said, and so is the mend. */
  #tellSettings({ settingsProblems, workflow }: Observation): void {
    const broken = settingsProblems.map(({ message }) => message).join('\n');
    const settings = JSON.stringify(workflow.settings);
    if (broken !== '' && broken !== this.#settings.broken) this.#emit({ type: 'settings-broken', problems: settingsProblems });
    else if (broken === '' && (this.#settings.broken !== '' || (this.#settings.text !== '' && this.#settings.text !== settings))) this.#emit({ type: 'settings-changed' });
    this.#settings = { broken, text: settings };
  }

  #tellRun(record: RunRecord): void {
    const { runId, brief, state, result } = record;
    const before = this.#known.get(runId);
    if (before === state) return;
    this.#known.set(runId, state);
    const { taskId: id, role, agent } = brief;
    if (before === undefined && state === 'alive' && !this.#starter.knew(runId)) this.#emit({ type: 'run-adopted', id, run: runId, role, agent });
    if (state === 'ended') rmSync(join(this.#repo.root, '.kanban', 'ended', runId), { force: true });
    if (state === 'ended' && result !== null)
      this.#emit({ type: 'run-ended', id, run: runId, role, agent, cause: result.cause, detail: result.detail, seconds: Math.round((result.endedAt - result.startedAt) / 1000) });
  }

  #salvage(record: RunRecord): void {
    if (this.#salvaging.has(record.runId) || Date.now() < (this.#salvageAt.get(record.runId) ?? 0)) return;
    const work = salvageRun(record.folder)
      .then(() => this.wake())
      .catch((error: unknown) => {
        this.#salvageAt.set(record.runId, Date.now() + SAFETY);
        const why = `the run ${record.runId} was lost and can't be wound up yet: ${error instanceof Error ? error.message : String(error)}`;
        this.#once(why, { type: 'removal-held', id: record.brief.taskId, why });
      })
      .finally(() => this.#salvaging.delete(record.runId));
    this.#salvaging.set(record.runId, work);
  }

  /** Does what was decided, as far as it can be done now. @returns how many actions changed something. */
  async #performAll(observation: Observation, decision: Decision): Promise<number> {
    const actions = inTurn(decision.actions);
    const writer = new BoardWriter(this.#observer, observation, this.#emit);
    const starts = actions.some(({ type }) => type === 'start-run' || type === 'pick-entries' || type === 'land-entry');
    if ((starts || this.#preflight.isHolding) && (await this.#preflight.quick(observation))) return 1;
    let done = 0;
    const later = new Set<string>();
    for (const action of actions) {
      // What was moved in this tick has runs to start: they go first, but no landing waits twice.
      if (action.type === 'land-entry' && writer.base !== observation.git.base && !this.#deferred) return (this.#deferred = true), done;
      if (action.type === 'land-entry') this.#deferred = false;
      if (observation.git.open !== null && action.type !== 'stop-run') continue;
      if (observation.inMotion && (action.type !== 'stop-run' || this.#mode !== 'stop')) continue;
      const performed = await perform(action, { observer: this.#observer, observation, writer, starter: this.#starter, branches: this.#branches, mailbox: this.#mailbox, emit: this.#emit });
      if (performed.kind === 'done') done += 1;
      if (performed.kind === 'stale') return done + 1;
      const name = nameOf(action);
      if (action.type === 'land-entry') this.#holdLanding(action.id, performed.kind === 'later' ? performed.why : null);
      else if (performed.kind === 'later') {
        later.add(name);
        if (!this.#waiting.has(name)) this.#waiting.set(name, Date.now());
        if (Date.now() - (this.#waiting.get(name) ?? 0) > 1_500) this.#hold(name, performed.why);
      }
    }
    const unwritten = writer.needsWriting();
    if (unwritten.length > 0 && observation.git.open === null && (await writer.commitEdits(unwritten)).kind === 'done' && writer.base !== observation.git.base) done += 1;
    for (const name of [...this.#waiting.keys()]) if (!later.has(name)) this.#goOn(name);
    return done;
  }

  /** A landing that can't be done now lets others go first, and is tried again soon. */
  #holdLanding(id: string, why: string | null): void {
    const since = this.#landingHolds.get(id)?.since ?? Date.now();
    if (why === null) this.#landingHolds.delete(id);
    else this.#landingHolds.set(id, { why, since, retryAt: Date.now() + LAND_AGAIN });
    if (why === null || Date.now() - since > 1_000) this.#hold(`landing of ${id}`, why);
  }

  #goOn(name: string): void {
    this.#waiting.delete(name);
    this.#hold(name, null);
  }

  #wrote(at: number): void {
    this.#commits += 1;
    this.#watching.wrote(at);
  }

  /** Plumbing never packs what it writes, as `git commit` would now and then: asked for after many commits, when idle. */
  #maintain(): void {
    if (this.#commits < COMMITS_BEFORE_MAINTENANCE) return;
    this.#commits = 0;
    git(['maintenance', 'run', '--auto', '--quiet'], { cwd: this.#repo.root }).catch((error: unknown) => this.#once('maintenance', { type: 'told', message: `git maintenance failed: ${String(error)}` }));
  }

  /** With runs alive or work beside the tick there is no end; else by what was asked for. */
  async #endOf(observation: Observation, decision: Decision): Promise<Ending | null> {
    const { world } = observation;
    // A lost run that can't be wound up now (a full disk) is left to the next coordinator.
    const isLeft = (run: string): boolean => this.#mode !== 'run' && this.#salvageAt.has(run);
    const busy = world.runs.some(({ id, state }) => (state === 'alive' || state === 'starting') && !isLeft(id)) || this.#salvaging.size > 0;
    if (busy) return null;
    await Promise.all([this.#branches.settled(), this.#starter.settled()]);
    if (this.#woken) return null;
    if (this.#mode !== 'run') return { code: this.#asked === 'signal' ? 130 : 0, problems: [], lines: [] };
    if (!this.#options.untilDone) return null;
    const now = Date.now();
    this.#idleSince ??= now;
    const times = decision.notes.some(({ state, until }) => state !== 'held' && until !== undefined && until > now);
    const waits = times && (this.#options.maxWait === null || now - this.#idleSince < this.#options.maxWait);
    const patient = [...this.#waiting.values(), ...[...this.#landingHolds.values()].map(({ since }) => since)].some((since) => now - since < PATIENCE);
    const settling = world.unsure.size > 0 && now - this.#idleSince < PATIENCE;
    const held = (world.stops.length > 0 || observation.inMotion) && now - this.#idleSince < PATIENCE;
    if (waits || patient || settling || held || observation.board.busyUntil.size > 0) return null;
    return outcomeOf(observation, decision, this.#holds);
  }

  async #unreadable(problems: readonly Problem[]): Promise<Ending | null> {
    for (const problem of problems) this.#tellProblem(problem);
    if (this.#mode !== 'run') return { code: this.#asked === 'signal' ? 130 : 0, problems: [], lines: [] };
    this.#idleSince ??= Date.now();
    if (this.#options.untilDone && Date.now() - this.#idleSince > PATIENCE) return { code: codeOf(problems), problems, lines: [] };
    await this.#sleep(SAFETY);
    return null;
  }

  #nextLook(observation: Observation, decision: Decision): number {
    const now = Date.now();
    const times = [now + (observation.world.runs.length > 0 ? 1_000 : SAFETY), this.#unshown ? this.#shownAt + SHOWN_FOR : Infinity, decision.wakeAt ?? Infinity, ...observation.board.busyUntil.values()];
    const lookAfter = this.#watching.lookAfter;
    if (lookAfter !== null) times.push(now + lookAfter);
    if (this.#waiting.size > 0) times.push(now + AGAIN);
    if (observation.world.unsure.size > 0) times.push(now + 500);
    return Math.max(5, Math.min(...times) - now);
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#woken) return;
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
      board: join(root, settings.board), workflow: join(root, 'WORKFLOW.md'), prompts: join(root, settings.prompts),
      mailbox: this.#mailbox, ended: join(kanban, 'ended'),
    };
    this.#watching.follow(paths, Date.now());
  }

  /** Processes of this repository's runs that no living run accounts for. */
  async #endStrays(): Promise<void> {
    const alive = new Set(listRuns(this.#repo.root).runs.filter(({ state }) => state === 'alive').map(({ runId }) => runId));
    const strays = findMarked(this.#repo.root).filter(({ runId }) => !alive.has(runId));
    if (strays.length === 0) return;
    await endProcesses(strays);
    this.#emit({ type: 'recovered', what: `ended processes that earlier runs had left: ${strays.map(({ pid, command }) => `${pid} (${command})`).join(', ')}` });
  }

  #show(observation: Observation, decision: Decision): void {
    const now = Date.now();
    for (const record of observation.runs) {
      if (record.state !== 'alive') continue;
      const { stalledSince } = readActivity(record.folder);
      if (stalledSince !== null && !this.#stalled.has(record.runId)) this.#emit({ type: 'run-stalled', id: record.brief.taskId, run: record.runId, since: stalledSince });
      if (stalledSince === null) this.#stalled.delete(record.runId);
      else this.#stalled.add(record.runId);
    }
    this.#unshown = now - this.#shownAt < SHOWN_FOR;
    if (this.#unshown) return;
    this.#shownAt = now;
    const snapshot = snapshotFrom(this.#repo.root, observation, decision, { pid: process.pid, since: this.#since });
    this.#options.view.snapshot(snapshot);
    const text = JSON.stringify({ ...snapshot, at: 0 });
    if (now - this.#keptAt < (text === this.#lastSnapshot ? SAFETY : KEPT_FOR)) return;
    this.#lastSnapshot = text;
    this.#keptAt = now;
    try {
      writeWhole(join(this.#repo.root, '.kanban', 'snapshot.json'), JSON.stringify(snapshot));
    } catch {
      // A full disk: preflight says so; the view goes on.
    }
  }

  #tell({ message, fix }: Finding): void {
    this.#once(`told ${message}`, { type: 'told', message: fix === undefined ? message : `${message}${/[.!?]$/.test(message) ? '' : '.'} Mend: ${fix}` });
  }

  #tellProblem(problem: Problem): void {
    this.#once(`problem ${problem.code} ${problem.message}`, { type: 'problem-found', problem });
  }

  #once(key: string, event: KanbanEvent): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#emit(event);
  }

  #hold(what: string, why: string | null): void {
    if ((this.#holds.get(what) ?? null) === why) return;
    if (why === null) this.#holds.delete(what);
    else this.#holds.set(what, why);
    this.#emit({ type: 'hold-changed', what, why });
  }

  readonly #emit = (event: KanbanEvent): void => {
    const timed: TimedEvent = { ...event, at: Date.now() };
    if ('commit' in event) this.#wrote(timed.at);
    try {
      appendFileSync(join(this.#repo.root, '.kanban', 'events.jsonl'), `${JSON.stringify(timed)}\n`, { mode: 0o600 });
    } catch {
      // Events are a convenience; the audit trail is git's.
    }
    this.#options.view.event(timed);
    if (event.type === 'person-needed') this.#notify(timed);
  };

  /** Tells the person's own program; whatever comes of it, work goes on. */
  #notify(event: TimedEvent): void {
    const settings: Settings | undefined = this.#observer.workflow.settings;
    if (settings === undefined || settings.notify === '') return;
    const env = agentEnvironment({
      inherited: process.env, settings: settings.env, agent: null, role: null, adapterEnv: {},
      run: { program: 'hook', root: this.#repo.root, worktree: null, taskId: null, role: null, runId: null, attempt: null, branch: null, base: settings.base, report: null, changedFiles: null, findings: null, tmp: null, slot: null, identity: null },
    });
    void runCommand({ command: settings.notify, cwd: this.#repo.root, env, timeout: 60_000, input: `${JSON.stringify(event)}\n` }).then(({ code, tail }) => {
      if (code !== 0) this.#once(`notify ${tail}`, { type: 'told', message: `notify failed: ${tail}` });
    });
  }

  async #leave(lock: TakenLock, ending: Ending | null): Promise<void> {
    await this.#watching.close();
    await Promise.all([this.#branches.settled(), this.#starter.settled(), ...this.#salvaging.values()]);
    this.#pool.close();
    const left = [...this.#known.values()].filter((state) => state === 'alive').length;
    this.#emit({ type: 'coordinator-ended', why: this.#asked !== null ? 'it was asked to' : ending === null ? 'something failed' : WHY[ending.code], runsLeft: left });
    rmSync(join(this.#repo.root, '.kanban', 'snapshot.json'), { force: true });
    closeRepository(this.#repo);
    lock.release();
  }
}

/**
 * The order of doing: what is decided is not changed, but a landing, which takes longest, goes last, so that runs start
 * meanwhile.
 */
const inTurn = (actions: readonly Action[]): Action[] => [...actions.filter(({ type }) => type !== 'land-entry'), ...actions.filter(({ type }) => type === 'land-entry')];

/** What an action is, for holds: an action that waits keeps its name from tick to tick. */
function nameOf(action: Action): string {
  switch (action.type) {
    case 'land-entry':
      return `landing of ${action.id}`;
    case 'pick-entries':
      return 'picks';
    case 'put-aside':
    case 'stop-run':
      return `run ${action.run}`;
    case 'add-entry':
    case 'answer-request':
      return `request ${action.request}`;
    default:
      return `move of ${'id' in action ? action.id : ''}`;
  }
}

/** Why it ended, when nobody asked it to. */
const WHY: Readonly<Record<Ending['code'], string>> = {
  0: 'nothing is left to do',
  1: 'it lost its lock',
  2: 'settings or board can not be read',
  3: 'preflight failed',
  4: 'what is left needs you',
  130: 'it was asked to',
};

const asProblem = ({ check, message, fix, where }: Finding): Problem => ({ code: check, message, ...(fix === undefined ? {} : { fix }), ...(where === undefined ? {} : { where }) });

const LOCK_LOST: Problem = {
  code: 'lock-lost',
  message: "The coordinator's lock was taken away while it ran",
  fix: 'start it again: kanban run',
};
