/** How the bridge is started. Paths are absolute. */
export interface BridgeOptions {
  readonly worktree: string;
  readonly permissions: 'narrow' | 'full';
  /** Programs that the agent's shell may run in the narrow form. */
  readonly programs: readonly string[];
  readonly model: string | null;
  /** The session to continue with; null = a new one. */
  readonly resume: string | null;
  /** The MCP server with the `report` tool: program and arguments; empty = none. */
  readonly mcp: readonly string[];
  /** Folders outside the worktree that git writes to; for agents with a sandbox. */
  readonly gitFolders: readonly string[];
  /** The agent's program and its arguments. */
  readonly agent: readonly string[];
}

/** The bridge's arguments: options, `--`, and the agent's command. */
export function bridgeArguments(options: BridgeOptions): string[] {
  const { worktree, permissions, programs, model, resume, mcp, gitFolders, agent } = options;
  return [
    ...['--worktree', worktree, '--permissions', permissions],
    ...programs.flatMap((program) => ['--program', program]),
    ...(model === null ? [] : ['--model', model]),
    ...(resume === null ? [] : ['--resume', resume]),
    ...mcp.flatMap((word) => ['--mcp', word]),
    ...gitFolders.flatMap((folder) => ['--git-folder', folder]),
    '--',
    ...agent,
  ];
}

/** Reads them back; null = they aren't what `bridgeArguments` writes. */
export function readBridgeArguments(args: readonly string[]): BridgeOptions | null {
  const end = args.indexOf('--');
  const agent = end < 0 ? [] : args.slice(end + 1);
  const values = new Map<string, string[]>();
  for (let n = 0; n < end; n += 2) {
    const [name = '', value] = [args[n], args[n + 1]];
    if (!KNOWN.includes(name) || value === undefined || n + 1 >= end) return null;
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  const all = (name: string): readonly string[] => values.get(name) ?? [];
  const worktree = all('--worktree')[0];
  const permissions = all('--permissions')[0];
  if (worktree === undefined || agent.length === 0 || (permissions !== 'narrow' && permissions !== 'full')) return null;
  return {
    worktree,
    permissions,
    programs: all('--program'),
    model: all('--model')[0] ?? null,
    resume: all('--resume')[0] ?? null,
    mcp: all('--mcp'),
    gitFolders: all('--git-folder'),
    agent,
  };
}

const KNOWN = ['--worktree', '--permissions', '--program', '--model', '--resume', '--mcp', '--git-folder'];
