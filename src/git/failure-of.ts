import { GitError } from './git.ts';

/**
 * Why something could not be done, as text: git or the disk refused it. @returns null for any other error: a bug
 */
export function failureOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof GitError) return error.stderr.trim().replace(/^(fatal|error): /, '') || error.message;
  const { code, path } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^E[A-Z0-9]+$/.test(code))
    return path === undefined || error.message.includes(path) ? error.message : `${error.message} (${path})`;
  return error.message.startsWith('git ') ? error.message : null;
}
