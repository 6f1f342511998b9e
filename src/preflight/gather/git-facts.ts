import { git } from '../../git/git.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { PreflightFacts } from '../facts.ts';
import type { Checkouts } from './checkouts.ts';

export async function gitVersion(cwd: string): Promise<string | null> {
  const { stdout } = await git(['version'], { cwd });
  return /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? null;
}

/** What git itself asks before a commit: name and email, from wherever they come. */
export async function readIdentity(cwd: string): Promise<PreflightFacts['identity']> {
  const { code, stderr } = await git(['var', 'GIT_COMMITTER_IDENT'], { cwd, okExit: [0, 1, 128] });
  return code === 0
    ? { ok: true }
    : { ok: false, reported: (stderr.trim().split('\n').at(-1) ?? '').replace(/^fatal: /, '') };
}

/** Does `git pull` on base rebase, and drop merges? */
export async function readConfig(cwd: string, base: string): Promise<boolean> {
  const read = async (name: string): Promise<string> =>
    (await git(['config', '--get', name], { cwd, okExit: [0, 1] })).stdout.trim();
  const [own, all] = await Promise.all([read(`branch.${base}.rebase`), read('pull.rebase')]);
  return !['', 'false', 'no', 'off', '0', 'merges', 'm'].includes(own === '' ? all : own);
}

/** What git's settings say of the remote and of the branch that base follows. */
export async function readRemote(cwd: string, { remote, base }: Settings): Promise<PreflightFacts['remote']> {
  if (remote === null) return null;
  const read = async (name: string): Promise<string> =>
    (await git(['config', '--get', name], { cwd, okExit: [0, 1] })).stdout.trim();
  const [url, follows, merge] = await Promise.all([
    read(`remote.${remote}.url`),
    read(`branch.${base}.remote`),
    read(`branch.${base}.merge`),
  ]);
  const branch = merge.replace(/^refs\/heads\//, '');
  return { exists: url !== '', tracks: follows === '' || branch === '' ? null : { remote: follows, branch } };
}

export async function readSigning(cwd: string): Promise<boolean> {
  const { stdout } = await git(['config', '--type=bool', '--get', 'commit.gpgsign'], { cwd, okExit: [0, 1, 128] });
  return stdout.trim() === 'true';
}

export async function anyCommit(cwd: string): Promise<boolean> {
  const { stdout } = await git(['rev-list', '--all', '--max-count=1'], { cwd, okExit: [0, 128, 129] });
  return stdout.trim() !== '';
}

export async function readBase(
  cwd: string,
  base: string,
  checkouts: Checkouts,
): Promise<Pick<PreflightFacts, 'baseExists' | 'baseCandidates'>> {
  if (checkouts.base !== null && checkouts.born) return { baseExists: true, baseCandidates: [] };
  const found = await git(['rev-parse', '--verify', '--quiet', `refs/heads/${base}^{commit}`], {
    cwd,
    okExit: [0, 1, 128],
  });
  if (found.code === 0) return { baseExists: true, baseCandidates: [] };
  const { stdout } = await git(
    ['for-each-ref', '--count=50', '--format=%(refname:short)', 'refs/heads', 'refs/remotes'],
    { cwd },
  );
  return {
    baseExists: false,
    baseCandidates: stdout.split('\n').filter((name) => name !== '' && !name.endsWith('/HEAD')),
  };
}

/** The kanban's own files are committed by the coordinator itself. */
export async function readStatus(
  cwd: string,
  settings: Settings,
): Promise<Pick<PreflightFacts, 'uncommitted' | 'unpushed'>> {
  const { stdout } = await git(['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=no', '--no-renames'], {
    cwd,
    okExit: [0, 128],
  });
  const lines = stdout.split('\0');
  const ahead = lines.map((line) => /^# branch\.ab \+(\d+)/.exec(line)?.[1]).find((count) => count !== undefined);
  const own = (path: string): boolean =>
    ['WORKFLOW.md', '.gitignore', '.gitattributes', '.worktreeinclude'].includes(path) ||
    [settings.board, settings.prompts].some((folder) => path.startsWith(`${folder}/`));
  const changed = lines.flatMap((line) =>
    line.startsWith('1 ')
      ? [line.split(' ').slice(8).join(' ')]
      : line.startsWith('u ')
        ? [line.split(' ').slice(10).join(' ')]
        : [],
  );
  return { uncommitted: changed.filter((path) => !own(path)), unpushed: Number(ahead ?? 0) };
}
