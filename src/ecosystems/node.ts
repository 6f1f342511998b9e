import { detect } from 'package-manager-detector/detect';
import { findWorkspaces, readPackage } from './package-json.ts';
import { blankReading, type CommandLine, type Ecosystem, type Project } from './project.ts';

const MANAGERS = ['npm', 'pnpm', 'yarn', 'bun'] as const;
type PackageManager = (typeof MANAGERS)[number];
const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;
const LOCKS: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ['package-lock.json', 'npm-shrinkwrap.json'],
  pnpm: ['pnpm-lock.yaml'],
  yarn: ['yarn.lock'],
  bun: ['bun.lock', 'bun.lockb'],
};

/**
 * npm, pnpm, yarn and bun. Dependencies are installed exactly as the lock file says. Without one nothing is installed: an
 * install that resolves anew gives every worktree other packages, and writes files that the task didn't. The tests then
 * find the packages of the user's checkout, which lies above the worktrees.
 */
export const node: Ecosystem = {
  name: 'npm',
  holdsParts: true,
  async read(project) {
    const pkg = project.has('package.json') ? await readPackage(project.folder) : null;
    if (pkg === null) return null;
    const found = await detect({ cwd: project.folder, stopDir: project.folder });
    const manager = MANAGERS.find((name) => name === found?.name) ?? 'npm';
    const needed = DEPENDENCIES.some((key) => !isEmpty(pkg[key])) || (await findWorkspaces(project.folder)) !== null;
    const lock = LOCKS[manager].find((name) => project.has(name));
    const test = testCommand(pkg['scripts'], manager);
    const install =
      needed && lock !== undefined
        ? { command: frozen(project, manager, found?.agent === 'yarn@berry'), from: lock, programs: [manager] }
        : null;
    return {
      ...blankReading('package.json'),
      install,
      test,
      unlocked: needed && lock === undefined,
      folders: needed ? ['node_modules/'] : [],
      tools: install !== null || test !== null ? [manager] : [],
    };
  },
};

function frozen(project: Project, manager: PackageManager, isBerry: boolean): string {
  if (manager === 'npm') return 'npm ci';
  if (manager !== 'yarn') return `${manager} install --frozen-lockfile`;
  // Berry's lock file says so; its packageManager field may be missing.
  const modern = isBerry || project.has('.yarnrc.yml') || /^__metadata:/m.test(project.text('yarn.lock'));
  return modern ? 'yarn install --immutable' : 'yarn install --frozen-lockfile';
}

/** Scripts that end by themselves; one that watches files would run until the deadline. */
function testCommand(scripts: unknown, manager: PackageManager): CommandLine | null {
  if (typeof scripts !== 'object' || scripts === null) return null;
  const all = scripts as Readonly<Record<string, unknown>>;
  const ends = (name: string): boolean => {
    const script = all[name];
    return (
      typeof script === 'string' &&
      script.trim() !== '' &&
      !/no test specified/.test(script) &&
      !/--watch(?:All)?(?![\w=-])|--watch(?:All)?=true/.test(script)
    );
  };
  const script = ['test', 'test:ci', 'test:run', 'test:unit'].find(ends);
  if (script === undefined) return null;
  const verb = script === 'test' && manager !== 'bun' ? 'test' : `run ${script}`;
  return { command: `${manager} ${verb}`, from: 'package.json', programs: [manager] };
}

const isEmpty = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || Object.keys(value).length === 0;
