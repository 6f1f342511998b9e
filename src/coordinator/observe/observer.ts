import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseReport } from '../../agents/report/parse-report.ts';
import { adapterOf } from '../../agents/adapter-of.ts';
import { agentNames } from '../../workflow/agent-settings.ts';
import { adapterNamed } from '../../agents/adapters.ts';
import { COLUMNS, type Board, type Entry } from '../../board/entry.ts';
import { idsInText } from '../../board/next-id.ts';
import { unknownAgentProblem } from '../../board/problems/unknown-agent-problem.ts';
import { dependencyProblems, noScriptProblem } from '../../board/parse.ts';
import { isStillWritten } from '../../board/saves/vanished.ts';
import { waitingMessages } from '../../runs/message-store.ts';
import { pausedBy, resumedAt } from '../../runs/pause.ts';
import { listRuns, type RunRecord } from '../../runs/list-runs.ts';
import { gitDirOf, headOf } from '../../git/checkout.ts';
import { git, type Repository } from '../../git/git.ts';
import { resolve as resolveRef } from '../../git/objects/objects.ts';
import type {
  BranchFacts,
  EndedRun,
  EntryFacts,
  Found,
  OrphanBranch,
  PastRun,
  QueueNote,
  ReadReport,
  RunFacts,
  World,
} from '../../pipeline/world.ts';
import type { Request } from '../../contract/request.ts';
import type { Finding } from '../../preflight/finding.ts';
import { heldBy } from '../../preflight/holds.ts';
import type { Problem } from '../../problem.ts';
import type { Settings, Workflow } from '../../workflow/settings.ts';
import { contains, HistoryReader, SEEN, startRef, type GitState } from './git-state.ts';
import { BoardReader, type BoardView } from './board-reader.ts';
import { RunReports } from './run-reports.ts';
import { lostLandings, type LostLanding } from './lost-landings.ts';
import { PUSH_CHECKS } from '../../preflight/preflight.ts';
import { OutsideCommitWatch } from './outside-commits.ts';
import { readUsages } from './usage-reader.ts';
import { WorkflowReader } from './workflow-reader.ts';

const HOUR = 3_600_000;
/** A heading must be missing this long before its entry counts as vanished. */
const MISSED_FOR = 2_000;

/** ms between two looks while git changes the checkout, and how long that is waited for. */
const MOTION_RETRY_MS = 25;
const MOTION_TIMEOUT_MS = 750;

/** Everything that one look found: what `decide` may know, and what performing needs besides. */
export interface Observation {
  readonly git: GitState & { readonly base: string };
  readonly workflow: Workflow;
  readonly board: BoardView;
  readonly world: World;
  readonly runs: readonly RunRecord[];
  readonly problems: readonly Problem[];
  /** Those of them that are the board's and its entries'. */
  readonly boardProblems: readonly Problem[];
  /** Those that are WORKFLOW.md's: the last good settings hold. */
  readonly settingsProblems: readonly Problem[];
  readonly rewritten: boolean;
  /** Landings that base no longer contains. */
  readonly lost: readonly LostLanding[];
  /** The board was read while git was changing its files (a slow checkout): nothing is to be done because of it. */
  readonly inMotion: boolean;
}

/** What the coordinator adds to what disk and git say. */
export interface Inputs {
  readonly now: number;
  readonly mode: World['mode'];
  readonly only: ReadonlySet<string> | null;
  readonly findings: readonly Finding[];
  readonly requests: readonly Request[];
  /** Runs that are being prepared: their folder may not be there yet. */
  readonly starting: readonly RunFacts[];
  /** Starts that failed before there was a folder. */
  readonly refused: readonly PastRun[];
  /** What the merge queue said last, by task id. */
  readonly queued: ReadonlyMap<string, QueueNote>;
  /** Actions that could not be done. */
  readonly failures: World['failures'];
  /** What runs changed of what all worktrees share, by run id. */
  readonly found?: ReadonlyMap<string, Found>;
  /** What a run changed of it can't be restored: landings wait; null = nothing. */
  readonly sharedHeld?: string | null;
}

export type Observed =
  | { readonly ok: true; readonly value: Observation }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Looks at disk and git; keeps only what can be read again (caches, versions of the board, since when a heading is missing). */
