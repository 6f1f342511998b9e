import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Detected, FoundAgent } from './detect.ts';
import { textFollowing } from '../system/plain-file.ts';
import { packageRoot } from '../system/package-root.ts';
import type { Repository } from '../git/git.ts';
import { defaultSettings } from '../workflow/parse.ts';
import { fillWorkflow } from './fill-workflow.ts';
import { readIn, type InitPlace } from './init-place.ts';

export interface FilePlan {
  /** Absolute folder. */
  readonly folder: string;
  /** Relative to it. */
  readonly path: string;
  readonly text: string;
  readonly how: 'new' | 'appended' | 'changed';
  /** changed: the text that the change was made from. */
  readonly before?: string;
}

interface FilesPlan {
  readonly files: readonly FilePlan[];
  /** Relative to the place. */
  readonly kept: readonly string[];
}

/** The files that a kanban needs and `place` lacks; nothing is written. */
export async function planFiles(
  repo: Repository,
  place: InitPlace,
  chosen: { readonly detected: Detected; readonly agent: string },
): Promise<FilesPlan> {
  const settings = place.existing ?? defaultSettings();
  const copies: readonly (readonly [string, string])[] = [
    ['WORKFLOW.md', 'WORKFLOW.md'],
    ...['task.md', 'reviewer.md', 'tester.md'].map(
      (name) => [`prompts/${name}`, `${settings.prompts}/${name}`] as const,
    ),
    ...['TODO.md', 'IN_PROGRESS.md', 'REVIEW.md', 'TESTING.md'].map(
      (name) => [`board/${name}`, `${settings.board}/${name}`] as const,
    ),
  ];
  const files: FilePlan[] = [];
  const kept: string[] = [];
  for (const [source, path] of copies) {
    const isThere =
      place.commit === null ? existsSync(join(place.folder, path)) : (await readIn(repo, place, path)) !== null;
    if (isThere) kept.push(path);
    else {
      const text = fill(path, await readFile(join(packageRoot(), source), 'utf8'), place, chosen);
      files.push({ folder: place.folder, path, text, how: 'new' });
    }
  }
  const inside = !settings.worktrees.startsWith('/') && !settings.worktrees.startsWith('..');
  const ours = [...(inside ? [`${settings.worktrees}/`] : []), '.kanban/'];
  const appended = async (folder: string, path: string, lines: readonly string[]): Promise<FilePlan[]> => {
    const from = folder === place.folder ? place : { folder, commit: null };
    const missing = missingLines(await readIn(repo, from, path), lines);
    return missing === null ? [] : [{ folder, path, ...missing }];
  };
  files.push(...(await appended(place.folder, '.gitignore', [...chosen.detected.survey.notIgnored, ...ours])));
  files.push(...(await appended(place.folder, '.gitattributes', [`${settings.board}/*.md diff=markdown`])));
  // The user's own checkout has another .gitignore, which is none of ours.
  if (place.integration !== null) files.push(...(await appended(repo.commonDir, 'info/exclude', ours)));
  return { files, kept };
}

/** @returns the paths of files that somebody changed meanwhile: they are left as they are, and nothing else is written */
export async function writeFiles(files: readonly FilePlan[]): Promise<readonly string[]> {
  const stale = files.filter(
    ({ folder, path, before }) => before !== undefined && textFollowing(join(folder, path)) !== before,
  );
  if (stale.length > 0) return stale.map(({ path }) => path);
  for (const { folder, path, text, how } of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    // wx: a file that came meanwhile is the user's.
    if (how === 'new') await writeFile(file, text, { flag: 'wx' });
    else if (how === 'appended') await appendFile(file, text);
    else await replaceFile(file, text);
  }
  return [];
}

/** Write-then-rename, with the file's mode: a reader sees the old text or the new one, whole. */
async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.kanban`;
  try {
    await writeFile(draft, text, { flag: 'wx', mode: (await stat(file)).mode });
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

function fill(
  path: string,
  text: string,
  { base, integration }: InitPlace,
  { detected, agent }: { readonly detected: Detected; readonly agent: string },
): string {
  if (path.endsWith('/TODO.md')) {
    const prefix = detected.ids?.value[0] ?? 'T';
    return text.replaceAll('T-?', `${prefix}-?`);
  }
  if (path !== 'WORKFLOW.md') return text;
  return fillWorkflow(text, {
    base,
    upstream: integration?.upstream ?? null,
    remote: integration?.remote ?? null,
    ids: detected.ids?.value ?? ['T'],
    afterCreate: detected.afterCreate?.value ?? '',
    testerRun: detected.testerRun?.value ?? '',
    agent,
    // Those that are installed stand ready for an entry's `agent` field.
    agents: agentsWith(agent, detected.agents),
    tools: detected.survey.tools,
  });
}

/** The one that was asked for goes first, installed or not. */
function agentsWith(agent: string, found: readonly FoundAgent[]): readonly FoundAgent[] {
  if (agent === 'shell') return found;
  const asked = found.find(({ name }) => name === agent) ?? { name: agent, title: agent, key: null, loggedOut: false };
  return [asked, ...found.filter(({ name }) => name !== agent)];
}

/** Lines that a text lacks, as one append; an entry without its slash counts too. null = it has them all. */
function missingLines(text: string | null, lines: readonly string[]): Pick<FilePlan, 'text' | 'how'> | null {
  const has = new Set((text ?? '').split(/\r?\n/).map((line) => line.trim().replace(/^\/|\/$/g, '')));
  const missing = lines.filter((line) => !has.has(line.replace(/^\/|\/$/g, '')));
  if (missing.length === 0) return null;
  const eol = text?.includes('\r\n') ? '\r\n' : '\n';
  const start = text !== null && text !== '' && !text.endsWith('\n') ? eol : '';
  return { text: start + missing.map((line) => line + eol).join(''), how: text === null ? 'new' : 'appended' };
}
