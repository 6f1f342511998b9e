import { readdirSync } from 'node:fs';

/** Names in a folder, sorted; none where it cannot be read. Never throws. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** The same, in no order; none where there is no folder, or a file or a dangling link in its place. @throws the error of the disk */
export function namesOrError(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return [];
    throw error;
  }
}
