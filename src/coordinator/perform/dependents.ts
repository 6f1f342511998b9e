import { readBaseHistory } from '../../git/history/base-history.ts';
import type { EntryFacts } from '../../pipeline/world.ts';
import type { Settings } from '../../workflow/settings.ts';
import { entryBefore } from './entry-before.ts';
import type { Observer } from '../observe/observer.ts';
import * as messages from './messages.ts';

/** Landings that are searched at most, the newest first; they take some 2 s. */
const MAX_LANDINGS_SEARCHED = 2_000;

/**
 * What depends on an entry whose landing was undone, as text; '' = nothing does. Landed entries are named, not
 * undone too: only the user or a test can find out whether they still work without it.
 * @param of `landing`, `base`: full SHAs; what landed between them is searched.
 */
export async function listDependents(
  observer: Observer,
  of: { readonly settings: Settings; readonly id: string; readonly landing: string; readonly base: string },
  entries: readonly EntryFacts[],
): Promise<string> {
  const here = entries.filter(({ entry }) => entry.depends.includes(of.id)).map(({ entry }) => entry);
  const waiting = here.filter(({ column }) => column === 'TODO').map(({ id, title }) => id ?? title);
  const begun = here.filter(({ column }) => column !== 'TODO').map(({ id }) => id ?? '');
  const landed = await landedDependents(observer, of);
  return [messages.dependents.landed(landed), messages.dependents.begun(begun), messages.dependents.waiting(waiting)]
    .filter((text) => text !== '')
    .join('; ');
}

/** Landed after it, still landed, and their text named it in `depends` when they landed. */
async function landedDependents(
  { repo, history }: Observer,
  { settings, id, landing, base }: { settings: Settings; id: string; landing: string; base: string },
): Promise<string[]> {
  const commits = await readBaseHistory(repo, { from: landing, to: base, base: settings.base });
  const since = commits.flatMap(({ sha, trailers }) =>
    trailers.flatMap(({ key, value }) => {
      const [other = '', ...rest] = value.split(' ');
      const stands = rest.at(-1) === 'CHANGELOG' && history.history.landed.get(other) === sha;
      return key === 'Kanban-Move' && stands ? [{ sha, other }] : [];
    }),
  );
  const found: string[] = [];
  for (const { sha, other } of since.slice(0, MAX_LANDINGS_SEARCHED).toReversed()) {
    const entry = await entryBefore(repo, settings, sha, other);
    if (entry?.depends.includes(id) === true) found.push(other);
  }
  return found;
}
