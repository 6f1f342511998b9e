import type { Candidate } from '../../pipeline/action.ts';
import type { QueueNote } from '../../pipeline/world.ts';
import type { Batch } from './batch.ts';
import type { Performed } from '../perform/performed.ts';
import type { QueueStatus } from './queue-status.ts';
import * as messages from './messages.ts';

export interface PositionReport {
  /** Ids of the entries that the running check is about. */
  readonly checked: readonly string[];
  /** Why nothing is checked, and until when (epoch ms), where something waits for that. */
  readonly held: { readonly why: string; readonly until: number | null } | null;
}

/** Sets the status of each task in the queue. */
export function reportPositions(
  words: QueueStatus,
  batch: Batch,
  candidates: readonly Candidate[],
  { checked, held }: PositionReport,
): Performed {
  const { greenCount, members, suspect, hadFailure } = batch;
  const landings = words.ofLandings;
  const waits = hadFailure ? messages.SEARCHING : messages.WAITS_FOR_CHECK;
  const noteOf = (candidate: Candidate): QueueNote | null => {
    const { id } = candidate;
    const place = members.findIndex((member) => member.id === id);
    const lands = (why: string): QueueNote => ({ state: 'lands', why, until: null });
    if (place >= 0 && place < greenCount)
      return { state: landings?.state ?? 'lands', why: landings?.why ?? 'green: lands', until: null };
    if (held !== null) return { state: 'held', why: held.why, until: held.until ?? null };
    if (suspect?.member.id === id) return lands(messages.SUSPECTED);
    if (place >= 0) return lands(checked.includes(id) ? checkedWith(id, checked) : waits);
    if (words.holds.has(`landing of ${id}`)) return null;
    return lands(batch.clashOf(candidate) ?? messages.WAITS_FOR_BATCH);
  };
  for (const candidate of candidates) {
    const note = noteOf(candidate);
    if (note !== null) words.set(candidate.id, note.state, note.why, note.until);
  }
  return { kind: 'later', why: held?.why ?? landings?.why ?? messages.CHECK_RUNNING };
}

const checkedWith = (id: string, checked: readonly string[]): string => {
  const others = checked.filter((one) => one !== id);
  return messages.beingChecked(others);
};
