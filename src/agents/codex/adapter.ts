import { ROLES } from '../../workflow/roles.ts';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Adapter, AgentPlan, AgentReading, AgentRun } from '../agent.ts';
import { CodexConversation, KEYED_PROVIDER } from './conversation.ts';
import { lastWord } from '../last-word.ts';
import * as messages from './messages.ts';

/**
 * OpenAI Codex, by its app server: JSON-RPC lines on stdin and stdout, so that messages reach it while it works, errors
 * come with a code, and tokens request by request. Measured with 0.169.
 */
export const codex: Adapter = {
  name: 'codex',
  canFix: true,
  shownCommand: 'planned',
  needsSandboxPlaces: true,
  cli: {
    title: 'OpenAI Codex',
    program: 'codex',
    npm: '@openai/codex',
    // The npm package's loader; the program itself is native.
    node: '16.0.0',
    measured: ['0.169.0', '0.171.0'],
    keys: ['OPENAI_API_KEY', 'CODEX_API_KEY'],
    passes: [
      'CODEX_HOME',
      'CODEX_SQLITE_HOME',
      'CODEX_CA_CERTIFICATE',
      'OPENAI_BASE_URL',
      'OPENAI_ORGANIZATION',
      'OPENAI_PROJECT',
    ],
    logins: ['<CODEX_HOME>/auth.json', '~/.codex/auth.json'],
    login: messages.LOGIN,
    permissions: {
      narrow: messages.NARROW_PERMISSIONS,
      full: messages.FULL_PERMISSIONS,
    },
  },
  capabilities: {
    resume: 'always',
    names: false,
    inject: 'live',
    mcp: true,
    roles: ROLES,
  },
  plan,
  startConversation: (talk) => new CodexConversation(talk),
  outcome: ({ code, signal }, tail, events) => read(code, signal, tail, events),
};

/**
 * All is said by `-c key=value` (values are TOML), after which the user's own `args` come and win: what
 * `codex app-server` takes (`-c`, `--enable`, `--disable`), and `--add-dir DIR` for one more folder to write in.
 */
function plan(run: AgentRun): AgentPlan {
  const { settings, model, mcp } = run;
  const [file = '', ...before] = settings.command;
  const { folders, rest } = withoutFolders(settings.args);
  const config = {
    approval_policy: 'never',
    ...(settings.permissions === 'full'
      ? { sandbox_mode: 'danger-full-access' }
      : {
          sandbox_mode: 'workspace-write',
          'sandbox_workspace_write.writable_roots': [...gitFolders(run), ...folders],
          'sandbox_workspace_write.network_access': true,
        }),
    ...(model === null ? {} : { model }),
    'mcp_servers.kanban.command': mcp.command,
    'mcp_servers.kanban.args': mcp.args,
    // A tool is refused else, whatever the sandbox.
    'mcp_servers.kanban.default_tools_approval_mode': 'approve',
    ...keyedProvider(run),
  };
  const options = Object.entries(config).flatMap(([key, value]) => ['-c', `${key}=${JSON.stringify(value)}`]);
  return {
    command: { file, args: [...before, 'app-server', ...options, ...rest], stdin: 'dialogue' },
    shell: null,
    env: {},
  };
}

/** What a commit and a merge in a linked worktree write. Those that aren't there are left out by Codex. */
const gitFolders = ({ gitDir, gitCommonDir }: AgentRun): string[] => [
  gitDir,
  ...['objects', 'refs', 'logs', 'reftable', 'lfs', 'rr-cache'].map((name) => `${gitCommonDir}/${name}`),
];

/** `codex exec` has `--add-dir`; the app server has it not. */
function withoutFolders(args: readonly string[]): { folders: string[]; rest: string[] } {
  const folders: string[] = [];
  const rest: string[] = [];
  for (let n = 0; n < args.length; n += 1) {
    const [word, value] = [args[n] ?? '', args[n + 1]];
    if (word.startsWith('--add-dir=')) folders.push(word.slice('--add-dir='.length));
    else if (word === '--add-dir' && value !== undefined) {
      folders.push(value);
      n += 1;
    } else rest.push(word);
  }
  return { folders, rest };
}

/**
 * The app server takes no key from the environment. Where `env` names one, a provider that does is described; the
 * conversation picks it if Codex would use OpenAI's own and has no login.
 */
function keyedProvider({ settings: { env } }: AgentRun): Record<string, string> {
  const key = ['CODEX_API_KEY', 'OPENAI_API_KEY'].find(
    (name) => env.pass.includes(name) || env.set[name] !== undefined,
  );
  if (key === undefined) return {};
  const url = env.set['OPENAI_BASE_URL'];
  return {
    [`${KEYED_PROVIDER}.name`]: 'OpenAI',
    [`${KEYED_PROVIDER}.env_key`]: key,
    [`${KEYED_PROVIDER}.wire_api`]: 'responses',
    ...(url === undefined ? {} : { [`${KEYED_PROVIDER}.base_url`]: url }),
  };
}

/** It exits with 0 whatever came of its turn: what the turn said decides. */
function read(code: number | null, signal: string | null, tail: string, events: readonly AgentEvent[]): AgentReading {
  const ending = lastWord(events);
  // The CLI's own sandbox failed to start, as it does now and then with several runs side by side: nobody's fault.
  const sandbox = sandboxFailure(ending?.kind === 'ended' ? (ending.detail ?? '') : tail, events);
  if (sandbox !== null) return { kind: 'not-started', detail: sandbox, though: 'worked' };
  if (ending !== null && ending.kind !== 'ended') return ending;
  const isKilled = signal !== null && signal !== '';
  if (hasBegun(events) || isKilled || (ending === null && code === 0)) return ending ?? { kind: 'ended' };
  return { kind: 'not-started', detail: ending?.detail ?? whyNotStarted(tail, code) };
}

const hasBegun = (events: readonly AgentEvent[]): boolean =>
  events.some(({ type }) => type === 'session' || type === 'text' || type === 'tool');

/** Its last calls failed with the sandbox's own words, or it ended with them. */
function sandboxFailure(output: string, events: readonly AgentEvent[]): string | null {
  const calls = events.filter(({ type }) => type === 'tool' || type === 'denied').slice(-4);
  const denied = calls.flatMap((event) => (event.type === 'denied' ? [event.summary] : []));
  return [output.trim(), ...denied].find((one) => one.startsWith('bwrap: ')) ?? null;
}

const whyNotStarted = (tail: string, code: number | null): string => complaint(tail) ?? `exit ${code ?? '?'}`;

/** What it says on stderr when it won't start, in one line. */
function complaint(tail: string): string | null {
  const lines = tail.split('\n').map((line) => line.trim());
  const at = lines.findIndex((line) => /^error\b/i.test(line));
  const shown = (at < 0 ? lines : lines.slice(at)).filter((line) => line !== '' && !line.startsWith('{'));
  return shown.length === 0 ? null : shown.slice(0, 3).join(' ');
}