export class Observer {
  readonly repo: Repository;
  readonly keeper: BoardReader;
  readonly history: HistoryReader;
  readonly workflow: WorkflowReader;
  readonly lives: RunReports;
  readonly #missed = new Map<string, number>();
  readonly #spared = new Set<string>();
  /** Titles as last read, of all entries that were on the board. */
  readonly #titles = new Map<string, string>();
  readonly #inBase = new Map<string, boolean>();
  readonly #reports = new Map<string, EndedRun>();
  readonly #strays: OutsideCommitWatch;
  #tags: ReadonlySet<string> | null = null;
  #started: ReadonlySet<string> = new Set();
  #lost: readonly LostLanding[] = [];
  #first = true;

  constructor(repo: Repository) {
    this.repo = repo;
    this.keeper = new BoardReader(repo);
    this.history = new HistoryReader(repo);
    this.workflow = new WorkflowReader(repo);
    this.lives = new RunReports(repo);
    this.#strays = new OutsideCommitWatch(repo);
  }

  async observe(
    inputs: Inputs,
    before: { readonly tries: number; readonly moved: 'same' | 'moved' | 'rewritten' } = { tries: 0, moved: 'same' },
  ): Promise<Observed> {
    const read = await this.workflow.read(this.#inWork(inputs));
    if (!read.ok) return { ok: false, problems: read.error };
    const { workflow, view, problems: workflowProblems } = read.value;
    const { settings } = workflow;
    if (view.base === null)
      return {
        ok: false,
        problems: [view.refs.size === 0 && (await isUnborn(this.repo)) ? NO_COMMITS : baseMissing(settings.base)],
      };
    const at = { ...view, base: view.base };
    const [followed] = await Promise.all([this.history.follow(view.base, settings.base), this.#knowTags(settings)]);
    const moved = before.moved === 'rewritten' || followed === 'same' ? before.moved : followed;
    if (moved !== 'same') this.#inBase.clear();
    const stillness = settings.settle === 0 ? 60 : 300;
    const board = await this.keeper.read(at, settings, inputs.now, stillness, this.history.history.gone);
    const inMotion = await this.keeper.isInMotion(at, board);
    if (inMotion && before.tries < MOTION_TIMEOUT_MS / MOTION_RETRY_MS) {
      await pause(MOTION_RETRY_MS);
      return this.observe(inputs, { tries: before.tries + 1, moved });
    }
    const runs = listRuns(this.repo.root);
    if (moved === 'rewritten') this.#spare(at, board);
    if (moved !== 'same')
      this.#lost = await lostLandings(
        this.repo,
        at.refs,
        this.history.history,
        await resolveRef(this.repo, SEEN),
        view.base,
      );
    this.#started = new Set(
      [...view.refs.keys()].flatMap((name) => (name.startsWith(START) ? [name.slice(START.length)] : [])),
    );
    const world = await this.#world(inputs, at, workflow, board, runs.runs);
    const boardProblems = [...board.unreadable, ...board.missing, ...board.board.problems, ...world.problems];
    const problems = [
      ...workflowProblems,
      ...this.#lost.map((landing) => landingMissing(landing, settings.base)),
      ...runs.problems,
      ...boardProblems,
    ];
    this.#first = false;
    return {
      ok: true,
      value: {
        git: at,
        workflow,
        board,
        world: world.world,
        runs: runs.runs,
        problems,
        boardProblems,
        settingsProblems: workflowProblems,
        rewritten: moved === 'rewritten',
        lost: this.#lost,
        inMotion,
      },
    };
  }

  /** The refs that runs of ours change: of every branch that is ours, and of those that are about to be made. */
  #inWork(inputs: Inputs): string[] {
    const { settings } = this.workflow;
    if (settings === undefined) return [];
    const ids = new Set([...this.#started, ...inputs.starting.map(({ taskId }) => taskId)]);
    return [...ids].flatMap((id) => [`refs/heads/${branchName(settings, id)}`, startRef(id)]);
  }

  async #world(
    inputs: Inputs,
    view: Observation['git'],
    workflow: Workflow,
    board: BoardView,
    records: readonly RunRecord[],
  ): Promise<{ world: World; problems: Problem[] }> {
    const { settings } = workflow;
    const { history } = this.history;
    const found = COLUMNS.flatMap((column) => board.board.columns[column].entries);
    const problems = [
      ...dependencyProblems(board.board, { landed: new Set(history.landed.keys()), abandoned: history.abandoned }),
      ...this.#agentProblems(found, settings, board.board),
    ];
    const held = byEntry([...board.board.problems, ...problems]);
    const entries: EntryFacts[] = [];
    for (const entry of found) entries.push(await this.#facts(entry, inputs, view, settings, held));
    const { orphans, unsure } = this.#orphans(view, board, settings, entries, inputs.now);
    const waits = heldBy(
      inputs.findings.filter(
        ({ level, check }) =>
          !PUSH_CHECKS.has(check) && ((level === 'stops' && check !== 'board') || level === 'holds'),
      ),
    );
    const known = new Set(records.map(({ runId }) => runId));
    const paused = pausedBy(this.repo.root);
    const facts = this.#runs(records, inputs.found);
    const world: World = {
      now: inputs.now,
      settings,
      mode: inputs.mode,
      only: inputs.only,
      paused,
      resumedAt: resumedAt(this.repo.root),
      stops: [...(paused === null ? [] : [paused]), ...board.unreadable.map(({ message }) => message), ...waits.stops],
      lost: new Map(this.#lost.map(({ id, sha }) => [id, sha])),
      landingsHeld: waits.landings ?? inputs.sharedHeld ?? null,
      undone: await this.#strays.undone(view, new Set(this.#inWork(inputs)), strayShas(facts, history)),
      agentsHeld: waits.agents,
      fixes: new Set(agentNames(settings).filter((name) => adapterOf(settings, name)?.canFix ?? false)),
      entries,
      runs: [...facts, ...inputs.starting.filter(({ id }) => !known.has(id))],
      past: [...pastOf(records, inputs.now), ...inputs.refused].toSorted((a, b) => a.endedAt - b.endedAt),
      history,
      orphans,
      unsure,
      requests: inputs.requests,
      failures: inputs.failures,
      usage: readUsages(
        records,
        history,
        found.map(({ id }) => id),
        inputs.now,
      ),
      messages: waitingMessages(this.repo.root),
      usedIds: await this.#usedIds(board.board, view, settings),
    };
    return { world, problems };
  }

  /** An agent that the settings don't know; an entry for `shell` without a block to run. */
  #agentProblems(entries: readonly Entry[], settings: Settings, board: Board): Problem[] {
    return entries.flatMap((entry) => {
      if (entry.parked) return [];
      const unknown = unknownAgentProblem(entry, board.columns[entry.column], agentNames(settings));
      if (unknown !== null) return [unknown];
      const agent = entry.fields.find(({ key }) => key === 'agent')?.value ?? settings.roles.task.agent;
      if (entry.script !== null || (entry.column !== 'TODO' && entry.column !== 'IN_PROGRESS')) return [];
      const kind = adapterOf(settings, agent)?.name;
      return kind === 'shell' ? [noScriptProblem(entry, `${settings.board}/${entry.column}.md`)] : [];
    });
  }

  async #facts(
    entry: Entry,
    inputs: Inputs,
    view: Observation['git'],
    settings: Settings,
    held: ReadonlyMap<string, string[]>,
  ): Promise<EntryFacts> {
    const problems = held.get(entry.key) ?? [];
    const settlesAt = entry.column === 'TODO' ? this.keeper.settlesAt(entry.source, settings.settle) : 0;
    if (entry.id === null) return { entry, problems, settlesAt, branch: null, kept: null, testedInBase: false };
    const branch = this.#branch(entry.id, view, settings);
    const kept = branch === null && entry.column !== 'TODO' ? newestKept(view, entry.id) : null;
    if (branch === 'foreign') {
      const name = branchName(settings, entry.id);
      const why = `branch ${name} exists and was not made by the coordinator; rename it (git branch -m ${name} <other name>) or give the entry another id`;
      return { entry, problems: [...problems, why], settlesAt, branch: null, kept: null, testedInBase: false };
    }
    const landed = this.history.history.gone.has(entry.id) ? this.history.history.landed.get(entry.id) : undefined;
    if (entry.column === 'TODO' && branch === null && landed !== undefined) {
      // Nothing lands twice under an id, whatever brought its text back (an editor with an old buffer).
      const why = `${entry.id} has landed already (${landed.slice(0, 10)}): delete it here, or give it a new number`;
      return { entry, problems: [...problems, why], settlesAt, branch, kept: null, testedInBase: false };
    }
    const landing = entry.column === 'TESTING' ? (inputs.queued.get(entry.id) ?? null) : null;
    // A landing that takes the tester's result in leaves no `tested` behind; the reviewed commit tells as well.
    const judged = entry.tested ?? entry.reviewed;
    const testedInBase =
      entry.column === 'TESTING' && branch === null && judged !== null && (await this.#isInBase(view.base, judged));
    return { entry, problems, settlesAt, branch, kept, testedInBase, landing };
  }

  #branch(id: string, view: GitState, settings: Settings): BranchFacts | null | 'foreign' {
    const name = `refs/heads/${branchName(settings, id)}`;
    const tip = view.refs.get(name);
    const start = view.refs.get(startRef(id));
    if (tip === undefined) return null;
    if (start === undefined) return 'foreign';
    const gitDir = gitDirOf(worktreePath(this.repo, settings, id));
    return {
      tip,
      start,
      inBase: tip !== start && this.history.isMerged(name, tip),
      worktree: gitDir === null ? 'none' : 'there',
      attached: gitDir !== null && headOf(gitDir) === name,
    };
  }

  async #isInBase(base: string, commit: string): Promise<boolean> {
    const known = this.#inBase.get(commit);
    if (known !== undefined) return known;
    const inBase = await contains(this.repo, base, commit);
    this.#inBase.set(commit, inBase);
    return inBase;
  }

