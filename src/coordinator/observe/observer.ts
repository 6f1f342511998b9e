import { setTimeout as pause } from 'node:timers/promises';
import { adapterOf } from '../../agents/adapter-of.ts';
import { COLUMNS } from '../../board/entry.ts';
import { dependencyProblems } from '../../board/parse.ts';
import { git, type Repository } from '../../git/git.ts';
import { resolve as resolveRef } from '../../git/objects/objects.ts';
import { isSameId } from '../../pipeline/named-id.ts';
import type { EndedRun, EntryFacts, World } from '../../pipeline/world.ts';
import type { Finding } from '../../preflight/finding.ts';
import { heldBy } from '../../preflight/holds.ts';
import { PUSH_CHECKS } from '../../preflight/preflight.ts';
import type { Problem } from '../../problem.ts';
import { waitingMessages } from '../../runs/message-store.ts';
import { pausedBy, resumedAt } from '../../runs/pause.ts';
import { listRuns, type RunRecord } from '../../runs/list-runs.ts';
import { agentNames } from '../../workflow/agent-settings.ts';
import type { Workflow } from '../../workflow/settings.ts';
import { BoardReader, type BoardView } from './board/board-reader.ts';
import { withPlacesOnDisk } from './board/places-on-disk.ts';
import { EntryFactsReader } from './entry-facts.ts';
import { agentProblems, problemsByEntry } from './entry-problems.ts';
import { entryHash } from '../../system/entry-hash.ts';
import { HistoryReader, SEEN } from './git-state.ts';
import { lostLandings, type LostLanding } from './lost-landings.ts';
import { branchName, START_REFS, startRef } from './names.ts';
import type { Inputs, Observation, Observed } from './observation.ts';
import { OrphanFinder } from './orphans.ts';
import { OutsideCommitWatch } from './outside-commits.ts';
import { outsideCommitShas, pastRuns, runFacts } from './run-facts.ts';
import { RunReports } from './run-reports.ts';
import { readUsages } from './usage-reader.ts';
import { UsedIds } from './used-ids.ts';
import { WorkflowReader } from './workflow-reader.ts';
import { missingBase } from './missing-base.ts';
import { obstacleProblems } from './obstacles.ts';
import * as messages from './messages.ts';

/** ms between two looks while git changes the checkout, and how long that is waited for. */
const MOTION_RETRY_MS = 25;
const MOTION_TIMEOUT_MS = 750;

type Moved = 'same' | 'moved' | 'rewritten';

/** What has been read before the World is built of it. */
interface ReadParts {
  readonly git: Observation['git'];
  readonly workflow: Workflow;
  readonly board: BoardView;
  readonly runs: readonly RunRecord[];
}

/** Reads disk and git. It keeps only what can be read again: caches, versions of the board, since when a heading is missing. */
export class Observer {
  readonly repo: Repository;
  readonly boardReader: BoardReader;
  readonly history: HistoryReader;
  readonly workflow: WorkflowReader;
  readonly runReports: RunReports;
  readonly #entries: EntryFactsReader;
  readonly #orphans: OrphanFinder;
  readonly #outsideCommits: OutsideCommitWatch;
  readonly #usedIds: UsedIds;
  readonly #ended = new Map<string, EndedRun>();
  /** Ids that have a start ref. */
  #started: ReadonlySet<string> = new Set();
  #lost: readonly LostLanding[] = [];

  constructor(repo: Repository, remembersLoose = true) {
    this.repo = repo;
    this.boardReader = new BoardReader(repo, remembersLoose);
    this.history = new HistoryReader(repo);
    this.workflow = new WorkflowReader(repo);
    this.runReports = new RunReports(repo);
    this.#entries = new EntryFactsReader(repo, this.boardReader, this.history);
    this.#orphans = new OrphanFinder(repo, this.#entries);
    this.#outsideCommits = new OutsideCommitWatch(repo);
    this.#usedIds = new UsedIds(repo);
  }

