import { agentMissing } from './checks/agent-missing.ts';
import { agentUnattended } from './checks/agent-unattended.ts';
import { agentLogin } from './checks/agent-login.ts';
import { agentNode } from './checks/agent-node.ts';
import { agentsFound } from './checks/agents-found.ts';
import { base } from './checks/base.ts';
import { board } from './checks/board.ts';
import { commandsFound } from './checks/commands-found.ts';
import { commits } from './checks/commits.ts';
import { containment } from './checks/containment.ts';
import { disk } from './checks/disk.ts';
import { envFiles } from './checks/env-files.ts';
import { envWithheld } from './checks/env-withheld.ts';
import { firstPush } from './checks/first-push.ts';
import { foreignBranches } from './checks/foreign-branches.ts';
import { gitVersion } from './checks/git-version.ts';
import { head } from './checks/head.ts';
import { identity } from './checks/identity.ts';
import { ignoredFolders } from './checks/ignored-folders.ts';
import { leftovers } from './checks/leftovers.ts';
import { nodeEndOfLife } from './checks/node-end-of-life.ts';
import { openOperation } from './checks/open-operation.ts';
import { otherCoordinator } from './checks/other-coordinator.ts';
import { prompts } from './checks/prompts.ts';
import { pullRebase } from './checks/pull-rebase.ts';
import { remote } from './checks/remote.ts';
import { remoteAway } from './checks/remote-away.ts';
import { remoteDeclined } from './checks/remote-declined.ts';
import { remoteLock } from './checks/remote-lock.ts';
import { remoteRewritten } from './checks/remote-rewritten.ts';
import { repository } from './checks/repository.ts';
import { room } from './checks/room.ts';
import { settings } from './checks/settings.ts';
import { shallow } from './checks/shallow.ts';
import { teamChecks } from './checks/team-checks.ts';
import { signing } from './checks/signing.ts';
import { changelogForm } from './checks/changelog-form.ts';
import { testerRun } from './checks/tester-run.ts';
import { uncommitted } from './checks/uncommitted.ts';
import { workspaces } from './checks/workspaces.ts';
import type { PreflightFacts } from './facts.ts';
import type { Check, Finding, Level } from './finding.ts';

export type { Finding } from './finding.ts';

/** All that is looked at, in the order in which it is said. */
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
  foreignBranches,
  remote,
  remoteAway,
  remoteDeclined,
  firstPush,
  remoteRewritten,
  agentMissing,
  agentUnattended,
  containment,
  leftovers,
  envFiles,
  envWithheld,
  signing,
  ignoredFolders,
  pullRebase,
  shallow,
  testerRun,
  changelogForm,
  nodeEndOfLife,
  agentsFound,
  agentLogin,
  agentNode,
  room,
];

/** Every finding at once; those that stop all come first, then what is held, what was mended, what is told. */
export function preflight(facts: PreflightFacts): readonly Finding[] {
  const found = checks.flatMap((check) => check.run(facts).map((finding) => ({ check: check.id, ...finding })));
  return LEVELS.flatMap((level) => found.filter((finding) => finding.level === level));
}

const LEVELS: readonly Level[] = ['stops', 'holds', 'mended', 'told'];
