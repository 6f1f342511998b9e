import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readAgents } from '../preflight/gather/agent-facts.ts';
import { lockHolder, takeLock } from '../system/lock.ts';
import { runCommand } from '../system/processes.ts';
import { aliveIds } from '../runs/list-runs.ts';
import { pruneRuns } from '../runs/run-store.ts';
import { listWorktrees } from '../worktrees/worktrees.ts';
import { closeRepository } from '../git/close.ts';
import { git, type Repository } from '../git/git.ts';
import { openRepository } from '../git/open-repository.ts';
import { readRefs, updateRefs } from '../git/refs.ts';
import { recover } from '../landing/recovery/recover.ts';
import type { AgentFact } from '../preflight/facts.ts';
import type { Finding } from '../preflight/finding.ts';
import { endProcesses, findMarked } from '../runner/sweep.ts';
import { defaultSettings } from '../workflow/parse.ts';
import type { Settings } from '../workflow/settings.ts';
import { describeContainment } from './containment-words.ts';
import { HistoryReader, kanbanDir, SEEN } from '../coordinator/observe/git-state.ts';
import { startRef } from '../coordinator/observe/names.ts';
import { lostLandings as findLost } from '../coordinator/observe/lost-landings.ts';
import { inspectPreflight } from '../coordinator/preflight/inspect-preflight.ts';
import { probe, type Probe } from './probe.ts';
import { WorkflowReader } from '../coordinator/observe/workflow-reader.ts';

/** Something that is kept or left over. */
export interface Leftover {
  readonly kind: 'worktree' | 'rescued' | 'abandoned' | 'process' | 'runs' | 'missing-landing';
  readonly name: string;
  readonly what: string;
  /** KiB on disk; null = not on disk, or not known. */
  readonly size: number | null;
  /** How to look at it or get rid of it; a command to copy. */
  readonly hint: string;
}

/** An agent CLI that is installed here, or that the settings name. */
export type ShownAgent = Pick<
  AgentFact,
  'name' | 'kind' | 'roles' | 'program' | 'found' | 'version' | 'login' | 'unnamedKeys' | 'needsNode' | 'permissions'
>;

export interface Examination {
  readonly findings: readonly Finding[];
  /** How an agent's processes are kept together. */
  readonly containment: string;
  readonly agents: readonly ShownAgent[];
  /** What `--probe` showed; empty without it. */
  readonly probes: readonly Probe[];
  readonly leftovers: readonly Leftover[];
  /** What `--fix` fixed. */
  readonly fixed: readonly string[];
}

export interface Asked {
  /** Fix what can be fixed without asking. */
  readonly fix: boolean;
  /** Agents to be proved; empty = all that play a role; null = none. */
  readonly probe: readonly string[] | null;
  /** Told before each agent is proved: it takes a while. */
  readonly onProbe: (agent: string) => void;
}

/** `kanban doctor`: preflight, the agents, and all that is left over, with sizes. */
export async function examine(cwd: string, { fix, probe: asked, onProbe }: Asked): Promise<Examination> {
  const opened = await openRepository(cwd);
  if (!opened.ok) {
    const [findings, containment] = await Promise.all([inspectPreflight(cwd), describeContainment('auto')]);
    return {
      findings,
      containment,
      agents: await agentsHere(defaultSettings(), cwd),
      probes: [],
      leftovers: [],
      fixed: [],
    };
  }
  const repo = opened.value;
  try {
    const settings = await settingsOf(repo);
    const containment = await describeContainment(settings.contain);
    const fixed = fix ? await applyFixes(repo) : [];
    const findings = await inspectPreflight(cwd);
    const agents = await agentsHere(settings, repo.root);
    const probes: Probe[] = [];
    if (asked !== null)
      for (const { name } of agents.filter((agent) => isToBeProved(agent, asked))) {
        onProbe(name);
        probes.push(await probe(repo, settings, name));
      }
    return { findings, containment, agents, probes, leftovers: await leftovers(repo), fixed };
  } finally {
    closeRepository(repo);
  }
}

/** By name, else those that play a role. What runs no provider's agent has nothing to prove. */
const isToBeProved = ({ name, kind, roles, found }: ShownAgent, asked: readonly string[]): boolean =>
  kind !== 'shell' && found !== null && (asked.length === 0 ? roles.length > 0 : asked.includes(name));

async function agentsHere(settings: Settings, root: string): Promise<ShownAgent[]> {
  const facts = await readAgents(settings, root, true);
  return facts
    .filter(({ kind }) => kind !== 'shell')
    .map(({ name, kind, roles, program, found, version, login, unnamedKeys, needsNode, permissions }) => ({
      name,
      kind,
      roles,
      program,
      found,
      version,
      login,
      unnamedKeys,
      needsNode,
      permissions,
    }));
}

async function settingsOf(repo: Repository): Promise<Settings> {
  const read = await new WorkflowReader(repo).read();
  return read.ok ? read.value.workflow.settings : defaultSettings();
}

