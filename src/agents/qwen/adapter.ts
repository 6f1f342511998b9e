import { ROLES } from '../../workflow/roles.ts';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Adapter, AgentPlan, AgentReading, AgentRun } from '../agent.ts';
import { allowedPrograms } from '../allowed-programs.ts';
import { lastWord } from '../last-word.ts';
import { modelError } from '../model-error.ts';
import { QwenOutput } from './output.ts';
import * as messages from './messages.ts';

/** Names in the run's folder. */
const SETTINGS = 'qwen-defaults.json';
const TRUSTED = 'qwen-trusted-folders.json';

/**
 * Qwen Code, headless: prompt on stdin, Claude's shapes on stdout. Measured with 0.15.10, which is what npm gives to
 * Node 20; the names and files used here were looked up in 0.24.4 as well.
 *
 * A live message (`--input-format stream-json`) is only queued to after the turn, so one is sent by resuming.
 */
export const qwen: Adapter = {
  name: 'qwen',
  canFix: true,
  shownCommand: 'planned',
  cli: {
    title: 'Qwen Code',
    program: 'qwen',
    npm: '@qwen-code/qwen-code',
    node: '22.0.0',
    measured: ['0.15.10', '0.24.4'],
    keys: [
      ...['OPENAI_API_KEY', 'DASHSCOPE_API_KEY', 'BAILIAN_CODING_PLAN_API_KEY', 'BAILIAN_TOKEN_PLAN_API_KEY'],
      ...['ANTHROPIC_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    ],
    passes: [
      ...['OPENAI_BASE_URL', 'OPENAI_MODEL', 'QWEN_MODEL', 'ANTHROPIC_BASE_URL', 'ANTHROPIC_MODEL', 'GEMINI_MODEL'],
      ...['GOOGLE_GENAI_USE_VERTEXAI', 'GOOGLE_CLOUD_PROJECT', 'GOOGLE_CLOUD_LOCATION', 'QWEN_HOME'],
      ...['QWEN_RUNTIME_DIR', 'QWEN_CODE_SYSTEM_SETTINGS_PATH', 'QWEN_CODE_API_TIMEOUT_MS'],
      ...['QWEN_CODE_MAX_OUTPUT_TOKENS', 'QWEN_SYSTEM_MD'],
    ],
    logins: ['<QWEN_HOME>/oauth_creds.json', '~/.qwen/oauth_creds.json'],
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
  startConversation: ({ brief }) => new QwenOutput(brief),
  outcome: (exit, tail, events, now) => read(exit.code, tail, events, now),
};

function plan(run: AgentRun): AgentPlan {
  const { settings, model, session } = run;
  const [file = '', ...before] = settings.command;
  const args = [
    ...before,
    ...['--output-format', 'stream-json'],
    ...(settings.permissions === 'full'
      ? ['--approval-mode', 'yolo']
      : ['--approval-mode', 'auto-edit', '--allowed-tools', allowedTools(settings.tools)]),
    ...(model === null ? [] : ['--model', model]),
    ...(session === null ? [] : [session.resume ? '--resume' : '--session-id', session.id]),
    ...settings.args,
  ];
  return {
    command: { file, args, stdin: 'prompt' },
    shell: null,
    env: {
      // Else a wrapper dies of SIGTERM and the agent itself continues.
      QWEN_CODE_NO_RELAUNCH: 'true',
      QWEN_CODE_SYSTEM_DEFAULTS_PATH: `${run.folder}/${SETTINGS}`,
      QWEN_CODE_TRUSTED_FOLDERS_PATH: `${run.folder}/${TRUSTED}`,
      NO_BROWSER: 'true',
      NO_COLOR: '1',
    },
    files: { [SETTINGS]: settingsFile(run), [TRUSTED]: json({ [run.worktree]: 'TRUST_FOLDER' }) },
  };
}

const allowedTools = (tools: readonly string[]): string =>
  allowedPrograms(tools)
    .map((program) => `run_shell_command(${program} *)`)
    .join(',');

/**
 * Settings of this run as Qwen Code's system defaults: the weakest of its four settings files, so that whatever the
 * person or the project has set still holds, and its MCP servers are added to theirs.
 */
function settingsFile({ mcp }: AgentRun): string {
  return json({
    // `trust`: its tool is not asked for; there is nobody to answer.
    mcpServers: { kanban: { command: mcp.command, args: mcp.args, trust: true } },
    general: {
      enableAutoUpdate: false,
      // Else each commit gets a trailer, and a note under refs/notes/ai-attribution of the user's repository.
      gitCoAuthor: { commit: false, pr: false },
    },
    privacy: { usageStatisticsEnabled: false },
    // It tells nobody while it tries again: an answer of 429 would be waited for 10 times, a minute and more each.
    // Without these, 7 tries in about 80 s are left.
    model: { generationConfig: { maxRetries: 0 } },
  });
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function read(code: number | null, tail: string, events: readonly AgentEvent[], now: number): AgentReading {
  const ending = lastWord(events);
  if (ending !== null) return ending;
  // Exit 0 is no success; what fails before the first event is printed as plain text on stderr.
  if (code === 0 || code === null || events.some(({ type }) => type === 'text' || type === 'tool'))
    return { kind: 'ended' };
  const last = tail.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const { what, why, until } = modelError(last, null, now);
  if (what === 'login') return { kind: 'login', detail: why };
  if (what === 'provider') return { kind: 'provider', detail: why, ...(until === undefined ? {} : { until }) };
  return { kind: 'not-started', detail: last === '' ? `exit ${code}` : why };
}
