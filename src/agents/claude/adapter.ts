import { ROLES } from '../../workflow/roles.ts';
import type { Adapter, AgentPlan, AgentRun } from '../agent.ts';
import { CLAUDE_CLI } from './cli.ts';
import { ClaudeConversation } from './conversation.ts';
import { readClaude } from './outcome.ts';
import { claudeSettings } from './settings.ts';
import { literalGlob } from '../literal-glob.ts';

/** Names in the run's folder. */
const SETTINGS = 'claude-settings.json';
const MCP = 'claude-mcp.json';

/**
 * Claude Code, headless, spoken to in JSON lines over stdin: so a message reaches it in its very next request to the
 * model.
 */
export const claude: Adapter = {
  name: 'claude',
  canFix: true,
  shownCommand: 'planned',
  cli: CLAUDE_CLI,
  capabilities: {
    resume: 'always',
    names: true,
    inject: 'live',
    mcp: true,
    roles: ROLES,
  },
  plan,
  startConversation: ({ brief, prompt }) => new ClaudeConversation(brief.worktree, prompt),
  outcome: readClaude,
};

function plan(run: AgentRun): AgentPlan {
  const { settings, model, session, folder } = run;
  const [file = '', ...before] = settings.command;
  const full = settings.permissions === 'full';
  const args = [
    ...before,
    '-p',
    '--input-format',
    'stream-json',
    '--output-format',
    'stream-json',
    '--replay-user-messages',
    ...(session === null ? [] : [session.resume ? '--resume' : '--session-id', session.id]),
    ...(model === null ? [] : ['--model', model]),
    // It tells its cost at the end of a turn only, when it is spent.
    ...(run.allowance?.costUsd == null ? [] : ['--max-budget-usd', run.allowance.costUsd.toFixed(4)]),
    '--settings',
    `${folder}/${SETTINGS}`,
    '--mcp-config',
    `${folder}/${MCP}`,
    '--permission-mode',
    ...(full ? ['bypassPermissions'] : ['acceptEdits', '--allowedTools', ...allowed(run)]),
    '--disallowedTools',
    ...USELESS,
    // Last of ours: it ends the list before it, whatever the user's own arguments begin with.
    '--verbose',
    ...settings.args,
  ];
  return {
    command: { file, args, stdin: 'dialogue' },
    shell: null,
    env: { ...ENVIRONMENT, ...(full && run.isRoot ? { IS_SANDBOX: '1' } : {}) },
    files: { [SETTINGS]: claudeSettings(run), [MCP]: mcpServers(run) },
  };
}

/** Tools that lead out of the worktree or the turn, or to other sessions on the machine. */
const USELESS = [
  'EnterWorktree',
  'ExitWorktree',
  'ScheduleWakeup',
  'CronCreate',
  'Monitor',
  'SendMessage',
  'ListAgents',
];

/**
 * What acceptEdits doesn't allow by itself. Its own check of paths holds for files and redirects: a rule `Write` or
 * `Read` would lift it for the whole disk.
 */
function allowed({ settings, folder }: AgentRun): string[] {
  const programs = ['git', 'echo', 'printf', 'chmod +x', ...settings.tools.map((tool) => tool.trim())];
  return [
    ...programs.filter((program) => /^[^()*,]+$/.test(program)).map((program) => `Bash(${program} *)`),
    // Findings and the list of changed files; a second slash means: from the root.
    `Read(/${literalGlob(folder)}/**)`,
    'mcp__kanban__report',
  ];
}

/** Beside the user's own servers. `alwaysLoad`: else the model has to search for the tool first. */
function mcpServers({ mcp }: AgentRun): string {
  const kanban = { type: 'stdio', command: mcp.command, args: mcp.args, alwaysLoad: true };
  return `${JSON.stringify({ mcpServers: { kanban } }, null, 2)}\n`;
}

const ENVIRONMENT = {
  // Its own 10 retries take three minutes; 6 are over in about 40 s.
  CLAUDE_CODE_MAX_RETRIES: '6',
  // A provider that takes a request and never answers: its own limit is six minutes, and nothing reports it.
  API_TIMEOUT_MS: '240000',
  // An agent or a command of its own in the background ends the turn before the work is done.
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
} as const;