  /** Branches of ours whose entry is not on the board, and ids that can't be told yet. */
  #orphans(
    view: Observation['git'],
    board: BoardView,
    settings: Settings,
    entries: readonly EntryFacts[],
    now: number,
  ): { orphans: OrphanBranch[]; unsure: Set<string> } {
    const onBoard = new Set(entries.map(({ entry }) => entry.id));
    for (const { entry } of entries) if (entry.id !== null) this.#titles.set(entry.id, entry.title);
    const whole =
      board.disk === null ||
      COLUMNS.every((column) => (board.disk?.[column] ?? '') !== '' || (board.committed[column] ?? '') === '');
    const orphans: OrphanBranch[] = [];
    const unsure = new Set<string>();
    for (const name of view.refs.keys()) {
      if (!name.startsWith(START)) continue;
      const id = name.slice(START.length);
      if (onBoard.has(id)) {
        this.#missed.delete(id);
        this.#spared.delete(id);
        continue;
      }
      const branch = this.#branch(id, view, settings);
      const start = view.refs.get(name) ?? '';
      const facts =
        branch === null || branch === 'foreign'
          ? ({
              tip: start,
              start,
              inBase: false,
              worktree: existsSync(worktreePath(this.repo, settings, id)) ? 'there' : 'none',
            } as const)
          : branch;
      const since = this.#missed.get(id) ?? (this.#first ? 0 : now);
      this.#missed.set(id, since);
      const certain =
        facts.inBase ||
        (whole &&
          now - since >= MISSED_FOR &&
          !this.#spared.has(id) &&
          !isStillWritten({ id, title: this.#titles.get(id) ?? null }, board.texts, onBoard));
      if (certain)
        orphans.push({
          id,
          tip: facts.tip,
          start: facts.start,
          inBase: facts.inBase,
          hasCommits: facts.tip !== facts.start,
          worktree: facts.worktree === 'there',
          missedSince: since === 0 ? null : since,
        });
      else unsure.add(id);
    }
    return { orphans, unsure };
  }

  /** The user rewrote base: what is missing on the board because of that is not taken for a wish. */
  #spare(view: GitState, board: BoardView): void {
    const onBoard = new Set(COLUMNS.flatMap((column) => board.board.columns[column].entries.map(({ id }) => id)));
    for (const name of view.refs.keys())
      if (name.startsWith(START) && !onBoard.has(name.slice(START.length))) this.#spared.add(name.slice(START.length));
  }

  #runs(records: readonly RunRecord[], found: Inputs['found']): RunFacts[] {
    return records.flatMap((record): RunFacts[] => {
      if (record.taken !== null || this.history.history.taken.has(record.runId)) return [];
      const { brief } = record;
      const startedAt = record.claim?.claimedAt ?? brief.createdAt;
      return [
        {
          id: brief.runId,
          taskId: brief.taskId,
          role: brief.role,
          purpose: brief.purpose,
          agent: brief.agent,
          state: stateOf(record),
          startedAt,
          deadlineAt: startedAt + brief.timeout,
          inject: adapterNamed(brief.adapter)?.capabilities.inject ?? 'none',
          stopping: record.stop !== null || record.state === 'dead' || record.state === 'lost',
          mustDiffer: brief.mustDiffer,
          before: brief.tip,
          ended:
            record.result === null ? null : { ...this.#ended(record, record.result), found: found?.get(record.runId) },
        },
      ];
    });
  }

  #ended(record: RunRecord, result: NonNullable<RunRecord['result']>): EndedRun {
    const cached = this.#reports.get(record.runId);
    if (cached !== undefined) return cached;
    const text = result.reported ? record.reportText() : null;
    const parsed = text === null ? null : parseReport(text, record.brief.role);
    const read: ReadReport =
      parsed === null
        ? { ok: false, missing: 'it ended without a report' }
        : parsed.ok
          ? parsed
          : { ok: false, missing: parsed.problem };
    const ended: EndedRun = { result, report: read, strays: result.strays ?? [] };
    this.#reports.set(record.runId, ended);
    return ended;
  }

  async #knowTags(settings: Settings): Promise<ReadonlySet<string>> {
    return (this.#tags ??= await tagIds(this.repo, settings));
  }

  async #usedIds(board: Board, view: GitState, settings: Settings): Promise<ReadonlySet<string>> {
    const used = new Set([
      ...this.history.history.ids,
      ...(await this.#knowTags(settings)),
      ...this.keeper.saves.ids(),
    ]);
    for (const column of COLUMNS) {
      const of = board.columns[column];
      for (const id of idsInText(of, of.text, settings.ids)) used.add(id);
    }
    const idInRef = new RegExp(`(?:^|/)((?:${settings.ids.join('|')})-\\d+)(?:/|$)`);
    for (const name of view.refs.keys()) {
      const id = idInRef.exec(name)?.[1];
      if (id !== undefined) used.add(id);
    }
    return used;
  }
}

