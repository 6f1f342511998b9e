import { git } from '../../git/git.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { PreflightFacts } from '../facts.ts';
import type { Checkouts } from './checkouts.ts';

/** git's settings as they are in effect: the last value of each. A key without a value, not even an empty one, is `true`. */
export async function readGitConfig(cwd: string): Promise<GitConfig> {
  const { stdout } = await git(['config', '--list', '-z'], { cwd, okExit: [0, 1, 128] });
  const pairs = stdout.split('\0').map((line): readonly [string, string] => {
    const end = line.indexOf('\n');
    return end < 0 ? [line, 'true'] : [line.slice(0, end), line.slice(end + 1)];
  });
  return new Map(pairs);
}

/** Full name of a setting, as git writes it, to its value. */
type GitConfig = ReadonlyMap<string, string>;

/** A name and an email that git takes without asking the environment or the machine. */
const USABLE = /^[^<>\n]*[^\s.,:;<>"\\'\p{C}][^<>\n]*$/u;

/** What git itself asks before a commit: name and email, from wherever they come. */
export async function readIdentity(cwd: string, config: GitConfig): Promise<PreflightFacts['identity']> {
  const isSet = ['user.name', 'user.email'].every((key) => USABLE.test(config.get(key) ?? ''));
  const isOverridden = Object.keys(process.env).some((name) => /^(GIT_COMMITTER_|EMAIL$)/.test(name));
  const isElsewhere = [...config.keys()].some((key) => key.startsWith('committer.'));
  if (isSet && !isOverridden && !isElsewhere) return { ok: true };
  const { code, stderr } = await git(['var', 'GIT_COMMITTER_IDENT'], { cwd, okExit: [0, 1, 128] });
  return code === 0
    ? { ok: true }
    : { ok: false, reported: (stderr.trim().split('\n').at(-1) ?? '').replace(/^fatal: /, '') };
}

/** Does `git pull` on base rebase, and drop merges? */
export function pullRebases(config: GitConfig, base: string): boolean {
  const value = config.get(`branch.${base}.rebase`) ?? config.get('pull.rebase') ?? 'false';
  return !['', 'false', 'no', 'off', '0', 'merges', 'm'].includes(value);
}

/** What git's settings say of the remote and of the branch that base follows. */
export function remoteOf(config: GitConfig, { remote, base }: Settings): PreflightFacts['remote'] {
  if (remote === null) return null;
  const follows = config.get(`branch.${base}.remote`) ?? '';
  const branch = (config.get(`branch.${base}.merge`) ?? '').replace(/^refs\/heads\//, '');
  const exists = (config.get(`remote.${remote}.url`) ?? '') !== '';
  return { exists, tracks: follows === '' || branch === '' ? null : { remote: follows, branch } };
}

/** Does git sign commits? */
export function signsCommits(config: GitConfig): boolean {
  const value = config.get('commit.gpgsign')?.toLowerCase();
  return value !== undefined && (['true', 'yes', 'on'].includes(value) || Number.parseInt(value, 10) > 0);
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
