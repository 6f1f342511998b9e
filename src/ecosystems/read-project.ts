import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import which from 'which';
import { git } from '../git/git.ts';
import { textFollowing } from '../system/plain-file.ts';
import { ASKED_IGNORED, type Project } from './project.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** All that git has or would add of a repository, as a project and as the projects in its folders. */
export interface ProjectTree {
  readonly root: Project;
  /** @param folder relative to the root */
  at(folder: string): Project;
}

/**
 * Reads what a repository holds. Nothing is run but git.
 * @param root a worktree's folder, absolute
 * @param env where programs are looked for: `PATH`, `JAVA_HOME`
 */
export async function readProjectTree(root: string, env: Environment): Promise<ProjectTree> {
  const [tracked, untracked, ignored] = await Promise.all([
    git(['ls-files', '-z'], { cwd: root }),
    // A folder that git does not know counts as one name: node_modules may hold 100,000 files.
    git(['ls-files', '-z', '--others', '--exclude-standard', '--directory'], { cwd: root }),
    git(['check-ignore', '-z', '--stdin'], { cwd: root, input: ASKED_IGNORED.join('\0'), okExit: [0, 1, 128] }),
  ]);
  const files = [...tracked.stdout.split('\0'), ...untracked.stdout.split('\0')].filter((path) => path !== '');
  const hidden = new Set(ignored.stdout.split('\0'));
  const onPath = programsOf(env);
  const at = (folder: string): Project => {
    const start = folder === '' ? '' : `${folder}/`;
    const inside = files.filter((path) => path.startsWith(start)).map((path) => path.slice(start.length));
    const known = new Set(inside);
    const place = join(root, folder);
    return {
      folder: place,
      files: inside,
      has: (path) => known.has(path),
      text: (path) => textFollowing(join(place, path)) ?? '',
      isIgnored: (path) => hidden.has(path),
      isExecutable: (path) => isExecutable(join(place, path)),
      onPath,
    };
  };
  return { root: at(''), at };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function programsOf(env: Environment): (program: string) => boolean {
  const path = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.endsWith('/node_modules/.bin'))
    .join(delimiter);
  const known = new Map<string, boolean>();
  return (program) => {
    if (program === 'java' && (env['JAVA_HOME'] ?? '') !== '') return true;
    const found = known.get(program) ?? which.sync(program, { path, nothrow: true }) !== null;
    known.set(program, found);
    return found;
  };
}
