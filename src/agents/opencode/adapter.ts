import { ROLES } from '../../workflow/roles.ts';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Adapter, AgentPlan, AgentReading, AgentRun } from '../agent.ts';
import { lastWord } from '../last-word.ts';
import { opencodeConfig } from './config.ts';
import { NO_MODEL, OpencodeOutput } from './output.ts';
import * as messages from './messages.ts';

/**
 * opencode (npm opencode-ai), by `opencode run`. The prompt comes on stdin: given as an argument it reaches the model in
 * quotation marks. Its permissions and our MCP server come as one more layer of configuration in the environment, so
 * that the user's own providers, models and rules count and none of their files is touched.
 *
 * It says nothing on stdout while it tries a provider again; its log, which goes to stderr with `--print-logs`, does.
 */
export const opencode: Adapter = {
  name: 'opencode',
  canFix: true,
  shownCommand: 'planned',
  cli: {
    title: 'opencode',
    program: 'opencode',
    npm: 'opencode-ai',
    node: null,
    measured: ['1.18.33'],
    keys: ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'OPENROUTER_API_KEY', 'GEMINI_API_KEY', 'OPENCODE_API_KEY'],
    passes: [
      'OPENCODE_CONFIG',
      'OPENCODE_CONFIG_DIR',
      'OPENCODE_MODELS_PATH',
      'OPENCODE_MODELS_URL',
      'OPENCODE_DB',
      'OPENCODE_DISABLE_CLAUDE_CODE',
      'OPENCODE_DISABLE_CLAUDE_CODE_PROMPT',
      'OPENCODE_DISABLE_CLAUDE_CODE_SKILLS',
      'OPENCODE_DISABLE_DEFAULT_PLUGINS',
      'OPENCODE_PURE',
    ],
    logins: ['<XDG_DATA_HOME>/opencode/auth.json', '~/.local/share/opencode/auth.json'],
    login: messages.LOGIN,
    permissions: {
      narrow: messages.NARROW_PERMISSIONS,
      full: messages.FULL_PERMISSIONS,
    },
  },
  capabilities: {
    resume: 'always',
    names: false,
    inject: 'resume',
    mcp: true,
    roles: ROLES,
  },
  plan,
  startConversation: (talk) => new OpencodeOutput(talk),
  outcome: ({ code, signal }, tail, events) => read(code, signal, tail, events),
};

function plan(run: AgentRun): AgentPlan {
  const { session, model, settings } = run;
  const [file = '', ...before] = settings.command;
  const args = [
    ...before,
    'run',
    '--format',
    'json',
    '--print-logs',
    '--log-level',
    'ERROR',
    // A title of its own would be one more request to a model.
    ...(session === null ? ['--title', `${run.taskId} ${run.role}`] : ['--session', session.id]),
    ...(model === null ? [] : ['--model', model]),
    ...(settings.permissions === 'full' ? ['--auto'] : []),
    ...settings.args,
  ];
  return {
    command: { file, args, stdin: 'prompt' },
    shell: null,
    env: {
      OPENCODE_CONFIG_CONTENT: JSON.stringify(opencodeConfig(run)),
      OPENCODE_DISABLE_AUTOUPDATE: 'true',
      // What it knows of models is in the program and in its cache.
      OPENCODE_DISABLE_MODELS_FETCH: 'true',
      OPENCODE_DISABLE_LSP_DOWNLOAD: 'true',
      OPENCODE_DISABLE_SHARE: 'true',
      OPENCODE_DISABLE_TERMINAL_TITLE: 'true',
    },
  };
}

function read(code: number | null, signal: string | null, tail: string, events: readonly AgentEvent[]): AgentReading {
  const ending = lastWord(events);
  if (ending?.kind === 'ended' && ending.detail?.startsWith(NO_MODEL) === true)
    return { kind: 'not-started', detail: ending.detail };
  if (ending !== null) return ending;
  const begun = events.some(({ type }) => type === 'session' || type === 'text' || type === 'tool');
  if (begun || code === 0) return { kind: 'ended' };
  return { kind: 'not-started', detail: lastLine(tail) ?? signal ?? `exit ${code ?? '?'}` };
}

/** Its own complaint, if it made one: a broken configuration, or, by its help and no word more, a switch that it doesn't know. */
function lastLine(tail: string): string | null {
  const lines = tail.split('\n').map((line) => line.replaceAll(/\u001b\[[0-9;]*m/g, '').trim());
  const last = lines.findLast((line) => line !== '') ?? null;
  if (last !== null && /\[(?:boolean|string|number|array)\]/.test(last)) return messages.UNKNOWN_SWITCH;
  return lines.findLast((line) => /^(?:\S*Error): /.test(line)) ?? last;
}
