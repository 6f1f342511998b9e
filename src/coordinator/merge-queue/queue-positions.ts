import type { Candidate } from '../../pipeline/action.ts';
import type { Batch } from './batch.ts';
import type { Performed } from '../perform/performed.ts';
import type { QueueStatus } from './queue-status.ts';
import * as messages from './messages.ts';

export interface PositionReport {
  /** Ids of those that the check which is on is about. */
  readonly checked: readonly string[];
  /** Why nothing is checked, and until when (epoch ms), where something waits for that. */
  readonly held: { readonly why: string; readonly until: number | null } | null;
}

/** Says of each task where it stands in the queue. */
export function reportPositions(
  words: QueueStatus,
  batch: Batch,
  candidates: readonly Candidate[],
  { checked, held }: PositionReport,
): Performed {
  const { greenCount, members, suspect, hadFailure } = batch;
  const landings = words.ofLandings;
  const waits = hadFailure ? messages.SEARCHING : messages.WAITS_FOR_CHECK;
  for (const candidate of candidates) {
    const { id } = candidate;
    const place = members.findIndex((member) => member.id === id);
    if (place >= 0 && place < greenCount) words.set(id, landings?.state ?? 'lands', landings?.why ?? 'green: lands');
    else if (held !== null) words.set(id, 'held', held.why, held.until);
    else if (suspect?.member.id === id) words.set(id, 'lands', messages.SUSPECTED);
    else if (place >= 0) words.set(id, 'lands', checked.includes(id) ? checkedWith(id, checked) : waits);
    else if (!words.holds.has(`landing of ${id}`))
      words.set(id, 'lands', batch.clashOf(candidate) ?? messages.WAITS_FOR_BATCH);
  }
  return { kind: 'later', why: held?.why ?? landings?.why ?? messages.CHECK_RUNNING };
}

const checkedWith = (id: string, checked: readonly string[]): string => {
  const others = checked.filter((one) => one !== id);
  return messages.beingChecked(others);
};
