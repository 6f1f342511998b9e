import { promptFile } from '../../workflow/roles.ts';
import { lstatSync } from 'node:fs';
import { readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from '../../git/git.ts';
import { unclearForms } from '../../landing/changelog/forms.ts';
import type { Problem } from '../../problem.ts';
import { textFollowing } from '../../system/plain-file.ts';
import { checkPrompt } from '../../workflow/prompt.ts';
import { ROLES } from '../../workflow/roles.ts';
import { type Settings } from '../../workflow/settings.ts';
import type { PreflightFacts } from '../facts.ts';
import type { FactsAsked } from './asked.ts';

export function readChangelogForms(
  { changelog }: Settings,
  checkout: string,
  files: readonly string[],
): PreflightFacts['changelogForms'] {
  if (changelog === null) return [];
  try {
    const stat = lstatSync(join(checkout, changelog), { throwIfNoEntry: false });
    if (stat?.isDirectory() === true || stat?.isSymbolicLink() === true)
      return [
        {
          what: `it is a ${stat.isDirectory() ? 'folder' : 'symbolic link'}, not a file`,
          instead: 'no task lands until it is moved away, or `changelog:` in WORKFLOW.md is set otherwise',
        },
      ];
    return unclearForms(changelog, textFollowing(join(checkout, changelog)), files);
  } catch {
    // A file that can't be read: the landing reports it.
    return [];
  }
}

export async function readIgnored(
  root: string,
  settings: Settings,
): Promise<Pick<PreflightFacts, 'ignoredEnvFiles' | 'notIgnored'>> {
  const names = await readdir(root).catch(() => [] as string[]);
  const env = names.filter((name) => /^\.env($|\.)/.test(name));
  const inside = !settings.worktrees.startsWith('/') && !settings.worktrees.startsWith('..');
  const folders = ['.kanban', ...(inside ? [settings.worktrees] : [])];
  const asked = [...env, ...folders.map((folder) => `${folder}/x`)];
  const { stdout } = await git(['check-ignore', '-z', '--stdin'], {
    cwd: root,
    input: asked.join('\0'),
    okExit: [0, 1, 128],
  });
  const ignored = new Set(stdout.split('\0'));
  return {
    ignoredEnvFiles: env.filter((name) => ignored.has(name)),
    notIgnored: folders.filter((folder) => !ignored.has(`${folder}/x`)).map((folder) => `${folder}/`),
  };
}

export async function readDisk(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** A prompt is needed where a role's agent is more than the built-in one, and must be well wherever it stands. */
export async function readPromptProblems(
  { prompts, settings }: FactsAsked,
  checkout: string,
): Promise<readonly Problem[]> {
  const found = await Promise.all(
    ROLES.map(async (role) => {
      const file = promptFile(settings, role);
      const prompt = prompts?.[role] ?? { file, text: textFollowing(join(checkout, file)) };
      if (prompt.text !== null) return checked(prompt.text, prompt.file);
      const needed = settings.agents[settings.roles[role].agent]?.kind !== 'shell';
      return needed
        ? [
            {
              code: 'prompt-missing',
              message: `The prompt of the ${role} is missing: ${prompt.file}`,
              fix: 'kanban init',
            },
          ]
        : [];
    }),
  );
  return found.flat();
}

const checkedPrompts = new Map<string, { readonly text: string; readonly problems: readonly Problem[] }>();

/** Checking renders the prompt; it is asked for every other second, and prompts hardly ever change. */
function checked(text: string, file: string): readonly Problem[] {
  const known = checkedPrompts.get(file);
  if (known?.text === text) return known.problems;
  const problems = checkPrompt(text, file);
  checkedPrompts.set(file, { text, problems });
  return problems;
}
