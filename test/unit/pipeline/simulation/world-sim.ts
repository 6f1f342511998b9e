import { COLUMNS, STAGES, type Column, type Entry, type Stage, type Tag } from '../../../../src/board/entry.ts';
import type { Action, Candidate, Decision, EntryChange, Trailer } from '../../../../src/pipeline/action.ts';
import { decide } from '../../../../src/pipeline/decide.ts';
import { FailureRegister } from '../../../../src/coordinator/perform/failure-register.ts';
import { identitiesOf } from '../../../../src/pipeline/failures.ts';
import { HistoryFold } from '../../../../src/pipeline/history.ts';
import { cleanFor } from '../../../../src/pipeline/plain-move.ts';
import { checkedRed, conflicted } from '../../../../src/pipeline/results/apply-result.ts';
import {
  columnOfRun,
  type EntryFacts,
  type OrphanBranch,
  type PastRun,
  type RunFacts,
  type World,
} from '../../../../src/pipeline/world.ts';
import type { Settings } from '../../../../src/workflow/settings.ts';
import { entry as newEntry, NOW } from '../build-world.ts';
import type { HandEdit } from './hand-edits.ts';
import { endOf, type Outcome } from './outcomes.ts';

/** All that chance decides, drawn beforehand so that a failing case can be shrunk. */
export interface Script {
  readonly settings: Settings;
  readonly fixes: boolean;
  readonly entries: readonly {
    readonly depends: readonly number[];
    readonly priority: number;
    readonly approve: Entry['approve'];
    readonly note: boolean;
  }[];
  /** What runs come to, one after the other, over and over. */
  readonly outcomes: readonly Outcome[];
  /** Does a landing conflict? One after the other, over and over. */
  readonly conflicts: readonly boolean[];
  /** Seconds after the start. */
  readonly outages: readonly { readonly from: number; readonly seconds: number; readonly stated: boolean }[];
  readonly edits: readonly HandEdit[];
  /** Actions that fail; none where it is not given. */
  readonly failing?: readonly Failing[];
  /** Steps of performing between one crash of the coordinator and the next. */
  readonly crashes: readonly number[];
}

/** Every try of such an action fails from then on, for so long. */
export interface Failing {
  readonly type: Exclude<Action['type'], 'start-run' | 'land-entries'>;
  /** Index of the entry; null = any. */
  readonly of: number | null;
  /** Seconds after the start. */
  readonly from: number;
  /** Infinity: for ever. */
  readonly seconds: number;
  readonly why: string;
  readonly lasting: boolean;
}

export interface SimBranch {
  tip: string;
  readonly start: string;
  inBase: boolean;
  worktree: boolean;
}

interface SimRun {
  facts: RunFacts;
  readonly outcome: Outcome;
  endsAt: number;
  aside: boolean;
}

class Crash extends Error {}

/** A whole world in virtual time: board, branches, runs and a coordinator that crashes, played by the rules of docs/invariants.md. */
export class WorldSim {
  now = NOW;
  mode: World['mode'] = 'run';
  readonly entries = new Map<string, Entry>();
  readonly branches = new Map<string, SimBranch>();
  readonly kept = new Map<string, string[]>();
  readonly clipboard = new Map<string, Entry>();
  readonly landedEntries = new Map<string, Entry>();
  readonly history = new HistoryFold();
  requests: World['requests'][number][] = [];
  /** Actions that did not fail. */
  performed = 0;
  failed = 0;
  /** Tries that failed: when, by key. */
  readonly tries = new Map<string, number[]>();
  /** What was reported of failures: `<what>: <why>`. */
  readonly reports: string[] = [];
  readonly register = new FailureRegister((what, why) => {
    if (why !== null) this.reports.push(`${what}: ${why}`);
  });
  /** Failures for each stage since the user last touched the entry. */
  readonly failures = new Map<string, Map<Stage, number>>();
  readonly taken = new Map<string, number>();
  readonly committedColumn = new Map<string, Column>();
  readonly script: Script;
  readonly #runs: SimRun[] = [];
  readonly #past: PastRun[] = [];
  readonly #missed = new Map<string, number | null>();
  readonly #landedTips = new Set<string>();
  /** Entries as they stood in the commit before their landing. */
  readonly #landedTexts = new Map<string, Entry>();
  #steps = 0;
  #crashes: number;
  #serial = 0;
  #landings = 0;

