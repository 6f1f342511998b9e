// What `kanban init` prints of what it found and wrote, and the next steps.

/* What was found. */

export const FROM_CURRENT_BRANCH = 'the current branch';
export const FROM_BRANCHES = 'the branches';
export const FROM_BRANCH_NAMES = 'branch names';

export const NO_LOCK_FILE =
  'dependencies, but no lock file in git: hooks.after_create and roles.tester.run are left empty';

/** @param titles of the agents on the PATH */
export const agentsFound = (titles: readonly string[]): string =>
  titles.length > 0 ? `agents: ${titles.join(', ')}` : 'agents: none on the PATH';
export const keyPassedOn = (key: string, titles: readonly string[]): string =>
  `${key} is set, and no login of ${titles.join(', ')}: it is passed on, and billed`;
export const noLogins = (titles: readonly string[]): string => `no login and no key found for ${titles.join(', ')}`;

export const SETTINGS_KEPT = 'WORKFLOW.md is there: its settings stay as they are';
export const agentOfAllRoles = (agent: string): string => `agent of all roles: ${agent}`;

export const baseKept = (base: string): string => `base: ${base} (it is there, and stays where it is)`;
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

export const NOTHING_TO_WRITE = 'Nothing to write: all is there.';

export const written = (isDryRun: boolean, hasMade: boolean): string => {
  if (hasMade) return isDryRun ? 'Would make and write' : 'Made and wrote';
  return isDryRun ? 'Would write' : 'Wrote';
};

export const kept = (paths: readonly string[]): string =>
  `Kept as ${paths.length === 1 ? 'it is' : 'they are'}: ${paths.join(', ')}`;

/* Next steps. */

export const setTestCommand = (workflow: string): string =>
  `set roles.tester.run in ${workflow}: no test command was found`;
export const addEntry = (todo: string): string => `kanban add "…", or write an entry into ${todo}, then: kanban run`;

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
