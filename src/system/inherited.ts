const NAMES = new Set([
  'PATH',
  'HOME',
  'USER',
  'SHELL',
  'LANG',
  'TERM',
  'TZ',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'COREPACK_HOME',
  'PNPM_HOME',
  'VOLTA_HOME',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  // Tools whose variables are no plain path, or are called otherwise than the rest.
  'GOPATH',
  'GOROOT',
  'GOCACHE',
  'GOMODCACHE',
  'GOTOOLCHAIN',
  'GOPRIVATE',
  'GOFLAGS',
  'RUSTUP_TOOLCHAIN',
  'VIRTUAL_ENV',
  'CONDA_DEFAULT_ENV',
  'BUN_INSTALL',
  'DOTNET_ROOT',
  'GEM_HOME',
  'GEM_PATH',
  'BUNDLE_PATH',
  'PLAYWRIGHT_BROWSERS_PATH',
  'CHROME_PATH',
  'CHROME_BIN',
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS_VERIFY',
  'CONTAINER_HOST',
  'NIX_PATH',
  'NIX_PROFILES',
  'NIX_SSL_CERT_FILE',
  'LD_LIBRARY_PATH',
  'LIBRARY_PATH',
  'PKG_CONFIG_PATH',
  'CMAKE_PREFIX_PATH',
]);

const PREFIXES = ['LC_', 'XDG_', 'SSL_CERT_', 'NVM_', 'FNM_', 'ASDF_', 'MISE_'];

/** Families like MISE_* hold tokens too (MISE_GITHUB_TOKEN): whoever needs one names it in `env`. */
const SECRET = /TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|(^|_)KEY$|AUTH/i;

/** A home, root or cache of a tool, or a CA bundle: an absolute path, and no secret. */
const TOOL_PATH = /_(?:HOME|ROOT|PREFIX|CA_BUNDLE|CAINFO|CA_FILE|CACHE|CACHE_DIR|CACHE_FOLDER|DIR)$/;

/** Variables of agent CLIs have their own rules (`passes` of the adapter); KANBAN_* and GIT_* are set here. */
const OTHERWISE =
  /^(?:KANBAN|GIT|CLAUDE|ANTHROPIC|CODEX|OPENAI|GEMINI|GOOGLE|QWEN|COPILOT|GOOSE|PI|OPENCODE|AWS_SHARED|SSH)_|^GNUPGHOME$/;

/** Does a run inherit this variable without being named in any `env`? */
export function isInherited(name: string, value: string): boolean {
  if (NAMES.has(name)) return true;
  if (SECRET.test(name)) return false;
  if (PREFIXES.some((prefix) => name.startsWith(prefix))) return true;
  return TOOL_PATH.test(name) && !OTHERWISE.test(name) && /^\/[^\0\n]*$/.test(value);
}
