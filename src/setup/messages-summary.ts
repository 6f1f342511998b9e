// What `kanban init` prints of what it found and wrote, and the next steps.

/* What was found. */

export const FROM_CURRENT_BRANCH = 'the current branch';
export const FROM_BRANCHES = 'the branches';
export const FROM_BRANCH_NAMES = 'branch names';

/** @param manifest the build file with the dependencies */
export const noLockFile = (manifest: string): string =>
  `install: none. ${manifest} names dependencies, and git has no lock file that pins them: hooks.after_create is left empty, and worktrees use what is installed in your checkout`;

interface Line {
  readonly command: string;
  readonly from: string;
}

/** @param get a command or an address; null = not known @param lines the commands that need it */
export const programMissing = (program: string, get: string | null, lines: readonly Line[]): string =>
  `not on the PATH: ${program}, for ${lines.map(({ command, from }) => `\`${command}\` (${from})`).join(' and ')}${get === null ? '' : `; to get it: ${get}`}`;

interface SeenProject {
  readonly manifest: string;
  readonly install: Line | null;
  readonly test: Line | null;
}

const SHOWN_PROJECTS = 8;

/** @param projects with what they would be installed and tested by */
export const alsoSeen = (projects: readonly SeenProject[]): string => {
  const shown = projects.slice(0, SHOWN_PROJECTS).map(({ manifest, install, test }) => {
    const commands = [install, test].flatMap((line) => (line === null ? [] : [line.command]));
    return `${manifest} (${commands.join('; ')})`;
  });
  const more = projects.length - shown.length;
  return `also seen, and not used: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

/** @param titles of the agents on the PATH */
export const agentsFound = (titles: readonly string[]): string =>
  titles.length > 0
    ? `agents: ${titles.join(', ')}`
    : 'agents: none on the PATH; the embedded agent shell runs the sh block of an entry (docs/agents.md names the agents)';
export const keyPassedOn = (key: string, titles: readonly string[]): string =>
  `${key} is set, and no login of ${titles.join(', ')}: it is passed on, and billed`;
export const noLogins = (titles: readonly string[]): string => `no login and no key found for ${titles.join(', ')}`;

export const SETTINGS_KEPT = 'WORKFLOW.md is there: its settings stay as they are';
export const agentOfAllRoles = (agent: string): string => `agent of all roles: ${agent}`;

export const baseKept = (base: string): string => `base: ${base} (it exists, and is not changed)`;
export const baseToBeMade = (base: string, from: string, commit: string): string =>
  `base: ${base} (to be made from ${from}, ${commit.slice(0, 7)})`;

interface CommitsLeft {
  readonly base: string;
  readonly count: number;
  readonly upstream: string;
  readonly from: string | null;
}

export const commitsLeft = ({ base, count, upstream, from }: CommitsLeft): string =>
  `${base} starts without ${count} commit${count > 1 ? 's' : ''} of ${upstream} that ${from} lacks`;
export const changesStay = (base: string): string =>
  `changes in this checkout that are not committed stay here: ${base} is made without them`;

/* What is made and written. */

export const branchFrom = (base: string, from: string): string => `branch ${base}, from ${from}`;
export const worktreeOf = (path: string, base: string): string => `worktree ${path}, with ${base} checked out`;

export const NOTHING_TO_WRITE = 'Nothing to write: all files exist.';

export const written = (isDryRun: boolean, hasMade: boolean): string => {
  if (hasMade) return isDryRun ? 'Would make and write' : 'Made and wrote';
  return isDryRun ? 'Would write' : 'Wrote';
};

export const HOW = { new: '', appended: ' (lines appended)', changed: ' (changed)' } as const;

export const kept = (paths: readonly string[]): string =>
  `Kept as ${paths.length === 1 ? 'it is' : 'they are'}: ${paths.join(', ')}`;

/* Next steps. */

/** @param paths quoted for a shell */
export const commitYourself = (paths: readonly string[]): string =>
  `git commit -m "…" -- ${paths.join(' ')}    # ${paths[0] ?? ''} has more changes than the install of kanban; agents do not see what is not committed`;
export const setTestCommand = (workflow: string): string =>
  `set roles.tester.run in ${workflow}: no test command was found`;

interface SettingsLeft {
  readonly programs: readonly string[];
  readonly settings: readonly { readonly setting: string; readonly command: string }[];
  readonly workflow: string;
}

export const installAndSet = ({ programs, settings, workflow }: SettingsLeft): string =>
  `install ${programs.join(' and ')}, then set in ${workflow}: ${settings.map(({ setting, command }) => `${setting}: ${JSON.stringify(command)}`).join(', ')}`;
/** @param folders the kanban's own */
export const namePackages = (folders: readonly string[]): string =>
  `name your packages in pyproject.toml, e.g. [tool.setuptools] packages = ["…"]: setuptools takes ${folders.map((folder) => `${folder}/`).join(' and ')} for packages too, and refuses to build`;

/** @param path of a TODO list, quoted for a shell */
export const adoptFile = (path: string, program: string): string =>
  `${program} init --adopt ${path}    # turns its tasks into entries; shows a diff first`;
export const addBlocks = (todo: string): string =>
  `add a \`\`\`sh block to each entry in ${todo}, or set another agent in WORKFLOW.md: the agent shell only runs such a block`;
/** @param program how kanban is started here: `kanban`, or by npx */
export const addEntry = (todo: string, program: string): string =>
  `${program} add "…", or write an entry into ${todo}, then: ${program} run`;

interface OtherBase {
  readonly base: string;
  /** null: base is no integration branch. */
  readonly upstream: string | null;
  readonly workflow: string;
  /** The base that WORKFLOW.md names. */
  readonly existing: string;
}

export const writeBase = ({ base, upstream, workflow, existing }: OtherBase): string =>
  `write \`base: ${base}\`${upstream === null ? '' : ` and \`upstream: ${upstream}\``} into ${workflow}: it says \`base: ${existing}\`, and init changes nothing`;

export const makeBranch = (name: string): string =>
  `git branch ${name} origin/${name}    # tasks land there, and it isn't here yet`;
export const switchBranch = (name: string): string =>
  `git switch ${name}    # the board counts where ${name} is checked out`;

export const editBoardIn = (folder: string, base: string): string =>
  `edit the board in ${folder}: that is where ${base} is checked out; kanban itself runs from either checkout`;
export const pushLandings = (folder: string, remoteBranch: string, upstream: string): string =>
  `set push: true in ${folder}/WORKFLOW.md to push landings to ${remoteBranch}; then one pull request brings it to ${upstream}`;
