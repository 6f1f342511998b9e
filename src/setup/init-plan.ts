import { relative } from 'node:path';
import { ADAPTERS } from '../agents/adapters.ts';
import { BASE_NOTED, notedBase } from '../coordinator/observe/configured-base.ts';
import { detect, type Detected } from './detect.ts';
import { installGuard, planGuard } from './guard.ts';
import { makeIntegrationBranch } from './integration-branch.ts';
import { closeRepository } from '../git/close.ts';
import { git, type Repository } from '../git/git.ts';
import { openRepository } from '../git/open-repository.ts';
import { failed, ok, type Problem, type Result } from '../problem.ts';
import { defaultSettings } from '../workflow/parse.ts';
import { planAdoption, type AdoptReview } from './adopt-file.ts';
import { planFiles, writeFiles, type FilePlan } from './init-files.ts';
import { choosePlace, type InitPlace } from './init-place.ts';
import { describeFound, describeMade, stepsOf } from './init-summary.ts';
import { planSkill, type SkillPlan } from './skill-file.ts';
import * as messages from './messages.ts';
import * as adoptMessages from './messages-adopt.ts';

export interface InitOptions {
  readonly cwd: string;
  /** `shell`, or one of the known agent CLIs; left out: the first that is installed, else `shell`. */
  readonly agent?: string;
  /**
   * The branch that tasks land on. One that is neither the default branch nor checked out in the main checkout is an
   * integration branch: made if it is missing, with a worktree of its own for settings and board.
   */
  readonly base?: string;
  /** Installs the pre-push hook that lets base move only through the queue. */
  readonly guard?: boolean;
  /** A file whose tasks become entries of TODO, relative to `cwd`. */
  readonly adopt?: string;
  /** Is shown what adopting changes; false: nothing is written at all. Left out: it is written. */
  readonly review?: (review: AdoptReview) => Promise<boolean>;
  /** Writes the skill file for agents; this is its text. */
  readonly skill?: string;
  /** Writes nothing, says what it would. */
  readonly dryRun: boolean;
  /** On a terminal: asks what can't be known. Given a question and its choices, answers one. */
  readonly ask?: (question: string, choices: readonly string[]) => Promise<string>;
  /** Where agent CLIs, their logins and keys are looked for; this process's own by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface InitResult {
  readonly dryRun: boolean;
  /** Branch, worktree, hook and git config, as text. */
  readonly made: readonly string[];
  /** Paths relative to the root; `appended` ones existed before. */
  readonly written: readonly { readonly path: string; readonly how: FilePlan['how'] }[];
  readonly kept: readonly string[];
  /** null: nothing was adopted. */
  readonly adopted: AdoptReview | null;
  /** What was read off the repository, as text. */
  readonly found: readonly string[];
  /** Commands and advice, in their order. */
  readonly nextSteps: readonly string[];
}

/**
 * `kanban init`: writes what is missing for a repository to have a kanban, and commits nothing. What exists is left as
 * it is, but for lines appended to .gitignore and .gitattributes.
 * @returns what was written, found and is to be done next; problems: no repository, no commits, an unknown agent, an
 *   existing WORKFLOW.md that can't be read, an integration branch or its worktree that can't be made
 */
export async function init(options: InitOptions): Promise<Result<InitResult>> {
  const opened = await openRepository(options.cwd);
  if (!opened.ok) return opened;
  try {
    return await initIn(opened.value, options);
  } finally {
    closeRepository(opened.value);
  }
}

async function initIn(repo: Repository, options: InitOptions): Promise<Result<InitResult>> {
  if (!(await hasCommits(repo))) return failed([NO_COMMITS]);
  const first = await detect(repo.root, defaultSettings().board, options.env);
  const chosen = await choosePlace(repo, { base: options.base, ask: options.ask }, first);
  if (!chosen.ok) return chosen;
  const place = chosen.value;
  const board = place.existing?.board ?? defaultSettings().board;
  const detected = board === defaultSettings().board ? first : await detect(repo.root, board, options.env);
  const agent = await chooseAgent(options, detected);
  if (!agent.ok) return agent;
  const planned = await planFiles(repo, place, { detected, agent: agent.value });
  const skill = options.skill === undefined ? NO_SKILL : await planSkill(repo, place, options.skill);
  const adoption = await adopted(options, place, { files: [...planned.files, ...skill.files], detected });
  if (!adoption.ok) return adoption;
  const decided = { place, detected, agent: agent.value, changedSkill: skill.changed };
  return carryOut(repo, options, { ...decided, kept: [...planned.kept, ...skill.kept], ...adoption.value });
}

interface Decided {
  readonly place: InitPlace;
  readonly detected: Detected;
  readonly agent: string;
  readonly files: readonly FilePlan[];
  readonly kept: readonly string[];
  /** Skill files that somebody changed. */
  readonly changedSkill: readonly string[];
  readonly review: AdoptReview | null;
}

