import { readdir } from 'node:fs/promises';
import { openRepository } from '../../git/open-repository.ts';
import { ok, type Problem } from '../../problem.ts';
import { containmentOf } from '../../system/containment.ts';
import type { PreflightFacts } from '../facts.ts';
import { readAgents } from './agent-facts.ts';
import { type FactsAsked, given } from './asked.ts';
import { readQuick } from './changing.ts';
import { readMissingCommands, readWithheld } from './command-facts.ts';
import { readChangelogForms, readIgnored } from './files.ts';
import { anyCommit, gitVersion, readConfig, readIdentity, readRemote, readSigning } from './git-facts.ts';
import { runTeamChecks } from './team-checks.ts';
import { findWorkspaces } from './workspaces.ts';

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

export async function withoutRepository(asked: FactsAsked, problems: readonly Problem[]): Promise<PreflightFacts> {
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
