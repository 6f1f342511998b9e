import type { SnapshotEntry } from '../../contract/snapshot.ts';
import { isAgentOnHold } from '../reason.ts';

/** What the user can do about an entry, as commands to copy; the likeliest first. */
export function waysOut(
  entry: Pick<SnapshotEntry, 'id' | 'tags' | 'column' | 'state' | 'worktree'>,
): readonly string[] {
  const { id, tags } = entry;
  if (id === null) return [];
  const show = `kanban show ${id}`;
  if (tags.includes('ESCALATED')) return [show, `kanban retry ${id}`, ...fixByHand(entry)];
  if (tags.includes('APPROVE')) return [show, `kanban approve ${id}`];
  if (tags.includes('PAUSED')) return [show, `kanban resume ${id}`];
  return [show];
}

export interface Needing {
  readonly entry: SnapshotEntry;
  /** Commands that help; none where an entry above has the same ones. */
  readonly ways: readonly string[];
}

/** Entries that need the user, in order. Where only the id differs, the commands of the first are an example for all. */
export function withWays(entries: readonly SnapshotEntry[]): readonly Needing[] {
  const shown = new Set<string>();
  return entries.map((entry) => {
    const ways = waysOut(entry);
    const shape = shapeOf(ways, [entry.worktree, entry.id]);
    if (shown.has(shape)) return { entry, ways: [] };
    shown.add(shape);
    return { entry, ways };
  });
}

/** What commands have in common with those for other entries. @param names what only this entry has: worktree, id */
export const shapeOf = (ways: readonly string[], names: readonly (string | null)[]): string =>
  ways
    .map((way) => names.reduce<string>((text, name) => (name === null ? text : text.replaceAll(name, '…')), way))
    .join();

/** Every way out of an escalation, for `kanban show`. */
export function allWaysOut(
  entry: Pick<SnapshotEntry, 'id' | 'tags' | 'column' | 'state' | 'worktree' | 'reason'>,
): readonly string[] {
  const { id, tags } = entry;
  if (id === null) return [];
  const rest = [
    `kanban rescope ${id} --why "…"`,
    `kanban deprioritize ${id} --why "…"`,
    `kanban abandon ${id} --why "…"`,
  ];
  if (tags.includes('ESCALATED')) return [`kanban retry ${id}`, ...fixByHand(entry), ...rest];
  if (tags.includes('APPROVE')) return [`kanban approve ${id}`, ...rest];
  if (tags.includes('PAUSED')) return [`kanban resume ${id}`, ...rest];
  const agent = isAgentOnHold(entry.reason) ? ['kanban resume'] : [];
  return entry.column === 'TODO'
    ? [...agent, `kanban deprioritize ${id} --why "…"`, `kanban abandon ${id} --why "…"`]
    : [...agent, `kanban stop ${id}`, ...rest];
}

const fixByHand = ({ id, worktree }: Pick<SnapshotEntry, 'id' | 'worktree'>): string[] =>
  worktree === null ? [] : [`fix ${worktree}, then kanban retry ${id} --fixed`];