/** Describes what was decided, and does it unless it is a dry run. */
async function carryOut(
  repo: Repository,
  options: InitOptions,
  { place, detected, agent, files, kept, changedSkill, review }: Decided,
): Promise<Result<InitResult>> {
  const { root } = repo;
  const guard = options.guard === true ? await planGuard(repo, guarded(place, root)) : null;
  const noted = toNote(repo, place, options.base);
  const changes = { files: guard?.files ?? [], config: [...noted, ...(guard?.config ?? [])] };
  const isByNpx = (options.env ?? process.env)['npm_command'] === 'exec';
  const found = [
    ...(await describeFound(repo, place, detected, agent)),
    ...changedSkill.map((path) => messages.skillChanged(path)),
  ];
  const nextSteps = await stepsOf({
    repo,
    cwd: options.cwd,
    place,
    files,
    detected,
    guard,
    isByNpx,
    adopts: options.adopt !== undefined,
    agent: place.existing?.roles.task.agent ?? agent,
  });
  const made = describeMade(repo, place, changes.config, changes.files);
  if (!options.dryRun) {
    const branched = await makeBranch(repo, place);
    if (!branched.ok) return branched;
    const stale = await writeFiles(files);
    if (stale.length > 0) return failed(stale.map(changedMeanwhile));
    await installGuard(repo, changes);
  }
  const written = files.map(({ folder, path, how }) => ({ path: relative(root, `${folder}/${path}`), how }));
  const prefix = relative(root, place.folder);
  return ok({
    dryRun: options.dryRun,
    made,
    written,
    adopted: review,
    kept: kept
      .filter((path) => !files.some((file) => file.path === path))
      .map((path) => (prefix === '' ? path : `${prefix}/${path}`)),
    found,
    nextSteps,
  });
}

/** The files with the tasks of `--adopt`, after the user has seen the change; review null = nothing is adopted. */
async function adopted(
  { cwd, adopt, review }: InitOptions,
  place: InitPlace,
  { files, detected }: { readonly files: readonly FilePlan[]; readonly detected: Detected },
): Promise<Result<Pick<Decided, 'files' | 'review'>>> {
  if (adopt === undefined) return ok({ files, review: null });
  const ids = place.existing?.ids ?? detected.ids?.value ?? ['T'];
  const plan = await planAdoption({ cwd, path: adopt, place, files, ids });
  if (!plan.ok || review === undefined || (await review(plan.value.review))) return plan;
  return failed([
    { code: 'adopt-declined', message: adoptMessages.NOT_CONFIRMED, fix: adoptMessages.confirmWith(adopt) },
  ]);
}

const NO_SKILL: SkillPlan = { files: [], kept: [], changed: [] };

const changedMeanwhile = (path: string): Problem => ({
  code: 'adopt-changed',
  message: adoptMessages.changedMeanwhile(path),
  fix: adoptMessages.RUN_AGAIN,
});

async function hasCommits({ root }: Repository): Promise<boolean> {
  return (await git(['rev-list', '--all', '--max-count=1'], { cwd: root })).stdout.trim() !== '';
}

async function makeBranch(repo: Repository, { integration }: InitPlace): Promise<Result<unknown>> {
  return integration === null ? ok(null) : makeIntegrationBranch(repo, integration.branch, integration.worktree);
}

const NO_COMMITS = {
  code: 'no-commits',
  message: messages.NO_COMMITS,
  fix: messages.COMMIT_FIRST,
};

/** The settings that are there win; what the team commits is not written beside an integration branch. */
const guarded = (
  { base, existing, integration, folder }: InitPlace,
  root: string,
): Parameters<typeof planGuard>[1] => ({
  base: existing?.base ?? base,
  remote: existing === null ? (integration?.remote ?? null) : existing.remote,
  tracked: folder === root,
});

/** Noted where commands look for it: the main checkout has no WORKFLOW.md that names an integration branch. */
function toNote(
  repo: Repository,
  { base, integration }: InitPlace,
  asked: string | undefined,
): readonly (readonly [string, string | null])[] {
  const now = notedBase(repo);
  if (integration !== null) return now === base ? [] : [[BASE_NOTED, base]];
  return asked === undefined || now === null ? [] : [[BASE_NOTED, null]];
}

async function chooseAgent({ agent, ask }: InitOptions, { agents }: Detected): Promise<Result<string>> {
  const known = ['shell', ...KNOWN];
  if (agent !== undefined && !known.includes(agent)) {
    return failed([
      {
        code: 'unknown-agent',
        message: messages.unknownAgent(agent),
        fix: messages.nameKnownAgent(known),
      },
    ]);
  }
  if (agent !== undefined) return ok(agent);
  const choices = [...agents.map(({ name }) => name), 'shell'];
  const answer = ask && choices.length > 1 ? await ask(messages.WHICH_AGENT, choices) : choices[0];
  return ok(choices.find((choice) => choice === answer) ?? 'shell');
}

/** Agent CLIs with an adapter of their own. */
const KNOWN = ADAPTERS.filter(({ cli }) => cli !== null).map(({ name }) => name);
