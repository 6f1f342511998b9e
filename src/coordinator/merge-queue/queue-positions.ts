import type { Candidate } from '../../pipeline/action.ts';
import type { Batch } from './batch.ts';
import type { Performed } from '../perform/performed.ts';
import type { QueueStatus } from './queue-status.ts';

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
  const waits = hadFailure ? 'its batch is red: the culprit is searched for' : 'waits for the check of its batch';
  for (const candidate of candidates) {
    const { id } = candidate;
    const place = members.findIndex((member) => member.id === id);
    if (place >= 0 && place < greenCount) words.set(id, landings?.state ?? 'lands', landings?.why ?? 'green: lands');
    else if (held !== null) words.set(id, 'held', held.why, held.until);
    else if (suspect?.member.id === id) words.set(id, 'lands', 'red in the check: looked at again before it goes back');
    else if (place >= 0) words.set(id, 'lands', checked.includes(id) ? sayChecked(id, checked) : waits);
    else if (!words.holds.has(`landing of ${id}`))
      words.set(id, 'lands', batch.clashOf(candidate) ?? 'waits for the batch before it');
  }
  return { kind: 'later', why: held?.why ?? landings?.why ?? 'the check is on' };
}

const sayChecked = (id: string, checked: readonly string[]): string => {
  const others = checked.filter((one) => one !== id);
  return others.length === 0 ? 'being checked' : `being checked with ${others.join(', ')}`;
};
