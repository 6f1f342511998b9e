import type { Snapshot, SnapshotEntry } from '../contract/snapshot.ts';

/** Which entries are wanted. An empty list wants all; several values of one list are alternatives. */
export interface EntryFilter {
  readonly columns: readonly string[];
  readonly states: readonly string[];
  readonly tags: readonly string[];
  /** Names of agents: of the active run, of the entry's field, or of the role that comes next. */
  readonly agents: readonly string[];
}

/** @param agentOf the agent that works on an entry in this column unless its fields say otherwise */
export type AgentOf = (column: SnapshotEntry['column']) => string;

export const isFiltered = (filter: EntryFilter): boolean => Object.values(filter).some((list) => list.length > 0);

/** The snapshot with the wanted entries only. Runs of entries off the board stay where nothing but agents is asked for. */
export function filterEntries(snapshot: Snapshot, filter: EntryFilter, agentOf: AgentOf): Snapshot {
  if (!isFiltered(filter)) return snapshot;
  const has = (wanted: readonly string[], ...values: readonly string[]): boolean =>
    wanted.length === 0 || values.some((value) => wanted.includes(value));
  const entries = snapshot.entries.filter(
    (entry) =>
      has(filter.columns, entry.column) &&
      has(filter.states, entry.state) &&
      has(filter.tags, ...entry.tags) &&
      has(filter.agents, agentAt(entry, agentOf)),
  );
  const orphanRuns = snapshot.orphanRuns.filter(
    ({ agent }) => filter.columns.length + filter.states.length + filter.tags.length === 0 && has(filter.agents, agent),
  );
  return { ...snapshot, entries, orphanRuns };
}

/** The field `agent` is about the task role. */
function agentAt({ run, column, agent }: SnapshotEntry, agentOf: AgentOf): string {
  if (run !== null) return run.agent;
  const isTask = column === 'TODO' || column === 'IN_PROGRESS';
  return (isTask ? agent : null) ?? agentOf(column);
}
