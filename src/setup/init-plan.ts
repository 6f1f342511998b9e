import { relative } from 'node:path';
import { ADAPTERS } from '../agents/adapters.ts';
import { BASE_NOTED, notedBase } from '../coordinator/observe/configured-base.ts';
import { detect, type Detected } from './detect.ts';
import { installGuard, planGuard } from './guard.ts';
import { makeIntegrationBranch } from './integration-branch.ts';
import { closeRepository } from '../git/close.ts';
import { git, type Repository } from '../git/git.ts';
import { openRepository } from '../git/open-repository.ts';
import { failed, ok, type Result } from '../problem.ts';
import { defaultSettings } from '../workflow/parse.ts';
import { planFiles, writeFiles } from './init-files.ts';
import { choosePlace, type InitPlace } from './init-place.ts';
import { describeFound, describeMade, stepsOf } from './init-summary.ts';
import * as messages from './messages.ts';

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
  /** Writes nothing, says what it would. */
  readonly dryRun: boolean;
  /** On a terminal: asks what can't be known. Given a question and its choices, answers one. */
  readonly ask?: (question: string, choices: readonly string[]) => Promise<string>;
  /** Where agent CLIs, their logins and keys are looked for; this process's own unless told. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface InitResult {
  readonly dryRun: boolean;
  /** Branch, worktree, hook and git config, as text. */
  readonly made: readonly string[];
  /** Paths relative to the root; `appended` ones existed before. */
  readonly written: readonly { readonly path: string; readonly how: 'new' | 'appended' }[];
  readonly kept: readonly string[];
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
  const { root } = repo;
  if (!(await hasCommits(repo))) return failed([NO_COMMITS]);
  const first = await detect(root, defaultSettings().board, options.env);
  const chosen = await choosePlace(repo, { base: options.base, ask: options.ask }, first);
  if (!chosen.ok) return chosen;
  const place = chosen.value;
  const board = place.existing?.board ?? defaultSettings().board;
  const detected = board === defaultSettings().board ? first : await detect(root, board, options.env);
  const agent = await chooseAgent(options, detected);
  if (!agent.ok) return agent;
  const { files, kept } = await planFiles(repo, place, { detected, agent: agent.value });
  const guard = options.guard === true ? await planGuard(repo, guarded(place, root)) : null;
  const noted = toNote(repo, place, options.base);
  const changes = { files: guard?.files ?? [], config: [...noted, ...(guard?.config ?? [])] };
  const found = await describeFound(repo, place, detected, agent.value);
  const nextSteps = await stepsOf({ repo, cwd: options.cwd, place, files, detected, guard });
  const made = describeMade(repo, place, changes.config, changes.files);
  if (!options.dryRun) {
    const branched = await makeBranch(repo, place);
    if (!branched.ok) return branched;
    await writeFiles(files);
    await installGuard(repo, changes);
  }
  const written = files.map(({ folder, path, how }) => ({ path: relative(root, `${folder}/${path}`), how }));
  const prefix = relative(root, place.folder);
  return ok({
    dryRun: options.dryRun,
    made,
    written,
    kept: kept.map((path) => (prefix === '' ? path : `${prefix}/${path}`)),
    found,
    nextSteps,
  });
}

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
