import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { notedBase } from '../coordinator/observe/configured-base.ts';
import { WORKFLOW } from '../coordinator/observe/workflow-reader.ts';
import type { Detected } from './detect.ts';
import {
  planIntegrationBranch,
  planIntegrationWorktree,
  type IntegrationBranch,
  type IntegrationWorktree,
} from './integration-branch.ts';
import { checkoutOf } from '../git/checkout.ts';
import type { Repository } from '../git/git.ts';
import { readBlob, resolve } from '../git/objects/objects.ts';
import { failed, ok, type Problem, type Result } from '../problem.ts';
import { defaultSettings, parseWorkflow } from '../workflow/parse.ts';
import type { Settings } from '../workflow/settings.ts';
import * as messages from './messages.ts';

/** Which branch tasks land on, and where its files are written. */
export interface InitPlace {
  readonly base: string;
  /** Absolute; may still have to be made. */
  readonly folder: string;
  /** What the folder will hold, while it isn't made. */
  readonly commit: string | null;
  /** Its settings, if it has a WORKFLOW.md. */
  readonly existing: Settings | null;
  /** null: base is worked on in the user's own checkout. */
  readonly integration: null | {
    readonly branch: IntegrationBranch;
    readonly worktree: IntegrationWorktree;
    readonly upstream: string;
    readonly remote: string | null;
  };
}

interface Asked {
  /** `--base`. */
  readonly base: string | undefined;
  readonly ask: ((question: string, choices: readonly string[]) => Promise<string>) | undefined;
}

/**
 * Where `kanban init` writes: the main checkout; or, for a base that is neither the default branch nor checked out there,
 * a worktree of its own. Without `--base`, an integration branch that was set up earlier is found again.
 */
export async function choosePlace(
  repo: Repository,
  { base: named, ask }: Asked,
  detected: Detected,
): Promise<Result<InitPlace>> {
  const inRoot = await settingsAt(repo, repo.root, null);
  const known = inRoot.ok ? inRoot.value : null;
  const chosen = named ?? (await earlier(repo, known)) ?? (known === null ? await asked(ask, detected) : undefined);
  if (chosen === undefined) {
    const base = known?.base ?? detected.base?.value;
    return base === undefined && inRoot.ok ? failed([NO_BASE]) : at(repo, base ?? '', repo.root);
  }
  return placeOfBase(repo, chosen, detected);
}

async function placeOfBase(repo: Repository, chosen: string, detected: Detected): Promise<Result<InitPlace>> {
  const { upstream } = detected;
  const there = checkoutOf(repo, `refs/heads/${chosen}`);
  if (chosen === upstream?.value || there?.path === repo.root) return at(repo, chosen, there?.path ?? repo.root);
  if (upstream !== null) return integrationPlace(repo, chosen, { upstream: upstream.value, remote: detected.remote });
  const isThere = (await resolve(repo, `refs/heads/${chosen}^{commit}`)) !== null;
  return isThere ? at(repo, chosen, there?.path ?? repo.root) : failed([nothingToStartFrom(chosen)]);
}

/** A file as it is, or will be, in the folder; null = none. */
export async function readIn(
  repo: Repository,
  { folder, commit }: FolderOrCommit,
  path: string,
): Promise<string | null> {
  if (commit !== null) return (await readBlob(repo, commit, path))?.toString() ?? null;
  return readFile(join(folder, path), 'utf8').catch(() => null);
}

type FolderOrCommit = Pick<InitPlace, 'folder' | 'commit'>;

async function at(repo: Repository, base: string, folder: string): Promise<Result<InitPlace>> {
  const existing = await settingsAt(repo, folder, null);
  return existing.ok ? ok({ base, folder, commit: null, existing: existing.value, integration: null }) : existing;
}

async function integrationPlace(
  repo: Repository,
  base: string,
  { upstream, remote }: { readonly upstream: string; readonly remote: string | null },
): Promise<Result<InitPlace>> {
  const branch = await planIntegrationBranch(repo, { base, upstream, remote });
  if (!branch.ok) return branch;
  const there = checkoutOf(repo, `refs/heads/${base}`);
  const existing = await settingsAt(repo, there?.path ?? '', there === null ? branch.value.commit : null);
  if (!existing.ok) return existing;
  const worktree = await planIntegrationWorktree(repo, base, existing.value ?? defaultSettings());
  if (!worktree.ok) return worktree;
  return ok({
    base,
    folder: worktree.value.path,
    commit: there === null ? branch.value.commit : null,
    existing: existing.value,
    integration: { branch: branch.value, worktree: worktree.value, upstream, remote },
  });
}

/** The settings of a WORKFLOW.md that is there already; null = there is none. */
async function settingsAt(repo: Repository, folder: string, commit: string | null): Promise<Result<Settings | null>> {
  const text = await readIn(repo, { folder, commit }, WORKFLOW);
  if (text === null) return ok(null);
  const read = parseWorkflow(text, WORKFLOW);
  return read.ok ? ok(read.value.settings) : read;
}

/** The integration branch that an earlier `init --base` noted, or that the main checkout's own settings name. */
async function earlier(repo: Repository, inRoot: Settings | null): Promise<string | undefined> {
  const noted = notedBase(repo);
  if (noted !== null && (await resolve(repo, `refs/heads/${noted}`)) !== null) return noted;
  return inRoot !== null && inRoot.upstream !== null ? inRoot.base : undefined;
}

/** Asked only where there is a remote, which may not take pushes to its default branch. */
async function asked(ask: Asked['ask'], { upstream, remote }: Detected): Promise<string | undefined> {
  if (ask === undefined || upstream === null || remote === null) return undefined;
  const own = messages.ownBranch(AGENTS, upstream.value);
  const answer = await ask(messages.WHERE_TO_LAND, [upstream.value, own]);
  return answer === own ? AGENTS : undefined;
}

const AGENTS = 'agents';

const NO_BASE: Problem = {
  code: 'no-base',
  message: messages.NO_BASE,
  fix: messages.NAME_BASE,
};

const nothingToStartFrom = (base: string): Problem => ({
  code: 'no-upstream',
  message: messages.noUpstream(base),
  fix: messages.switchOrMakeBase(base),
});
