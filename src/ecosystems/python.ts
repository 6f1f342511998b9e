import { blankReading, type CommandLine, type Ecosystem, type Project, type Reading } from './project.ts';
import { extrasWith, isRequirements, pytestPlace, pythonTests, type PythonTests } from './python-tests.ts';

/**
 * Does setuptools look for packages in the folders beside pyproject.toml? It then finds several, `board/` and `prompts/` too,
 * and refuses to build. A layout with `src/`, and packages that are named, are not looked for.
 */
export function discoversFolders(project: Project): boolean {
  const pyproject = project.text('pyproject.toml');
  const setup = project.text('setup.py') + project.text('setup.cfg');
  const isBuilt = /^\[(?:project|build-system)\]/m.test(pyproject) || project.has('setup.py');
  const backend = /build-backend\s*=\s*["']([^"']*)/.exec(pyproject)?.[1] ?? 'setuptools';
  if (!isBuilt || !backend.startsWith('setuptools')) return false;
  const isNamed = /^\[+tool\.setuptools[\].]/m.test(pyproject) || /\b(?:packages|py_modules)\s*=/.test(setup);
  return !isNamed && !project.files.some((path) => path.startsWith('src/'));
}

/** What a run of the tests leaves behind. */
const CACHES = ['.venv/', '__pycache__/'];

/** `uv.lock`: uv makes `.venv` in each worktree. */
export const uv: Ecosystem = {
  name: 'uv',
  holdsParts: true,
  read(project) {
    if (!project.has('uv.lock')) return null;
    const tests = pythonTests(project);
    const more = { extra: ' --all-extras', group: ' --all-groups', default: '', nowhere: '' };
    const place = tests?.runner === 'pytest' ? pytestPlace(project.text('pyproject.toml')) : 'default';
    const start = `uv run --locked${place === 'nowhere' ? ' --with pytest' : more[place]}`;
    return {
      ...blankReading('uv.lock'),
      install: { command: `uv sync --locked${more[place]}`, from: 'uv.lock', programs: ['uv'] },
      test: tests && { command: inProgram(start, tests), from: tests.from, programs: ['uv'] },
      folders: CACHES,
      tools: ['uv'],
    };
  },
};

/** `poetry.lock`: poetry keeps an environment per worktree, by its path. */
export const poetry: Ecosystem = {
  name: 'poetry',
  holdsParts: false,
  read(project) {
    if (!project.has('poetry.lock')) return null;
    const tests = pythonTests(project);
    const isExtra = tests?.runner === 'pytest' && pytestPlace(project.text('pyproject.toml')) === 'extra';
    const command = `poetry install --no-interaction${isExtra ? ' --all-extras' : ''}`;
    return {
      ...blankReading('poetry.lock'),
      install: { command, from: 'poetry.lock', programs: ['poetry'] },
      test: tests && { command: inProgram('poetry run', tests), from: tests.from, programs: ['poetry'] },
      folders: CACHES,
      tools: ['poetry'],
    };
  },
};

const inProgram = (start: string, { runner, args }: PythonTests): string =>
  `${start} ${runner === 'pytest' ? '' : 'python '}${args}`;

/** Requirements files, or a package by pyproject.toml or setup.py: an environment in `.venv` of each worktree. */
export const pip: Ecosystem = {
  name: 'pip',
  holdsParts: false,
  read(project) {
    if (project.has('uv.lock') || project.has('poetry.lock')) return null;
    const tests = pythonTests(project);
    const requirements = project.files.filter(isRequirements);
    const isPackage = /^\[(?:project|build-system)\]/m.test(project.text('pyproject.toml')) || project.has('setup.py');
    const from = requirements[0] ?? (project.has('pyproject.toml') ? 'pyproject.toml' : 'setup.py');
    if (requirements.length === 0 && !isPackage) return tests && withoutInstall(project, tests);
    const python = pythonOf(project);
    const items = installed(project, requirements, isPackage && requirements.length === 0);
    const more = tests?.runner === 'pytest' && !namesPytest(project, requirements) ? ' pytest' : '';
    const bin = '.venv/bin/python';
    return {
      ...blankReading(from),
      install: {
        command: `${python} -m venv .venv && ${bin} -m pip install -q ${items}${more}`,
        from,
        programs: [python],
      },
      test: tests && venvTest(bin, tests, python),
      // setuptools writes it beside the sources of a package that is installed in place.
      folders: items.startsWith('-e') ? [...CACHES, '*.egg-info/'] : CACHES,
      tools: [python, bin],
    };
  },
};

const venvTest = (bin: string, { runner, args, from }: PythonTests, python: string): CommandLine => ({
  command: `${bin} ${runner === 'pytest' ? '-m ' : ''}${args}`,
  from,
  programs: [python],
});

/** No file says what to install: the tests use what is there. */
function withoutInstall(project: Project, { runner, args, from }: PythonTests): Reading {
  const python = pythonOf(project);
  const program = runner === 'pytest' ? 'pytest' : python;
  const command = runner === 'pytest' ? args : `${python} ${args}`;
  return {
    ...blankReading(from),
    test: { command, from, programs: [program] },
    folders: ['__pycache__/'],
    tools: [program],
  };
}

const pythonOf = (project: Project): string =>
  project.onPath('python3') || !project.onPath('python') ? 'python3' : 'python';

const TEST_EXTRAS = new Set(['test', 'tests', 'testing', 'dev']);

/** What pip is given: each requirements file, or the package with the extras that hold its tests' needs. */
function installed(project: Project, requirements: readonly string[], isPackage: boolean): string {
  if (!isPackage) return requirements.map((path) => `-r ${path}`).join(' ');
  const extras = extrasWith(project.text('pyproject.toml'), () => true).filter((name) => TEST_EXTRAS.has(name));
  return extras.length === 0 ? '-e .' : `-e '.[${extras.join(',')}]'`;
}

/** Does what pip is given hold pytest? Groups of pyproject.toml are not installed by it. */
function namesPytest(project: Project, requirements: readonly string[]): boolean {
  if (requirements.length > 0) return requirements.some((path) => /^pytest\b/m.test(project.text(path)));
  const extras = extrasWith(project.text('pyproject.toml'), (items) => /["']pytest\b/.test(items));
  return extras.some((name) => TEST_EXTRAS.has(name));
}
