import { howToGet } from './messages.ts';
import type { CommandLine, Project, Reading } from './project.ts';
import { discoversFolders } from './python.ts';
import { readProjectTree } from './read-project.ts';
import { ECOSYSTEMS, TASK_RUNNERS } from './table.ts';
import { shellWord } from '../shell-word.ts';

/** A command that a repository asks for, and whether it can run here. */
export interface Suggested extends CommandLine {
  /** The first program that is not on the PATH, and how it is installed; null = all are there. */
  readonly missing: { readonly program: string; readonly get: string | null } | null;
}

/** A project that was seen. */
export interface Seen {
  /** Relative to the root. */
  readonly manifest: string;
  readonly install: Suggested | null;
  readonly test: Suggested | null;
}

/** How a repository is installed and tested. */
export interface Survey {
  /** null = nothing to install, or nothing says how. */
  readonly install: Suggested | null;
  readonly test: Suggested | null;
  /** The build file with dependencies and no lock file in git; null = there is none. */
  readonly unlocked: string | null;
  /** Further projects and ecosystems: nothing was taken of them. */
  readonly alsoSeen: readonly Seen[];
  /** Folders that the commands fill and that git neither ignores nor holds files of. */
  readonly notIgnored: readonly string[];
  /** setuptools takes folders of the root for packages. */
  readonly discoversFolders: boolean;
  /** Programs that an agent's shell needs for the commands. */
  readonly tools: readonly string[];
}

/**
 * How a repository is installed and tested, by its build files. The commands of one ecosystem are taken: the first in the
 * table with tests that can run here, else the first with tests. A repository without a project in its root is that of
 * its only folder with one.
 * @param root a worktree's folder, absolute
 * @param env where programs are looked for: `PATH`, `JAVA_HOME`
 */
export async function surveyRepository(
  root: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Survey> {
  const tree = await readProjectTree(root, env);
  const inRoot = await readingsIn(tree.root, '');
  const below: Found[] = [];
  const held = new Set(inRoot.filter(({ holdsParts }) => holdsParts).map(({ name }) => name));
  for (const folder of foldersWithManifests(tree.root.files).slice(0, MAX_FOLDERS))
    below.push(...(await readingsIn(tree.at(folder), folder)).filter(({ name }) => !held.has(name)));
  const folders = new Set(below.map(({ folder }) => folder));
  const candidates = inRoot.length > 0 ? inRoot : folders.size === 1 ? below : [];
  const tested = candidates.filter(({ test }) => test !== null);
  const taken = tested.find(({ test }) => test?.missing === null) ?? tested[0] ?? null;
  // A task runner tests what another ecosystem installs.
  const installing = taken === null || TASK_RUNNERS.has(taken.name) ? withInstall(candidates) : taken;
  const chosen = [taken, installing].filter((one) => one !== null);
  return {
    install: installing?.install ?? null,
    test: taken?.test ?? null,
    unlocked: candidates.find(({ reading }) => reading.unlocked)?.manifest ?? null,
    alsoSeen: [...inRoot, ...below].filter((one) => !chosen.includes(one) && (one.install ?? one.test) !== null),
    notIgnored: unignored(tree.root, chosen),
    discoversFolders: discoversFolders(tree.root),
    tools: [...new Set(chosen.flatMap(({ reading }) => reading.tools))],
  };
}

const withInstall = (candidates: readonly Found[]): Found | null =>
  candidates.find(({ install }) => install?.missing === null) ??
  candidates.find(({ install }) => install !== null) ??
  null;

interface Found extends Seen {
  readonly name: string;
  readonly holdsParts: boolean;
  readonly folder: string;
  readonly reading: Reading;
}

async function readingsIn(project: Project, folder: string): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const ecosystem of ECOSYSTEMS) {
    const { name, holdsParts } = ecosystem;
    const reading = await ecosystem.read(project);
    if (reading === null) continue;
    const [install, test] = [reading.install, reading.test].map((line) => suggested(project, folder, line));
    const manifest = folder === '' ? reading.manifest : `${folder}/${reading.manifest}`;
    found.push({ name, holdsParts, folder, reading, manifest, install: install ?? null, test: test ?? null });
  }
  return found;
}

function suggested(project: Project, folder: string, line: CommandLine | null): Suggested | null {
  if (line === null) return null;
  const program = line.programs.find((name) => !project.onPath(name));
  const missing = program === undefined ? null : { program, get: howToGet(program) };
  if (folder === '') return { ...line, missing };
  return { ...line, command: `cd ${shellWord(folder)} && ${line.command}`, from: `${folder}/${line.from}`, missing };
}

const MANIFEST =
  /(?:^|\/)(?:package\.json|uv\.lock|poetry\.lock|pyproject\.toml|requirements\.txt|Cargo\.toml|go\.(?:mod|work)|pom\.xml|(?:build|settings)\.gradle(?:\.kts)?|Gemfile|composer\.json|[^/]+\.(?:slnx?|csproj|fsproj))$/;
const NOT_OURS =
  /(?:^|\/)(?:node_modules|vendor|third_party|fixtures?|testdata|tests?|__tests__|examples?|samples?|templates?|docs?|\.[^/]+)\//;
const MAX_DEPTH = 3;
const MAX_FOLDERS = 50;

/** Folders below the root that hold a project of their own, as far as it shows. */
function foldersWithManifests(files: readonly string[]): readonly string[] {
  const found = files
    .filter((path) => path.includes('/') && MANIFEST.test(path) && !NOT_OURS.test(path))
    .map((path) => path.slice(0, path.lastIndexOf('/')))
    .filter((folder) => folder.split('/').length <= MAX_DEPTH);
  // What lies in a project is a part of it, or its affair.
  const all = new Set(found);
  return [...all].filter((folder) => ![...all].some((other) => folder.startsWith(`${other}/`))).toSorted();
}

/** A folder in which git holds files is not one that a command fills. */
function unignored(root: Project, chosen: readonly Found[]): readonly string[] {
  const folders = new Set(chosen.flatMap(({ reading }) => reading.folders));
  return [...folders].filter(
    (folder) => !root.isIgnored(folder) && !root.files.some((path) => path.startsWith(folder) && path !== folder),
  );
}
