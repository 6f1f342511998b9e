import { GUARD_LINE, GUARDED_BASE } from './guard-script.ts';
import { shellPath } from '../shell-word.ts';

/* Questions. */

export const WHERE_TO_LAND = 'Where should tasks land?';
export const ownBranch = (name: string, upstream: string): string =>
  `${name}: a branch and a worktree of its own, where ${upstream} is protected or takes squash merges only`;
export const WHICH_AGENT = 'Which agent should do the work?';

/* What can't be set up, and the fixes. */

export const NO_COMMITS = 'The repository has no commit yet, and tasks start from one.';
export const COMMIT_FIRST =
  'commit what belongs to the project: git add <files> && git commit -m "Start"; then kanban init';

export const unknownAgent = (agent: string): string => `\`${agent}\` is not an agent that init knows.`;
export const nameKnownAgent = (known: readonly string[]): string =>
  `one of: ${known.join(', ')}; name any other program under \`agents\` in WORKFLOW.md`;

export const NO_BASE = 'HEAD is detached, and no branch looks like the one that tasks should land on.';
export const NAME_BASE = 'kanban init --base <branch>, or git switch <branch> first';

export const noUpstream = (base: string): string =>
  `There is no branch \`${base}\`, and nothing that it could start from: HEAD is detached or has no commit, and no branch looks like the default one.`;
export const switchOrMakeBase = (base: string): string =>
  `git switch <branch>, then kanban init --base ${base}; or git branch ${base} <commit> first`;

export const upstreamWithoutCommit = (base: string, upstream: string): string =>
  `\`${base}\` would start from \`${upstream}\`, which has no commit yet.`;
export const makeBase = (base: string): string => `git branch ${base} <commit>, then kanban init --base ${base}`;

export const notABranch = (base: string): string => `\`${base}\` can't be the name of a branch.`;
export const namedLikeATask = (base: string): string =>
  `\`${base}\` is the name of a task's worktree, and can't be base.`;
export const USE_AGENTS_BRANCH = 'kanban init --base agents';

export const worktreePathTaken = (base: string, path: string): string =>
  `The worktree of \`${base}\` can't be made: ${path} is there already.`;
export const choosePath = (base: string): string =>
  `move it away, or choose the place: git worktree add <path> ${base}, then kanban init --base ${base}`;

/** @param error git's own message */
export const branchNotMade = (base: string, error: string): string => `The branch \`${base}\` can't be made: ${error}`;
/** @param error git's own message */
export const worktreeNotMade = (base: string, error: string): string =>
  `The worktree of \`${base}\` can't be made: ${error}`;
export const addWorktree = (base: string): string =>
  `git worktree list, then: git worktree add <path> ${base}, and kanban init --base ${base}`;

/** Why git keeps an integration worktree locked (git-worktree(1)): it neither prunes nor lightly removes it. */
export const WORKTREE_LOCKED = 'the board of kanban is edited here';

/* The guard. */

const NOT_GUARDED = 'the guard is not on yet:';

export const writeHook = (hook: string): string =>
  `${NOT_GUARDED} write ${hook} (executable) with\n    #!/bin/sh\n    ${GUARD_LINE}`;
export const addToHook = (hook: string): string =>
  `${NOT_GUARDED} ${hook} is yours; add this line below its first:\n    ${GUARD_LINE}`;
export const moveHook = (hook: string): string =>
  `${NOT_GUARDED} ${hook} is yours, and no shell script: mv ${shellPath(hook)} ${shellPath(`${hook}.local`)}, then kanban init --guard: it will be called as before`;
export const passGuard = (base: string, remote: string): string =>
  `past the guard on purpose: KANBAN_PUSH=${base} git push ${remote} ${base}; off: git config --unset ${GUARDED_BASE}`;

/* Comments in a new WORKFLOW.md. */

export const UPSTREAM_COMMENT = 'is merged into base before runs and landings';
export const REMOTE_COMMENT = 'is fetched; with push: true landings are pushed there';

/** A bug of the package. */
export const settingMissing = (path: readonly string[]): string => `the package's WORKFLOW.md has no ${path.join('.')}`;

export const skillChanged = (path: string): string =>
  `skill: ${path} was changed by hand and stays as it is; delete it, then kanban init --skill writes it anew`;