/** Commits that agents made outside their branch, as base's trailers and runs not yet recorded tell. */
const strayShas = (runs: readonly RunFacts[], { strays }: World['history']): string[] => [
  ...[...strays.values()].flat(),
  ...runs.flatMap(({ ended }) => ended?.strays.map(({ sha }) => sha) ?? []),
];

const START = 'refs/kanban/start/';

/** The newest branch that was put away when its entry left the board; one that the user rescoped is left where it is. */
function newestKept(view: GitState, id: string): { ref: string; tip: string } | null {
  const prefix = `refs/kanban/abandoned/${id}/`;
  const numbers = [...view.refs.keys()]
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)));
  const ref = `${prefix}${Math.max(...numbers)}`;
  const tip = numbers.length === 0 ? undefined : view.refs.get(ref);
  return tip === undefined ? null : { ref, tip };
}

/** The task's branch, by the `branch` setting. */
export const branchName = (settings: Settings, id: string): string => settings.branch.replaceAll('{id}', id);

/** Absolute path of the task's worktree. */
export const worktreePath = (repo: Pick<Repository, 'root'>, settings: Settings, id: string): string =>
  join(resolve(repo.root, settings.worktrees), id);

function stateOf(record: RunRecord): RunFacts['state'] {
  switch (record.state) {
    case 'ended':
      return 'ended';
    case 'foreign':
      return 'foreign';
    case 'unclaimed':
      return 'starting';
    default:
      return 'alive';
  }
}

