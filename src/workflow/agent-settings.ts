import type { AgentSettings, Settings } from './settings.ts';
import { BUILT_IN, kindOf } from './agent-kinds.ts';
import { ROLES } from './roles.ts';

/** The settings of an agent by its name; those that are built in need none of their own. null: no such agent. */
export function agentSettings({ agents }: Pick<Settings, 'agents'>, agent: string): AgentSettings | null {
  return agents[agent] ?? ((BUILT_IN as readonly string[]).includes(agent) ? { ...PLAIN, kind: kindOf(agent) } : null);
}

/** Whether it is given a model: a program of the user's only where an argument has the placeholder. */
export const takesModel = ({ kind, command, args }: AgentSettings): boolean =>
  kind !== 'command' || [...command, ...args].some((arg) => arg.includes('{model}'));

/** Every name that a role or an entry may give. */
export const agentNames = ({ agents }: Pick<Settings, 'agents'>): string[] => [
  ...new Set([...BUILT_IN, ...Object.keys(agents)]),
];

/** The names that the settings give: of the agents of the roles, and of those under `agents`. */
export const configuredAgents = ({ agents, roles }: Pick<Settings, 'agents' | 'roles'>): string[] => [
  ...new Set([...ROLES.map((role) => roles[role].agent), ...Object.keys(agents)]),
];

const PLAIN: AgentSettings = {
  kind: 'command',
  command: [],
  args: [],
  model: null,
  env: { pass: [], set: {} },
  permissions: 'narrow',
  tools: [],
};