async function leftovers(repo: Repository): Promise<Leftover[]> {
  const [trees, refs] = await Promise.all([
    listWorktrees(repo),
    readRefs(repo, ['refs/kanban/rescue/', 'refs/kanban/abandoned/']),
  ]);
  const found: Leftover[] = [];
  for (const { path, locked, branch, prunable } of trees.slice(1)) {
    if (!locked?.startsWith('kanban ')) continue;
    const id = locked.slice('kanban '.length);
    found.push({
      kind: 'worktree',
      name: id,
      what: prunable ? 'its folder is gone' : (branch?.replace('refs/heads/', 'branch ') ?? 'HEAD is detached'),
      size: await sizeOf(path),
      hint: `kanban show ${id}`,
    });
  }
  for (const { name } of refs) found.push(keptRef(name));
  for (const { pid, command, runId } of strays(repo))
    found.push({
      kind: 'process',
      name: String(pid),
      what: `${command} of run ${runId}`,
      size: null,
      hint: 'kanban doctor --fix ends it',
    });
  const runs = join(repo.root, '.kanban', 'runs');
  if (existsSync(runs))
    found.push({
      kind: 'runs',
      name: '.kanban/runs',
      what: `${readdirSync(runs).length} run folders: logs, reports, results`,
      size: await sizeOf(runs),
      hint: 'those older than 14 days go by themselves',
    });
  found.push(...(await lostLandings(repo)));
  return found;
}

function keptRef(name: string): Leftover {
  const rescued = name.startsWith('refs/kanban/rescue/');
  const short = name.replace('refs/kanban/', '');
  return {
    kind: rescued ? 'rescued' : 'abandoned',
    name,
    what: rescued
      ? 'work that was not committed when its worktree had to go'
      : 'branch of an entry that left the board',
    size: null,
    hint: `git show --stat ${name}; git branch ${short.replaceAll('/', '-')} ${name}; git update-ref -d ${name}`,
  };
}

async function lostLandings(repo: Repository): Promise<Leftover[]> {
  const read = await new WorkflowReader(repo).read();
  if (!read.ok) return [];
  const { view, workflow } = read.value;
  const { base } = view;
  if (base === null) return [];
  const history = new HistoryReader(repo);
  await history.follow(base, workflow.settings.base);
  const lost = await findLost(repo, {
    refs: view.refs,
    history: history.history,
    seen: view.refs.get(SEEN) ?? null,
    base,
  });
  return lost.map(({ id, sha }) => ({
    kind: 'missing-landing',
    name: id,
    what: `its landing ${sha.slice(0, 10)} is no longer in ${workflow.settings.base}`,
    size: null,
    hint: `git switch ${workflow.settings.base} && git cherry-pick -m 1 ${sha}`,
  }));
}

const strays = (repo: Repository): ReturnType<typeof findMarked> => {
  const alive = aliveIds(repo.root);
  return findMarked(repo.root).filter(({ runId }) => !alive.has(runId));
};

/** Only with no coordinator alive: a living one does all this by itself. */
async function applyFixes(repo: Repository): Promise<string[]> {
  const other = lockHolder(kanbanDir(repo));
  if (other !== null && other.holder?.command === undefined)
    return ['a coordinator is running: it clears up by itself'];
  const taken = await takeLock(kanbanDir(repo), { command: 'kanban doctor --fix', wait: 10_000 });
  if (!taken.ok) return [taken.problem.message];
  try {
    const fixed = (await recover(repo)).map((event) =>
      'message' in event ? event.message : `${event.type} ${event.commit.slice(0, 10)}`,
    );
    const left = strays(repo);
    if (left.length > 0) await endProcesses(left);
    fixed.push(...left.map(({ pid, command }) => `ended process ${pid} (${command})`));
    const pruned = pruneRuns(repo.root, Date.now() - 14 * 24 * 3_600_000);
    if (pruned.length > 0) fixed.push(`removed ${pruned.length} old run folders`);
    fixed.push(...(await dropStaleStarts(repo)));
    await git(['worktree', 'prune'], { cwd: repo.root });
    return fixed;
  } finally {
    taken.release();
  }
}

/** A start ref or a pin whose branch is gone says nothing any more. */
async function dropStaleStarts(repo: Repository): Promise<string[]> {
  const refs = new Map(
    (await readRefs(repo, ['refs/heads/', 'refs/kanban/start/', 'refs/kanban/inflight/'])).map(({ name, sha }) => [
      name,
      sha,
    ]),
  );
  const read = await new WorkflowReader(repo).read();
  if (!read.ok) return [];
  const { branch } = read.value.workflow.settings;
  const stale = [...refs].filter(([name]) => {
    if (name.startsWith('refs/kanban/inflight/')) return true;
    const id = name.startsWith(startRef('')) ? name.slice(startRef('').length) : null;
    return id !== null && !refs.has(`refs/heads/${branch.replaceAll('{id}', id)}`);
  });
  await updateRefs(
    repo,
    stale.map(([ref, from]) => ({ ref, to: null, from })),
  );
  return stale.map(([name]) => `removed ${name}`);
}

async function sizeOf(path: string): Promise<number | null> {
  const { code, tail } = await runCommand({
    command: `du -sk -- "$TARGET" 2>/dev/null | cut -f1`,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', TARGET: path },
    timeout: 10_000,
  });
  const size = Number.parseInt(tail, 10);
  return code === 0 && Number.isSafeInteger(size) ? size : null;
}
