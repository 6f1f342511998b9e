import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that is gone after the test; its name has blanks and letters beyond ASCII. */
export function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kanban init ü-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A repository on `main` with these files in one commit. */
export function makeRepository(files: Readonly<Record<string, string>> = { 'a.txt': 'a\n' }): string {
  const root = makeFolder();
  run(root, 'init', '-q', '-b', 'main');
  run(root, 'config', 'user.name', 'Person');
  run(root, 'config', 'user.email', 'person@example.com');
  run(root, 'config', 'commit.gpgsign', 'false');
  write(root, files);
  run(root, 'add', '-A');
  run(root, 'commit', '-q', '-m', 'Start');
  return root;
}

export function run(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

export function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** A folder with programs of these names, to be used as PATH; each prints a version. */
export function makePrograms(...names: string[]): string {
  const folder = makeFolder();
  for (const name of names) {
    writeFileSync(join(folder, name), '#!/bin/sh\necho "1.2.3 (fake)"\n');
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}
