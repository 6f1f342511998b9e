import type { Project } from './project.ts';
import { tomlArrays, tomlTable } from './toml.ts';

/** How a Python project is tested, and what shows it. */
export interface PythonTests {
  readonly runner: 'pytest' | 'django' | 'unittest';
  readonly from: string;
  /** Behind `python -m` or `python`; of pytest, its name. */
  readonly args: string;
}

const CONFIGS: readonly (readonly [string, RegExp])[] = [
  ['pyproject.toml', /^\[tool\.pytest|["']pytest\b|^\s*pytest\s*=/m],
  ['setup.cfg', /^\[tool:pytest\]|^\s*pytest\b/m],
  ['tox.ini', /^\[pytest\]/m],
  ['setup.py', /["']pytest\b/],
];

export const isRequirements = (path: string): boolean =>
  /^(?:(?:dev|test)[-_])?requirements(?:[-_.](?:dev|tests?|ci))?\.txt$|^requirements\/(?:base|dev|tests?)\.txt$/.test(
    path,
  );

export function pythonTests(project: Project): PythonTests | null {
  const named = ['pytest.ini', 'conftest.py', 'tests/conftest.py', 'test/conftest.py'].find((name) =>
    project.has(name),
  );
  const configured = CONFIGS.find(([name, shows]) => project.has(name) && shows.test(project.text(name)))?.[0];
  const required = project.files.find((path) => isRequirements(path) && /^pytest\b/m.test(project.text(path)));
  const files = project.files.filter((path) => /^(?:tests?\/)?(?:test_\w+|\w+_test)\.py$/.test(path)).slice(0, 50);
  const importing = files.find((path) => /^\s*(?:import|from) pytest\b/m.test(project.text(path)));
  const pytest = named ?? configured ?? required ?? importing;
  if (pytest !== undefined) return { runner: 'pytest', from: pytest, args: 'pytest' };
  if (project.has('manage.py')) return { runner: 'django', from: 'manage.py', args: 'manage.py test' };
  const unit = files.find((path) => /\bunittest\b/.test(project.text(path)));
  if (unit === undefined) return null;
  const folder = unit.includes('/') ? unit.slice(0, unit.indexOf('/')) : null;
  // Without a start folder unittest finds tests in packages only.
  const start = folder === null || project.has(`${folder}/__init__.py`) ? '' : ` -s ${folder}`;
  return { runner: 'unittest', from: unit, args: `-m unittest discover${start}` };
}

/** Where pyproject.toml names pytest: by default all is installed but what stands in extras and further groups. */
export function pytestPlace(pyproject: string): 'default' | 'extra' | 'group' | 'nowhere' {
  const names = (items: string): boolean => /["']pytest\b/.test(items);
  const groups = tomlArrays(tomlTable(pyproject, 'dependency-groups')).filter(([, items]) => names(items));
  if (groups.some(([key]) => key === 'dev')) return 'default';
  if (groups.length > 0) return 'group';
  if (extrasWith(pyproject, names).length > 0) return 'extra';
  return /["']pytest\b|^\s*pytest\s*=/m.test(pyproject) ? 'default' : 'nowhere';
}

/** The extras of a package whose items a test wants. */
export const extrasWith = (pyproject: string, wanted: (items: string) => boolean): readonly string[] =>
  tomlArrays(tomlTable(pyproject, 'project.optional-dependencies'))
    .filter(([, items]) => wanted(items))
    .map(([key]) => key);
