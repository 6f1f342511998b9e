import { ROLES } from '../../workflow/roles.ts';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Adapter, AgentPlan, AgentReading, AgentRun } from '../agent.ts';
import { allowedPrograms } from '../allowed-programs.ts';
import { GeminiOutput } from './output.ts';
import { lastWord } from '../last-word.ts';
import * as messages from './messages.ts';

/**
 * Gemini CLI, headless: prompt on stdin, one JSON event a line. Measured with 0.61.
 *
 * It takes MCP servers from settings files only, and reads a file that an environment variable names only where root
 * owns it and every folder above: so there is no way to name one for a run.
 */
export const gemini: Adapter = {
  name: 'gemini',
  canFix: true,
  shownCommand: 'planned',
  cli: {
    title: 'Gemini CLI',
    program: 'gemini',
    npm: '@google/gemini-cli',
    node: '20.0.0',
    measured: ['0.61.0'],
    keys: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    passes: [
      ...['GOOGLE_GEMINI_BASE_URL', 'GOOGLE_VERTEX_BASE_URL', 'GOOGLE_GENAI_USE_VERTEXAI', 'GOOGLE_GENAI_USE_GCA'],
      ...['GOOGLE_GENAI_API_VERSION', 'GOOGLE_CLOUD_PROJECT', 'GOOGLE_CLOUD_PROJECT_ID', 'GOOGLE_CLOUD_LOCATION'],
      ...['GOOGLE_APPLICATION_CREDENTIALS', 'GEMINI_CLI_HOME', 'GEMINI_CLI_USE_COMPUTE_ADC', 'GEMINI_MODEL'],
      ...['GEMINI_CLI_SYSTEM_SETTINGS_PATH', 'GEMINI_CLI_SYSTEM_DEFAULTS_PATH', 'GEMINI_SYSTEM_MD'],
    ],
    logins: ['<GEMINI_CLI_HOME>/.gemini/oauth_creds.json', '~/.gemini/oauth_creds.json'],
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
    mcp: false,
    roles: ROLES,
  },
  plan,
  startConversation: ({ brief }) => new GeminiOutput(brief),
  outcome: ({ code }, tail, events) => read(code, tail, events),
};

function plan({ settings, model, session }: AgentRun): AgentPlan {
  const [file = '', ...before] = settings.command;
  const args = [
    ...before,
    ...['--output-format', 'stream-json'],
    ...(settings.permissions === 'full'
      ? ['--approval-mode', 'yolo']
      : ['--approval-mode', 'auto_edit', '--allowed-tools', allowedTools(settings.tools)]),
    ...(model === null ? [] : ['--model', model]),
    ...(session === null ? [] : [session.resume ? '--resume' : '--session-id', session.id]),
    ...settings.args,
  ];
  return {
    command: { file, args, stdin: 'prompt' },
    shell: null,
    env: {
      // Else it starts itself again as a child that no SIGTERM reaches.
      GEMINI_CLI_NO_RELAUNCH: 'true',
      GEMINI_CLI_TRUST_WORKSPACE: 'true',
      GEMINI_TELEMETRY_ENABLED: 'false',
      NO_BROWSER: 'true',
      NO_COLOR: '1',
    },
  };
}

/** Flags, and not a policy file: `--policy` would put the user's own policies out of force. */
const allowedTools = (tools: readonly string[]): string =>
  allowedPrograms(tools)
    .map((program) => `run_shell_command(${program})`)
    .join(',');

/** Its own exit codes: https://geminicli.com/docs/cli/headless and ExitCodes in its core package. */
const NO_AUTH = 41;
const BAD_INPUT = 42;
const BAD_SETTINGS = 52;

function read(code: number | null, tail: string, events: readonly AgentEvent[]): AgentReading {
  const ending = lastWord(events);
  if (ending !== null && ending.kind !== 'ended') return ending;
  const last = lastLine(tail);
  if (code === NO_AUTH) return { kind: 'login', detail: loginLine(tail) };
  if (code === BAD_INPUT || code === BAD_SETTINGS || code === 126 || code === 127)
    return { kind: 'not-started', detail: last === '' ? `exit ${code}` : last };
  const status = httpStatus(code);
  if (ending === null && status !== null) return readStatus(status);
  return ending ?? { kind: 'ended' };
}

/** After an error of its provider it exits with the HTTP status, of which 8 bits are left: 401 is 145, 529 is 17. */
function httpStatus(code: number | null): number | null {
  if (code === 17) return 529;
  return code !== null && code >= 144 ? code + 256 : null;
}

function readStatus(status: number): AgentReading {
  const detail = messages.providerAnswered(status);
  if (status === 401 || status === 403) return { kind: 'login', detail };
  return status === 408 || status === 429 || status >= 500 ? { kind: 'provider', detail } : { kind: 'ended', detail };
}

const loginLine = (tail: string): string =>
  tail
    .split('\n')
    .findLast((line) => /auth|api.?key|log ?in/i.test(line))
    ?.trim() ?? messages.NO_LOGIN;

const lastLine = (tail: string): string => tail.trimEnd().split('\n').at(-1)?.trim() ?? '';
