import { plain } from '../report/plain.ts';
import { BoardError } from '../surfaces/board-error.ts';

/** Why the board could not do something, in one line. @throws what is a bug */
export function problemText(error: unknown): string {
  if (!(error instanceof BoardError)) throw error;
  return plain(
    error.problems.map(({ message, fix }) => (fix === undefined ? message : `${message} (${fix})`)).join('; '),
  );
}
