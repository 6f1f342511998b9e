import type { QueueCode } from '../../contract/snapshot.ts';
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
  status: QueueStatus,
  batch: Batch,
  candidates: readonly Candidate[],
  { checked, held }: PositionReport,
): Performed {
  const { greenCount, members, suspect, hadFailure } = batch;
  const landings = status.ofLandings;
  const noteOf = (candidate: Candidate): QueueNote | null => {
    const { id } = candidate;
    const place = members.findIndex((member) => member.id === id);
    const lands = (code: QueueCode, why: string): QueueNote => ({ state: 'lands', code, why, until: null });
    if (place >= 0 && place < greenCount)
      return landings === null
        ? lands('passed', messages.PASSED)
        : { state: landings.state, code: 'held', why: landings.why, until: null };
    if (held !== null) return { state: 'held', code: 'held', why: held.why, until: held.until ?? null };
    if (suspect?.member.id === id) return lands('suspected', messages.SUSPECTED);
    if (place >= 0 && checked.includes(id)) return lands('checking', checkedWith(id, checked));
    if (place >= 0)
      return hadFailure ? lands('searching', messages.SEARCHING) : lands('waits-for-check', messages.WAITS_FOR_CHECK);
    if (status.isHeld({ on: 'landing', id })) return null;
    const clash = batch.clashOf(candidate);
    return clash === null ? lands('waits-for-batch', messages.WAITS_FOR_BATCH) : lands('conflicts', clash);
  };
  for (const candidate of candidates) {
    const note = noteOf(candidate);
    if (note !== null) status.set(candidate.id, note);
  }
  return { kind: 'later', why: held?.why ?? landings?.why ?? messages.CHECK_RUNNING };
}

const checkedWith = (id: string, checked: readonly string[]): string => {
  const others = checked.filter((one) => one !== id);
  return messages.beingChecked(others);
};
