import type { Problem } from '../problem.ts';
import type { Role } from '../workflow/roles.ts';
import type { Settings } from '../workflow/settings.ts';

/** What preflight judges: plain data, gathered by preflight/gather/full.ts and quick.ts. */
export interface PreflightFacts {
  /** `2026-11-30` */
  readonly today: string;
  /** When the slow ones of these facts were gathered, epoch ms. */
  readonly fullAt: number;
  /** `20.20.2` */
  readonly node: string;
  /** `2.39.5`; null: git can't be run. */
  readonly git: string | null;
  /** Why there is no repository to work in (none, bare, not trusted); null = there is one. */
  readonly repository: Problem | null;
  readonly hasCommits: boolean;
  readonly baseExists: boolean;
  /** `origin/main`, where base is missing but the remote has it; branches that could be meant. */
  readonly baseCandidates: readonly string[];
  /** The branch that base is an alias of (`git symbolic-ref`), short; null = it is a branch itself. */
  readonly baseAliasOf: string | null;
  /** The main worktree's branch, short; null = detached. */
  readonly head: string | null;
  /** The worktree in which base is checked out, absolute; null = none. */
  readonly baseCheckout: string | null;
  readonly shallow: boolean;
  /** Would git commit as somebody? In its words, if not. */
  readonly identity: { readonly ok: true } | { readonly ok: false; readonly reported: string };
  /** A merge, rebase… of base that somebody has open. */
  readonly operation: {
    readonly kind: 'merge' | 'rebase' | 'cherry-pick' | 'revert' | 'bisect';
    readonly where: string;
  } | null;
  /** Bytes that can still be written; null = unknown. */
  readonly diskFree: number | null;
  /** The file that says that this is a workspace of npm, pnpm or yarn; null = none. */
  readonly workspaces: string | null;
  /** How the build files say that the repository is installed and tested; asked only where a setting is left empty. */
  readonly suggestions: { readonly install: Suggestion | null; readonly test: Suggestion | null };
  /** `hooks.after_create` builds a Python package, and setuptools would take the folders of the board for packages. */
  readonly takesFolders: boolean;
  /** What of the changelog's form is not understood, with what is done instead. */
  readonly changelogForms: readonly { readonly what: string; readonly instead: string }[];
  /** Another coordinator that is alive, or whose host can't be judged from here. */
  readonly otherCoordinator: { readonly pid: number; readonly host: string; readonly here: boolean } | null;
  /** Tracked files that differ from HEAD, in base's checkout; the kanban's own are left out. */
  readonly uncommitted: readonly string[];
  /** `kanban run --allow-dirty`: they are reported only. */
  readonly allowsDirty: boolean;
  /** Entries in IN_PROGRESS, REVIEW and TESTING. */
  readonly inWork: number;
  /** The last good ones, or the defaults. */
  readonly settings: Settings;
  readonly settingsProblems: readonly Problem[];
  readonly promptProblems: readonly Problem[];
  readonly boardProblems: readonly Problem[];
  readonly agents: readonly AgentFact[];
  /** What keeps single entries from getting their branch and worktree; each problem holds its entry. */
  readonly obstacles: readonly Problem[];
  /** `index.lock` of base's checkout, absolute, and its age in ms; null = there is none. */
  readonly indexLock: { readonly path: string; readonly age: number } | null;
  /** Ignored `.env*` files in the root. */
  readonly ignoredEnvFiles: readonly string[];
  readonly hasWorktreeInclude: boolean;
  readonly pullRebase: boolean;
  /** Commits of base that its upstream lacks. */
  readonly unpushed: number;
  /** What git's settings say of the remote that the settings name; null = they name none. */
  readonly remote: RemoteConfigFact | null;
  /** What was heard of it; null = it has not been asked. */
  readonly remoteAnswer: RemoteAnswer | null;
  readonly teamChecks: readonly TeamCheckFact[];
  /** Commands of the settings whose first program is not there. */
  readonly missingCommands: readonly MissingCommand[];
  /** Variables that are set, look needed, and are not passed on to runs. */
  readonly withheld: readonly string[];
  /** Variables that settings name and that are not set for the coordinator. */
  readonly unsetVariables: readonly { readonly setting: string; readonly name: string }[];
  /** `commit.gpgsign` is set. */
  readonly signs: boolean;
  /** `.kanban/`, `.worktrees/`: those of ours that git doesn't ignore. */
  readonly notIgnored: readonly string[];
  /** Why `contain: bwrap` can't be kept; null = it can, or isn't asked for. */
  readonly containment: Problem | null;
  /** The coordinator runs as root. */
  readonly isRoot: boolean;
  /** Locks and leftovers that were cleared away, as text. */
  readonly fixed: readonly string[];
  readonly runsAlive: number;
  /** What would start first, as text: `T-12 Login crashes (task, claude)`. */
  readonly next: readonly string[];
}

