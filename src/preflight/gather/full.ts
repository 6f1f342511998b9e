import { readdir } from 'node:fs/promises';
import { openRepository } from '../../git/open-repository.ts';
import { ok, type Problem } from '../../problem.ts';
import { containmentOf } from '../../system/containment.ts';
import type { PreflightFacts } from '../facts.ts';
import { readAgents } from './agent-facts.ts';
import { type FactsAsked, given } from './asked.ts';
import { readQuick } from './changing.ts';
import { readMissingCommands, readUnsetVariables, readWithheld } from './command-facts.ts';
import { readChangelogForms, readIgnored } from './files.ts';
import { gitVersion } from '../../git/git-version.ts';
import { anyCommit, pullRebases, readGitConfig, readIdentity, remoteOf, signsCommits } from './git-facts.ts';
import { runTeamChecks } from './team-checks.ts';
import { readProjectFacts } from './project-facts.ts';
import * as messages from './messages.ts';

/**
 * Everything, asked afresh: some short git calls, the agents' `--version`, the team's own commands. With `isBrief` only what
 * can stop or hold work and takes no program of others.
 */
export async function fullFacts(asked: FactsAsked): Promise<PreflightFacts> {
  const opened = asked.repo ? ok(asked.repo) : await openRepository(asked.cwd);
  if (!opened.ok) return withoutRepository(asked, opened.error);
  const repo = opened.value;
  const { settings, isBrief = false } = asked;
  const [quick, version, config, ignored, files, agents, teamChecks, project, held, missingCommands] =
    await Promise.all([
      readQuick(asked, repo),
      gitVersion(repo.root),
      readGitConfig(repo.root),
      isBrief ? NOTHING_IGNORED : readIgnored(repo.root, settings),
      readdir(repo.root).catch((): string[] => []),
      readAgents(settings, repo.root, isBrief ? 'no-versions' : 'roles'),
      isBrief ? [] : runTeamChecks(settings, repo.root),
      readProjectFacts(repo.root, settings, isBrief),
      containmentOf(settings.contain),
      readMissingCommands(settings, repo.root),
    ]);
  return {
    ...given(asked),
    ...quick,
    fullAt: Date.now(),
    git: version,
    repository: null,
    hasCommits: quick.baseExists || (await anyCommit(repo.root)),
    shallow: repo.shallow,
    identity: await readIdentity(repo.root, config),
    pullRebase: pullRebases(config, settings.base),
    remote: remoteOf(config, settings),
    ...project,
    changelogForms: readChangelogForms(settings, quick.baseCheckout ?? repo.root, files),
    agents,
    teamChecks,
    containment: held.problem,
    missingCommands,
    withheld: readWithheld(settings, repo.root),
    unsetVariables: readUnsetVariables(settings),
    signs: signsCommits(config),
    ...ignored,
    hasWorktreeInclude: files.includes('.worktreeinclude'),
  };
}

const NOTHING_IGNORED = { ignoredEnvFiles: [], notIgnored: [] };

export async function withoutRepository(asked: FactsAsked, problems: readonly Problem[]): Promise<PreflightFacts> {
  const problem = problems[0] ?? {
    code: 'no-repository',
    message: messages.noRepository(asked.cwd),
    fix: 'git init -b main',
  };
  const version = await gitVersion('/').catch(() => null);
  // A check of their own reports those two.
  const ofGit = problem.code === 'git-missing' || problem.code === 'git-too-old';
  return {
    ...given(asked),
    fullAt: Date.now(),
    git: version,
    repository: ofGit ? null : problem,
    hasCommits: false,
    baseExists: false,
    baseCandidates: [],
    baseAliasOf: null,
    head: null,
    baseCheckout: null,
    shallow: false,
    identity: { ok: true },
    operation: null,
    indexLock: null,
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
    unsetVariables: [],
    signs: false,
    suggestions: { install: null, test: null },
    takesFolders: false,
    notIgnored: [],
  };
}