  async observe(
    inputs: Inputs,
    before: { readonly tries: number; readonly moved: Moved } = { tries: 0, moved: 'same' },
  ): Promise<Observed> {
    const read = await this.workflow.read(this.#inWork(inputs));
    if (!read.ok) return { ok: false, problems: read.error };
    const { workflow, view, problems: workflowProblems } = read.value;
    const { settings } = workflow;
    if (view.base === null)
      return {
        ok: false,
        problems: [
          view.refs.size === 0 && (await isUnborn(this.repo))
            ? messages.NO_COMMITS
            : missingBase(this.repo, settings.base),
        ],
      };
    const at = { ...view, base: view.base };
    const [followed] = await Promise.all([this.history.follow(view.base, settings.base), this.#usedIds.tags(settings)]);
    const moved = before.moved === 'rewritten' || followed === 'same' ? before.moved : followed;
    if (moved !== 'same') this.#entries.baseMoved();
    const stillness = settings.settle === 0 ? 60 : 300;
    const board = await this.boardReader.read(at, settings, {
      now: inputs.now,
      stillness,
      gone: this.history.history.gone,
    });
    const inMotion = await this.boardReader.isInMotion(at, board);
    if (inMotion && before.tries < MOTION_TIMEOUT_MS / MOTION_RETRY_MS) {
      await pause(MOTION_RETRY_MS);
      return this.observe(inputs, { tries: before.tries + 1, moved });
    }
    const { runs, problems: runProblems } = listRuns(this.repo.root);
    await this.#followMoves(moved, at, board);
    const built = await this.#world(inputs, { git: at, workflow, board, runs });
    const boardProblems = problemsOf(board, built.problems, settings.board);
    return {
      ok: true,
      value: {
        git: at,
        workflow,
        board,
        world: built.world,
        runs,
        problems: [
          ...workflowProblems,
          ...this.#lost.map((landing) => messages.landingMissing(landing, settings.base)),
          ...runProblems,
          ...boardProblems,
          ...built.obstacles,
        ],
        boardProblems,
        obstacles: built.obstacles,
        settingsProblems: workflowProblems,
        rewritten: moved === 'rewritten',
        lost: this.#lost,
        inMotion,
      },
    };
  }

  async #followMoves(moved: Moved, view: Observation['git'], board: BoardView): Promise<void> {
    if (moved === 'rewritten') this.#orphans.spare(view, board);
    if (moved !== 'same')
      this.#lost = await lostLandings(this.repo, {
        refs: view.refs,
        history: this.history.history,
        seen: await resolveRef(this.repo, SEEN),
        base: view.base,
      });
    this.#started = new Set(
      [...view.refs.keys()].flatMap((name) => (name.startsWith(START_REFS) ? [name.slice(START_REFS.length)] : [])),
    );
  }

  /** The refs that runs of ours change: of every branch that is ours, and of those that are about to be made. */
  #inWork(inputs: Inputs): string[] {
    const { settings } = this.workflow;
    if (settings === undefined) return [];
    const ids = new Set([...this.#started, ...inputs.starting.map(({ taskId }) => taskId)]);
    return [...ids].flatMap((id) => [`refs/heads/${branchName(settings, id)}`, startRef(id)]);
  }

  async #world(inputs: Inputs, parts: ReadParts): Promise<{ world: World; problems: Problem[]; obstacles: Problem[] }> {
    const { git: view, board, runs: records } = parts;
    const { settings } = parts.workflow;
    const { history } = this.history;
    const { now } = inputs;
    const { entries, problems, obstacles } = await this.#readEntries(inputs, parts);
    const { orphans, unsure } = this.#orphans.find(entries, board, { git: view, settings, now });
    const waits = holdsOf(inputs.findings);
    const known = new Set(records.map(({ runId }) => runId));
    const paused = pausedBy(this.repo.root);
    const facts = runFacts(records, { history, found: inputs.found, ended: this.#ended });
    const ids = entries.map(({ entry }) => entry.id);
    const world: World = {
      now,
      settings,
      mode: inputs.mode,
      ...(inputs.stoppedBy == null ? {} : { stoppedBy: inputs.stoppedBy }),
      ...{ only: inputs.only, begunAt: inputs.begunAt ?? 0 },
      paused,
      resumedAt: resumedAt(this.repo.root),
      stops: [...(paused === null ? [] : [paused]), ...board.unreadable.map(({ message }) => message), ...waits.stops],
      lost: new Map(this.#lost.map(({ id, sha }) => [id, sha])),
      landingsHeld: waits.landings ?? inputs.sharedHeld ?? null,
      undone: await this.#outsideCommits.undone(view, new Set(this.#inWork(inputs)), outsideCommitShas(facts, history)),
      agentsHeld: waits.agents,
      fixes: new Set(agentNames(settings).filter((name) => adapterOf(settings, name)?.canFix ?? false)),
      entries,
      runs: [...facts, ...inputs.starting.filter(({ id }) => !known.has(id))],
      past: [...pastRuns(records, now), ...inputs.refused].toSorted((a, b) => a.endedAt - b.endedAt),
      history,
      orphans,
      unsure,
      requests: inputs.requests,
      failures: inputs.failures,
      usage: readUsages(records, history, ids, now),
      messages: waitingMessages(this.repo.root),
      ...hashesFor(inputs.requests, entries),
      usedIds: await this.#usedIds.read(board.board, view.refs, settings, [
        ...history.ids,
        ...this.boardReader.saves.ids(),
      ]),
    };
    return { world, problems, obstacles };
  }

  async #readEntries(
    { queued }: Inputs,
    { git: view, workflow: { settings }, board: { board } }: ReadParts,
  ): Promise<{ entries: EntryFacts[]; problems: Problem[]; obstacles: Problem[] }> {
    const { landed, abandoned } = this.history.history;
    const found = COLUMNS.flatMap((column) => board.columns[column].entries);
    const problems = [
      ...dependencyProblems(board, { landed: new Set(landed.keys()), abandoned }),
      ...agentProblems(found, settings, board),
    ];
    const obstacles = obstacleProblems(found, { repo: this.repo, git: view, settings });
    const held = problemsByEntry([...board.problems, ...problems, ...obstacles]);
    const context = { git: view, settings, queued, problems: held };
    const entries: EntryFacts[] = [];
    for (const entry of found) entries.push(await this.#entries.read(entry, context));
    return { entries, problems, obstacles };
  }
}

