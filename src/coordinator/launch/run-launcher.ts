import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { adapterOf } from '../../agents/adapter-of.ts';
import { sessionFor } from '../../agents/session.ts';
import type { Entry } from '../../board/entry.ts';
import { containmentOf } from '../../system/containment.ts';
import { freeSlot } from '../../system/ports.ts';
import { createRun, newRunId, runsFolder, type RunRecord } from '../../runs/run-store.ts';
import type { RunnerPool } from '../../runs/runner-pool.ts';
import { makeSandboxPlaces } from '../../system/sandbox-places.ts';
import { allMessages, markGiven } from '../../runs/message-store.ts';
import { ensureWorktree } from '../../worktrees/worktrees.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import { git, type Repository } from '../../git/git.ts';
import { updateRefs } from '../../git/refs.ts';
import type { Action } from '../../pipeline/action.ts';
import { allowanceOf } from '../../pipeline/caps.ts';
import type { PastRun, RunFacts } from '../../pipeline/world.ts';
import type { Brief } from '../../contract/brief.ts';
import { renderPrompt } from '../../workflow/prompt.ts';
import type { Role, Settings } from '../../workflow/settings.ts';
import { briefing } from './prompt-instructions.ts';
import type { GitState } from '../observe/git-state.ts';
import { branchName, startRef, worktreePath } from '../observe/names.ts';
import { withMessages } from './prompt-messages.ts';
import { briefOf, environmentOf } from './run-brief.ts';
import { planRun } from './agent-command.ts';
import type { SharedWatch } from '../shared-state/shared-watch.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';

type Start = Extract<Action, { type: 'start-run' }>;

/** Prepares runs beside the tick (a worktree of a large repository takes seconds) and hands them to the runners. */
export class RunLauncher {
  readonly #repo: Repository;
  readonly #observer: Observer;
  readonly #pool: RunnerPool;
  readonly #emit: (event: KanbanEvent) => void;
  readonly #shared: SharedWatch;
  readonly #wake: () => void;
  /** Runs under preparation or handed over and not yet claimed, by run id. */
  readonly #starting = new Map<string, RunFacts>();
  readonly #slots = new Map<string, number>();
  readonly #work = new Set<Promise<void>>();
  #refused: PastRun[] = [];
  /** Why a run could not be started, as reported last, by task id. */
  readonly #reported = new Map<string, string>();
  readonly #started = new Set<string>();
  /** Orders that came back from a runner: what is still not claimed then has no folder, or none that can be read. */
  readonly #returned = new Set<string>();

  constructor(parts: {
    repo: Repository;
    observer: Observer;
    pool: RunnerPool;
    emit: (event: KanbanEvent) => void;
    shared: SharedWatch;
    wake: () => void;
  }) {
    this.#repo = parts.repo;
    this.#observer = parts.observer;
    this.#pool = parts.pool;
    this.#emit = parts.emit;
    this.#shared = parts.shared;
    this.#wake = parts.wake;
  }

