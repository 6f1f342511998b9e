// Why a file can't be written, by the error of the file system, and how to fix it.

export const cannotBeWritten = (path: string, why: string): string => `${path} cannot be written: ${why}`;

const diskFull = {
  code: 'disk-full',
  why: 'no space is left on the disk',
  fix: (): string => 'df -h .    # make room; kanban writes it again',
};
const denied = {
  code: 'no-permission',
  why: 'permission denied',
  fix: (path: string): string => `ls -ld ${path} "$(dirname ${path})"    # both must be writable for you`,
};

export const WRITING_ERRORS: Readonly<
  Record<string, { readonly code: string; readonly why: string; readonly fix: (path: string) => string }>
> = {
  ENOSPC: diskFull,
  EDQUOT: {
    ...diskFull,
    why: 'your disk quota is used up',
    fix: () => 'quota -s    # make room; kanban writes it again',
  },
  EFBIG: {
    ...diskFull,
    why: 'the file size limit of the shell or of the disk is reached',
    fix: () => 'ulimit -f    # raise it; kanban writes it again',
  },
  EACCES: denied,
  EPERM: denied,
  EROFILE: { code: 'file-read-only', why: 'the file is read-only', fix: (path) => `chmod u+w ${path}` },
  EROFS: {
    code: 'file-system-read-only',
    why: 'its file system is mounted read-only',
    fix: (path) => `findmnt -T ${path}    # see why it is read-only`,
  },
  EISDIR: { code: 'not-a-file', why: 'a folder is in its place', fix: (path) => `mv ${path} ${path}.aside` },
  EINVAL: { code: 'not-a-file', why: 'it is not a plain file', fix: (path) => `ls -l ${path}` },
  ELOOP: { code: 'link-loop', why: 'its symbolic links form a loop', fix: (path) => `ls -l ${path}` },
  ENOENT: { code: 'folder-missing', why: 'its folder is missing', fix: (path) => `mkdir -p "$(dirname ${path})"` },
  ENOTDIR: {
    code: 'folder-missing',
    why: 'a file is where its folder should be',
    fix: (path) => `ls -ld "$(dirname ${path})"`,
  },
  EMFILE: { code: 'too-many-open-files', why: 'too many files are open', fix: () => 'ulimit -n 4096' },
};
