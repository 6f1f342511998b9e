import type { Request } from '../../contract/request.ts';
import type { Snapshot } from '../../contract/snapshot.ts';
import type { Repository } from '../../git/git.ts';
import { isSameId } from '../../pipeline/named-id.ts';
import { plainText } from '../../plain-text.ts';
import { reasonText } from '../../report/reason.ts';
import { holdsWriting } from '../publish/messages.ts';
import { SnapshotFiles } from '../publish/snapshot-files.ts';
import { keptSnapshot } from './read-snapshot.ts';

type Posted = Pick<Request, 'id' | 'taskId'>;

/** Why a living coordinator does not carry out a request that stands in its mailbox; null = it does not say. */
export async function whatHolds(repo: Repository, posted: Posted): Promise<string | null> {
  const kept = await keptSnapshot(repo, new SnapshotFiles(repo.root));
  return kept === null ? null : holdOf(kept, posted);
}

/** What stops runs and landings (a pause, preflight) is none: requests are carried out nevertheless. */
export function holdOf({ warnings, entries }: Pick<Snapshot, 'warnings' | 'entries'>, posted: Posted): string | null {
  const all = warnings.find(holdsWriting);
  if (all !== undefined) return plainText(all);
  const own = `request ${posted.id}: `;
  const failed = warnings.find((text) => text.startsWith(own));
  if (failed !== undefined) return plainText(failed.slice(own.length));
  const entry = entries.find(({ id }) => id !== null && posted.taskId !== null && isSameId(posted.taskId, id));
  if (entry?.run?.stopping === true) return reasonText({ code: 'run-stopping' });
  return entry?.reason?.code === 'action-failed' ? plainText(entry.why) : null;
}
