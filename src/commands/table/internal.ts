import type { CommandSpec } from '../program/command.ts';

const GROUP = 'Used by kanban itself';

/** Commands that kanban gives to other programs; `kanban --help` does not list them. */
export const INTERNAL_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'mcp-report',
    group: GROUP,
    hidden: true,
    summary: 'The MCP server with the tool `report`, on stdio, as kanban gives it to agents',
    args: [],
    options: [
      { flags: '--role <role>', summary: 'task, reviewer or tester', required: true },
      { flags: '--report <path>', summary: 'the file that the report is written to, absolute', required: true },
    ],
    examples: [['kanban mcp-report --role task --report /tmp/report.md', 'an MCP client talks to it']],
    load: () => import('../mcp-report.ts'),
  },
  {
    name: 'complete',
    group: GROUP,
    hidden: true,
    summary: 'What a shell completes: ids of entries with their titles, or names of agents, one a line',
    args: [{ name: 'what', form: 'required', summary: 'ids or agents' }],
    options: [],
    examples: [['kanban complete ids', 'the scripts of kanban completion call it']],
    load: () => import('../completion/complete.ts'),
  },
];
