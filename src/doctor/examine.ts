import { adapterOf } from '../agents/adapter-of.ts';
import { readAgents } from '../preflight/gather/agent-facts.ts';
import { closeRepository } from '../git/close.ts';
import { type Repository } from '../git/git.ts';
import { openRepository } from '../git/open-repository.ts';
import type { AgentFact } from '../preflight/facts.ts';
import type { Finding } from '../preflight/finding.ts';
import { agentNames } from '../workflow/agent-settings.ts';
import { defaultSettings } from '../workflow/parse.ts';
import { ROLES } from '../workflow/roles.ts';
import type { Settings } from '../workflow/settings.ts';
import { describeContainment } from './describe-containment.ts';
import { inspectPreflight } from '../coordinator/inspect/inspect-preflight.ts';
import { probe, type Probe } from './probe.ts';
import { WorkflowReader } from '../coordinator/observe/workflow-reader.ts';
import { applyFixes } from './fixes.ts';
import { leftovers, type Leftover } from './leftovers.ts';

/** An agent CLI that is installed here, or that the settings name. */
export type ShownAgent = Pick<
  AgentFact,
  | 'name'
  | 'kind'
  | 'roles'
  | 'models'
  | 'program'
  | 'found'
  | 'version'
  | 'login'
  | 'unnamedKeys'
  | 'needsNode'
  | 'measured'
  | 'permissions'
>;

export interface Examination {
  readonly findings: readonly Finding[];
  /** How an agent's processes are kept together. */
  readonly containment: string;
  readonly agents: readonly ShownAgent[];
  /** Agents of `--probe` that have nothing to prove: they run scripts and commands, and ask no provider. */
  readonly unprobed: readonly string[];
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
      unprobed: [],
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
    const unprobed = asked === null ? [] : scriptAgents(settings, asked);
    return { findings, containment, agents, probes, unprobed, leftovers: await leftovers(repo), fixed };
  } finally {
    closeRepository(repo);
  }
}

/** By name, else those that play a role. What runs no provider's agent has nothing to prove. */
const isToBeProved = ({ name, kind, roles, found }: ShownAgent, asked: readonly string[]): boolean =>
  kind !== 'shell' && found !== null && (asked.length === 0 ? roles.length > 0 : asked.includes(name));

/** Agents of kind `shell`: those that are named, else those that play a role. */
const scriptAgents = (settings: Settings, asked: readonly string[]): string[] =>
  agentNames(settings).filter(
    (name) =>
      adapterOf(settings, name)?.name === 'shell' &&
      (asked.length === 0 ? ROLES.some((role) => settings.roles[role].agent === name) : asked.includes(name)),
  );

async function agentsHere(settings: Settings, root: string): Promise<ShownAgent[]> {
  const facts = await readAgents(settings, root, 'all');
  return facts
    .filter(({ kind }) => kind !== 'shell')
    .map(
      ({
        name,
        kind,
        roles,
        models,
        program,
        found,
        version,
        login,
        unnamedKeys,
        needsNode,
        measured,
        permissions,
      }) => ({
        name,
        kind,
        roles,
        models,
        program,
        found,
        version,
        login,
        unnamedKeys,
        needsNode,
        measured,
        permissions,
      }),
    );
}

async function settingsOf(repo: Repository): Promise<Settings> {
  const read = await new WorkflowReader(repo).read();
  return read.ok ? read.value.workflow.settings : defaultSettings();
}
