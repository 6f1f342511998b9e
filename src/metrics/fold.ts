import { readUsage, tokensOf } from '../contract/usage.ts';
import type { Usage } from '../contract/agent-event.ts';
import { COLUMNS } from '../board/entry.ts';
import { goodVerdict, ROLES, type Role } from '../workflow/roles.ts';
import type { FoldState, MetricsCommit, OpenEntry, RunRow } from './rows.ts';

/** Values of trailers by their name. */
type Trailers = ReadonlyMap<string, readonly string[]>;

interface Move {
  readonly from: string;
  readonly to: string;
  /** Epoch seconds. */
  readonly at: number;
  /** Of its commit. */
  readonly subject: string;
  readonly verdicts: readonly string[];
  /** Seconds. */
  readonly estimate: number | null;
}

/** Commits of runs: what they write in trailers is not believed. */
const RUN_IDENTITY = '@kanban.invalid';
/** Verdicts and causes of a run that let its entry go on. */
const PASSES: ReadonlySet<string> = new Set(ROLES.map(goodVerdict));
const RUN_ID = new RegExp(`-\\d+-(${ROLES.join('|')})-[0-9a-f]+$`);

const empty = (): FoldState => ({
  version: 5,
  at: null,
  first: null,
  last: null,
  commits: 0,
  open: {},
  entries: [],
  runs: [],
  escalated: [],
});

/** Figures of base's history, commit by commit, oldest first. Its state is plain JSON, and can be continued. */
export class MetricsFold {
  readonly state: FoldState;
  /** Index of the last row of an entry that landed. */
  readonly #landed = new Map<string, number>();

  constructor(state: FoldState = empty()) {
    this.state = state;
    for (const [index, { id, how }] of state.entries.entries()) if (how !== 'abandoned') this.#landed.set(id, index);
  }

  add(commit: MetricsCommit): void {
    const { state } = this;
    state.at = commit.sha;
    state.commits += 1;
    if (commit.committerEmail.endsWith(RUN_IDENTITY)) return;
    const at = Math.floor(commit.at / 1000);
    for (const [id, trailers] of byEntry(commit)) this.#read(id, trailers, { at, subject: commit.subject });
  }

  #read(id: string, trailers: Trailers, { at, subject }: Pick<Move, 'at' | 'subject'>): void {
    const { state } = this;
    state.first = Math.min(state.first ?? at, at);
    state.last = Math.max(state.last ?? at, at);
    this.#run(id, trailers, at);
    const [move = ''] = trailers.get('Kanban-Move') ?? [];
    const [, from = '', to = ''] = /^(\w+) -> (\w+)$/.exec(move) ?? [];
    const entry = (state.open[id] ??= opened());
    judge(entry, trailers);
    if (trailers.has('Kanban-Escalated')) {
      entry.stuck = true;
      state.escalated.push({ id, at });
    }
    if (from !== '' && from !== to)
      this.#move(id, entry, {
        ...{ from, to, at, subject, verdicts: trailers.get('Kanban-Verdict') ?? [] },
        estimate: estimateOf(trailers),
      });
    else if (trailers.has('Kanban-Tested')) entry.tested ??= at;
  }

  /** Counts the run whose result the commit records. */
  #run(id: string, trailers: Trailers, at: number): void {
    const run = trailers.get('Kanban-Run')?.[0] ?? '';
    const role = RUN_ID.exec(run)?.[1] as Role | undefined;
    if (role === undefined) return;
    const usages = usagesOf(trailers);
    const usage = usages.get(run) ?? null;
    const entry = (this.state.open[id] ??= opened());
    const before = entry.roles[role] ?? 0;
    this.state.runs.push({
      ...{ at, id, role, agent: agentOf(trailers, role), ok: isWell(trailers), again: before > 0 },
      cause: causeOf(trailers),
      ...timeOf(trailers, run),
      cost: usage?.costUsd ?? null,
      tokens: tokensIn(usage),
    });
    entry.roles[role] = before + 1;
    entry.runs += 1;
    for (const one of usages.values()) {
      entry.cost = plus(entry.cost, one?.costUsd ?? null);
      entry.tokens = plus(entry.tokens, tokensIn(one));
    }
  }

  #move(id: string, entry: OpenEntry, move: Move): void {
    const { from, to, at } = move;
    // By `git revert` the entry comes back where it landed from, and goes to TODO from there.
    const isReverted = entry.column === null && from === 'TESTING' && to === 'TODO' && this.#landed.has(id);
    if (from === 'CHANGELOG' || isReverted) return this.#undone(id, to, at);
    if (entry.since !== null && entry.column === from && isColumn(from))
      entry.columns[from] = (entry.columns[from] ?? 0) + Math.max(0, at - entry.since);
    if (from === 'TODO') entry.start ??= at;
    if (to === 'CHANGELOG' || to === 'ABANDONED') return this.#end(id, entry, move);
    [entry.column, entry.since] = [to, at];
    if (to !== 'TESTING') entry.tested = null;
  }

  #end(id: string, entry: OpenEntry, { to, at, subject, verdicts, estimate }: Move): void {
    const how =
      to === 'ABANDONED' ? 'abandoned' : verdicts.some((verdict) => verdict.endsWith('by-hand')) ? 'by-hand' : 'landed';
    const { column: _column, since: _since, tested, ...rest } = entry;
    const waited = how === 'landed' ? Math.max(0, at - (tested ?? at)) : null;
    if (how !== 'abandoned') this.#landed.set(id, this.state.entries.length);
    const title = subject.startsWith(`${id}: `) ? subject.slice(id.length + 2) : null;
    this.state.entries.push({ id, how, title, at, undone: null, waited, estimate, ...rest });
    delete this.state.open[id];
  }

  #undone(id: string, to: string, at: number): void {
    const row = this.state.entries[this.#landed.get(id) ?? -1];
    if (row !== undefined) row.undone = at;
    this.state.open[id] = { ...opened(), column: to, since: at };
  }
}

