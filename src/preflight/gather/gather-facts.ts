import { lstatSync } from 'node:fs';
import { readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { git, openRepository, type Repository } from '../../git/git.ts';
import { unclearForms } from '../../landing/changelog/forms.ts';
import { textFollowing } from '../../system/plain-file.ts';
import type { PreflightFacts } from '../facts.ts';
import { preflight } from '../preflight.ts';
import { ok, type Problem } from '../../problem.ts';
import { checkPrompt } from '../../workflow/prompt.ts';
import { ROLES, type Role, type Settings } from '../../workflow/settings.ts';
import { readAgents } from './agent-facts.ts';
import { findOperation, readCheckouts, type Checkouts } from './checkouts.ts';
import { containmentOf } from '../../system/containment.ts';
import { readMissingCommands, readWithheld } from './command-facts.ts';
import { runTeamChecks } from './team-checks.ts';
import { findWorkspaces } from './workspaces.ts';

/** What the caller knows already. */
export interface FactsAsked {
  readonly cwd: string;
  /** If it is open already: saves two git calls. */
  readonly repo?: Repository;
  /** The last good settings, or the defaults. */
  readonly settings: Settings;
  readonly settingsProblems: readonly Problem[];
  readonly boardProblems: readonly Problem[];
  /** The prompts as they count (base's tip, if base isn't checked out); left out: read from the checkout. */
  readonly prompts?: Readonly<Record<Role, PromptText>>;
  readonly otherCoordinator: PreflightFacts['otherCoordinator'];
  readonly foreignBranches: PreflightFacts['foreignBranches'];
  /** What the remote said; left out: it was not asked. */
  readonly remoteAnswer?: PreflightFacts['remoteAnswer'];
  readonly inWork: number;
  readonly fixed: readonly string[];
  readonly runsAlive: number;
  readonly next: readonly string[];
}

export interface PromptText {
  readonly file: string;
  /** null: there is no such file. */
  readonly text: string | null;
}

/** Everything, asked afresh: a dozen short git calls, the agents' `--version`, the team's own commands. */
export async function fullFacts(asked: FactsAsked): Promise<PreflightFacts> {
  const opened = asked.repo ? ok(asked.repo) : await openRepository(asked.cwd);
  if (!opened.ok) return withoutRepository(asked, opened.error);
  const repo = opened.value;
  const { settings } = asked;
  const [
    quick,
    version,
    identity,
    config,
    remote,
    ignored,
    files,
    agents,
    teamChecks,
    workspaces,
    hasCommits,
    held,
    missingCommands,
    signs,
  ] = await Promise.all([
    readQuick(asked, repo),
    gitVersion(repo.root),
    readIdentity(repo.root),
    readConfig(repo.root, settings.base),
    readRemote(repo.root, settings),
    readIgnored(repo.root, settings),
    readdir(repo.root).catch((): string[] => []),
    readAgents(settings, repo.root),
    runTeamChecks(settings, repo.root),
    findWorkspaces(repo.root),
    anyCommit(repo.root),
    containmentOf(settings.contain),
    readMissingCommands(settings, repo.root),
    readSigning(repo.root),
  ]);
  return {
    ...given(asked),
    ...quick,
    fullAt: Date.now(),
    git: version,
    repository: null,
    hasCommits: quick.baseExists || hasCommits,
    shallow: repo.shallow,
    identity,
    pullRebase: config,
    remote,
    workspaces,
    changelogForms: readChangelogForms(settings, quick.baseCheckout ?? repo.root, files),
    agents,
    teamChecks,
    containment: held.problem,
    missingCommands,
    withheld: readWithheld(settings, repo.root),
    signs,
    ...ignored,
    hasWorktreeInclude: files.includes('.worktreeinclude'),
  };
}

/** While it waits for a slow fact, it is asked for again so often, so that a hold ends by itself. */
const HELD_EVERY = 5_000;
/** The team's own checks (a service that must be up) also while all is well. */
const TEAM_EVERY = 60_000;

/**
 * What can have changed since `last`, cheaply enough for every tick: two short git calls (with `repo` given) and a few
 * reads. What only `fullFacts` asks for is asked again when settings changed, and now and then while it stops or holds.
 */
export async function quickFacts(asked: FactsAsked, last: PreflightFacts): Promise<PreflightFacts> {
  const opened = asked.repo ? ok(asked.repo) : await openRepository(asked.cwd);
  if (!opened.ok) return withoutRepository(asked, opened.error);
  const now: PreflightFacts = { ...last, ...given(asked), ...(await readQuick(asked, opened.value)) };
  const age = Date.now() - last.fullAt;
  const changed = last.repository !== null || JSON.stringify(last.settings) !== JSON.stringify(asked.settings);
  const waits = preflight(now).some(({ check, level }) => SLOW.has(check) && level !== 'info');
  const due = (waits && age >= HELD_EVERY) || (asked.settings.preflight.length > 0 && age >= TEAM_EVERY) || age < 0;
  return changed || due ? fullFacts(asked) : now;
}

/** Checks that wait for what only `fullFacts` asks. */
const SLOW = new Set([
  'git-version',
  'repository',
  'commits',
  'identity',
  'workspaces',
  'team-checks',
  'commands-found',
  'agent-missing',
  'containment',
  'remote',
]);

type Given = Pick<
  PreflightFacts,
  | 'today'
  | 'node'
  | 'settings'
  | 'settingsProblems'
  | 'boardProblems'
  | 'otherCoordinator'
  | 'foreignBranches'
  | 'remoteAnswer'
  | 'inWork'
  | 'fixed'
  | 'runsAlive'
  | 'next'
  | 'isRoot'
>;

function given(asked: FactsAsked): Given {
  const {
    settings,
    settingsProblems,
    boardProblems,
    otherCoordinator,
    foreignBranches,
    remoteAnswer = null,
    inWork,
    fixed,
    runsAlive,
    next,
  } = asked;
  const today = new Date().toISOString().slice(0, 10);
  const ours = { today, node: process.versions.node, isRoot: process.getuid?.() === 0 };
  return {
    ...ours,
    settings,
    settingsProblems,
    boardProblems,
    otherCoordinator,
    foreignBranches,
    remoteAnswer,
    inWork,
    fixed,
    runsAlive,
    next,
  };
}

type Quick = Pick<
  PreflightFacts,
  | 'baseExists'
  | 'baseCandidates'
  | 'head'
  | 'baseCheckout'
  | 'operation'
  | 'uncommitted'
  | 'unpushed'
  | 'diskFree'
  | 'promptProblems'
>;

async function readQuick(asked: FactsAsked, repo: Repository): Promise<Quick> {
  const { settings } = asked;
  const checkouts = await readCheckouts(repo.root, settings.base);
  const at = checkouts.base ?? repo.root;
  const [state, operation, diskFree, promptProblems, base] = await Promise.all([
    readStatus(at, settings),
    findOperation(checkouts, repo, settings),
    readDisk(repo.root),
    readPromptProblems(asked, at),
    readBase(repo.root, settings.base, checkouts),
  ]);
  return { ...base, head: checkouts.head, baseCheckout: checkouts.base, operation, diskFree, promptProblems, ...state };
}

async function withoutRepository(asked: FactsAsked, problems: readonly Problem[]): Promise<PreflightFacts> {
  const problem = problems[0] ?? {
    code: 'no-repository',
    message: `${asked.cwd} is not in a git repository`,
    fix: 'git init -b main',
  };
  const version = await gitVersion('/').catch(() => null);
  // Those two are said by a check of their own.
  const ofGit = problem.code === 'git-missing' || problem.code === 'git-too-old';
  return {
    ...given(asked),
    fullAt: Date.now(),
    git: version,
    repository: ofGit ? null : problem,
    hasCommits: false,
    baseExists: false,
    baseCandidates: [],
    head: null,
    baseCheckout: null,
    shallow: false,
    identity: { ok: true },
    operation: null,
    diskFree: null,
    workspaces: null,
    changelogForms: [],
    uncommitted: [],
    promptProblems: [],
    agents: [],
    ignoredEnvFiles: [],
    hasWorktreeInclude: false,
    pullRebase: false,
    remote: null,
    unpushed: 0,
    teamChecks: [],
    containment: null,
    missingCommands: [],
    withheld: [],
    signs: false,
    notIgnored: [],
  };
}

function readChangelogForms(
  { changelog }: Settings,
  checkout: string,
  files: readonly string[],
): PreflightFacts['changelogForms'] {
  if (changelog === null) return [];
  try {
    const stat = lstatSync(join(checkout, changelog), { throwIfNoEntry: false });
    if (stat?.isDirectory() === true || stat?.isSymbolicLink() === true)
      return [
        {
          what: `it is a ${stat.isDirectory() ? 'folder' : 'symbolic link'}, not a file`,
          instead: 'no task lands until it is moved away, or `changelog:` in WORKFLOW.md is set otherwise',
        },
      ];
    return unclearForms(changelog, textFollowing(join(checkout, changelog)), files);
  } catch {
    // A file that can't be read: the landing reports it.
    return [];
  }
}

async function gitVersion(cwd: string): Promise<string | null> {
  const { stdout } = await git(['version'], { cwd });
  return /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? null;
}

/** What git itself asks before a commit: name and email, from wherever they come. */
async function readIdentity(cwd: string): Promise<PreflightFacts['identity']> {
  const { code, stderr } = await git(['var', 'GIT_COMMITTER_IDENT'], { cwd, okExit: [0, 1, 128] });
  return code === 0
    ? { ok: true }
    : { ok: false, reported: (stderr.trim().split('\n').at(-1) ?? '').replace(/^fatal: /, '') };
}

/** Does `git pull` on base rebase, and drop merges? */
async function readConfig(cwd: string, base: string): Promise<boolean> {
  const read = async (name: string): Promise<string> =>
    (await git(['config', '--get', name], { cwd, okExit: [0, 1] })).stdout.trim();
  const [own, all] = await Promise.all([read(`branch.${base}.rebase`), read('pull.rebase')]);
  return !['', 'false', 'no', 'off', '0', 'merges', 'm'].includes(own === '' ? all : own);
}

/** What git's settings say of the remote and of the branch that base follows. */
async function readRemote(cwd: string, { remote, base }: Settings): Promise<PreflightFacts['remote']> {
  if (remote === null) return null;
  const read = async (name: string): Promise<string> =>
    (await git(['config', '--get', name], { cwd, okExit: [0, 1] })).stdout.trim();
  const [url, follows, merge] = await Promise.all([
    read(`remote.${remote}.url`),
    read(`branch.${base}.remote`),
    read(`branch.${base}.merge`),
  ]);
  const branch = merge.replace(/^refs\/heads\//, '');
  return { exists: url !== '', tracks: follows === '' || branch === '' ? null : { remote: follows, branch } };
}

async function readSigning(cwd: string): Promise<boolean> {
  const { stdout } = await git(['config', '--type=bool', '--get', 'commit.gpgsign'], { cwd, okExit: [0, 1, 128] });
  return stdout.trim() === 'true';
}

async function anyCommit(cwd: string): Promise<boolean> {
  const { stdout } = await git(['rev-list', '--all', '--max-count=1'], { cwd, okExit: [0, 128, 129] });
  return stdout.trim() !== '';
}

async function readBase(
  cwd: string,
  base: string,
  checkouts: Checkouts,
): Promise<Pick<PreflightFacts, 'baseExists' | 'baseCandidates'>> {
  if (checkouts.base !== null && checkouts.born) return { baseExists: true, baseCandidates: [] };
  const found = await git(['rev-parse', '--verify', '--quiet', `refs/heads/${base}^{commit}`], {
    cwd,
    okExit: [0, 1, 128],
  });
  if (found.code === 0) return { baseExists: true, baseCandidates: [] };
  const { stdout } = await git(
    ['for-each-ref', '--count=50', '--format=%(refname:short)', 'refs/heads', 'refs/remotes'],
    { cwd },
  );
  return {
    baseExists: false,
    baseCandidates: stdout.split('\n').filter((name) => name !== '' && !name.endsWith('/HEAD')),
  };
}

/** The kanban's own files are committed by the coordinator itself. */
async function readStatus(cwd: string, settings: Settings): Promise<Pick<PreflightFacts, 'uncommitted' | 'unpushed'>> {
  const { stdout } = await git(['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=no', '--no-renames'], {
    cwd,
    okExit: [0, 128],
  });
  const lines = stdout.split('\0');
  const ahead = lines.map((line) => /^# branch\.ab \+(\d+)/.exec(line)?.[1]).find((count) => count !== undefined);
  const own = (path: string): boolean =>
    ['WORKFLOW.md', '.gitignore', '.gitattributes', '.worktreeinclude'].includes(path) ||
    [settings.board, settings.prompts].some((folder) => path.startsWith(`${folder}/`));
  const changed = lines.flatMap((line) =>
    line.startsWith('1 ')
      ? [line.split(' ').slice(8).join(' ')]
      : line.startsWith('u ')
        ? [line.split(' ').slice(10).join(' ')]
        : [],
  );
  return { uncommitted: changed.filter((path) => !own(path)), unpushed: Number(ahead ?? 0) };
}

async function readIgnored(
  root: string,
  settings: Settings,
): Promise<Pick<PreflightFacts, 'ignoredEnvFiles' | 'notIgnored'>> {
  const names = await readdir(root).catch(() => [] as string[]);
  const env = names.filter((name) => /^\.env($|\.)/.test(name));
  const inside = !settings.worktrees.startsWith('/') && !settings.worktrees.startsWith('..');
  const folders = ['.kanban', ...(inside ? [settings.worktrees] : [])];
  const asked = [...env, ...folders.map((folder) => `${folder}/x`)];
  const { stdout } = await git(['check-ignore', '-z', '--stdin'], {
    cwd: root,
    input: asked.join('\0'),
    okExit: [0, 1, 128],
  });
  const ignored = new Set(stdout.split('\0'));
  return {
    ignoredEnvFiles: env.filter((name) => ignored.has(name)),
    notIgnored: folders.filter((folder) => !ignored.has(`${folder}/x`)).map((folder) => `${folder}/`),
  };
}

async function readDisk(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** A prompt is needed where a role's agent is more than the built-in one, and must be well wherever it stands. */
async function readPromptProblems({ prompts, settings }: FactsAsked, checkout: string): Promise<readonly Problem[]> {
  const found = await Promise.all(
    ROLES.map(async (role) => {
      const file = settings.roles[role].prompt ?? `${settings.prompts}/${role}.md`;
      const prompt = prompts?.[role] ?? { file, text: textFollowing(join(checkout, file)) };
      if (prompt.text !== null) return checked(prompt.text, prompt.file);
      const needed = settings.agents[settings.roles[role].agent]?.kind !== 'shell';
      return needed
        ? [
            {
              code: 'prompt-missing',
              message: `The prompt of the ${role} is missing: ${prompt.file}`,
              fix: 'kanban init',
            },
          ]
        : [];
    }),
  );
  return found.flat();
}

const checkedPrompts = new Map<string, { readonly text: string; readonly problems: readonly Problem[] }>();

/** Checking renders the prompt; it is asked for every other second, and prompts hardly ever change. */
function checked(text: string, file: string): readonly Problem[] {
  const known = checkedPrompts.get(file);
  if (known?.text === text) return known.problems;
  const problems = checkPrompt(text, file);
  checkedPrompts.set(file, { text, problems });
  return problems;
}
