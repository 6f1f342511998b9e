import { agentMissing } from './checks/agents/agent-missing.ts';
import { agentCommitted } from './checks/agents/agent-committed.ts';
import { agentUnattended } from './checks/agents/agent-unattended.ts';
import { agentLogin } from './checks/agents/agent-login.ts';
import { agentNode } from './checks/agents/agent-node.ts';
import { agentsFound } from './checks/agents/agents-found.ts';
import { base } from './checks/repository/base.ts';
import { board } from './checks/files/board.ts';
import { commandsFound } from './checks/agents/commands-found.ts';
import { commits } from './checks/repository/commits.ts';
import { fixer } from './checks/agents/fixer.ts';
import { containment } from './checks/agents/containment.ts';
import { disk } from './checks/machine/disk.ts';
import { envFiles } from './checks/machine/env-files.ts';
import { envWithheld } from './checks/machine/env-withheld.ts';
import { notifyVariables } from './checks/machine/notify-variables.ts';
import { firstPush } from './checks/remote/first-push.ts';
import { indexLock } from './checks/repository/index-lock.ts';
import { obstacles } from './checks/repository/obstacles.ts';
import { gitVersion } from './checks/repository/git-version.ts';
import { head } from './checks/repository/head.ts';
import { identity } from './checks/repository/identity.ts';
import { ignoredFolders } from './checks/repository/ignored-folders.ts';
import { leftovers } from './checks/repository/leftovers.ts';
import { nodeEndOfLife } from './checks/machine/node-end-of-life.ts';
import { openOperation } from './checks/repository/open-operation.ts';
import { otherCoordinator } from './checks/machine/other-coordinator.ts';
import { prompts } from './checks/files/prompts.ts';
import { pullRebase } from './checks/remote/pull-rebase.ts';
import { remote } from './checks/remote/remote.ts';
import { remoteAway } from './checks/remote/remote-away.ts';
import { remoteDeclined } from './checks/remote/remote-declined.ts';
import { remoteLock } from './checks/remote/remote-lock.ts';
import { remoteRewritten } from './checks/remote/remote-rewritten.ts';
import { repository } from './checks/repository/repository.ts';
import { room } from './checks/machine/room.ts';
import { settings } from './checks/files/settings.ts';
import { shallow } from './checks/repository/shallow.ts';
import { teamChecks } from './checks/remote/team-checks.ts';
import { signing } from './checks/repository/signing.ts';
import { changelogForm } from './checks/files/changelog-form.ts';
import { testerRun } from './checks/agents/tester-run.ts';
import { uncommitted } from './checks/repository/uncommitted.ts';
import { pythonPackages } from './checks/machine/python-packages.ts';
import { workspaces } from './checks/machine/workspaces.ts';
import type { PreflightFacts } from './facts.ts';
import type { Check, Finding, Level } from './finding.ts';

export type { Finding } from './finding.ts';

/** All that is looked at, in the order in which it is reported. */
export const checks: readonly Check[] = [
  gitVersion,
  repository,
  commits,
  base,
  head,
  openOperation,
  identity,
  settings,
  prompts,
  board,
  otherCoordinator,
  remoteLock,
  disk,
  workspaces,
  uncommitted,
  commandsFound,
  teamChecks,
  indexLock,
  obstacles,
  remote,
  remoteAway,
  remoteDeclined,
  firstPush,
  remoteRewritten,
  agentMissing,
  agentCommitted,
  agentUnattended,
  containment,
  leftovers,
  envFiles,
  envWithheld,
  notifyVariables,
  signing,
  ignoredFolders,
  pullRebase,
  shallow,
  testerRun,
  fixer,
  changelogForm,
  pythonPackages,
  nodeEndOfLife,
  agentsFound,
  agentLogin,
  agentNode,
  room,
];

/** Every finding at once, in order. */
export function preflight(facts: PreflightFacts): readonly Finding[] {
  const found = checks.flatMap((check) => check.run(facts).map((finding) => ({ check: check.id, ...finding })));
  return inOrder(found);
}

/** Those that stop all first, then what is held, what was fixed, what is good to know. */
export const inOrder = (findings: readonly Finding[]): readonly Finding[] =>
  LEVELS.flatMap((level) => findings.filter((finding) => finding.level === level));

/** Ids of the checks whose findings keep landings from being pushed, and nothing else. */
export const PUSH_CHECKS: ReadonlySet<string> = new Set(
  checks.filter(({ asked }) => asked === 'before-push').map(({ id }) => id),
);

const LEVELS: readonly Level[] = ['stops', 'holds', 'fixed', 'info'];
