import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Rig } from './rig.ts';

/** Everything of the user's that a landing must leave alone: status, index, stash, and each file's bytes and mode (I7). */
export function everythingOf(rig: Rig): unknown {
  return {
    status: rig.git('status', '--porcelain=v1', '--ignored', '-uall'),
    staged: rig.git('ls-files', '-s'),
    stash: rig.git('stash', 'list', '--format=%H'),
    head: readFileSync(join(rig.root, '.git/HEAD'), 'utf8'),
    branches: rig.git('for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads', 'refs/tags', 'refs/remotes'),
    open: OPEN.filter((name) => existsSync(join(rig.root, '.git', name))),
    files: Object.fromEntries(filesOf(rig.root).map((path) => [relative(rig.root, path), contentOf(path)])),
  };
}

const OPEN = [
  ...['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'BISECT_LOG', 'rebase-merge', 'rebase-apply', 'index.lock'],
  ...['AUTO_MERGE', 'sequencer'],
];

const contentOf = (path: string): string => {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  return stat.isFile() ? `${(stat.mode & 0o777).toString(8)} ${readFileSync(path, 'latin1')}` : 'folder';
};

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name === '.git') return [];
    return entry.isDirectory() ? [path, ...filesOf(path)] : [path];
  });
}

/** A `git commit` of the user's, with its editor open. */
export interface OpenCommit {
  /** The editor is closed with a message; resolves with git's exit code and words. */
  close(): Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** Starts `git commit` with an editor that waits for a file, and resolves once the editor is open. */
export async function openCommit({ root }: Pick<Rig, 'root'>, ...args: string[]): Promise<OpenCommit> {
  const folder = mkdtempSync(join(tmpdir(), 'kanban-editor-'));
  const [opened, closed, editor] = ['opened', 'closed', 'editor.sh'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(editor, EDITOR, { mode: 0o755 });
  const env = { ...process.env, LC_ALL: 'C', GIT_EDITOR: `"${editor}" "${opened}" "${closed}"` };
  const child = spawn('git', ['commit', ...args], { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = endOf(child);
  await until(() => existsSync(opened));
  return {
    close: () => {
      writeFileSync(closed, '');
      return ended;
    },
  };
}

const EDITOR = `#!/bin/sh
: > "$1"
while [ ! -e "$2" ]; do sleep 0.02; done
echo "by hand" > "$3"
`;

function endOf(child: ChildProcess): Promise<{ readonly code: number | null; readonly stderr: string }> {
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })));
}

/** Waits for a marker, generously. */
export async function until(isThere: () => boolean): Promise<void> {
  for (let tries = 0; !isThere(); tries++) {
    if (tries > 3_000) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
