import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { adapterOf } from '../../agents/adapter-of.ts';
import type { Adapter } from '../../agents/agent.ts';
import { sessionFor } from '../../agents/session.ts';
import type { Entry } from '../../board/entry.ts';
import type { Brief } from '../../contract/brief.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import type { Action } from '../../pipeline/action.ts';
import { allowanceOf } from '../../pipeline/caps.ts';
import { allMessages, markGiven } from '../../runs/message-store.ts';
import { createRun } from '../../runs/run-store.ts';
import { runsFolder } from '../../runs/runs-folder.ts';
import type { RunnerPool } from '../../runs/runner-pool.ts';
import { containmentOf } from '../../system/containment.ts';
import { makeSandboxPlaces } from '../../system/sandbox-places.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';
import type { SharedWatch } from '../shared-state/shared-watch.ts';
import { planRun, type AgentCommandPlan } from './agent-command.ts';
import { ensurePlace, type Place } from './ensure-place.ts';
import * as messages from './messages.ts';
import { changedFiles, handedOver } from './prompt-facts.ts';
import { briefing } from './prompt-instructions.ts';
import { withMessages } from './prompt-messages.ts';
import { promptOf, type PromptFacts } from './render-prompt.ts';
import { briefOf, environmentOf } from './run-brief.ts';

const NO_MESSAGES = { messages: [], waiting: [] } as const;
const CHANGED_FILE = 'changed-files.txt';
const FINDINGS_FILE = 'findings.md';

export interface PrepareDeps {
  readonly observer: Observer;
  readonly pool: RunnerPool;
  readonly shared: SharedWatch;
  readonly emit: (event: KanbanEvent) => void;
}

/** A run that is to be started. */
export interface RunOrder {
  readonly action: Extract<Action, { type: 'start-run' }>;
  readonly observation: Observation;
  readonly runId: string;
  readonly slot: number;
  readonly attempt: number;
  /** Base's tip. */
  readonly base: string;
}

/** What is known of the order's entry, agent and place. */
interface Ready extends RunOrder {
  readonly entry: Entry;
  readonly place: Place;
  readonly folder: string;
  readonly adapter: Adapter;
}

interface PlannedRun {
  readonly brief: Brief;
  readonly planned: AgentCommandPlan;
}

/**
 * Prepares a run and hands it to a runner: place → session → brief → prompt and files. All that may fail comes before the
 * folder: one that no runner takes counts as a launch that failed, once more.
 * @returns why not; null when the run is handed over.
 */
export async function prepareRun(order: RunOrder, deps: PrepareDeps): Promise<string | null> {
  const { action, observation, base } = order;
  const { settings } = observation.workflow;
  const entry = observation.world.entries.find((facts) => facts.entry.id === action.id)?.entry;
  if (entry === undefined) return messages.ENTRY_GONE;
  const place = await ensurePlace(
    deps.observer.repo,
    { id: action.id, git: observation.git, settings, base },
    deps.emit,
  );
  if (!place.ok) return place.why;
  const adapter = adapterOf(settings, action.agent);
  if (adapter === null) return messages.noAgent(action.agent);
  const folder = join(runsFolder(deps.observer.repo.root), order.runId);
  const ready: Ready = { ...order, entry, place: place.value, folder, adapter };
  const run = await planned(ready, deps);
  if (typeof run === 'string') return run;
  const changed =
    action.role === 'task' && action.purpose === 'work'
      ? []
      : await changedFiles(deps.observer, observation, action.id, { tip: place.value.tip, base });
  const hasPrompt = run.planned.plan.shell === null;
  const handed = await handedOver(deps.observer, order, entry, { place: place.value, hasPrompt, changed });
  const facts: PromptFacts = { ...handed, changed };
  const prompt = hasPrompt
    ? await promptOf(deps.observer, observation, entry, { ...facts, brief: run.brief })
    : { ok: true as const, value: '' };
  if (!prompt.ok) return prompt.error.map(({ message }) => message).join('; ');
  await handOver(ready, run, { ...facts, prompt: prompt.value }, deps);
  return null;
}

/** The session to resume or to name; an agent whose CLI names its sessions itself has none before it runs. */
function sessionOf({ action, adapter, place, observation }: Ready) {
  const past = observation.runs.filter(({ brief }) => brief.taskId === action.id);
  const kept = sessionFor({ ...action, start: place.start }, adapter, past);
  if (kept !== null) return { session: { id: kept.id, resume: true }, sessionUsage: kept.usage };
  return { session: adapter.capabilities.names ? { id: randomUUID(), resume: false } : null, sessionUsage: null };
}

/** @returns why not, as a text. */
async function planned(ready: Ready, { observer: { repo } }: PrepareDeps): Promise<PlannedRun | string> {
  const { action, observation, entry, place, folder } = ready;
  const { settings } = observation.workflow;
  const { hooks } = settings;
  const { session, sessionUsage } = sessionOf(ready);
  const about = {
    runId: ready.runId,
    taskId: action.id,
    role: action.role,
    purpose: action.purpose,
    agent: action.agent,
    worktree: place.path,
    gitDir: place.gitDir,
    session,
    allowance: allowanceOf(observation.world, action.id, action.agent),
  };
  const plan = planRun(repo, settings, entry, { ...about, folder });
  if (plan === null) return messages.noAgent(action.agent);
  const contained = await containmentOf(settings.contain);
  if (contained.problem !== null) return contained.problem.message;
  const brief = briefOf(repo, settings, plan, {
    ...about,
    title: entry.title,
    attempt: ready.attempt,
    slot: ready.slot,
    branch: place.branch,
    base: observation.git.baseRef,
    baseSha: ready.base,
    startSha: place.start,
    tip: place.tip,
    mustDiffer: action.mustDiffer,
    sessionUsage: sessionUsage ?? null,
    bwrap: contained.bwrap,
    timeout: entry.timeout ?? settings.roles[action.role].timeout,
    hooks: {
      afterCreate: hooks.after_create,
      beforeRun: hooks.before_run,
      afterRun: hooks.after_run,
      timeout: hooks.timeout,
    },
  });
  return { brief, planned: plan };
}

/** Writes the run folder and gives the run to a runner. */
async function handOver(
  { action, observation, place, folder, adapter }: Ready,
  { brief, planned: plan }: PlannedRun,
  { prompt, findings, changed }: PromptFacts & { readonly prompt: string },
  { observer: { repo }, pool, shared, emit }: PrepareDeps,
): Promise<void> {
  const { shell } = plan.plan;
  mkdirSync(join(place.path, '.kanban'), { recursive: true });
  if (adapter.needsSandboxPlaces) makeSandboxPlaces(repo.commonDir);
  const given = shell === null ? allMessages(repo.root, action.id) : NO_MESSAGES;
  const before = await shared.before(brief.runId, brief.base);
  const env = environmentOf(observation.workflow.settings, plan, brief, {
    changed: changed.length === 0 ? null : join(folder, CHANGED_FILE),
    findings: findings === '' ? null : join(folder, FINDINGS_FILE),
  });
  createRun(repo.root, brief, withMessages(briefing(prompt, adapter), given.messages), {
    ...(plan.plan.shell === null ? plan.plan.files : {}),
    [CHANGED_FILE]: changed.map((path) => `${path}\n`).join(''),
    [FINDINGS_FILE]: findings,
    ...before,
  });
  // Before the runner knows the run: an agent that takes messages while it works would get them a second time.
  markGiven(repo.root, action.id, given.waiting);
  pool.start(folder, env);
  const { id, role, purpose, agent } = action;
  emit({ type: 'run-started', id, run: brief.runId, role, purpose, agent });
}
