import { ROLES } from '../../workflow/roles.ts';
import { RUN_FILES } from '../../contract/run-files.ts';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Adapter, AgentPlan, AgentReading, AgentRun } from '../agent.ts';
import { allowedPrograms } from '../allowed-programs.ts';
import { CopilotOutput } from './output.ts';
import { lastWord } from '../last-word.ts';
import * as messages from './messages.ts';

/** GitHub Copilot CLI, headless: prompt on stdin, one JSON event a line. Measured with 1.0.102. */
export const copilot: Adapter = {
  name: 'copilot',
  canFix: true,
  shownCommand: 'planned',
  cli: {
    title: 'GitHub Copilot CLI',
    program: 'copilot',
    npm: '@github/copilot',
    node: null,
    measured: ['1.0.102'],
    keys: [
      'COPILOT_GITHUB_TOKEN',
      'GH_TOKEN',
      'GITHUB_TOKEN',
      'COPILOT_PROVIDER_API_KEY',
      'COPILOT_PROVIDER_BEARER_TOKEN',
    ],
    passes: [
      'COPILOT_HOME',
      'COPILOT_MODEL',
      'COPILOT_OFFLINE',
      'COPILOT_CUSTOM_INSTRUCTIONS_DIRS',
      'COPILOT_AUTO_TIER',
      'COPILOT_GH_HOST',
      'GH_HOST',
      'GH_CONFIG_DIR',
      'USE_BUILTIN_RIPGREP',
      'COPILOT_PROVIDER_BASE_URL',
      'COPILOT_PROVIDER_TYPE',
      'COPILOT_PROVIDER_WIRE_API',
      'COPILOT_PROVIDER_TRANSPORT',
      'COPILOT_PROVIDER_AZURE_API_VERSION',
      'COPILOT_PROVIDER_MODEL_ID',
      'COPILOT_PROVIDER_WIRE_MODEL',
      'COPILOT_PROVIDER_MAX_PROMPT_TOKENS',
      'COPILOT_PROVIDER_MAX_OUTPUT_TOKENS',
    ],
    // It writes config.json at its first start, logged in or not; the token itself is in the keyring where there is one.
    logins: [
      '<COPILOT_HOME>/config.json',
      '~/.copilot/config.json',
      '<GH_CONFIG_DIR>/hosts.yml',
      '~/.config/gh/hosts.yml',
    ],
    login: messages.LOGIN,
    permissions: {
      narrow: messages.NARROW_PERMISSIONS,
      full: messages.FULL_PERMISSIONS,
    },
  },
  capabilities: {
    resume: 'always',
    names: true,
    inject: 'resume',
    mcp: true,
    roles: ROLES,
  },
  plan,
  startConversation: () => new CopilotOutput(),
  outcome: ({ code }, tail, events) => read(code, tail, events),
};

const MCP_FILE = 'copilot-mcp.json';

function plan(run: AgentRun): AgentPlan {
  const { settings, model, session, folder } = run;
  const [file = '', ...before] = settings.command;
  const args = [
    ...before,
    '--output-format',
    'json',
    '--no-auto-update',
    '--no-ask-user',
    '--disable-builtin-mcps',
    `--additional-mcp-config=@${folder}/${MCP_FILE}`,
    ...(settings.permissions === 'full' ? ['--allow-all'] : narrow(settings.tools)),
    ...(model === null ? [] : ['--model', model]),
    // Continues with the session of that id, or begins it: a run that was stopped early has left none.
    ...(session === null ? [] : [`--session-id=${session.id}`]),
    ...settings.args,
  ];
  return {
    command: { file, args, stdin: 'prompt' },
    shell: null,
    env: {
      // Its events say nothing of tokens, its traces do. They are appended, a line each, so they are read with the rest.
      COPILOT_OTEL_FILE_EXPORTER_PATH: `${folder}/${RUN_FILES.output}`,
      NO_COLOR: '1',
    },
    files: { [MCP_FILE]: mcpFile(run) },
  };
}

/** Its file tool makes no folders. */
const MAKING = ['mkdir', 'touch'];

/** Its list options take all words that follow: with `=` they take one. */
const narrow = (tools: readonly string[]): string[] => [
  ...allowedPrograms([...MAKING, ...tools]).map((program) => `--allow-tool=shell(${program}:*)`),
  '--allow-tool=write',
  '--allow-tool=kanban',
  '--deny-tool=shell(git push)',
];

function mcpFile({ mcp }: AgentRun): string {
  const kanban = { type: 'local', command: mcp.command, args: mcp.args, tools: ['*'] };
  return `${JSON.stringify({ mcpServers: { kanban } }, null, 2)}\n`;
}

/** What it can't start for it says in plain text and exits with 1; everything else it says in its events. */
function read(code: number | null, tail: string, events: readonly AgentEvent[]): AgentReading {
  const ending = lastWord(events);
  if (ending !== null && ending.kind !== 'ended') return ending;
  if (code !== 0 && code !== null && events.every(({ type }) => type === 'error' || type === 'phase')) {
    const reason = reasonIn(tail);
    if (reason !== null) return { kind: 'not-started', detail: reason };
  }
  return ending ?? { kind: 'ended' };
}

/** Its first start unpacks it, and says so. */
const UNPACKED = /^Package extraction took /;

function reasonIn(tail: string): string | null {
  const lines = tail.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{') && !UNPACKED.test(line));
  const reason = lines.find((line) => /^error: /i.test(line)) ?? lines[0];
  return reason?.replace(/^error: /i, '').trim() ?? null;
}
