import type { Role } from './roles.ts';

/* Branches and the remote. */

export const baseLikeATask = (base: string): string => `\`${base}\` is the name of a task's branch, and can't be base.`;
export const RENAME_BASE = 'give base another name, or change `ids` or `branch`';

export const upstreamIsBase = (base: string): string =>
  `\`upstream\` is merged into \`base\`, and both are \`${base}\`.`;
export const SEPARATE_UPSTREAM =
  'write `upstream: none`, or name an integration branch as `base` (kanban init --base agents)';

export const mustBeShortName = (key: string): string => `\`${key}\` is the short name of a branch.`;
export const writeShortName = (name: string): string => `write \`${name.replace(/^refs\/(heads\/)?/, '')}\``;
export const notABranchName = (name: string): string => `\`${name}\` can't be the name of a branch.`;
export const namesRemote = (key: string, remote: string): string =>
  `\`${key}\` names a branch without its remote; \`remote: ${remote}\` is written already.`;
export const writeSetting = (key: string, value: string): string => `write \`${key}: ${value}\``;

export const notARemoteName = (remote: string): string =>
  `\`remote\` is the name of a remote such as \`origin\`, and \`${remote}\` can't be one.`;
export const NAME_REMOTE = 'write `remote: origin`; the address belongs into git: git remote add origin <address>';
export const PUSH_WITHOUT_REMOTE = '`push: true` needs a `remote`.';
export const WRITE_REMOTE = 'write `remote: origin`';

export const branchWithoutId = (branch: string): string =>
  `\`branch: ${branch}\` must contain \`{id}\`, or all tasks would share one branch.`;
export const WRITE_BRANCH = 'write `branch: "{id}"`';
export const BRANCH_CHARACTERS = 'use `{id}`, letters, digits, `-`, `_` and `/`';
export const branchBesideBase = (branch: string, base: string): string =>
  `git can't have \`${branch}\` beside the branch \`${base}\`.`;

/* Folders. */

export const notOwnFolder = (key: string, path: string): string =>
  `\`${key}: ${path}\` must be in the repository, in a folder of its own.`;
export const worktreesNotAllowed = (folder: string): string => `Worktrees cannot be in \`${folder}\`.`;
export const WRITE_WORKTREES = 'write `worktrees: .worktrees`, or a folder outside the repository';

/* Ids. */

export const notAPrefix = (id: string): string =>
  `\`${id}\` can't be a prefix of ids: a letter, then letters, digits or _.`;
export const WRITE_IDS = 'write `ids: T`; the dash and the number are added';
export const prefixTwice = (id: string): string => `The prefix \`${id}\` is written twice.`;

/* Commits. */

const placeholderList = (names: readonly string[]): string => names.map((name) => `{${name}}`).join(' ');

export const unknownCommitPlaceholder = (word: string, key: string): string =>
  `\`{${word}}\` is not a placeholder of \`commits.${key}\`.`;
export const commitWithoutId = (key: string): string => `\`commits.${key}\` must contain \`{id}\`.`;
export const knownPlaceholders = (names: readonly string[]): string => `known: ${placeholderList(names)}`;
export const commitNotALine = (key: string): string => `\`commits.${key}\` is the subject: one line.`;
export const notAnIdentity = (author: string): string => `\`${author}\` is not of the form \`Name <email>\`.`;

/* Roles, agents and their environment. */

export const agentOfRoleUnknown = (role: Role, agent: string): string =>
  `\`roles.${role}.agent\` is \`${agent}\`, but \`agents\` has no agent of that name.`;
export const addAgent = (known: readonly string[]): string =>
  `add it under \`agents\`, or write one of: ${known.join(', ')}`;

export const notARole = (name: string): string => `\`fix\` names a role, and \`${name}\` is none.`;
export const writeOneOf = (names: readonly string[]): string => `write one of: ${names.join(', ')}`;

export const agentWithoutCommand = (name: string): string => `The agent \`${name}\` has no \`command\`.`;
export const WRITE_COMMAND = 'write `command: [program]`';
export const SHELL_IS_BUILT_IN = '`shell` is the built-in agent; another needs another name.';
export const unknownAgentPlaceholder = (word: string): string => `\`{${word}}\` is not a placeholder.`;

export const promptRuns = (agent: string): string =>
  `\`agents.${agent}\` would run the prompt as a program: \`{prompt}\` must be an argument that is only read.`;
export const promptInText = (agent: string): string =>
  `In \`agents.${agent}\` the prompt would become part of another text: \`{prompt}\` must be an argument of its own, or come right after \`--option=\`.`;
export const PROMPT_BEHIND_SCRIPT =
  'in a shell script, name it by its place: command: [sh, -c, \'exec tool --ask "$1"\', sh, "{prompt}"]';

export const CHANGED_FILES_QUOTED =
  '`{changed_files}` becomes one argument for each file: write it alone, between spaces and without quotes.';
export const WRITE_CHANGED_FILES = 'e.g. `npx vitest related {changed_files} --run`';
export const CHECK_TESTS_ALL = 'The check of the merge queue tests the whole tree: it has no `{changed_files}`.';
export const USE_TESTS = 'write the whole test command here; `tests` is for the tester';

export const modelNotPassedOn = (agent: string, model: string | null): string =>
  `The agent \`${agent}\` is not given the model \`${model}\`.`;
export const passModelOn = (agent: string): string =>
  `add \`{model}\` to \`agents.${agent}.args\`, e.g. [--model, "{model}"]`;

export const reservedVariable = (name: string): string => `\`${name}\` is set for each run by the coordinator.`;
export const TAKE_IT_OUT = 'take it out';
