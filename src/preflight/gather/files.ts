import { promptFile } from '../../workflow/roles.ts';
import { lstatSync } from 'node:fs';
import { readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from '../../git/git.ts';
import { unclearForms } from '../../landing/changelog/forms.ts';
import type { Problem } from '../../problem.ts';
import { packageRoot } from '../../system/package-root.ts';
import { textFollowing } from '../../system/plain-file.ts';
import { ROLES, type Role } from '../../workflow/roles.ts';
import { type Settings } from '../../workflow/settings.ts';
import type { PreflightFacts } from '../facts.ts';
import type { FactsAsked } from './asked.ts';
import * as messages from './messages.ts';

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
          what: messages.notAFile(stat.isDirectory()),
          instead: messages.LANDINGS_WAIT,
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
      if (prompt.text !== null) return checked(prompt.text, prompt.file, role);
      const needed = settings.agents[settings.roles[role].agent]?.kind !== 'shell';
      return needed
        ? [
            {
              code: 'prompt-missing',
              message: messages.promptMissing(role, prompt.file),
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
async function checked(text: string, file: string, role: Role): Promise<readonly Problem[]> {
  const known = checkedPrompts.get(file);
  if (known?.text === text) return known.problems;
  const problems = isShipped(text, role) ? [] : await check(text, file);
  checkedPrompts.set(file, { text, problems });
  return problems;
}

/** `kanban init` wrote it, and nobody has changed it: its check is a test of ours. */
const isShipped = (text: string, role: Role): boolean =>
  textFollowing(join(packageRoot(), 'prompts', `${role}.md`)) === text;

/** Loaded where it is needed: the template engine takes longer than all the rest of a look. */
const check = async (text: string, file: string): Promise<readonly Problem[]> =>
  (await import('../../workflow/prompt.ts')).checkPrompt(text, file);
