import { ROLES } from '../../workflow/roles.ts';
import { acp } from '../acp/adapter.ts';
import type { Adapter } from '../agent.ts';
import * as messages from './messages.ts';

/** Arguments that make it speak the protocol. */
const PROTOCOL = ['acp'];

/**
 * Kimi Code (npm @moonshot-ai/kimi-code), over the Agent Client Protocol: its print mode takes the prompt only as an
 * argument, asks for no permission, and names its session only at its end.
 */
export const kimi: Adapter = {
  ...acp,
  name: 'kimi',
  protocolArguments: PROTOCOL,
  cli: {
    title: 'Kimi Code',
    program: 'kimi',
    npm: '@moonshot-ai/kimi-code',
    node: '22.19.0',
    measured: ['2.1.0'],
    keys: ['KIMI_API_KEY', 'KIMI_MODEL_API_KEY'],
    passes: [
      ...['KIMI_CODE_HOME', 'KIMI_BASE_URL', 'KIMI_CODE_BASE_URL', 'KIMI_CODE_OAUTH_HOST'],
      ...['KIMI_MODEL_NAME', 'KIMI_MODEL_PROVIDER_TYPE', 'KIMI_MODEL_BASE_URL', 'KIMI_MODEL_MAX_CONTEXT_SIZE'],
      ...['KIMI_MODEL_CAPABILITIES', 'KIMI_MODEL_THINKING_EFFORT', 'KIMI_MODEL_TEMPERATURE', 'KIMI_MODEL_TOP_P'],
    ],
    logins: [
      '<KIMI_CODE_HOME>/credentials/kimi-code.json',
      '~/.kimi-code/credentials/kimi-code.json',
      '<KIMI_CODE_HOME>/config.toml',
      '~/.kimi-code/config.toml',
    ],
    login: messages.LOGIN,
    permissions: { narrow: messages.NARROW_PERMISSIONS, full: messages.FULL_PERMISSIONS },
  },
  capabilities: { ...acp.capabilities, roles: ROLES },
  /**
   * It tries a dead provider ten times, in 140 s, says nothing, and ends its turn as if all were well. A turn of a model
   * that answers ends with a text.
   */
  outcome: (exit, tail, events, now) => {
    const read = acp.outcome(exit, tail, events, now);
    const last = events.findLast(({ type }) => type === 'text' || type === 'tool' || type === 'error');
    const isSilent = exit.code === 0 && last?.type !== 'text' && last?.type !== 'error';
    // Only the last events are known: of a long turn the session is none of them.
    const began = events.some(({ type }) => type === 'session' || type === 'tool' || type === 'text');
    return read.kind === 'ended' && began && isSilent ? { kind: 'provider', detail: messages.SILENT } : read;
  },
  plan: (run) => {
    const { settings } = run;
    const plan = acp.plan({ ...run, settings: { ...settings, command: [...settings.command, ...PROTOCOL] } });
    return { ...plan, env: { ...plan.env, KIMI_CODE_NO_AUTO_UPDATE: '1', KIMI_DISABLE_TELEMETRY: '1' } };
  },
};
