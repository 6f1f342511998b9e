import { join } from 'node:path';
import { COLUMNS, type BoardTexts, type Column } from '../../../board/entry.ts';
import type { Problem } from '../../../problem.ts';
import { linkBelow } from '../../../system/link-below.ts';
import { readFollowing } from '../../../system/plain-file.ts';
import * as messages from '../messages.ts';
import { stillSince } from '../still-since.ts';

/** The column files of a checkout. */
export interface DiskRead {
  readonly texts: BoardTexts | null;
  readonly unreadable: readonly Problem[];
  readonly changedAt: ReadonlyMap<Column, number>;
}

/** Base is checked out nowhere. */
export const NOWHERE: DiskRead = { texts: null, unreadable: [], changedAt: new Map() };

export function readDisk(checkout: string, folder: string, now: number): DiskRead {
  const texts: Record<Column, string | null> = { TODO: null, IN_PROGRESS: null, REVIEW: null, TESTING: null };
  const unreadable: Problem[] = [];
  const changedAt = new Map<Column, number>();
  for (const column of COLUMNS) {
    const shown = `${folder}/${column}.md`;
    const path = join(checkout, shown);
    // The user's files elsewhere are neither committed nor written, whoever made the link.
    const link = linkBelow(checkout, shown);
    if (link !== null) {
      unreadable.push(messages.columnBehindLink(shown, link));
      continue;
    }
    try {
      const bytes = readFollowing(path);
      if (bytes === null) continue;
      const text = bytes.toString('utf8');
      if (!Buffer.from(text, 'utf8').equals(bytes)) unreadable.push(messages.notUtf8(shown));
      texts[column] = text;
      changedAt.set(column, stillSince(path, now) ?? now);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR')
        unreadable.push(messages.columnUnreadable(shown, message, code !== 'ENOTPLAIN'));
    }
  }
  return { texts, unreadable, changedAt };
}

/** The column files, by any way of reading them. */
export async function readTexts(read: (path: string) => Promise<Buffer | null>, folder: string): Promise<BoardTexts> {
  const texts: Record<Column, string | null> = { TODO: null, IN_PROGRESS: null, REVIEW: null, TESTING: null };
  for (const column of COLUMNS) texts[column] = (await read(`${folder}/${column}.md`))?.toString() ?? null;
  return texts;
}
