/** What the protocol leaves open, as measured on one agent. */
export interface KnownAgent {
  /** A second prompt joins the active turn; else the turn has to be cancelled first. */
  readonly joins: boolean;
  /** It starts MCP servers that are given as a command. */
  readonly stdioMcp: boolean;
  /**
   * `turn`: the answer to a prompt tells the tokens of that turn. `process`: those of all turns since the agent was
   * started. `chunk`: each model call tells its own, on a chunk. `none`: it tells those of its last call only, which is
   * less than was used, so they aren't counted.
   */
  readonly tokens: 'turn' | 'process' | 'chunk' | 'none';
  /** Its costs begin with the session, as the protocol has it (`thread`), or anew with each start (`run`). */
  readonly costs: 'run' | 'thread';
  /** Its sandbox must be given the folders that git writes to. */
  readonly sandbox: boolean;
  /** It asks for permission before it has named a call's `rawInput`; the content has the input as JSON. */
  readonly streamsInput: boolean;
}

/** An agent by the name that it gives itself in `initialize`; those that aren't known are taken at the protocol's word. */
export function knownAgent(name: string): KnownAgent {
  return { ...PROTOCOL, ...AGENTS.find(([pattern]) => pattern.test(name))?.[1] };
}

const PROTOCOL: KnownAgent = {
  joins: false,
  stdioMcp: true,
  tokens: 'turn',
  costs: 'thread',
  sandbox: false,
  streamsInput: false,
};

const AGENTS: readonly (readonly [RegExp, Partial<KnownAgent>])[] = [
  [/claude-agent-acp|claude-code-acp/, { joins: true, costs: 'run' }],
  [/codex-acp/, { sandbox: true }],
  [/^opencode$/i, { joins: true, tokens: 'none' }],
  [/^qwen-code$/, { tokens: 'chunk' }],
  [/kimi/i, { streamsInput: true }],
  [/^copilot$/i, { stdioMcp: false, tokens: 'process' }],
  // goose gives no name at all, and tells the tokens of its last call only.
  [/^(goose)?$/i, { tokens: 'none' }],
];

/**
 * The mode to work in. Narrow: one that asks before it does what could do harm, where the agent might otherwise not
 * (goose's own is `auto`, the user's settings may name any). Full: one that asks nothing. null = none that is known.
 */
export function modeFor(permissions: 'narrow' | 'full', modes: readonly string[]): string | null {
  const wanted = permissions === 'narrow' ? ASKING : [...BYPASS, ...(modes.includes('smart_approve') ? ['auto'] : [])];
  return wanted.find((mode) => modes.includes(mode)) ?? null;
}

const BYPASS = ['bypassPermissions', 'agent-full-access', 'full-access', 'yolo'];
const ASKING = ['default', 'workspace-write', 'approve'];
