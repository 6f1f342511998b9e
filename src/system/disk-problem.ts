import type { Problem } from '../problem.ts';
import * as messages from './messages-disk.ts';
import { shellPath } from '../shell-word.ts';

/**
 * An error of the file system as a problem with its fix.
 * @param path the file that was to be written.
 * @param error what node:fs threw; anything without an errno code is a bug and thrown again.
 */
export function problemOfWriting(path: string, error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (typeof code !== 'string') throw error;
  const known = messages.WRITING_ERRORS[code];
  if (known === undefined)
    return { code: 'cannot-write', message: messages.cannotBeWritten(path, (error as Error).message) };
  return { code: known.code, message: messages.cannotBeWritten(path, known.why), fix: known.fix(shellPath(path)) };
}
