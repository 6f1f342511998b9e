import { join, relative } from 'node:path';
import type { Detected, FoundAgent } from './detect.ts';
import type { GuardPlan } from './guard.ts';
import { git, type Repository } from '../git/git.ts';
import type { FilePlan } from './init-files.ts';
import type { InitPlace } from './init-place.ts';
import * as messages from './messages.ts';
import * as summary from './messages-summary.ts';

/** What was read off the repository, a line each. */
export async function describeFound(
  repo: Repository,
  place: InitPlace,
  detected: Detected,
  agent: string,
): Promise<readonly string[]> {
  const { ids, afterCreate, testerRun, unlocked, agents } = detected;
  const lines = [
    ...(await describeBase(repo, place, detected)),
    ids && `ids: ${ids.value.join(', ')} (${ids.from})`,
    afterCreate && `install: ${afterCreate.value} (${afterCreate.from})`,
    unlocked && summary.NO_LOCK_FILE,
    testerRun && `tests: ${testerRun.value} (${testerRun.from})`,
    summary.agentsFound(agents.map(({ title }) => title)),
    ...aboutLogins(agents),
    place.existing ? summary.SETTINGS_KEPT : summary.agentOfAllRoles(agent),
  ];
  return lines.filter((line): line is string => typeof line === 'string' && line !== '');
}

async function describeBase(
  repo: Repository,
  { base, integration }: InitPlace,
  { base: found, upstream }: Detected,
): Promise<readonly string[]> {
  if (integration === null) return [`base: ${base}${found?.value === base ? ` (${found.from})` : ''}`];
  const { from, commit, left } = integration.branch;
  const lines = [
    from === null ? summary.baseKept(base) : summary.baseToBeMade(base, from, commit),
    `upstream: ${integration.upstream} (${upstream?.from ?? ''})`,
    `remote: ${integration.remote ?? 'none'}`,
  ];
  if (left > 0) lines.push(summary.commitsLeft({ base, count: left, upstream: integration.upstream, from }));
  const { stdout } = await git(['status', '--porcelain', '--untracked-files=no'], { cwd: repo.root });
  if (from !== null && stdout !== '') lines.push(summary.changesStay(base));
  return lines;
}

/** Which keys are passed on, to whom; and who can't speak to a provider, as far as it shows. */
function aboutLogins(agents: readonly FoundAgent[]): string[] {
  const keys = [...new Set(agents.flatMap(({ key }) => key ?? []))];
  const out = agents.filter(({ loggedOut }) => loggedOut).map(({ title }) => title);
  return [
    ...keys.map((key) => {
      const titles = agents.filter((agent) => agent.key === key).map(({ title }) => title);
      return summary.keyPassedOn(key, titles);
    }),
    ...(out.length === 0 ? [] : [summary.noLogins(out)]),
  ];
}

/** What is made besides the kanban's files, a line each. */
export function describeMade(
  { root }: Repository,
  { base, integration }: InitPlace,
  config: GuardPlan['config'],
  hooks: GuardPlan['files'],
): readonly string[] {
  const lines: string[] = [];
  if (integration !== null) {
    const { branch, worktree } = integration;
    if (branch.from !== null) lines.push(summary.branchFrom(base, branch.from));
    if (worktree.state !== 'there') lines.push(summary.worktreeOf(shown(root, worktree.path), base));
  }
  for (const { path } of hooks) lines.push(shown(root, path));
  for (const [name, value] of config)
    lines.push(`git config ${value === null ? `--unset ${name}` : `${name} ${value}`}`);
  return lines;
}

interface Done {
  readonly repo: Repository;
  readonly cwd: string;
  readonly place: InitPlace;
  readonly files: readonly FilePlan[];
  readonly detected: Detected;
  readonly guard: GuardPlan | null;
}

/** Commands and advice, in their order. */
export async function stepsOf({ repo, cwd, place, files, detected, guard }: Done): Promise<readonly string[]> {
  const { root } = repo;
  const { base, folder, existing, integration } = place;
  const out = integration === null ? await whereBaseIs(place, root, detected) : [];
  const workflow = shown(root, join(folder, 'WORKFLOW.md'));
  out.push(...otherBase(place, workflow));
  out.push(
    ...commitLine(
      cwd,
      folder,
      files,
      [...(guard?.files ?? [])].map(({ path }) => path),
    ),
  );
  if (detected.testerRun === null && files.some(({ path }) => path === 'WORKFLOW.md'))
    out.push(summary.setTestCommand(workflow));
  if (integration !== null) out.push(...onIntegration(root, place, integration));
  out.push(...ofGuard(guard, base, existing?.remote ?? detected.remote ?? 'origin'));
  const todo = integration === null ? 'TODO.md' : shown(root, join(folder, existing?.board ?? 'board', 'TODO.md'));
  out.push(summary.addEntry(todo));
  return out;
}

function otherBase({ base, existing, integration }: InitPlace, workflow: string): string[] {
  if (existing === null || existing.base === base) return [];
  return [summary.writeBase({ base, upstream: integration?.upstream ?? null, workflow, existing: existing.base })];
}

function ofGuard(guard: GuardPlan | null, base: string, remote: string): readonly string[] {
  if (guard === null || guard.byHand.length > 0) return guard?.byHand ?? [];
  return [messages.passGuard(base, remote)];
}

async function whereBaseIs({ base, existing, folder }: InitPlace, root: string, { head }: Detected): Promise<string[]> {
  const name = existing?.base ?? base;
  const out: string[] = [];
  const exists = await git(['rev-parse', '--verify', '--quiet', `refs/heads/${name}`], { cwd: root, okExit: [0, 1] });
  if (exists.code !== 0) out.push(summary.makeBranch(name));
  if (folder === root && head !== name) out.push(summary.switchBranch(name));
  return out;
}

function commitLine(cwd: string, folder: string, files: readonly FilePlan[], more: readonly string[]): string[] {
  const own = files.filter((file) => file.folder === folder).map(({ path }) => path);
  const tracked = more.flatMap((path) => {
    const inside = relative(folder, path);
    return inside.startsWith('..') || inside.startsWith('.git/') ? [] : [inside];
  });
  const paths = new Set(
    [...own, ...tracked].map((path) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : path)),
  );
  if (paths.size === 0) return [];
  const there = relative(cwd, folder);
  // From a folder below, as ever: paths from the root of the checkout.
  const where = there === '' || /^[./]+$/.test(there) ? 'git' : `git -C ${quoted(there)}`;
  return [`${where} add ${[...paths].map(quoted).join(' ')} && ${where} commit -m "kanban: set up"`];
}

function onIntegration(
  root: string,
  { base, folder, existing }: InitPlace,
  { upstream, remote }: NonNullable<InitPlace['integration']>,
): string[] {
  const at = shown(root, folder);
  const lines = [summary.editBoardIn(at, base)];
  if (remote !== null && existing?.push !== true) lines.push(summary.pushLandings(at, `${remote}/${base}`, upstream));
  return lines;
}

/** Relative to the main checkout where it lies in it. */
function shown(root: string, path: string): string {
  const inside = relative(root, path);
  return inside.startsWith('..') ? path : inside === '' ? '.' : inside;
}

const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
