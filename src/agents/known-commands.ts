/** An agent CLI that `kanban init` looks for, and how it runs unattended as a `command` agent. Plain data. */
export interface KnownCommand {
  /** As it is called on the PATH. */
  readonly program: string;
  readonly title: string;
  /** What WORKFLOW.md gets under `agents:`; `tools` are programs that its shell may run besides git (`npm`, `make`). */
  settings(tools: readonly string[]): {
    readonly command: readonly string[];
    readonly args: readonly string[];
    readonly env: readonly string[];
  };
}

/**
 * In the order of preference. The prompt comes on stdin; where no model is set, `--model` falls away with its value.
 *
 * - claude: in its narrow form; with no such switch it ends with exit code 0 and has committed nothing.
 * - codex: its sandbox mounts the git folders of a linked worktree read-only, so both are named as writable; without
 *   them it says that it has committed, exits with 0, and has not.
 */
export const KNOWN_COMMANDS: Readonly<Record<'claude' | 'codex', KnownCommand>> = {
  claude: {
    program: 'claude',
    title: 'Claude Code',
    settings: (tools) => ({
      command: ['claude'],
      args: [
        '-p',
        '--output-format',
        'stream-json',
        '--verbose',
        '--permission-mode',
        'dontAsk',
        '--model',
        '{model}',
        '--allowedTools',
        'Bash(git *)',
        ...tools.map((tool) => `Bash(${tool} *)`),
        'Write',
        'Edit',
        'Read',
        'Glob',
        'Grep',
      ],
      env: [
        'ANTHROPIC_API_KEY',
        'ANTHROPIC_AUTH_TOKEN',
        'ANTHROPIC_BASE_URL',
        'CLAUDE_CODE_OAUTH_TOKEN',
        'CLAUDE_CONFIG_DIR',
      ],
    }),
  },
  codex: {
    program: 'codex',
    title: 'Codex',
    settings: () => ({
      command: ['codex', 'exec'],
      args: [
        '--json',
        '--sandbox',
        'workspace-write',
        '--add-dir',
        '{git_common_dir}',
        '--add-dir',
        '{git_dir}',
        '-C',
        '{worktree}',
        '--model',
        '{model}',
        '-',
      ],
      env: ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'CODEX_API_KEY', 'CODEX_HOME'],
    }),
  },
};
