import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The agents that are tried, each with its pinned packages, and how it is pointed at the scripted model server, in the
 * way in which the user would point it at a provider of theirs: files in the home folder, variables in the environment,
 * `agents.<name>` in WORKFLOW.md.
 *
 * - folder, packages: where and what is installed; packages[0] is the CLI; newest: its present name, where it was renamed
 * - kind: what stands in `agents.<name>.kind`; left out where the name says it
 * - command, args, model: what stands there besides
 * - files(at): files of the home folder, by path; `at` is `{ url, home }`
 * - env(at): the user's environment; `names`: those of it that `agents.<name>.env` passes on
 * - key: the variable of the API key
 * - resumes: a session continues: `always`, `after-end` (only if the CLI ended by itself), `never`
 * - session({ server, prompt, model }): the command line of a session of the user's with an MCP server, where it is tried
 * - mcp: it starts MCP servers; usage: it tells tokens; refuses: it refuses what its narrow form doesn't allow, and says so, or `silently`
 */
export const CLIS = {
  claude: {
    folder: 'claude',
    packages: ['@anthropic-ai/claude-code@2.1.328'],
    model: 'claude-sonnet-4-5',
    ...claude(),
    resumes: 'always',
    mcp: true,
    usage: true,
    refuses: true,
  },
  codex: {
    folder: 'codex',
    packages: ['@openai/codex@0.169.0'],
    model: 'gpt-5.5',
    ...codex(),
    resumes: 'always',
    mcp: true,
    usage: true,
    refuses: 'silently',
  },
  opencode: {
    folder: 'opencode',
    packages: ['opencode-ai@1.18.33'],
    model: 'rig/scripted',
    ...opencode(),
    resumes: 'always',
    mcp: true,
    usage: true,
    refuses: true,
  },
  gemini: {
    folder: 'gemini',
    packages: ['@google/gemini-cli@0.61.0'],
    model: 'gemini-2.5-pro',
    ...gemini(),
    resumes: 'always',
    // It takes MCP servers from settings files only.
    mcp: false,
    usage: true,
    refuses: true,
  },
  copilot: {
    folder: 'copilot',
    packages: ['@github/copilot@1.0.102'],
    model: 'gpt-5',
    ...copilot(),
    resumes: 'always',
    mcp: true,
    usage: true,
    refuses: true,
  },
  qwen: {
    folder: 'qwen',
    // The newest that npm gives to Node 20.
    packages: ['@qwen-code/qwen-code@0.15.10'],
    model: 'scripted',
    ...qwen(),
    resumes: 'always',
    mcp: true,
    usage: true,
    refuses: true,
  },
  goose: {
    folder: 'goose',
    packages: ['@aaif/goose@0.20.1'],
    model: 'scripted',
    ...goose(),
    resumes: 'always',
    mcp: true,
    usage: true,
    refuses: false,
  },
  pi: {
    folder: 'pi',
    // The newest that npm gives to Node 20. Later ones have another name.
    packages: ['@mariozechner/pi-coding-agent@0.73.1'],
    newest: '@earendil-works/pi-coding-agent',
    model: 'rig/scripted',
    ...pi(),
    resumes: 'always',
    mcp: false,
    usage: true,
    refuses: false,
  },
  kimi: {
    folder: 'kimi',
    packages: ['@moonshot-ai/kimi-code@2.1.0', 'node@22.23.3'],
    ...kimi(),
    ...OVER_ACP(),
    refuses: true,
  },
  'acp:claude': {
    folder: 'claude-acp',
    // The newest that npm gives to Node 20.
    packages: ['@agentclientprotocol/claude-agent-acp@0.49.0'],
    kind: 'acp',
    command: ['claude-agent-acp'],
    ...claude(),
    // An agent that only speaks the protocol has no list of its own settings: all are named.
    names: [...claude().names, 'ANTHROPIC_BASE_URL'],
    ...OVER_ACP(),
  },
  'acp:codex': {
    folder: 'codex-acp',
    packages: ['@agentclientprotocol/codex-acp@2.6.0'],
    kind: 'acp',
    command: ['codex-acp'],
    ...codex(),
    ...OVER_ACP(),
  },
  'acp:gemini': {
    folder: 'gemini',
    packages: ['@google/gemini-cli@0.61.0'],
    kind: 'acp',
    command: ['gemini', '--acp'],
    ...gemini(),
    ...OVER_ACP(),
    resumes: 'never',
  },
  'acp:opencode': {
    folder: 'opencode',
    packages: ['opencode-ai@1.18.33'],
    kind: 'acp',
    command: ['opencode', 'acp'],
    ...opencode(),
    ...OVER_ACP(),
  },
  // Any program that takes its prompt on stdin, as people write it by hand for a CLI that has no adapter.
  'command:claude': {
    folder: 'claude',
    packages: ['@anthropic-ai/claude-code@2.1.328'],
    kind: 'command',
    command: ['claude'],
    args: [
      '-p',
      '--output-format',
      'stream-json',
      '--verbose',
      '--permission-mode',
      'dontAsk',
      '--model',
      '{model}',
      '--allowedTools',
      'Bash(git *)',
      'Bash(npm *)',
      'Write',
      'Edit',
      'Read',
      'Glob',
      'Grep',
    ],
    model: 'claude-sonnet-4-5',
    ...claude(),
    names: [...claude().names, 'ANTHROPIC_BASE_URL'],
    ...BY_HAND(),
  },
  'command:codex': {
    folder: 'codex',
    packages: ['@openai/codex@0.169.0'],
    kind: 'command',
    command: ['codex', 'exec'],
    args: [
      '--json',
      '--sandbox',
      'workspace-write',
      '--add-dir',
      '{git_common_dir}',
      '--add-dir',
      '{git_dir}',
      '-C',
      '{worktree}',
      '--model',
      '{model}',
      '-',
    ],
    model: 'gpt-5.5',
    ...codex(),
    ...BY_HAND(),
  },
};

