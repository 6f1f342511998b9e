import { reasonText } from '../../../src/report/reason.ts';
import type { Column, Entry } from '../../../src/board/entry.ts';
import type { Action } from '../../../src/pipeline/action.ts';
import { decide } from '../../../src/pipeline/decide.ts';
import type { Request } from '../../../src/contract/request.ts';
import type {
  BranchFacts,
  EndedRun,
  EntryFacts,
  History,
  OrphanBranch,
  PastRun,
  ReadReport,
  RunFacts,
  World,
} from '../../../src/pipeline/world.ts';
import type { Verdict } from '../../../src/workflow/roles.ts';
import type { RunResult, OutsideCommit } from '../../../src/contract/result.ts';
import type { Settings } from '../../../src/workflow/settings.ts';

export const NOW = 1_800_000_000_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

const NO_ENV = { pass: [], set: {} };
const role = (timeout: number) => ({ agent: 'coder', model: null, run: '', env: NO_ENV, prompt: null, timeout });

/** The defaults of docs/settings.md, with one agent (`coder`) for all roles. */
export function settings(change: Partial<Settings> = {}): Settings {
  return {
    base: 'main',
    remote: null,
    push: false,
    upstream: null,
    fetch: MINUTE,
    board: 'board',
    prompts: 'prompts',
    changelog: 'CHANGELOG.md',
    ids: ['T'],
    branch: '{id}',
    worktrees: '.worktrees',
    capacity: 6,
    wip: { in_progress: 6, review: null, testing: null },
    settle: 5000,
    keep: { runs: 14 * 24 * HOUR, size: 2 ** 30, events: 64 * 2 ** 20 },
    retries: 1,
    restarts_per_hour: 3,
    stall: { after: 5 * MINUTE, repeat: 20, kill: false },
    caps: { entry_usd: null, entry_tokens: null, day_usd: null, day_tokens: null, entry_runs: null },
    contain: 'auto',
    env: NO_ENV,
    approve: 'never',
    dirty: 'stop',
    files: 'warn',
    protect: ['WORKFLOW.md', 'prompts/**'],
    roles: {
      task: role(15 * MINUTE),
      reviewer: { ...role(10 * MINUTE), rereview: false },
      tester: { ...role(15 * MINUTE), fix: 'task' },
    },
    agents: {},
    tests: {},
    commits: { author: '', landing: '{id}: {title}', move: 'kanban: {id} {from} → {to}' },
    merge_queue: { mode: 'serial', max_batch: 16, check: '', check_timeout: 30 * MINUTE },
    hooks: { after_create: '', before_run: '', after_run: '', before_remove: '', timeout: 10 * MINUTE },
    plan: { max: 12 },
    notify: [],
    alerts: [],
    preflight: [],
    ...change,
  };
}

export function entry(id: string | null, column: Column, change: Partial<Entry> = {}): Entry {
  return {
    key: id ?? `${column}?${change.title ?? 'note'}`,
    id,
    kind: 'entry',
    column,
    parked: false,
    parkedUnder: null,
    title: `Title of ${id}`,
    tags: [],
    fields: [],
    body: '',
    criteria: [],
    script: null,
    depends: [],
    files: [],
    priority: 2,
    timeout: null,
    approve: null,
    attempts: {},
    reviewed: null,
    tested: null,
    changelog: null,
    feedback: null,
    start: id === null ? 0 : Number(id.split('-')[1]) * 100,
    end: 0,
    source: '',
    line: 1,
    ...change,
  };
}

export const branch = (change: Partial<BranchFacts> = {}): BranchFacts => ({
  tip: 'tip1',
  start: 'start',
  inBase: false,
  worktree: 'there',
  attached: true,
  ...change,
});

/** An entry past TODO has a branch with one commit, unless told otherwise. */
export function facts(of: Entry, change: Partial<EntryFacts> = {}): EntryFacts {
  return {
    entry: of,
    problems: [],
    settlesAt: 0,
    kept: null,
    branch: of.column === 'TODO' ? null : branch(),
    testedInBase: false,
    ...change,
  };
}

export const history = (change: Partial<History> = {}): History => ({
  landed: new Map(),
  landedTips: new Map(),
  byHand: new Set(),
  takenBack: new Map(),
  abandoned: new Set(),
  enteredAt: new Map(),
  startedAt: new Map(),
  taken: new Set(),
  requests: new Set(),
  proposed: new Map(),
  reviewed: new Set(['T-1 tip1', 'T-2 tip1', 'T-3 tip1']),
  tested: new Set(['T-1 tip1', 'T-2 tip1', 'T-3 tip1']),
  approvals: new Set(),
  rejected: new Map(),
  escalated: new Map(),
  movedSinceEscalated: new Set(),
  outsideCommits: new Map(),
  agents: new Map(),
  used: new Map(),
  ...change,
});