  constructor(script: Script) {
    this.script = script;
    this.#crashes = 0;
    script.entries.forEach((spec, index) => {
      const id = spec.note ? null : `T-${index + 1}`;
      this.put(
        newEntry(id, 'TODO', {
          key: id ?? `TODO?${index}`,
          kind: spec.note ? 'note' : 'entry',
          depends: spec.depends.map((of) => `T-${of + 1}`),
          priority: spec.priority,
          approve: spec.approve,
          start: index,
        }),
      );
      if (id !== null) this.committedColumn.set(id, 'TODO');
    });
  }

  get alive(): RunFacts[] {
    return this.#runs.filter(({ facts }) => facts.state !== 'ended').map(({ facts }) => facts);
  }

  /** Ended runs that nobody has recorded or discarded. */
  get open(): string[] {
    return this.#runs
      .filter((run) => run.facts.ended !== null && !run.aside && !this.history.taken.has(run.facts.id))
      .map(({ facts }) => facts.id);
  }

  put(entry: Entry): void {
    this.entries.set(entry.key, entry);
  }

  /** The user touched it: counts begin anew. */
  touched(id: string | null): void {
    if (id !== null) this.failures.delete(id);
  }

  nextStart(position: 'top' | 'bottom'): number {
    const all = [...this.entries.values()].map(({ start }) => start);
    return position === 'top' ? Math.min(0, ...all) - 1 : Math.max(0, ...all) + 1;
  }

  newTip(id: string): string {
    return `${id}#${++this.#serial}`;
  }

  commit(trailers: readonly Trailer[], request: string | null = null): void {
    if (request !== null && this.history.requests.has(request)) throw new Error(`I8: ${request} was carried out twice`);
    const all = request === null ? trailers : [...trailers, { name: 'Kanban-Request', value: request } as const];
    this.history.add({ sha: `c${++this.#serial}`, at: this.now, committerEmail: 'ada@example.org', trailers: all });
    for (const { name, value } of trailers) {
      const words = value.split(' ');
      if (name === 'Kanban-Run') this.taken.set(words[1] ?? '', (this.taken.get(words[1] ?? '') ?? 0) + 1);
      const to = COLUMNS.find((column) => column === words[3]);
      if (name === 'Kanban-Move' && to !== undefined) this.committedColumn.set(words[0] ?? '', to);
    }
  }

