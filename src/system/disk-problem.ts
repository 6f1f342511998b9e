import type { Problem } from '../problem.ts';

/**
 * An error of the file system as a problem with its way out.
 * @param path the file that was to be written.
 * @param error what node:fs threw; anything without an errno code is a bug and thrown again.
 */
export function problemOfWriting(path: string, error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (typeof code !== 'string') throw error;
  const known = KNOWN[code];
  if (known === undefined)
    return { code: 'cannot-write', message: `${path} can't be written: ${(error as Error).message}` };
  return { code: known.code, message: `${path} can't be written: ${known.why}`, fix: known.fix(quote(path)) };
}

const diskFull = {
  code: 'disk-full',
  why: 'no space is left on the disk',
  fix: (): string => 'df -h .    # make room; it is written again by itself',
};
const denied = {
  code: 'no-permission',
  why: 'permission denied',
  fix: (path: string): string => `ls -ld ${path} "$(dirname ${path})"    # both must be writable for you`,
};

const KNOWN: Readonly<
  Record<string, { readonly code: string; readonly why: string; readonly fix: (path: string) => string }>
> = {
  ENOSPC: diskFull,
  EDQUOT: {
    ...diskFull,
    why: 'your disk quota is used up',
    fix: () => 'quota -s    # make room; it is written again by itself',
  },
  EFBIG: {
    ...diskFull,
    why: 'files may grow no further here (a limit of the shell or of the disk)',
    fix: () => 'ulimit -f    # raise it; it is written again by itself',
  },
  EACCES: denied,
  EPERM: denied,
  EROFILE: { code: 'file-read-only', why: 'the file is read-only', fix: (path) => `chmod u+w ${path}` },
  EROFS: {
    code: 'file-system-read-only',
    why: 'its file system is mounted read-only',
    fix: (path) => `findmnt -T ${path}    # see why it is read-only`,
  },
  EISDIR: { code: 'not-a-file', why: 'a folder stands in its place', fix: (path) => `mv ${path} ${path}.aside` },
  EINVAL: { code: 'not-a-file', why: 'it is no plain file', fix: (path) => `ls -l ${path}` },
  ELOOP: { code: 'link-loop', why: 'its symbolic links lead in a circle', fix: (path) => `ls -l ${path}` },
  ENOENT: { code: 'folder-missing', why: 'its folder is missing', fix: (path) => `mkdir -p "$(dirname ${path})"` },
  ENOTDIR: {
    code: 'folder-missing',
    why: 'a file stands where its folder should be',
    fix: (path) => `ls -ld "$(dirname ${path})"`,
  },
  EMFILE: { code: 'too-many-open-files', why: 'too many files are open', fix: () => 'ulimit -n 4096' },
};

const quote = (path: string): string => (/^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);