function BY_HAND() {
  return { resumes: 'never', mcp: false, usage: false, refuses: false };
}

function OVER_ACP() {
  return { resumes: 'always', mcp: true, usage: false, refuses: false };
}

/** Writes a CLI's files into the home folder. */
export function writeFiles(cli, at) {
  for (const [path, text] of Object.entries(cli.files?.(at) ?? {})) {
    mkdirSync(dirname(join(at.home, path)), { recursive: true });
    writeFileSync(join(at.home, path), text);
  }
}

function claude() {
  return {
    session: ({ server, prompt, model }) => {
      const config = { mcpServers: { kanban: { type: 'stdio', ...server, alwaysLoad: true } } };
      const mcp = ['--strict-mcp-config', '--mcp-config', JSON.stringify(config), '--allowedTools', 'mcp__kanban'];
      return ['claude', '-p', prompt, '--model', model, ...mcp];
    },
    key: 'ANTHROPIC_API_KEY',
    env: ({ url }) => ({
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: 'test',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_ERROR_REPORTING: '1',
    }),
    names: [
      'ANTHROPIC_API_KEY',
      'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC',
      'DISABLE_TELEMETRY',
      'DISABLE_AUTOUPDATER',
      'DISABLE_ERROR_REPORTING',
    ],
  };
}

function codex() {
  return {
    session: ({ server: { command, args }, prompt }) => {
      const own = { command, args, default_tools_approval_mode: 'approve', startup_timeout_sec: 120 };
      const settings = Object.entries(own).flatMap(([key, value]) => [
        '-c',
        `mcp_servers.kanban.${key}=${JSON.stringify(value)}`,
      ]);
      return ['codex', 'exec', '--sandbox', 'read-only', ...settings, prompt];
    },
    key: 'RIG_KEY',
    files: ({ url }) => ({
      '.codex/config.toml': `model = "gpt-5.5"
model_provider = "rig"
check_for_update_on_startup = false
[model_providers.rig]
name = "rig"
base_url = "${url}/v1"
env_key = "RIG_KEY"
wire_api = "responses"
supports_websockets = false
[analytics]
enabled = false
[otel]
exporter = "none"
`,
    }),
    env: () => ({ RIG_KEY: 'test' }),
    names: ['RIG_KEY'],
  };
}

function opencode() {
  return {
    key: null,
    files: ({ url }) => ({
      '.config/opencode/opencode.json': JSON.stringify({
        autoupdate: false,
        share: 'disabled',
        model: 'rig/scripted',
        small_model: 'rig/scripted',
        provider: {
          rig: {
            npm: '@ai-sdk/openai-compatible',
            name: 'rig',
            options: { baseURL: `${url}/v1`, apiKey: 'test' },
            models: {
              scripted: {
                name: 'scripted',
                tool_call: true,
                limit: { context: 200_000, output: 8_000 },
                cost: { input: 1, output: 2 },
              },
            },
          },
        },
      }),
    }),
    env: () => ({
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    }),
    names: [
      'OPENCODE_DISABLE_AUTOUPDATE',
      'OPENCODE_DISABLE_MODELS_FETCH',
      'OPENCODE_DISABLE_LSP_DOWNLOAD',
      'OPENCODE_DISABLE_DEFAULT_PLUGINS',
    ],
  };
}

