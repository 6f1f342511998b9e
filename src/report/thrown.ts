import { drawProblem, type Problem } from '../problem.ts';

/** What a bug report needs to say. */
export interface BugFacts {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly command: string;
}

/**
 * An error that no command expected. Trouble with the disk is the machine's (`bug: false`); all else is a bug of ours,
 * reported with its stack and the place to report it.
 */
export function describeThrown(error: unknown, facts: BugFacts): { readonly text: string; readonly bug: boolean } {
  const trouble = troubleOf(error);
  if (trouble !== null) return { text: `${drawProblem(trouble)}\n`, bug: false };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const text = [
    stack,
    '',
    'This is a bug in kanban, please report it with the lines above: https://www.npmjs.com/package/file-kanban',
    `kanban ${facts.version}, node ${facts.node}, ${facts.platform}${facts.command === '' ? '' : `, kanban ${facts.command}`}`,
    'Your board and your branches are as git has them; active runs continue. `kanban status` says how things stand.',
  ];
  return { text: `${text.join('\n')}\n`, bug: true };
}

interface SystemError extends Error {
  readonly code?: unknown;
  readonly path?: unknown;
  readonly syscall?: unknown;
}

function troubleOf(error: unknown): Problem | null {
  if (!(error instanceof Error)) return null;
  const { code, path, syscall, message } = error as SystemError;
  if (syscall === 'uv_cwd') return FOLDER_GONE;
  const known = typeof code === 'string' ? TROUBLE[code] : undefined;
  if (known === undefined) return null;
  const what = typeof path === 'string' ? `${path}: ${known.why}` : `${known.why} (${message})`;
  return { code: known.code, message: what, fix: known.fix };
}

const FOLDER_GONE: Problem = {
  code: 'folder-gone',
  message: 'the folder that you are in does not exist any more',
  fix: 'cd to your repository',
};

const TROUBLE: Readonly<Record<string, { readonly code: string; readonly why: string; readonly fix: string }>> = {
  ENOSPC: { code: 'disk-full', why: 'no space is left on the disk', fix: 'df -h .    # make room, then try again' },
  EDQUOT: { code: 'disk-full', why: 'your disk quota is used up', fix: 'quota -s    # make room, then try again' },
  EROFS: {
    code: 'file-system-read-only',
    why: 'its file system is mounted read-only',
    fix: 'findmnt -T .    # see why it is read-only',
  },
  EACCES: {
    code: 'no-permission',
    why: 'permission denied',
    fix: 'ls -l    # it must be readable and writable for you',
  },
  EPERM: {
    code: 'no-permission',
    why: 'operation not permitted',
    fix: 'ls -l    # it must be readable and writable for you',
  },
  EISDIR: { code: 'not-a-file', why: 'a folder stands where a file should be', fix: 'move it aside' },
  ENOTPLAIN: { code: 'not-a-file', why: 'what stands there is no plain file', fix: 'move it aside' },
  ENOTDIR: { code: 'not-a-folder', why: 'a file stands where a folder should be', fix: 'move it aside' },
  EMFILE: { code: 'too-many-open-files', why: 'too many files are open', fix: 'ulimit -n 4096' },
  ENFILE: { code: 'too-many-open-files', why: 'too many files are open', fix: 'end some programs' },
  ENOMEM: { code: 'out-of-memory', why: 'no memory is left', fix: 'end some programs' },
};