const problemsOf = (board: BoardView, others: readonly Problem[], folder: string): readonly Problem[] =>
  withPlacesOnDisk([...board.unreadable, ...board.missing, ...board.board.problems, ...others], board, folder);

/** Most looks need none. */
function hashesFor(requests: Inputs['requests'], entries: readonly EntryFacts[]): Pick<World, 'hashes'> {
  const seen = requests.flatMap(({ taskId, was }) => (taskId === null || was === undefined ? [] : [taskId]));
  if (seen.length === 0) return {};
  const named = entries.filter(({ entry: { id } }) => id !== null && seen.some((typed) => isSameId(typed, id)));
  return { hashes: new Map(named.map(({ entry }) => [entry.key, entryHash(entry.source)])) };
}

/** What preflight's findings hold. Those about pushes hold pushes only; the board's are read with the board. */
const holdsOf = (findings: readonly Finding[]): ReturnType<typeof heldBy> =>
  heldBy(
    findings.filter(
      ({ level, check }) => !PUSH_CHECKS.has(check) && ((level === 'stops' && check !== 'board') || level === 'holds'),
    ),
  );

/** No branch has a commit. */
async function isUnborn(repo: Repository): Promise<boolean> {
  const { stdout } = await git(['rev-list', '--all', '--max-count=1'], { cwd: repo.root, okExit: [0, 128, 129] });
  return stdout.trim() === '';
}
