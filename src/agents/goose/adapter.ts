import { ROLES } from '../../workflow/roles.ts';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Adapter, AgentPlan, AgentReading, AgentRun } from '../agent.ts';
import { GooseOutput } from './output.ts';
import { lastWord } from '../last-word.ts';
import * as messages from './messages.ts';
import { shellWord } from '../../shell-word.ts';

/**
 * goose, headless: prompt on stdin, JSON lines after a banner. Measured with 0.20.1 (1.34.0 as it calls itself).
 *
 * A session's id is its own to choose, its name ours. It exits with 0 after an error of its provider.
 */
export const goose: Adapter = {
  name: 'goose',
  canFix: true,
  shownCommand: 'planned',
  cli: {
    title: 'goose',
    program: 'goose',
    npm: '@aaif/goose',
    node: null,
    measured: ['0.20.1'],
    keys: [
      'OPENAI_API_KEY',
      'ANTHROPIC_API_KEY',
      'GOOGLE_API_KEY',
      'OPENROUTER_API_KEY',
      'XAI_API_KEY',
      'AZURE_OPENAI_API_KEY',
      'DATABRICKS_TOKEN',
      'GITHUB_COPILOT_TOKEN',
      'LITELLM_API_KEY',
      'TETRATE_API_KEY',
      'VENICE_API_KEY',
      'SNOWFLAKE_TOKEN',
      'OLLAMA_API_KEY',
      'AWS_BEARER_TOKEN_BEDROCK',
      'AWS_SECRET_ACCESS_KEY',
    ],
    passes: [
      'GOOSE_PROVIDER',
      'GOOSE_MODEL',
      'GOOSE_DISABLE_KEYRING',
      'GOOSE_PATH_ROOT',
      'GOOSE_ADDITIONAL_CONFIG_FILES',
      'GOOSE_CONTEXT_LIMIT',
      'GOOSE_MAX_TOKENS',
      'GOOSE_MAX_TURNS',
      'GOOSE_TEMPERATURE',
      'GOOSE_SHELL',
      'GOOSE_AUTO_COMPACT_THRESHOLD',
      'GOOSE_SUBAGENT_PROVIDER',
      'GOOSE_SUBAGENT_MODEL',
      'GOOSE_SUBAGENT_MAX_TURNS',
      'GOOSE_STREAM_TIMEOUT',
      'GOOSE_TELEMETRY_ENABLED',
      'GOOSE_TELEMETRY_OFF',
      'GOOSE_CA_CERT_PATH',
      'GOOSE_CLIENT_CERT_PATH',
      'CONTEXT_FILE_NAMES',
      'OPENAI_HOST',
      'OPENAI_BASE_URL',
      'OPENAI_BASE_PATH',
      'OPENAI_ORGANIZATION',
      'OPENAI_PROJECT',
      'OPENAI_TIMEOUT',
      'ANTHROPIC_HOST',
      'GOOGLE_HOST',
      'OPENROUTER_HOST',
      'XAI_HOST',
      'LITELLM_HOST',
      'LITELLM_BASE_PATH',
      'OLLAMA_HOST',
      'OLLAMA_TIMEOUT',
      'AZURE_OPENAI_ENDPOINT',
      'AZURE_OPENAI_DEPLOYMENT_NAME',
      'AZURE_OPENAI_API_VERSION',
      'DATABRICKS_HOST',
      'GCP_PROJECT_ID',
      'GCP_LOCATION',
      'SNOWFLAKE_HOST',
      'GOOGLE_APPLICATION_CREDENTIALS',
      'AWS_REGION',
      'AWS_PROFILE',
      'GITHUB_COPILOT_HOST',
    ],
    // The keys themselves are in the keyring, or in secrets.yaml beside it.
    logins: [
      '<GOOSE_PATH_ROOT>/config/config.yaml',
      '<XDG_CONFIG_HOME>/goose/config.yaml',
      '~/.config/goose/config.yaml',
    ],
    login: messages.LOGIN,
    permissions: {
      narrow: null,
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
  startConversation: () => new GooseOutput(),
  outcome: ({ code }, tail, events) => read(code, tail, events),
};

function plan({ settings, model, session, mcp }: AgentRun): AgentPlan {
  const [file = '', ...before] = settings.command;
  const args = [
    ...before,
    'run',
    '-i',
    '-',
    '--output-format',
    'stream-json',
    '--with-builtin',
    'developer',
    '--with-extension',
    [mcp.command, ...mcp.args].map(shellWord).join(' '),
    ...(model === null || settings.args.some(namesModel) ? [] : ['--model', model]),
    ...(session === null ? [] : [...(session.resume ? ['--resume'] : []), '--name', session.id]),
    ...settings.args,
  ];
  return {
    command: { file, args, stdin: 'prompt' },
    shell: null,
    // Else it waits without a word for as long as its provider demands, be it an hour: so it asks three times more at
    // once and ends, and the wait is the coordinator's, for all runs of goose together.
    env: { GOOSE_MODE: 'auto', GOOSE_PROVIDER_SKIP_BACKOFF: 'true', NO_COLOR: '1' },
  };
}

/** It refuses an option that stands there twice. */
const namesModel = (word: string): boolean => word === '--model' || word.startsWith('--model=');

/** Its exit code tells only that it could not begin: then the reason stands there in plain text. */
function read(code: number | null, tail: string, events: readonly AgentEvent[]): AgentReading {
  const ending = lastWord(events);
  if (ending !== null && ending.kind !== 'ended') return ending;
  if (code !== 0 && code !== null && events.every(({ type }) => type === 'error' || type === 'phase'))
    return { kind: 'not-started', detail: reasonIn(tail) ?? `exit ${code}` };
  return ending ?? { kind: 'ended' };
}

/** `error: No provider configured. …`, before what may be a stack trace. */
function reasonIn(tail: string): string | null {
  const lines = tail.split('\n').map((line) => line.trim());
  const error = lines.find((line) => /^error: /i.test(line)) ?? lines.find((line) => line !== '');
  return error?.replace(/^error: /i, '') ?? null;
}
