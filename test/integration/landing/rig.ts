import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { openRepository } from '../../../src/git/open-repository.ts';
import { type Repository } from '../../../src/git/git.ts';

/** A repository in a folder of its own, with a board of one entry in TESTING and a branch that is ready to land. */
export interface Rig {
  readonly repo: Repository;
  readonly root: string;
  git(...args: string[]): string;
  gitIn(cwd: string, ...args: string[]): string;
  write(path: string, text: string | Buffer): void;
  read(path: string): string;
  sha(revision: string): string;
}

export const TODO = '# TODO\n\n## T-1: First\n\nDo it.\n\n## T-2: Second\n';
export const TESTING = '# TESTING\n\n## T-9: Ready to land\n\n- tested: x\n';
export const EMPTY_TESTING = '# TESTING\n';
export const CHANGELOG = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- old\n\n## [1.0.0]\n\n- x\n';

export async function makeRig(options: { readonly format?: string; readonly name?: string } = {}): Promise<Rig> {
  const root = join(realpathSync(mkdtempSync(join(tmpdir(), 'kanban-test-'))), options.name ?? 'repo');
  mkdirSync(root);
  const { git, write } = toolsOf(root);
  git('init', '-q', '-b', 'main', `--object-format=${options.format ?? 'sha1'}`);
  for (const [key, value] of CONFIG) git('config', key, value);
  write('board/TODO.md', TODO);
  write('board/IN_PROGRESS.md', '# IN_PROGRESS\n');
  write('board/TESTING.md', TESTING);
  write('CHANGELOG.md', CHANGELOG);
  for (let i = 0; i < 5; i++) write(`src/f${i}.txt`, lines(`f${i}`));
  write('.gitignore', 'ignored.txt\n.worktrees/\n');
  git('add', '.');
  git('commit', '-qm', 'start');
  git('switch', '-qc', 'T-9');
  write('src/f0.txt', `${lines('f0')}landed\n`);
  write('src/new.txt', 'new\n');
  git('rm', '-q', 'src/f4.txt');
  git('add', '.');
  git('commit', '-qm', 'T-9: work');
  git('switch', '-q', 'main');
  git('update-ref', 'refs/kanban/start/T-9', 'main');
  git('update-ref', 'refs/kanban/seen', 'main');
  return openRig(root);
}

/** A copy of a repository that a test has made ready once. */
export async function copyRig(template: Rig): Promise<Rig> {
  const root = join(realpathSync(mkdtempSync(join(tmpdir(), 'kanban-test-'))), basename(template.root));
  cpSync(template.root, root, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  const rig = await openRig(root);
  // Times and inodes are others than in the template's index.
  rig.git('status');
  return rig;
}

export async function openRig(root: string): Promise<Rig> {
  const opened = await openRepository(root);
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  const tools = toolsOf(root);
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  return { repo: opened.value, root, ...tools, read, sha: (revision) => tools.git('rev-parse', revision) };
}

function toolsOf(root: string): Pick<Rig, 'git' | 'gitIn' | 'write'> {
  const gitIn = (cwd: string, ...args: string[]) =>
    execFileSync('git', args, {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', GIT_EDITOR: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  const write = (path: string, text: string | Buffer) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  return { git: (...args) => gitIn(root, ...args), gitIn, write };
}

export const lines = (word: string): string => Array.from({ length: 20 }, (_, i) => `${word} line ${i}\n`).join('');

/** Whatever a kill or a race leaves must be no more than this: no lock, no draft, no journal, no pin. */
export function leftovers(rig: Rig): string[] {
  const found: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (/\.lock$|kanban-index$|\.kanban$|kanban\/.*\.json|refs\/kanban\/inflight/.test(path))
        found.push(path.slice(rig.root.length));
    }
  };
  walk(rig.root);
  return found;
}

const CONFIG = [
  ['user.name', 'Per Son'],
  ['user.email', 'per@example.com'],
  ['commit.gpgsign', 'false'],
  ['core.autocrlf', 'false'],
] as const;