/** A command that the build files of the repository ask for. */
export interface Suggestion {
  readonly command: string;
  /** The build file. */
  readonly from: string;
  /** The program that is not on the PATH, and how it is installed (null = not known); null = all are there. */
  readonly missing: { readonly program: string; readonly get: string | null } | null;
}

export interface MissingCommand {
  /** `hooks.after_create` */
  readonly setting: string;
  readonly program: string;
  /** Runs or landings can't get on without it. */
  readonly needed: boolean;
}

export interface RemoteConfigFact {
  readonly exists: boolean;
  /** The branch that base follows by git's settings, `branch.<base>.remote` and `.merge`; null = none. */
  readonly tracks: { readonly remote: string; readonly branch: string } | null;
}

export interface RemoteAnswer {
  /** Why it can't be talked to, as text; null = it can. */
  readonly away: string | null;
  /** Why it does not want what was pushed, in its own words. */
  readonly declined: string | null;
  /** Who else works on base by another clone, as text. */
  readonly lockedBy: string | null;
  /** Commits on base that the first push would publish, and that the coordinator did not make, newest first. */
  readonly foreign: readonly { readonly sha: string; readonly subject: string; readonly author: string }[];
  /** A commit that was pushed and that somebody has taken out of the remote's base; null = none. */
  readonly lost: string | null;
}

export interface AgentFact {
  readonly name: string;
  readonly kind: string;
  /** Roles that it plays by the settings. */
  readonly roles: readonly Role[];
  /** The model of each of these roles, as settings name it; null = the agent's own default. */
  readonly models: readonly { readonly role: Role; readonly model: string | null }[];
  /** As a fixer, it repairs what fails. */
  readonly canFix: boolean;
  /** The program; '' for `shell`. */
  readonly program: string;
  /** Where it was found; null = it wasn't. */
  readonly found: string | null;
  /** It is a file of the checkout that base does not have, so that worktrees lack it. */
  readonly uncommitted: boolean;
  /** Its line of `--version`, of the agent CLIs that we know. */
  readonly version: string | null;
  readonly permissions: 'narrow' | 'full';
  /** What its switches open up, in a sentence; null = nothing is known of it. */
  readonly opens: string | null;
  /** How it can speak to its provider; null = nothing is known of it. */
  readonly login: 'login' | 'key' | 'nothing' | null;
  /** How the user logs in or gives a key. */
  readonly loginHint: string;
  /** Keys in the environment that no `env` names: they are not passed on. */
  readonly unnamedKeys: readonly string[];
  /** Lowest Node that its current version runs on; null = any, or not known. */
  readonly needsNode: string | null;
  /** Versions that were tested, oldest first; empty = nothing is known of it. */
  readonly measured: readonly string[];
  /** All arguments, as it will be started. */
  readonly args: readonly string[];
}

/** One of the team's own `preflight:` commands, run. */
export interface TeamCheckFact {
  readonly name: string;
  readonly run: string;
  readonly fix: string;
  readonly ok: boolean;
  /** How it ended and what it said last. */
  readonly output: string;
}
