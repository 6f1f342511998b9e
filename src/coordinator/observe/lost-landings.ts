import type { Repository } from '../../git/git.ts';
import { updateRefs, type RefUpdate } from '../../git/refs.ts';
import { readBaseHistory } from '../../git/history/base-history.ts';
import type { History } from '../../pipeline/world.ts';
import { isAncestor } from '../../git/history/is-ancestor.ts';

/** Under these a landing that base lost is kept, so that it is still named after the next move and the next start. */
export const LOST = 'refs/kanban/lost/';

/** A landing that base no longer contains. */
export interface LostLanding {
  readonly id: string;
  readonly sha: string;
}

interface LostLandingsInput {
  readonly refs: ReadonlyMap<string, string>;
  readonly history: Pick<History, 'landed' | 'takenBack'>;
  /** Base as the coordinator moved it last; null: not known. */
  readonly seen: string | null;
  /** Base's tip now. */
  readonly base: string;
}

/** Landings that are missing now: those pinned as lost and those that `seen` has, unless they landed again or were undone. */
export async function lostLandings(
  repo: Repository,
  { refs, history: { landed, takenBack }, seen, base }: LostLandingsInput,
): Promise<LostLanding[]> {
  const found = seen === null ? [] : await lostLandingsIn(repo, seen, base);
  const pinned = [...refs].flatMap(([name, sha]) =>
    name.startsWith(LOST) ? [{ id: name.slice(LOST.length), sha }] : [],
  );
  return [...found, ...pinned.filter(({ id }) => !found.some((one) => one.id === id))].filter(
    ({ id }) => !landed.has(id) && !takenBack.has(id),
  );
}

/** Pins what is lost, and removes the pins of what is back. */
export async function pinLost(
  repo: Repository,
  refs: ReadonlyMap<string, string>,
  lost: readonly LostLanding[],
): Promise<void> {
  const updates: RefUpdate[] = lost
    .filter(({ id }) => !refs.has(LOST + id))
    .map(({ id, sha }) => ({ ref: LOST + id, to: sha, from: null }));
  for (const [name, sha] of refs)
    if (name.startsWith(LOST) && !lost.some(({ id }) => LOST + id === name))
      updates.push({ ref: name, to: null, from: sha });
  await updateRefs(repo, updates);
}

/**
 * Landings that base contained when the coordinator moved it last (`refs/kanban/seen`) and that it doesn't contain now:
 * base was rewritten. Ids that have landed again since are left out.
 */
async function lostLandingsIn(repo: Repository, seen: string, base: string): Promise<LostLanding[]> {
  if (seen === base || (await isAncestor(repo, seen, base))) return [];
  const [lost, now] = await Promise.all([
    readBaseHistory(repo, { from: base, to: seen, base: '' }),
    readBaseHistory(repo, { from: seen, to: base, base: '' }),
  ]);
  const again = new Set(now.flatMap(landedIn));
  // Newest first: what was undone before it was lost is not missing.
  const settled = new Set<string>();
  const missing: LostLanding[] = [];
  for (const commit of lost) {
    for (const id of landedIn(commit)) if (!settled.has(id)) missing.push({ id, sha: commit.sha });
    for (const id of undoneIn(commit)) settled.add(id);
  }
  return missing.filter(({ id }) => !again.has(id));
}

interface WithTrailers {
  readonly trailers: readonly { readonly key: string; readonly value: string }[];
}

const landedIn = ({ trailers }: WithTrailers): string[] =>
  trailers.flatMap(({ key, value }) =>
    key === 'Kanban-Move' && value.endsWith('-> CHANGELOG') ? [value.split(' ')[0] ?? ''] : [],
  );

const undoneIn = ({ trailers }: WithTrailers): string[] =>
  trailers.flatMap(({ key, value }) => (key === 'Kanban-Undone' ? [value.split(' ')[0] ?? ''] : []));
