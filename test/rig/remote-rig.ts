import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRepository } from '../../src/git/open-repository.ts';
import { type Repository } from '../../src/git/git.ts';

/** A clone of the remote, with an identity of its own. */
export interface Clone {
  readonly repo: Repository;
  readonly root: string;
  git(...args: string[]): string;
  sha(revision: string): string;
  /** An empty commit on HEAD. @returns its SHA. */
  commit(subject: string): string;
}

/** A bare repository on this disk that serves as the remote `origin`. */
export interface RemoteRig {
  /** Folder of it all; hooks leave their marks here. */
  readonly folder: string;
  readonly bare: string;
  /** git in the bare repository. */
  git(...args: string[]): string;
  /** The commit of a ref in full; '' = there is none. */
  tip(ref: string): string;
  /** A clone, or an empty repository with `origin` where nothing is there to clone. */
  clone(name: string): Promise<Clone>;
  hook(name: string, script: string): void;
}

/** @param start whether `main` exists there, with one commit. */
export async function makeRemoteRig({ start = true }: { readonly start?: boolean } = {}): Promise<RemoteRig> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-remote-')));
  const bare = join(folder, 'remote.git');
  run(folder, 'init', '-q', '--bare', '-b', 'main', bare);
  const rig: RemoteRig = {
    folder,
    bare,
    git: (...args) => run(bare, ...args),
    tip: (ref) => run(bare, 'for-each-ref', '--format=%(objectname)', ref),
    clone: (name) => makeClone(folder, bare, name),
    hook(name, script) {
      const file = join(bare, 'hooks', name);
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      chmodSync(file, 0o755);
    },
  };
  if (start) {
    const first = await rig.clone('first');
    first.commit('start');
    first.git('push', '-q', 'origin', 'main');
  }
  return rig;
}

async function makeClone(folder: string, bare: string, name: string): Promise<Clone> {
  const root = join(folder, name);
  run(folder, '-c', 'init.defaultBranch=main', 'clone', '-q', bare, root);
  const git = (...args: string[]): string => run(root, ...args);
  for (const [key, value] of CONFIG) git('config', key, value);
  git('config', 'user.name', `Per ${name}`);
  const opened = await openRepository(root);
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  const sha = (revision: string): string => git('rev-parse', revision);
  const commit = (subject: string): string => {
    git('commit', '-q', '--allow-empty', '-m', subject);
    return sha('HEAD');
  };
  return { repo: opened.value, root, git, sha, commit };
}

const CONFIG = [
  ['user.email', 'per@example.com'],
  ['commit.gpgsign', 'false'],
] as const;

const run = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', GIT_EDITOR: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