function pastOf(records: readonly RunRecord[], now: number): PastRun[] {
  return records.flatMap(({ brief, result }): PastRun[] => {
    if (result === null || result.endedAt < now - 12 * HOUR) return [];
    const { runId: id, taskId, role, agent } = brief;
    return [
      {
        id,
        taskId,
        role,
        agent,
        cause: result.cause,
        detail: result.detail,
        endedAt: result.endedAt,
        providerUntil: result.providerUntil ?? null,
        login: result.login ?? false,
      },
    ];
  });
}

function byEntry(problems: readonly Problem[]): Map<string, string[]> {
  const held = new Map<string, string[]>();
  for (const { message, holds } of problems)
    for (const key of holds ?? []) held.set(key, [...(held.get(key) ?? []), message]);
  return held;
}

async function tagIds(repo: Repository, settings: Settings): Promise<ReadonlySet<string>> {
  const { stdout } = await git(['tag', '-l', ...settings.ids.map((prefix) => `${prefix}-*`)], { cwd: repo.root });
  return new Set(stdout.split('\n').filter(Boolean));
}

const landingMissing = ({ id, sha }: LostLanding, base: string): Problem => ({
  code: 'landing-missing',
  message: `${id} had landed as ${sha.slice(0, 10)}, and ${base} no longer contains it`,
  fix: `git cherry-pick -m 1 ${sha}    # lands it again`,
});

const baseMissing = (base: string): Problem => ({
  code: 'base-missing',
  message: `The branch ${base} does not exist`,
  fix: `name an existing branch as \`base\` in WORKFLOW.md, or make it: git branch ${base}`,
});

const NO_COMMITS: Problem = {
  code: 'no-commits',
  message: 'The repository has no commit yet, and tasks start from one',
  fix: 'git add -A && git commit -m "Start"',
};

/** No branch has a commit. */
async function isUnborn(repo: Repository): Promise<boolean> {
  const { stdout } = await git(['rev-list', '--all', '--max-count=1'], { cwd: repo.root, okExit: [0, 128, 129] });
  return stdout.trim() === '';
}