function gemini() {
  return {
    key: 'GEMINI_API_KEY',
    files: () => ({
      '.gemini/settings.json': JSON.stringify({
        security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
        privacy: { usageStatisticsEnabled: false },
        telemetry: { enabled: false },
        general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
        ide: { enabled: false },
      }),
    }),
    env: ({ url }) => ({ GEMINI_API_KEY: 'test', GOOGLE_GEMINI_BASE_URL: url }),
    names: ['GEMINI_API_KEY', 'GOOGLE_GEMINI_BASE_URL'],
  };
}

function qwen() {
  return {
    key: 'OPENAI_API_KEY',
    files: () => ({
      '.qwen/settings.json': JSON.stringify({
        security: { auth: { selectedType: 'openai' } },
        privacy: { usageStatisticsEnabled: false },
        telemetry: { enabled: false },
        general: { enableAutoUpdate: false, disableAutoUpdate: true, disableUpdateNag: true },
      }),
    }),
    env: ({ url }) => ({ OPENAI_API_KEY: 'test', OPENAI_BASE_URL: `${url}/v1`, OPENAI_MODEL: 'scripted' }),
    names: ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL'],
  };
}

function copilot() {
  return {
    // A provider of one's own may need none.
    key: null,
    env: ({ url }) => ({
      COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
      COPILOT_PROVIDER_TYPE: 'openai',
      // It blanks the key wherever it stands in what it shows.
      COPILOT_PROVIDER_API_KEY: 'sk-scripted-0001',
      COPILOT_MODEL: 'gpt-5',
      COPILOT_OFFLINE: 'true',
    }),
    names: [
      'COPILOT_PROVIDER_BASE_URL',
      'COPILOT_PROVIDER_TYPE',
      'COPILOT_PROVIDER_API_KEY',
      'COPILOT_MODEL',
      'COPILOT_OFFLINE',
    ],
  };
}

function goose() {
  return {
    // Its OpenAI provider asks without one too.
    key: null,
    env: ({ url }) => ({
      GOOSE_PROVIDER: 'openai',
      GOOSE_MODEL: 'scripted',
      OPENAI_HOST: url,
      OPENAI_BASE_PATH: 'v1/chat/completions',
      OPENAI_API_KEY: 'test',
      GOOSE_DISABLE_KEYRING: '1',
      GOOSE_TELEMETRY_ENABLED: 'false',
      GOOSE_TELEMETRY_OFF: '1',
    }),
    names: [
      'GOOSE_PROVIDER',
      'GOOSE_MODEL',
      'OPENAI_HOST',
      'OPENAI_BASE_PATH',
      'OPENAI_API_KEY',
      'GOOSE_DISABLE_KEYRING',
      'GOOSE_TELEMETRY_ENABLED',
      'GOOSE_TELEMETRY_OFF',
    ],
  };
}

function kimi() {
  return {
    key: 'KIMI_MODEL_API_KEY',
    env: ({ url }) => ({
      KIMI_MODEL_NAME: 'scripted',
      KIMI_MODEL_PROVIDER_TYPE: 'openai',
      KIMI_MODEL_BASE_URL: `${url}/v1`,
      KIMI_MODEL_API_KEY: 'test',
      KIMI_MODEL_MAX_CONTEXT_SIZE: '200000',
    }),
    // It gets the others unnamed.
    names: ['KIMI_MODEL_API_KEY'],
  };
}

function pi() {
  const model = {
    id: 'scripted',
    name: 'scripted',
    contextWindow: 200_000,
    maxTokens: 8_000,
    input: ['text'],
    reasoning: false,
    cost: { input: 1, output: 2, cacheRead: 0, cacheWrite: 0 },
  };
  return {
    key: null,
    files: ({ url }) => ({
      '.pi/agent/models.json': JSON.stringify({
        providers: { rig: { baseUrl: `${url}/v1`, api: 'openai-completions', apiKey: 'test', models: [model] } },
      }),
    }),
    env: () => ({ PI_OFFLINE: '1', PI_TELEMETRY: '0' }),
    names: ['PI_OFFLINE', 'PI_TELEMETRY'],
  };
}