  get starting(): readonly RunFacts[] {
    return [...this.#starting.values()];
  }

  /** Runs that did not even get a folder. */
  get refused(): readonly PastRun[] {
    return this.#refused;
  }

  /** Is this run one that we are about to hand over, or did hand over a moment ago? */
  isOurs(runId: string): boolean {
    return this.#starting.has(runId);
  }

  /** Was this run started by this coordinator? */
  knew(runId: string): boolean {
    return this.#started.has(runId);
  }

  /** What runs are there by now: those that are claimed are no longer starting; those that are gone free their place. */
  follow(records: readonly RunRecord[]): void {
    for (const { runId, claim } of records) if (claim !== null) this.#starting.delete(runId);
    const there = new Set(records.map(({ runId }) => runId));
    for (const runId of this.#returned) {
      const facts = this.#starting.get(runId);
      if (facts !== undefined && !there.has(runId)) this.#refuse(facts, 'its run folder was removed', 'lost');
      else if (facts !== undefined) this.#starting.delete(runId);
    }
    this.#returned.clear();
    const live = new Set(
      records.filter(({ state, taken }) => state !== 'ended' && taken === null).map(({ runId }) => runId),
    );
    for (const id of this.#slots.keys()) if (!live.has(id) && !this.#starting.has(id)) this.#slots.delete(id);
    for (const { runId, brief } of records)
      if (live.has(runId) && brief.slot !== undefined) this.#slots.set(runId, brief.slot);
  }

  /** A runner has ended with this order, whatever came of it. */
  returned(runId: string): void {
    this.#returned.add(runId);
  }

  /** All that is being prepared. */
  async drain(): Promise<void> {
    await Promise.all(this.#work);
  }

  start(action: Start, observation: Observation, base: string): void {
    const attempt =
      1 +
      observation.runs.filter(
        ({ brief }) => brief.taskId === action.id && brief.role === action.role && brief.purpose === action.purpose,
      ).length;
    const n =
      1 +
      Math.max(
        0,
        ...observation.runs
          .filter(({ brief }) => brief.taskId === action.id)
          .map(({ runId }) => Number(/-(\d+)-[a-z]+-[0-9a-f]{8}$/.exec(runId)?.[1] ?? 0)),
      );
    const runId = newRunId(action.id, n, action.role);
    const slot = freeSlot(new Set(this.#slots.values()));
    this.#slots.set(runId, slot);
    this.#started.add(runId);
    const now = Date.now();
    const facts: RunFacts = {
      id: runId,
      taskId: action.id,
      role: action.role,
      purpose: action.purpose,
      agent: action.agent,
      state: 'starting',
      startedAt: now,
      deadlineAt: now,
      stopping: false,
      inject: 'none',
      mustDiffer: action.mustDiffer,
      before: '',
      ended: null,
    };
    this.#starting.set(runId, facts);
    const work = this.#prepare(action, { runId, slot, attempt, base }, observation)
      .then((why) => {
        if (why === null) return;
        this.#refuse(facts, why);
      })
      .catch((error: unknown) => {
        this.#refuse(facts, error instanceof Error ? error.message : String(error));
      })
      .finally(() => {
        this.#work.delete(work);
        this.#wake();
      });
    this.#work.add(work);
  }

  /** Counts as a launch that failed, so that it is tried again with growing pauses and not for ever. */
  #refuse(
    { id: runId, taskId, role, agent }: RunFacts,
    why: string,
    cause: 'not-started' | 'lost' = 'not-started',
  ): void {
    this.#starting.delete(runId);
    this.#slots.delete(runId);
    const now = Date.now();
    this.#refused = this.#refused.filter(({ endedAt }) => endedAt > now - ENDED_RUNS_KEPT_MS);
    this.#refused.push({
      id: runId,
      taskId,
      role,
      agent,
      cause,
      detail: why,
      endedAt: now,
      providerUntil: null,
      login: false,
    });
    // The same reason is reported once for an entry; another run of it that starts makes it new.
    if (this.#reported.get(taskId) === why) return;
    this.#reported.set(taskId, why);
    this.#emit({ type: 'run-refused', id: taskId, role: role, why });
  }

  /** @returns why not, in words; null when the run is handed over. */
  async #prepare(action: Start, run: Prepared, observation: Observation): Promise<string | null> {
    const { settings } = observation.workflow;
    const facts = observation.world.entries.find(({ entry }) => entry.id === action.id);
    if (facts === undefined) return 'its entry is gone';
    const place = await this.#place(action.id, observation.git, settings, run.base);
    if (!place.ok) return place.why;
    const folder = join(runsFolder(this.#repo.root), run.runId);
    const adapter = adapterOf(settings, action.agent);
    const past = observation.runs.filter(({ brief }) => brief.taskId === action.id);
    const kept = adapter === null ? null : sessionFor({ ...action, start: place.start }, adapter, past);
    const named = adapter?.capabilities.names === true ? { id: randomUUID(), resume: false } : null;
    const session = kept === null ? named : { id: kept.id, resume: true };
    const allowance = allowanceOf(observation.world, action.id, action.agent);
    const planned = planRun(this.#repo, settings, facts.entry, {
      ...run,
      taskId: action.id,
      role: action.role,
      purpose: action.purpose,
      agent: action.agent,
      folder,
      worktree: place.path,
      gitDir: place.gitDir,
      session,
      allowance,
    });
    if (adapter === null || planned === null) return `there is no agent named ${action.agent}`;
    const held = await containmentOf(settings.contain);
    if (held.problem !== null) return held.problem.message;
    const { plan } = planned;
    const { hooks } = settings;
    const brief = briefOf(this.#repo, settings, planned, {
      runId: run.runId,
      taskId: action.id,
      title: facts.entry.title,
      role: action.role,
      purpose: action.purpose,
      attempt: run.attempt,
      agent: action.agent,
      slot: run.slot,
      gitDir: place.gitDir,
      worktree: place.path,
      branch: place.branch,
      base: observation.git.baseRef,
      baseSha: run.base,
      startSha: place.start,
      tip: place.tip,
      mustDiffer: action.mustDiffer,
      session,
      sessionUsage: kept?.usage ?? null,
      bwrap: held.bwrap,
      allowance,
      timeout: facts.entry.timeout ?? settings.roles[action.role].timeout,
      hooks: {
        afterCreate: hooks.after_create,
        beforeRun: hooks.before_run,
        afterRun: hooks.after_run,
        timeout: hooks.timeout,
      },
    });
    const findings = await this.#findings(facts.entry, place.start, run.base);
    const changed =
      action.role === 'task' && action.purpose === 'work'
        ? []
        : await this.#changed(observation, action.id, place, run.base);
    const prompt =
      plan.shell === null
        ? await this.#prompt(brief, facts.entry, observation, { findings, changed })
        : { ok: true as const, value: '' };
    if (!prompt.ok) return prompt.error.map(({ message }) => message).join('; ');
    mkdirSync(join(place.path, '.kanban'), { recursive: true });
    if (adapter.name === 'codex') makeSandboxPlaces(this.#repo.commonDir);
    const said = plan.shell === null ? allMessages(this.#repo.root, action.id) : NO_MESSAGES;
    // All that may fail comes before the folder: one that no runner takes counts as a launch that failed, once more.
    const before = await this.#shared.before(brief.runId, observation.git.refs);
    const env = environmentOf(settings, planned, brief, {
      changed: changed.length === 0 ? null : join(folder, CHANGED),
      findings: findings === '' ? null : join(folder, FINDINGS),
    });
    createRun(this.#repo.root, brief, withMessages(briefing(prompt.value, adapter), said.messages), {
      ...(plan.shell === null ? plan.files : {}),
      [CHANGED]: changed.map((path) => `${path}\n`).join(''),
      [FINDINGS]: findings,
      ...before,
    });
    // Before it hears of the run: one that listens while it works would take them a second time.
    markGiven(this.#repo.root, action.id, said.waiting);
    this.#pool.start(folder, env);
    this.#reported.delete(action.id);
    this.#emit({
      type: 'run-started',
      id: action.id,
      run: run.runId,
      role: action.role,
      purpose: action.purpose,
      agent: action.agent,
    });
    return null;
  }

  /** The task's branch and worktree, made where they are missing. */
  async #place(id: string, view: GitState, settings: Settings, base: string): Promise<Place> {
    const branch = `refs/heads/${branchName(settings, id)}`;
    const path = worktreePath(this.#repo, settings, id);
    const there = view.refs.get(branch);
    const start = view.refs.get(startRef(id));
    if (there === undefined && start !== undefined)
      await updateRefs(this.#repo, [{ ref: startRef(id), to: null, from: start }]);
    const startSha = there !== undefined && start !== undefined ? start : base;
    const made = await ensureWorktree({
      repo: this.#repo,
      id,
      branchRef: branch,
      path,
      startSha,
      branchExists: there !== undefined,
    });
    if (!made.ok)
      return {
        ok: false,
        why: made.problem.fix === undefined ? made.problem.message : `${made.problem.message}; ${made.problem.fix}`,
      };
    for (const file of made.notCopied)
      this.#emit({ type: 'notice', message: `.worktreeinclude: ${file} was not copied into ${path}` });
    return { ok: true, branch, path, gitDir: made.gitDir, start: startSha, tip: there ?? startSha };
  }

  /** What earlier runs found: the field in short, and the last failure's report in full. */
  async #findings(entry: Entry, start: string, base: string): Promise<string> {
    if (entry.feedback === null || entry.id === null) return '';
    const steps = await this.#observer.lives.of(entry.id, start, base);
    const last = steps.at(-1)?.report ?? '';
    return last === '' || last === entry.feedback ? `${entry.feedback}\n` : `${entry.feedback}\n\n${last}\n`;
  }

  async #changed(
    observation: Observation,
    id: string,
    place: { readonly path: string; readonly tip: string },
    base: string,
  ): Promise<readonly string[]> {
    const known = observation.runs.findLast(
      ({ brief, result }) =>
        brief.taskId === id && result !== null && result.tip === place.tip && result.changed.length > 0,
    );
    if (known?.result) return known.result.changed;
    const { stdout } = await git(['diff', '--name-only', '-z', '--no-renames', `${base}...${place.tip}`, '--'], {
      cwd: this.#repo.root,
      okExit: [0, 128],
    });
    return stdout.split('\0').filter(Boolean);
  }

  async #prompt(
    brief: Brief,
    entry: Entry,
    observation: Observation,
    more: { readonly findings: string; readonly changed: readonly string[] },
  ): Promise<ReturnType<typeof renderPrompt>> {
    const { settings, rules } = observation.workflow;
    const file = promptFile(settings, brief.role);
    const template = await this.#observer.workflow.file(observation.git, file);
    if (template === null)
      return {
        ok: false,
        error: [{ code: 'prompt-missing', message: `${file} is missing`, fix: 'kanban init writes it again' }],
      };
    const { stdout } = await git(['log', '--format=%h %s', '-n', '50', `${brief.base}..${brief.branch}`, '--'], {
      cwd: this.#repo.root,
    });
    return renderPrompt(template, file, {
      entry: {
        id: brief.taskId,
        title: entry.title,
        text: entry.body,
        fields: Object.fromEntries(entry.fields.map(({ key, value }) => [key, value])),
        criteria: entry.criteria,
      },
      run: {
        role: brief.role,
        attempt: brief.attempt,
        minutes: Math.round(brief.timeout / 60_000),
        report: brief.report,
        purpose: brief.purpose,
      },
      git: {
        worktree: brief.worktree,
        branch: branchName(settings, brief.taskId),
        base: settings.base,
        changed: more.changed,
        commits: stdout.split('\n').filter(Boolean),
      },
      findings: more.findings,
      rules,
    });
  }
}

/** As long as runs that have ended count, ms. */
const ENDED_RUNS_KEPT_MS = 12 * 3_600_000;
const NO_MESSAGES = { messages: [], waiting: [] } as const;
const CHANGED = 'changed-files.txt';
const FINDINGS = 'findings.md';

interface Prepared {
  readonly runId: string;
  readonly slot: number;
  readonly attempt: number;
  readonly base: string;
}

type Place =
  | {
      readonly ok: true;
      readonly branch: string;
      readonly path: string;
      readonly gitDir: string;
      readonly start: string;
      readonly tip: string;
    }
  | { readonly ok: false; readonly why: string };

/** Path of a role's prompt, relative to the root. */
export const promptFile = (settings: Settings, role: Role): string =>
  settings.roles[role].prompt ?? `${settings.prompts}/${role}.md`;
