import type { CommandSpec } from '../program/command.ts';

const GROUP = 'For other programs';

/** Commands that other programs start. */
export const PROGRAM_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'mcp',
    group: GROUP,
    summary: 'Serve the board to MCP clients (Claude Code, Codex, editors) on stdin and stdout',
    args: [],
    options: [
      {
        flags: '--tools <profile>',
        summary:
          'what is offered, each with what is before it: read; plan (add and edit entries), which is the default; work (retry, pause, stop, messages, abandon); approve (approve and undo, each asks you)',
        choices: ['read', 'plan', 'work', 'approve'],
      },
    ],
    examples: [
      ['kanban mcp', 'what a client starts: claude mcp add kanban -- npx file-kanban mcp'],
      ['kanban mcp --tools read', 'for a client that only looks'],
    ],
    load: () => import('../mcp.ts'),
  },
];