  /** Time continues; runs that are over write their results. */
  advance(to: number): void {
    this.now = to;
    for (const run of this.#runs.toSorted((a, b) => a.endsAt - b.endsAt))
      if (run.facts.state !== 'ended' && run.endsAt <= to) this.#end(run);
  }

  #end(run: SimRun): void {
    const { facts } = run;
    const branch = this.branches.get(facts.taskId);
    if (branch === undefined) throw new Error(`the branch of ${facts.id} went while it was alive`);
    const outage = this.script.outages.find(
      ({ from, seconds }) => facts.startedAt >= NOW + from * 1000 && facts.startedAt < NOW + (from + seconds) * 1000,
    );
    const until = outage?.stated === true ? NOW + (outage.from + outage.seconds) * 1000 : null;
    if (run.outcome.commits && !facts.stopping && outage === undefined) {
      branch.tip = this.newTip(facts.taskId);
      branch.inBase = false;
    }
    const ended = endOf({
      run: facts,
      outcome: run.outcome,
      tip: branch.tip,
      start: branch.start,
      at: run.endsAt,
      outage: outage !== undefined,
    });
    run.facts = { ...facts, state: 'ended', ended };
    const { cause, detail, endedAt } = ended.result;
    this.#past.push({
      id: facts.id,
      taskId: facts.taskId,
      role: facts.role,
      agent: facts.agent,
      cause,
      detail,
      endedAt,
      providerUntil: cause === 'provider' ? until : null,
      login: false,
    });
  }

  observe(): World {
    const { orphans, unsure } = this.#orphans();
    const entries = [...this.entries.values()].toSorted(
      (a, b) => COLUMNS.indexOf(a.column) - COLUMNS.indexOf(b.column) || a.start - b.start,
    );
    return {
      now: this.now,
      settings: this.script.settings,
      mode: this.mode,
      only: null,
      paused: null,
      resumedAt: 0,
      stops: [],
      lost: new Map(),
      landingsHeld: null,
      undone: new Set(),
      agentsHeld: new Map(),
      fixes: new Set(this.script.fixes ? ['coder'] : []),
      entries: entries.map((entry) => this.#facts(entry)),
      runs: this.#runs.filter((run) => !run.aside && !this.history.taken.has(run.facts.id)).map(({ facts }) => facts),
      past: this.#past,
      history: this.history,
      orphans,
      unsure,
      usage: { entries: new Map(), runs: new Map(), today: {}, dayEnds: Infinity },
      messages: new Map(),
      failures: this.register.all,
      requests: this.requests,
      usedIds: new Set([
        ...this.history.ids,
        ...this.branches.keys(),
        ...entries.flatMap(({ id }) => (id === null ? [] : [id])),
        ...this.clipboard.keys(),
        ...this.script.entries.map((_, index) => `T-${index + 1}`),
      ]),
    };
  }

  #facts(entry: Entry): EntryFacts {
    const branch = entry.id === null ? undefined : this.branches.get(entry.id);
    const kept =
      entry.id === null || entry.column === 'TODO' || branch !== undefined
        ? undefined
        : this.kept.get(entry.id)?.at(-1);
    return {
      entry,
      problems: [],
      settlesAt: 0,
      branch:
        branch === undefined
          ? null
          : {
              tip: branch.tip,
              start: branch.start,
              inBase: branch.inBase,
              worktree: branch.worktree ? 'there' : 'none',
              attached: true,
            },
      kept: kept === undefined ? null : { ref: `refs/kanban/abandoned/${entry.id}/1`, tip: kept },
      testedInBase:
        entry.column === 'TESTING' &&
        branch === undefined &&
        entry.tested !== null &&
        this.#landedTips.has(entry.tested),
    };
  }

  #orphans(): { orphans: OrphanBranch[]; unsure: Set<string> } {
    const unsure = new Set<string>();
    const orphans: OrphanBranch[] = [];
    for (const id of this.#missed.keys()) if (this.entries.has(id) || !this.branches.has(id)) this.#missed.delete(id);
    for (const [id, branch] of this.branches) {
      if (this.entries.has(id)) continue;
      if (!this.#missed.has(id)) this.#missed.set(id, this.now);
      const missedSince = this.#missed.get(id) ?? null;
      if (!branch.inBase && missedSince !== null && this.now - missedSince < 2000) unsure.add(id);
      else
        orphans.push({
          id,
          tip: branch.tip,
          start: branch.start,
          inBase: branch.inBase,
          hasCommits: branch.tip !== branch.start,
          worktree: branch.worktree,
          missedSince,
        });
    }
    return { orphans, unsure };
  }

  /** One tick. @returns the decision, and whether the coordinator lived through performing it. */
  tick(): { decision: Decision; crashed: boolean } {
    const world = this.observe();
    const decision = decide(world);
    try {
      for (const { key } of decision.postponed) this.register.mayTry({ key }, this.now);
      for (const action of decision.actions.flatMap(eachPick))
        if (!this.#fails(action)) {
          this.#perform(action, world);
          this.performed += 1;
        }
      this.register.follow(this.now);
      return { decision, crashed: false };
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.restart();
      return { decision, crashed: true };
    }
  }

  #fails(action: Action): boolean {
    const [identity] = identitiesOf(action);
    if (identity === undefined) return false;
    this.register.mayTry(identity, this.now);
    const at = (this.now - NOW) / 1000;
    const failing = this.script.failing?.find(
      ({ type, of, from, seconds }) =>
        type === action.type && (of === null || identity.id === `T-${of + 1}`) && at >= from && at < from + seconds,
    );
    if (failing === undefined) {
      this.register.done(identity);
      return false;
    }
    this.tries.set(identity.key, [...(this.tries.get(identity.key) ?? []), this.now]);
    this.failed += 1;
    this.register.failed(identity, { why: failing.why, lasting: failing.lasting }, this.now);
    return true;
  }

  /** A new coordinator: what only the old one knew is gone. */
  restart(): void {
    this.mode = 'run';
    for (const id of this.branches.keys()) if (!this.entries.has(id)) this.#missed.set(id, null);
  }

  /** When something may happen by itself. */
  nextTime(decision: Decision): number | null {
    const times = this.#runs.filter(({ facts }) => facts.state !== 'ended').map(({ endsAt }) => endsAt);
    for (const id of this.observe().unsure) times.push((this.#missed.get(id) ?? this.now) + 2000);
    if (decision.wakeAt !== null) times.push(decision.wakeAt);
    return times.length === 0 ? null : Math.max(this.now, Math.min(...times));
  }

  /** The coordinator may be killed between any two steps. */
  #step(): void {
    this.#steps += 1;
    const gap = this.script.crashes[this.#crashes];
    if (gap === undefined || this.#steps < gap) return;
    this.#steps = 0;
    this.#crashes += 1;
    throw new Crash();
  }

  #perform(action: Action, world: World): void {
    this.#step();
    switch (action.type) {
      case 'move-entry':
        return this.#move(action);
      case 'land-tested':
        return this.#move(action.result);
      case 'pick-entries':
        return this.#pick(action.picks);
      case 'number-entry':
        return this.#rename(action.key, action.id, action.column);
      case 'add-entry': {
        const id = `T-${900 + ++this.#serial}`;
        this.put(newEntry(id, 'TODO', { start: this.nextStart('bottom') }));
        this.committedColumn.set(id, 'TODO');
        this.commit([{ name: 'Kanban-Agent', value: id }], action.request);
        return this.#answered(action.request);
      }
      case 'abandon-entry':
        this.entries.delete(action.key);
        this.commit([{ name: 'Kanban-Move', value: `${action.id} ${action.from} -> ABANDONED` }], action.request);
        return this.#answered(action.request);
      case 'edit-entry':
        this.commit([], action.request);
        return this.#answered(action.request);
      case 'start-run':
        return this.#start(action);
      case 'stop-run':
        return this.#stop(action.run);
      case 'put-aside':
        return this.#putAside(action.run);
      case 'land-entries':
        for (const candidate of action.entries) if (!this.#land(candidate, world)) return;
        return;
      case 'close-merged':
        return this.#close(action, [{ name: 'Kanban-Verdict', value: `${action.id} landing by-hand` }]);
      case 'undo-entry':
        return this.#undo(action);
      case 'restore-branch':
        if (this.branches.has(action.id)) throw new Error(`${action.id} has a branch already`);
        this.branches.set(action.id, { tip: action.tip, start: `${action.id}:start`, inBase: false, worktree: false });
        this.kept.get(action.id)?.pop();
        return;
      case 'remove-worktree':
        this.#branch(action.id).worktree = false;
        return;
      case 'retire-branch':
        return this.#retire(action.id, action.how);
      case 'answer-request':
        return this.#answered(action.request);
      default:
        throw new Error(`unknown action ${JSON.stringify(action satisfies never)}`);
    }
  }

  #move(action: Extract<Action, { type: 'move-entry' }>): void {
    const before = this.entries.get(action.key);
    if (before === undefined || before.column !== action.from)
      throw new Error(`${action.key} is not in ${action.from}`);
    if (action.consumesRun !== null && before.tags.includes('PAUSED') && !action.change.addTags?.includes('ESCALATED'))
      throw new Error(`${action.id} is paused: its result waits`);
    this.#countFailures(before, action);
    const start = action.from === action.to ? before.start : this.nextStart(action.position);
    this.put({ ...changed(before, action.change), column: action.to, start });
    this.commit(action.trailers, action.request);
    this.#step();
    if (action.consumesRun !== null) this.#putAside(action.consumesRun);
    if (action.request !== null) this.#answered(action.request);
  }

  /** I9. */
  #countFailures(before: Entry, action: Extract<Action, { type: 'move-entry' }>): void {
    const after = changed(before, action.change);
    for (const stage of STAGES) {
      const more = (after.attempts[stage] ?? 0) - (before.attempts[stage] ?? 0);
      if (more <= 0) continue;
      const run = this.#runs.find(({ facts }) => facts.id === action.consumesRun);
      const cause = run?.facts.ended?.result.cause;
      if (cause === 'provider' || cause === 'not-started' || cause === 'lost' || cause === 'stopped')
        throw new Error(`I9: ${cause} was counted against ${action.id}`);
      const counts = this.failures.get(action.id) ?? new Map<Stage, number>();
      counts.set(stage, (counts.get(stage) ?? 0) + more);
      this.failures.set(action.id, counts);
      if ((counts.get(stage) ?? 0) > this.script.settings.retries + 1)
        throw new Error(`I9: ${action.id} failed ${counts.get(stage)} times in stage ${stage}`);
    }
  }

  #pick(picks: readonly { key: string; id: string }[]): void {
    for (const { key, id } of picks) {
      this.#rename(key, id, 'TODO');
      const entry = this.entries.get(id);
      if (entry === undefined) throw new Error(`${id} was picked but is gone`);
      if (entry.depends.some((of) => !this.history.landed.has(of) || this.entries.has(of)))
        throw new Error(`${id} was picked before what it depends on had landed`);
      if (entry.tags.some((tag) => tag === 'PAUSED' || tag === 'APPROVE'))
        throw new Error(`${id} was picked with ${entry.tags.join(', ')}`);
      this.put({ ...entry, column: 'IN_PROGRESS', start: this.nextStart('bottom') });
    }
    this.commit(picks.map(({ id }) => ({ name: 'Kanban-Move', value: `${id} TODO -> IN_PROGRESS` })));
  }

  #rename(key: string, id: string, column: Column): void {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.column !== column) throw new Error(`${key} is not in ${column}`);
    if (key !== id && this.entries.has(id)) throw new Error(`I1: ${id} was given twice`);
    this.entries.delete(key);
    this.put({ ...entry, key: id, id, kind: 'entry' });
    if (key !== id) this.committedColumn.set(id, column);
  }

  /** I2 and I3. */
  #start({ id, role, purpose, agent, mustDiffer }: Extract<Action, { type: 'start-run' }>): void {
    const { alive } = this;
    if (alive.length >= this.script.settings.capacity) throw new Error('I3: more runs than the pool has places');
    if (alive.some(({ taskId }) => taskId === id)) throw new Error(`I3: two runs in the worktree of ${id}`);
    const column = columnOfRun({ role, purpose });
    if (this.committedColumn.get(id) !== column || this.entries.get(id)?.column !== column)
      throw new Error(`I2: ${id} was not moved to ${column} before its agent started`);
    const branch = this.branches.get(id) ?? { tip: `${id}:start`, start: `${id}:start`, inBase: false, worktree: true };
    branch.worktree = true;
    this.branches.set(id, branch);
    this.#step();
    const outcome = this.script.outcomes[this.#runs.length % this.script.outcomes.length]!;
    const facts: RunFacts = {
      id: `${id}-${this.#runs.length}-${role}-00000000`,
      taskId: id,
      role,
      purpose,
      agent,
      state: 'alive',
      startedAt: this.now,
      deadlineAt: this.now + outcome.seconds * 1000,
      stopping: false,
      lost: false,
      inject: 'none',
      mustDiffer,
      before: branch.tip,
      ended: null,
    };
    this.#runs.push({ facts, outcome, endsAt: this.now + outcome.seconds * 1000, aside: false });
  }

  #run(id: string): SimRun {
    const run = this.#runs.find(({ facts }) => facts.id === id);
    if (run === undefined) throw new Error(`no run ${id}`);
    return run;
  }

  #stop(id: string): void {
    const run = this.#run(id);
    if (run.facts.stopping || run.facts.state === 'ended') throw new Error(`${id} was stopped twice`);
    run.facts = { ...run.facts, stopping: true };
    run.endsAt = Math.min(run.endsAt, this.now + 7000);
  }

  #putAside(id: string): void {
    this.#run(id).aside = true;
  }

  #answered(request: string): void {
    this.#step();
    this.requests = this.requests.filter(({ id }) => id !== request);
  }

  #branch(id: string): SimBranch {
    const branch = this.branches.get(id);
    if (branch === undefined) throw new Error(`${id} has no branch`);
    return branch;
  }

  /** I5. @returns false when it went back instead: the others are looked at again. */
  #land({ key, id, tip }: Candidate, world: World): boolean {
    const facts = world.entries.find(({ entry }) => entry.key === key)!;
    const branch = this.#branch(id);
    if (
      branch.tip !== tip ||
      !this.history.tested.has(`${id} ${tip}`) ||
      !this.history.reviewed.has(`${id} ${facts.entry.reviewed}`)
    )
      throw new Error(`I5: ${id} was to land untested or unreviewed`);
    if (facts.entry.tags.some((tag) => tag === 'PAUSED' || tag === 'APPROVE' || tag === 'ESCALATED'))
      throw new Error(`${id} landed with ${facts.entry.tags.join(', ')}`);
    const { conflicts, settings } = this.script;
    if (conflicts.length > 0 && conflicts[this.#landings++ % conflicts.length]) {
      const isConflict = this.#landings % 2 === 0;
      const why = 'the check fails with it';
      this.#perform(isConflict ? conflicted(facts, ['a.ts'], settings) : checkedRed(facts, why, why, settings), world);
      return false;
    }
    if (this.#landedTips.has(tip)) throw new Error(`I5: ${id} was to land again with the work that was taken back`);
    this.#close({ key, id, from: 'TESTING', tip }, [{ name: 'Kanban-Tested', value: `${id} ${tip}` }]);
    return true;
  }

  #close(
    { key, id, from, tip }: { key: string; id: string; from: Column; tip: string },
    verdict: readonly Trailer[],
  ): void {
    const entry = this.entries.get(key)!;
    this.entries.delete(key);
    this.landedEntries.set(id, { ...entry, tested: tip });
    this.#landedTexts.set(id, entry);
    this.#landedTips.add(tip);
    this.#branch(id).inBase = true;
    this.commit([{ name: 'Kanban-Move', value: `${id} ${from} -> CHANGELOG` }, ...verdict]);
    this.#step();
    this.branches.delete(id);
  }

  /** I1: it stands nowhere but where the undo puts it, and its landing counts no more. */
  #undo({ id, landing, why, trailers, request }: Extract<Action, { type: 'undo-entry' }>): void {
    const entry = this.#landedTexts.get(id);
    if (entry === undefined || this.entries.has(id) || this.history.landed.get(id) !== landing)
      throw new Error(`I1: ${id} has not landed as ${landing}, or stands on the board`);
    const { setFields, ...change } = cleanFor(entry);
    this.landedEntries.delete(id);
    const clean = changed(entry, { ...change, setFields: { ...setFields, feedback: why } });
    this.put({ ...clean, column: 'TODO', start: this.nextStart('top') });
    const undone = [
      { name: 'Kanban-Move', value: `${id} CHANGELOG -> TODO` },
      { name: 'Kanban-Undone', value: `${id} ${landing}` },
    ] as const;
    this.commit([...undone, ...trailers], request);
    if (this.history.landed.has(id)) throw new Error(`${id} still counts as landed`);
    this.#step();
    this.#answered(request);
  }

  #retire(id: string, how: 'landed' | 'empty' | 'abandoned' | 'afresh'): void {
    if (this.alive.some(({ taskId }) => taskId === id)) throw new Error(`I3: the branch of ${id} goes under a run`);
    const branch = this.#branch(id);
    if (how === 'landed' && !branch.inBase) throw new Error(`I6: ${id} is not in base`);
    if (how === 'empty' && branch.tip !== branch.start) throw new Error(`I6: ${id} has commits`);
    if (how === 'abandoned' && branch.tip !== branch.start)
      this.kept.set(id, [...(this.kept.get(id) ?? []), branch.tip]);
    this.branches.delete(id);
  }
}

/** One that can't be picked keeps no other from being picked. */
const eachPick = (action: Action): Action[] =>
  action.type === 'pick-entries' ? action.picks.map((pick) => ({ ...action, picks: [pick] })) : [action];

/** What an EntryChange does to an entry, as the board's edit does it to the text. */
export function changed(entry: Entry, { addTags = [], removeTags = [], setFields = {} }: EntryChange): Entry {
  const tags = [
    ...entry.tags.filter((tag) => !removeTags.includes(tag) && !addTags.includes(tag)),
    ...addTags,
  ] as Tag[];
  const { attempts, ...fields } = setFields;
  return { ...entry, ...fields, tags, attempts: attempts === undefined ? entry.attempts : readAttempts(attempts) };
}

function readAttempts(text: string | null): Entry['attempts'] {
  if (text === null) return {};
  return Object.fromEntries(text.split(', ').map((part) => [part.split(' ')[0], Number(part.split(' ')[1])]));
}
