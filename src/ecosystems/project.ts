/** A folder of a repository, as far as its build files show how it is installed and tested. */
export interface Project {
  /** Absolute. */
  readonly folder: string;
  /** Paths of files below it that git has or would add, relative to it. */
  readonly files: readonly string[];
  /** Does git have the file, or would add it? Paths are relative to the folder. */
  has(path: string): boolean;
  /** '' = it can't be read. */
  text(path: string): string;
  /** Does git ignore the path? Known of the paths in `ASKED_IGNORED` only. */
  isIgnored(path: string): boolean;
  isExecutable(path: string): boolean;
  onPath(program: string): boolean;
}

/** A command line that a build file asks for. */
export interface CommandLine {
  readonly command: string;
  /** The file that asks for it. */
  readonly from: string;
  /** What it needs on the PATH. */
  readonly programs: readonly string[];
}

/** What an ecosystem reads in a project. */
export interface Reading {
  /** The file that shows the ecosystem. */
  readonly manifest: string;
  /** Installs the dependencies in a new worktree; null = none are needed, or the tests fetch them. */
  readonly install: CommandLine | null;
  readonly test: CommandLine | null;
  /** There are dependencies, and git has no lock file that says which: nothing is installed. */
  readonly unlocked: boolean;
  /** Folders that these commands fill, relative, with a slash at the end. */
  readonly folders: readonly string[];
  /** Programs that an agent's shell needs for them. */
  readonly tools: readonly string[];
}

/** One way to install and test. A new one is a file with its reader, and a row in table.ts. */
export interface Ecosystem {
  /** `npm` stands for all package managers of Node. */
  readonly name: string;
  /** A project inside one of the same ecosystem is a part of it (a workspace, a module), and is not listed. */
  readonly holdsParts: boolean;
  /** null = the project does not belong to it. */
  read(project: Project): Reading | null | Promise<Reading | null>;
}

/** Paths that readers ask `isIgnored` for. */
export const ASKED_IGNORED = [
  ...['node_modules/', '.venv/', '__pycache__/', 'target/', 'build/', '.gradle/', 'bin/', 'obj/', 'vendor/'],
  '*.egg-info/',
  ...['Gemfile.lock', 'composer.lock'],
];

/** A reading without commands; readers fill in what they find. */
export const blankReading = (manifest: string): Reading => ({
  manifest,
  install: null,
  test: null,
  unlocked: false,
  folders: [],
  tools: [],
});
