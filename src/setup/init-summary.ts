import { join, relative } from 'node:path';
import type { Suggested, Survey } from '../ecosystems/survey.ts';
import type { Detected, FoundAgent } from './detect.ts';
import type { GuardPlan } from './guard.ts';
import { git, type Repository } from '../git/git.ts';
import type { FilePlan } from './init-files.ts';
import type { InitPlace } from './init-place.ts';
import { defaultSettings } from '../workflow/parse.ts';
import * as messages from './messages.ts';
import { planSetupCommit } from './setup-commit.ts';
import * as summary from './messages-summary.ts';
import { shellPath } from '../shell-word.ts';
import { namesIn } from '../system/folder-names.ts';

/** What was read off the repository, a line each. */
export async function describeFound(
  repo: Repository,
  place: InitPlace,
  detected: Detected,
  agent: string,
): Promise<readonly string[]> {
  const { ids, afterCreate, testerRun, survey, agents } = detected;
  const lines = [
    ...(await describeBase(repo, place, detected)),
    ids && `ids: ${ids.value.join(', ')} (${ids.from})`,
    afterCreate && `install: ${afterCreate.value} (${afterCreate.from})`,
    afterCreate === null && survey.unlocked !== null && summary.noLockFile(survey.unlocked),
    testerRun && `tests: ${testerRun.value} (${testerRun.from})`,
    ...missingPrograms(survey).map(({ program, get, lines }) => summary.programMissing(program, get, lines)),
    survey.alsoSeen.length > 0 && summary.alsoSeen(survey.alsoSeen),
    summary.agentsFound(agents.map(({ title }) => title)),
    ...aboutLogins(agents),
    place.existing ? summary.SETTINGS_KEPT : summary.agentOfAllRoles(agent),
  ];
  return lines.filter((line): line is string => typeof line === 'string' && line !== '');
}

interface MissingProgram {
  readonly program: string;
  readonly get: string | null;
  readonly lines: readonly Suggested[];
}

/** Programs that are not on the PATH, each with the commands that were not filled in for want of it. */
export function missingPrograms({ install, test }: Survey): readonly MissingProgram[] {
  const lines = [install, test].filter((line) => line !== null);
  const programs = new Map(lines.flatMap(({ missing }) => (missing === null ? [] : [[missing.program, missing.get]])));
  return [...programs].map(([program, get]) => ({
    program,
    get,
    lines: lines.filter(({ missing }) => missing?.program === program),
  }));
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
  /** Started by `npx`: there is no program `kanban` on the PATH. */
  readonly isByNpx: boolean;
  /** Tasks of a file become entries in this call. */
  readonly adopts: boolean;
  /** Of the task role. */
  readonly agent: string;
}

/** Commands and advice, in their order. */
export async function stepsOf({
  repo,
  cwd,
  place,
  files,
  detected,
  guard,
  isByNpx,
  adopts,
  agent,
}: Done): Promise<readonly string[]> {
  const { root } = repo;
  const { base, folder, existing, integration } = place;
  const out = integration === null ? await whereBaseIs(place, root, detected) : [];
  const workflow = shown(root, join(folder, 'WORKFLOW.md'));
  out.push(...otherBase(place, workflow));
  const more = (guard?.files ?? []).map(({ path }) => path);
  const commit = await planSetupCommit({ cwd, folder, files, more, isOwnCheckout: folder === root });
  if (commit.line !== null) out.push(commit.line);
  if (commit.mixed.length > 0) out.push(summary.commitYourself(commit.mixed.map(shellPath)));
  if (files.some(({ path }) => path === 'WORKFLOW.md')) out.push(...settingsToFill(detected, workflow));
  out.push(...ofPackages(detected, existing));
  if (integration !== null) out.push(...onIntegration(root, place, integration));
  out.push(...ofGuard(guard, base, existing?.remote ?? detected.remote ?? 'origin'));
  const todo = shown(root, join(folder, existing?.board ?? 'board', 'TODO.md'));
  const program = isByNpx ? 'npx file-kanban' : 'kanban';
  out.push(...(adopts ? ofAdopted(agent, todo) : listsToAdopt({ cwd, folder, program })));
  out.push(summary.addEntry(todo, program));
  return out;
}

/** What adopted tasks need before an agent can do them. */
const ofAdopted = (agent: string, todo: string): string[] => (agent === 'shell' ? [summary.addBlocks(todo)] : []);

const listsToAdopt = ({ cwd, folder, program }: Readonly<Record<'cwd' | 'folder' | 'program', string>>): string[] =>
  todoFiles(folder).map((path) => summary.adoptFile(shellPath(relative(cwd, join(folder, path))), program));

/** TODO lists that are no board, relative to the folder. */
function todoFiles(folder: string): string[] {
  return ['.', 'docs'].flatMap((under) => {
    const names = namesIn(join(folder, under));
    return names.filter((name) => /^todo\.(?:md|markdown|txt)$/i.test(name)).map((name) => join(under, name));
  });
}

function ofPackages({ survey }: Detected, existing: InitPlace['existing']): readonly string[] {
  const { board, prompts } = existing ?? defaultSettings();
  return survey.discoversFolders ? [summary.namePackages([board, prompts])] : [];
}

/** What init could not fill in, and how the user does. */
function settingsToFill({ testerRun, survey }: Detected, workflow: string): readonly string[] {
  const missing = missingPrograms(survey);
  if (missing.length === 0) return testerRun === null ? [summary.setTestCommand(workflow)] : [];
  const settings = [
    ...(survey.install !== null && survey.install.missing !== null
      ? [{ setting: 'hooks.after_create', command: survey.install.command }]
      : []),
    ...(survey.test !== null && survey.test.missing !== null
      ? [{ setting: 'roles.tester.run', command: survey.test.command }]
      : []),
  ];
  return [summary.installAndSet({ programs: missing.map(({ program }) => program), settings, workflow })];
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
