import { ROLES } from '../../workflow/roles.ts';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Adapter, AgentPlan, AgentReading, AgentRun } from '../agent.ts';
import { lastWord } from '../last-word.ts';
import { PiConversation } from './conversation.ts';
import { PI_EXTENSION, piExtension } from './extension.ts';
import * as messages from './messages.ts';

/**
 * pi (npm @earendil-works/pi-coding-agent), in its rpc mode: JSON lines on stdin and stdout, so that messages reach it
 * while it works. It has no permission layer and starts no MCP servers; the report is the file that the prompt names.
 */
export const pi: Adapter = {
  name: 'pi',
  canFix: true,
  shownCommand: 'planned',
  cli: {
    title: 'pi',
    program: 'pi',
    npm: '@earendil-works/pi-coding-agent',
    node: '22.19.0',
    measured: ['0.73.1', '1.6.0'],
    keys: [
      'ANTHROPIC_API_KEY',
      'ANTHROPIC_OAUTH_TOKEN',
      'OPENAI_API_KEY',
      'GEMINI_API_KEY',
      'OPENROUTER_API_KEY',
      'GROQ_API_KEY',
      'XAI_API_KEY',
      'MISTRAL_API_KEY',
      'DEEPSEEK_API_KEY',
    ],
    passes: ['PI_CODING_AGENT_DIR', 'PI_CODING_AGENT_SESSION_DIR', 'PI_PACKAGE_DIR', 'PI_CACHE_RETENTION'],
    // It writes an auth.json with nothing in it at its first start: that one says little.
    logins: [
      '<PI_CODING_AGENT_DIR>/auth.json',
      '~/.pi/agent/auth.json',
      '<PI_CODING_AGENT_DIR>/models.json',
      '~/.pi/agent/models.json',
    ],
    login: messages.LOGIN,
    permissions: {
      narrow: null,
      full: messages.FULL_PERMISSIONS,
    },
  },
  capabilities: {
    resume: 'always',
    names: false,
    inject: 'live',
    mcp: false,
    roles: ROLES,
  },
  plan,
  startConversation: (talk) => new PiConversation(talk),
  outcome: ({ code, signal }, tail, events) => read(code, signal, tail, events),
};

function plan(run: AgentRun): AgentPlan {
  const { session, model, settings, folder } = run;
  const [file = '', ...before] = settings.command;
  const args = [
    ...before,
    '--mode',
    'rpc',
    '--extension',
    `${folder}/${PI_EXTENSION}`,
    ...(session === null ? [] : ['--session', session.id]),
    ...(model === null ? [] : ['--model', model]),
    ...settings.args,
  ];
  return {
    command: { file, args, stdin: 'dialogue' },
    shell: null,
    env: {
      // At its start only: no look for a newer version, no packages, no helper programs fetched.
      PI_OFFLINE: '1',
      PI_TELEMETRY: '0',
    },
    files: { [PI_EXTENSION]: piExtension(run) },
  };
}

/** Its exit code says nothing: 0 where its provider failed it, 0 where it wasn't given a session. */
function read(code: number | null, signal: string | null, tail: string, events: readonly AgentEvent[]): AgentReading {
  const ending = lastWord(events);
  const worked = events.some(({ type }) => type === 'text' || type === 'tool' || type === 'usage');
  if (ending !== null && (ending.kind !== 'ended' || worked)) return ending;
  const begun = worked || events.some(({ type }) => type === 'session');
  if (begun || code === 0) return ending ?? { kind: 'ended' };
  const last = tail.split('\n').findLast((line) => line.trim() !== '');
  const detail = ending?.kind === 'ended' ? ending.detail : undefined;
  return { kind: 'not-started', detail: detail ?? last?.trim() ?? signal ?? `exit ${code ?? '?'}` };
}
