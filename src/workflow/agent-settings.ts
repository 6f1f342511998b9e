import type { AgentSettings, Settings } from './settings.ts';
import { BUILT_IN, kindOf } from './agent-kinds.ts';

/** The settings of an agent by its name; those that are built in need none of their own. null: no such agent. */
export function agentSettings({ agents }: Pick<Settings, 'agents'>, agent: string): AgentSettings | null {
  return agents[agent] ?? ((BUILT_IN as readonly string[]).includes(agent) ? { ...PLAIN, kind: kindOf(agent) } : null);
}

/** Every name that a role or an entry may give. */
export const agentNames = ({ agents }: Pick<Settings, 'agents'>): string[] => [
  ...new Set([...BUILT_IN, ...Object.keys(agents)]),
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