export function world(entries: readonly EntryFacts[], change: Partial<World> = {}): World {
  return {
    now: NOW,
    settings: settings(),
    mode: 'run',
    only: null,
    paused: null,
    stops: [],
    lost: new Map(),
    landingsHeld: null,
    undone: new Set(),
    agentsHeld: new Map(),
    fixes: new Set(),
    entries,
    runs: [],
    past: [],
    history: history(),
    orphans: [],
    unsure: new Set(),
    requests: [],
    resumedAt: 0,
    usage: { entries: new Map(), runs: new Map(), today: {}, dayEnds: NOW + HOUR },
    messages: new Map(),
    failures: new Map(),
    usedIds: new Set(entries.flatMap(({ entry: { id } }) => (id === null ? [] : [id]))),
    ...change,
  };
}

export function run(taskId: string, change: Partial<RunFacts> = {}): RunFacts {
  return {
    id: `${taskId}-1-${change.role ?? 'task'}-00000001`,
    taskId,
    role: 'task',
    purpose: 'work',
    agent: 'coder',
    state: 'alive',
    startedAt: NOW - MINUTE,
    deadlineAt: NOW + HOUR,
    stopping: false,
    lost: false,
    inject: 'restart',
    mustDiffer: null,
    before: 'start',
    ended: null,
    ...change,
  };
}

export const said = (verdict: Verdict, more: Partial<Extract<ReadReport, { ok: true }>> = {}): ReadReport => ({
  ok: true,
  verdict,
  type: null,
  changelog: null,
  text: `what was ${verdict}`,
  ...more,
});

export const NO_REPORT: ReadReport = { ok: false, missing: 'it ended without a report', isAbsent: true };

export function ended(
  taskId: string,
  result: Partial<RunResult> = {},
  report: ReadReport = NO_REPORT,
  change: Partial<RunFacts> = {},
): RunFacts {
  const of = run(taskId, change);
  const whole: RunResult = {
    version: 1,
    runId: of.id,
    cause: 'reported',
    detail: '',
    startedAt: of.startedAt,
    endedAt: NOW,
    awake: MINUTE,
    exit: { code: 0, signal: null },
    tip: 'tip1',
    ahead: 1,
    changed: ['src/a.ts'],
    leftovers: null,
    rescued: [],
    boardRestored: [],
    faults: [],
    reported: report.ok,
    output: 10,
    tail: '',
    survivors: [],
    swept: [],
    ...result,
  };
  const facts: EndedRun = { result: whole, report, outsideCommits: [] };
  return { ...of, state: 'ended', ended: change.ended ?? facts };
}

export const outsideCommit = (sha: string, change: Partial<OutsideCommit> = {}): OutsideCommit => ({
  sha,
  subject: 'escape',
  files: ['a.ts'],
  isMerge: false,
  on: 'main',
  ...change,
});

export const past = (
  taskId: string,
  cause: PastRun['cause'],
  endedAt: number,
  change: Partial<PastRun> = {},
): PastRun => ({
  id: `${taskId}-${endedAt}`,
  taskId,
  role: 'task',
  agent: 'coder',
  cause,
  detail: cause,
  endedAt,
  providerUntil: null,
  login: false,
  ...change,
});

export const orphan = (id: string, change: Partial<OrphanBranch> = {}): OrphanBranch => ({
  id,
  tip: 'tip1',
  start: 'start',
  inBase: false,
  hasCommits: true,
  worktree: true,
  missedSince: null,
  ...change,
});

export const request = (
  command: Request['command'],
  taskId: string | null,
  change: Partial<Request> = {},
): Request => ({
  id: 'r1',
  at: NOW,
  by: { name: 'Ada', email: 'ada@example.org' },
  command,
  taskId,
  why: 'because',
  ...change,
});

export const acts = (of: World): readonly Action[] => decide(of).actions;
export const types = (of: World): string[] => acts(of).map(({ type }) => type);
/** An entry's note, with its reason as a sentence. */
export const noteOf = (of: World, key: string) => notesOf(of).find((note) => note.key === key);
export const notesOf = (of: World) => decide(of).notes.map((note) => ({ ...note, why: reasonText(note.reason) }));
export const starts = (of: World) => acts(of).flatMap((action) => (action.type === 'start-run' ? [action] : []));
export const picks = (of: World): string[] =>
  acts(of).flatMap((action) => (action.type === 'pick-entries' ? action.picks.map(({ id }) => id) : []));

/** The only move of a decision, in short; fails where there is none or more than one. */
export function moveOf(of: World) {
  const moves = acts(of).flatMap((action) => {
    if (action.type === 'land-tested') return [action.result];
    return action.type === 'move-entry' ? [action] : [];
  });
  if (moves.length !== 1 || moves[0] === undefined)
    throw new Error(`expected one move, got ${JSON.stringify(acts(of))}`);
  const { from, to, position, change, trailers, consumesRun, request: asked, needsPerson, report } = moves[0];
  return {
    to: `${from} -> ${to}`,
    position,
    add: change.addTags ?? [],
    remove: change.removeTags ?? [],
    fields: change.setFields ?? {},
    trailers: trailers.map(({ name, value }) => `${name}: ${value}`),
    takes: consumesRun,
    request: asked,
    needsPerson,
    report,
  };
}
