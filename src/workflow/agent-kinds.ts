/** What may stand in `agents.<name>.kind`: the names of the adapters. */
export const AGENT_KINDS = [
  'shell',
  'command',
  'claude',
  'codex',
  'opencode',
  'gemini',
  'copilot',
  'qwen',
  'goose',
  'pi',
  'kimi',
  'acp',
] as const;
export type AgentKind = (typeof AGENT_KINDS)[number];

/** Agents that are there without being written under `agents`: their name says all. */
export const BUILT_IN = AGENT_KINDS.filter((kind) => kind !== 'command' && kind !== 'acp');

/** The kind of an agent whose settings name none: its own name if an adapter has it, else any program. */
export const kindOf = (name: string): AgentKind => BUILT_IN.find((kind) => kind === name) ?? 'command';