const opened = (): OpenEntry => ({
  ...{ start: null, column: null, since: null, columns: {}, tested: null, runs: 0, reviews: 0, changes: 0 },
  ...{ failures: 0, stuck: false, cost: null, tokens: null, roles: {} },
});

const isColumn = (name: string): name is (typeof COLUMNS)[number] => (COLUMNS as readonly string[]).includes(name);

/** By run; the sum that a landing repeats is left out. */
function usagesOf(trailers: Trailers): Map<string, Usage | null> {
  const words = (trailers.get('Kanban-Usage') ?? []).map((value) => value.split(' '));
  const own = words.filter(([run]) => run !== 'total');
  return new Map(own.map(([run = '', ...usage]) => [run, readUsage(usage)]));
}

function agentOf(trailers: Trailers, role: Role): string {
  const pairs = (trailers.get('Kanban-Agent')?.[0] ?? '').split(' ');
  return pairs.find((pair) => pair.startsWith(`${role}=`))?.slice(role.length + 1) ?? '';
}

const verdictOf = (trailers: Trailers): string => trailers.get('Kanban-Verdict')?.[0]?.split(' ').at(-1) ?? '';

/** `work passed`, `fix failed`: whether the result was accepted, whatever it reported; null: commits of old do not tell. */
function passedOf(trailers: Trailers): boolean | null {
  const outcome = trailers.get('Kanban-Outcome')?.[0];
  return outcome === undefined ? null : outcome.endsWith(' passed');
}

/** A review that sends its entry back has done its work, unless its result was not accepted. */
function isWell(trailers: Trailers): boolean {
  const [passed, verdict] = [passedOf(trailers), verdictOf(trailers)];
  if (verdict === 'changes-requested') return passed === null || trailers.has('Kanban-Rejected');
  return passed ?? PASSES.has(verdict);
}

function causeOf(trailers: Trailers): string {
  const verdict = verdictOf(trailers);
  return passedOf(trailers) === false && PASSES.has(verdict) ? 'not-accepted' : verdict || 'unknown';
}

/** Figures that no agent reported stay unknown. */
const plus = (sum: number | null, more: number | null): number | null => (more === null ? sum : (sum ?? 0) + more);

const tokensIn = (usage: Usage | null): number | null =>
  usage === null || (usage.input === undefined && usage.output === undefined) ? null : tokensOf(usage);

/** `<run> 312s wait 40s`; a run that did not wait has no `wait`. */
function timeOf(trailers: Trailers, run: string): Pick<RunRow, 'seconds' | 'waited'> {
  const time = trailers.get('Kanban-Time')?.find((value) => value.startsWith(`${run} `));
  const [, seconds, waited] = /^\S+ (\d{1,9})s(?: wait (\d{1,9})s)?/.exec(time ?? '') ?? [];
  if (seconds === undefined) return { seconds: null, waited: null };
  return { seconds: Number(seconds), waited: Number(waited ?? 0) };
}

/** `7200s` */
function estimateOf(trailers: Trailers): number | null {
  const seconds = /^(\d{1,9})s$/.exec(trailers.get('Kanban-Estimate')?.[0] ?? '')?.[1];
  return seconds === undefined ? null : Number(seconds);
}

/** What a commit says of the work on an entry. */
function judge(entry: OpenEntry, trailers: Trailers): void {
  const passed = passedOf(trailers);
  for (const verdict of trailers.get('Kanban-Verdict') ?? []) {
    const [stage = '', word = ''] = verdict.split(' ');
    if (stage === 'reviewer') entry.reviews += 1;
    if (word === 'changes-requested') entry.changes += 1;
    const isPass = stage === 'landing' ? word === 'by-hand' : (passed ?? PASSES.has(word));
    if (!isPass) entry.failures += 1;
  }
}

/** Trailers by the entry that they are about, each without the id. */
function byEntry({ trailers }: MetricsCommit): Map<string, Map<string, string[]>> {
  const found = new Map<string, Map<string, string[]>>();
  for (const { key, value } of trailers) {
    if (!key.startsWith('Kanban-')) continue;
    const space = value.indexOf(' ');
    const id = space < 0 ? value : value.slice(0, space);
    if (!/-\d+$/.test(id)) continue;
    let own = found.get(id);
    if (own === undefined) found.set(id, (own = new Map()));
    const rest = value.slice(id.length + 1);
    const known = own.get(key);
    if (known === undefined) own.set(key, [rest]);
    else known.push(rest);
  }
  return found;
}
