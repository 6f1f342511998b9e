import type { Version } from '../../../board/saves/save.ts';
import { git, type Repository } from '../../../git/git.ts';
import { readBlob } from '../../../git/objects/objects.ts';
import { HAND_EDIT_SUBJECT } from '../../../landing/messages.ts';

/** An editor may hold a text of a column for this long, ms. */
const EDITOR_MEMORY_MS = 3_600_000;

/** Versions of a column file that an open editor may hold, oldest first. */
export async function versionsInGit(repo: Repository, base: string, path: string): Promise<Version[]> {
  const { stdout } = await git(['log', '--first-parent', '-n', '100', '-z', '--format=%H %ct %B', base, '--', path], {
    cwd: repo.root,
  });
  const older: Version[] = [];
  for (const record of stdout.split('\0').filter(Boolean)) {
    const [, sha = '', seconds = '0', message = ''] = /^(\S+) (\d+) ([\s\S]*)$/.exec(record) ?? [];
    const at = Number(seconds) * 1000;
    const bytes = await readBlob(repo, sha, path);
    if (bytes !== null) older.unshift({ text: bytes.toString(), at, by: isByUser(message) ? 'user' : 'coordinator' });
    // The first that is older is what the file had an hour ago.
    if (at < Date.now() - EDITOR_MEMORY_MS) break;
  }
  return older;
}

/**
 * Entries that an earlier coordinator put back and that have not moved since, with the time (epoch ms): such a commit may
 * change no file.
 */
export async function restoredInGit(repo: Repository, base: string): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await git(
    [
      'log',
      '--first-parent',
      '-n',
      '2000',
      '--since=15 minutes ago',
      '--grep=^Kanban-Restored: ',
      '--grep=^Kanban-Move: ',
      '-z',
      '--format=%ct %B',
      base,
    ],
    { cwd: repo.root },
  );
  const found = new Map<string, number>();
  const moved = new Set<string>();
  // Newest first.
  for (const record of stdout.split('\0')) {
    for (const [, id = ''] of record.matchAll(/^Kanban-Restored: ([A-Za-z][\w-]*-\d+)$/gm))
      if (!found.has(id) && !moved.has(id)) found.set(id, Number(/^\d+/.exec(record)?.[0] ?? 0) * 1000);
    for (const [, id = ''] of record.matchAll(/^Kanban-Move: ([A-Za-z][\w-]*-\d+) /gm)) moved.add(id);
  }
  return found;
}

/** Whether a commit of the board is the user's: one of ours has trailers, but for a hand edit without a restored entry. */
export function isByUser(message: string): boolean {
  return message.startsWith(`${HAND_EDIT_SUBJECT}\n`)
    ? !/^Kanban-Restored: /m.test(message)
    : !/^Kanban-[A-Z]\w+: /m.test(message);
}
