// What is reported of the programs that commands need.

/** How each program is installed: a command, or where it is described. */
const GET: Readonly<Record<string, string>> = {
  npm: 'https://nodejs.org',
  pnpm: 'npm install -g pnpm',
  yarn: 'npm install -g corepack && corepack enable',
  bun: 'npm install -g bun',
  uv: 'https://docs.astral.sh/uv/getting-started/installation',
  poetry: 'pipx install poetry',
  python3: 'https://www.python.org/downloads',
  pytest: 'pip install pytest',
  just: 'https://just.systems/man/en/packages.html',
  make: 'apt install make, or brew install make',
  cargo: 'https://rustup.rs',
  go: 'https://go.dev/doc/install',
  gradle: 'https://gradle.org/install',
  mvn: 'https://maven.apache.org/install.html',
  java: 'https://adoptium.net',
  dotnet: 'https://dotnet.microsoft.com/download',
  bundle: 'gem install bundler',
  composer: 'https://getcomposer.org/download',
  php: 'https://www.php.net/downloads',
};

/** How a program is installed; null = nothing is known. */
export const howToGet = (program: string): string | null => GET[program] ?? null;
