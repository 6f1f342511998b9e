import { promptFile } from '../../workflow/roles.ts';
import type { Entry } from '../../board/entry.ts';
import type { Brief } from '../../contract/brief.ts';
import { git } from '../../git/git.ts';
import type { Handover } from '../../workflow/handover.ts';
import { renderPrompt } from '../../workflow/prompt.ts';
import { branchName } from '../observe/names.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';
import * as messages from './messages.ts';

/** Commits of the branch that a prompt names at most. */
const MAX_COMMITS = 50;

/** What a prompt contains besides the entry. */
export interface PromptFacts {
  /** What nothing has settled yet; empty = nothing. */
  readonly findings: string;
  readonly handover: Handover;
  /** Paths that the branch changes. */
  readonly changed: readonly string[];
}

/** The prompt of a run, from the role's template. */
export async function promptOf(
  observer: Observer,
  observation: Observation,
  entry: Entry,
  { brief, findings, handover, changed }: PromptFacts & { readonly brief: Brief },
): Promise<ReturnType<typeof renderPrompt>> {
  const { settings, rules } = observation.workflow;
  const file = promptFile(settings, brief.role);
  const template = await observer.workflow.file(observation.git, file);
  if (template === null) return { ok: false, error: [messages.promptMissing(file)] };
  const { stdout } = await git(
    ['log', '--format=%h %s', '-n', String(MAX_COMMITS), `${brief.base}..${brief.branch}`, '--'],
    { cwd: observer.repo.root },
  );
  return renderPrompt(template, file, {
    entry: {
      id: brief.taskId,
      title: entry.title,
      text: entry.body,
      fields: Object.fromEntries(entry.fields.map(({ key, value }) => [key, value])),
      criteria: entry.criteria,
    },
    run: {
      role: brief.role,
      attempt: brief.attempt,
      minutes: Math.round(brief.timeout / 60_000),
      report: brief.report,
      purpose: brief.purpose,
    },
    git: {
      worktree: brief.worktree,
      branch: branchName(settings, brief.taskId),
      base: settings.base,
      changed,
      commits: stdout.split('\n').filter(Boolean),
    },
    findings,
    handover,
    rules,
  });
}
