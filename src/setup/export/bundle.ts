import { readFile } from 'node:fs/promises';
import { basename, isAbsolute, join, normalize } from 'node:path';
import { WORKFLOW, WorkflowReader } from '../../coordinator/observe/workflow-reader.ts';
import { worktrees } from '../../git/checkout.ts';
import type { Repository } from '../../git/git.ts';
import { failed, ok, type Problem, type Result } from '../../problem.ts';
import { packageRoot } from '../../system/package-root.ts';
import { ROLES } from '../../workflow/roles.ts';
import type { Settings } from '../../workflow/settings.ts';
import { SKILL_FILES } from '../skill-file.ts';
import { secretProblems, withoutValues } from './settings-text.ts';
import * as messages from './messages.ts';

export interface BundleFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly text: string;
  /** An empty column: one that has entries is never replaced. */
  readonly isColumn: boolean;
}

export interface Bundle {
  readonly files: readonly BundleFile[];
  /** Variables of `env` settings whose values were left out. */
  readonly emptied: readonly string[];
  /** The worktrees of the repository: another board would be in the way there. */
  readonly checkouts: readonly string[];
}

const COLUMN_FILES = ['TODO.md', 'IN_PROGRESS.md', 'REVIEW.md', 'TESTING.md'];
const GUIDE = 'KANBAN.md';

/**
 * What another repository needs to work in the same way: settings, prompts, an empty board, the skill and a guide. The
 * settings have no values of variables; what looks like a secret is a problem. Further problems: no WORKFLOW.md, unreadable
 * settings.
 * @param skill the text of the skill file
 */
export async function bundleOf(repo: Repository, skill: string): Promise<Result<Bundle>> {
  const reader = new WorkflowReader(repo);
  const read = await reader.read();
  if (!read.ok) return read;
  const { workflow, view, problems } = read.value;
  if (problems.length > 0) return failed(problems);
  const settings = await reader.file(view, WORKFLOW);
  if (settings === null) return failed([{ code: 'not-set-up', message: messages.NOT_SET_UP, fix: 'kanban init' }]);
  const { text, emptied } = withoutValues(settings);
  const files: BundleFile[] = [{ path: WORKFLOW, text, isColumn: false }];
  if (promptPaths(workflow.settings).includes(GUIDE))
    return failed([{ code: 'name-taken', message: messages.nameTaken(GUIDE), fix: messages.MOVE_PROMPT }]);
  for (const path of promptPaths(workflow.settings)) {
    const prompt = await reader.file(view, path);
    if (prompt !== null) files.push({ path, text: prompt, isColumn: false });
  }
  const secrets = files.flatMap(({ path, text: written }): readonly Problem[] => secretProblems(written, path));
  if (secrets.length > 0) return failed(secrets);
  files.push(...(await emptyBoard(workflow.settings)));
  files.push(...SKILL_FILES.map((path) => ({ path, text: skill, isColumn: false })));
  const paths = files.map(({ path }) => path);
  const guide = messages.guide({ project: basename(repo.root), paths, emptied });
  files.push({ path: GUIDE, text: guide, isColumn: false });
  return ok({ files, emptied, checkouts: worktrees(repo).map(({ path }) => path) });
}

/** Of every role; one outside of the repository is not the bundle's. */
const promptPaths = ({ roles, prompts }: Settings): readonly string[] => [
  ...new Set(
    ROLES.map((role) => normalize(roles[role].prompt ?? `${prompts}/${role}.md`)).filter(
      (path) => !isAbsolute(path) && path.split('/')[0] !== '..',
    ),
  ),
];

const emptyBoard = ({ board, ids }: Settings): Promise<BundleFile[]> =>
  Promise.all(
    COLUMN_FILES.map(async (name) => {
      const text = await readFile(join(packageRoot(), 'board', name), 'utf8');
      return { path: `${board}/${name}`, text: text.replaceAll('T-?', `${ids[0] ?? 'T'}-?`), isColumn: true };
    }),
  );
